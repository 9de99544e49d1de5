//! What became of one mail: all that the outbox's state machine needs to know.

use std::fmt;

use super::redaction::without_tokens;
use crate::entity::AttemptOutcome;

/// How far a conversation with a mail server had got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Finding its words, before any server is asked.
    Compose,
    /// Finding the server, the TCP connection, its greeting and EHLO.
    Connect,
    /// STARTTLS, or the handshake of `smtps`.
    Tls,
    /// Proving who we are.
    Auth,
    /// Naming the sender.
    Mail,
    /// Naming a recipient.
    Rcpt,
    /// Asking the outbox whether this sender still owns the mail.
    Fence,
    /// Asking leave to send the message.
    Data,
    /// The message itself, up to the reply after its final dot; for files, writing it.
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compose => "composing it",
            Self::Connect => "connecting",
            Self::Tls => "encrypting",
            Self::Auth => "signing in",
            Self::Mail => "naming the sender",
            Self::Rcpt => "naming a recipient",
            Self::Fence => "checking the claim",
            Self::Data => "announcing the message",
            Self::Body => "sending the message",
        })
    }
}

/// What became of one mail. Texts are the server's words where it spoke, at most
/// [`Outcome::LONGEST_TEXT`] characters, without control characters, credentials or tokens of links.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The server took responsibility for the mail.
    Accepted {
        /// The reply code: 250.
        code: u16,
        /// The server's words, often its queue id.
        text: String,
    },
    /// The server said no; it did not take the mail.
    Refused {
        /// What it said no to.
        phase: Phase,
        /// A 5xx: asking again changes nothing. Otherwise a 4xx.
        permanent: bool,
        /// The reply code, 400–599.
        code: u16,
        /// The server's words.
        text: String,
        /// The address that was refused, when it was one recipient ([`Phase::Rcpt`]).
        recipient: Option<String>,
    },
    /// Certainly not sent: a network fault, silence or a broken rule before the final dot left us.
    NotSent {
        /// Where it stopped.
        phase: Phase,
        /// What happened.
        text: String,
    },
    /// The message left us whole and the answer was lost: the server may have accepted it.
    Ambiguous {
        /// Where it stopped.
        phase: Phase,
        /// What happened.
        text: String,
    },
    /// The fence said that this sender no longer owns the mail; nothing was sent.
    Fenced,
}

impl Outcome {
    /// Longest text kept, in characters.
    pub const LONGEST_TEXT: usize = 500;

    pub(crate) fn not_sent(phase: Phase, text: impl fmt::Display) -> Self {
        Self::NotSent {
            phase,
            text: readable(&text.to_string()),
        }
    }

    pub(crate) fn ambiguous(phase: Phase, text: impl fmt::Display) -> Self {
        Self::Ambiguous {
            phase,
            text: readable(&text.to_string()),
        }
    }

    pub(crate) fn refused(phase: Phase, code: u16, text: &str, recipient: Option<String>) -> Self {
        Self::Refused {
            phase,
            permanent: code >= 500,
            code,
            text: readable(text),
            recipient,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted { code, text } => write!(f, "accepted: {code} {text}"),
            Self::Refused {
                phase,
                code,
                text,
                recipient: Some(recipient),
                ..
            } => {
                write!(f, "refused when {phase} {recipient}: {code} {text}")
            }
            Self::Refused {
                phase, code, text, ..
            } => write!(f, "refused when {phase}: {code} {text}"),
            Self::NotSent { phase, text } => write!(f, "not sent, stopped when {phase}: {text}"),
            Self::Ambiguous { phase, text } => {
                write!(f, "perhaps sent, stopped when {phase}: {text}")
            }
            Self::Fenced => f.write_str("not sent: another sender owns this mail"),
        }
    }
}

impl From<&Outcome> for AttemptOutcome {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Accepted { .. } => Self::Accepted,
            Outcome::Refused {
                permanent: true, ..
            } => Self::Refused,
            Outcome::Refused { .. } => Self::RefusedForNow,
            Outcome::NotSent { .. } => Self::NotSent,
            Outcome::Ambiguous { .. } => Self::Ambiguous,
            Outcome::Fenced => Self::Fenced,
        }
    }
}

/// One line of at most [`Outcome::LONGEST_TEXT`] characters without control characters and tokens of links.
pub(crate) fn readable(text: &str) -> String {
    let spaced = text.replace(|character: char| character.is_control(), " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    without_tokens(&words.join(" "))
        .chars()
        .take(Outcome::LONGEST_TEXT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_s_words_are_one_short_line() {
        let shouting = format!("5.7.1 no\r\n\u{1b}[31mred\0 {}", "ü".repeat(900));
        let text = readable(&shouting);
        assert!(text.starts_with("5.7.1 no [31mred ü"), "{text}");
        assert_eq!(text.chars().count(), Outcome::LONGEST_TEXT);
    }

    #[test]
    fn a_5xx_is_permanent_and_a_4xx_is_not() {
        let permanent = |code| {
            matches!(
                Outcome::refused(Phase::Mail, code, "", None),
                Outcome::Refused {
                    permanent: true,
                    ..
                }
            )
        };
        assert!(permanent(550));
        assert!(!permanent(451));
    }
}
