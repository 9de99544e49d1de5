//! What a mail server's refusal is about: the address, or something else. By its enhanced status code (RFC 3463), else by its
//! reply code (RFC 5321).

use std::fmt;

/// An enhanced status code: `5.1.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatusCode {
    /// 2: done, 4: not yet, 5: not at all.
    pub class: u8,
    /// What it is about: 1 the address, 2 the mailbox, 3 the mail system, 4 the way there, 5 the protocol, 6 the content,
    /// 7 policy; 0 none of these.
    pub subject: u16,
    /// What exactly; 0 says no more.
    pub detail: u16,
}

impl StatusCode {
    /// Reads the code that `text` begins with.
    pub fn leading(text: &str) -> Option<Self> {
        let ends = |character: char| !(character.is_ascii_digit() || character == '.');
        let text = text.trim_start();
        let code = text.split(ends).next()?.trim_end_matches('.');
        let mut parts = code.split('.');
        let part = |part: Option<&str>| part.filter(|part| part.len() <= 3)?.parse::<u16>().ok();
        let class = u8::try_from(part(parts.next())?).ok()?;
        let (subject, detail) = (part(parts.next())?, part(parts.next())?);
        let ended = parts.next().is_none();
        (ended && matches!(class, 2 | 4 | 5)).then_some(Self {
            class,
            subject,
            detail,
        })
    }

    /// Whether it says what is wrong: `5.0.0` does not.
    pub fn is_telling(self) -> bool {
        (self.subject, self.detail) != (0, 0)
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// Whether a refusal for good says that the address is of no use: it does not exist, never takes mail, or was closed. Policy
/// (5.7.x), a full mailbox (5.2.2), a message that is too long or not liked, our own sender's address (5.1.7, 5.1.8) and
/// faults of the other side are none of the address's fault.
pub fn is_about_the_address(status: Option<StatusCode>, reply: Option<u16>) -> bool {
    match status.filter(|status| status.is_telling()) {
        Some(status) => matches!(
            (status.class, status.subject, status.detail),
            // 5.2.1: closed. 5.4.1: what Exchange says of unknown recipients. 5.4.4: no such host.
            (5, 1, 0..=6 | 9 | 10) | (5, 2, 1) | (5, 4, 1 | 4)
        ),
        // 521 and 556: the host or the domain takes no mail at all (RFC 7504).
        None => matches!(reply, Some(550 | 551 | 553 | 521 | 556)),
    }
}

/// Whether a mail server's words are about who we are: every mail would meet them.
pub fn is_about_us(reply: u16) -> bool {
    matches!(reply, 530 | 534 | 535 | 538)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_from_the_beginning_only() {
        let read = |text| StatusCode::leading(text).map(|code| code.to_string());
        assert_eq!(read("5.1.1 no such user"), Some("5.1.1".into()));
        assert_eq!(read(" 4.4.7 (expired)"), Some("4.4.7".into()));
        assert_eq!(read("5.1.10. gone"), Some("5.1.10".into()));
        for text in [
            "",
            "no",
            "550 5.1.1",
            "5.1",
            "5.1.",
            "3.1.1",
            "5.1.1.1",
            "5.1000.1",
            "5..1",
            "1.2.3",
            "no 5.1.1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_is_said_of_the_address_counts_against_it() {
        let about = |text, reply| is_about_the_address(StatusCode::leading(text), Some(reply));
        for text in [
            "5.1.1", "5.1.0", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1",
        ] {
            assert!(about(text, 550), "{text}");
        }
        for text in [
            "5.2.2", "5.2.3", "5.3.4", "5.4.6", "5.5.1", "5.6.0", "5.7.1", "5.7.26", "5.1.7",
            "5.1.8", "4.1.1",
        ] {
            assert!(!about(text, 550), "{text}");
        }
        for untold in ["", "5.0.0"] {
            assert!(about(untold, 550) && about(untold, 553));
            assert!(!about(untold, 552) && !about(untold, 554));
        }
        assert!(!is_about_the_address(None, None));
    }
}
