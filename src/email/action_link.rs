//! The links of mails that do something: what one does is in its token, signed.
//!
//! A token names a person, an action and what it is about, and holds for 14 days. It is used once
//! ([`crate::domain::used_links`]), lets its holder do that one thing, and never signs anyone in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::config::Secret;
use crate::domain::prompts::Prompt;
use crate::email::stop_link;
use crate::entity::EmailKind;
use crate::error::{Error, Result};

mod bytes;

/// How long a link works.
const LIFE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Keeps these signatures apart from any other that the same secret may make.
const PURPOSE: &[u8] = b"meridian: act on a mail, 1\n";

/// Bytes of a signature: half of what HMAC-SHA-256 gives, which nobody guesses, and which keeps links short.
const SIGNATURE_LENGTH: usize = 16;

/// What stands for the token in the links of a preview.
pub const PREVIEW: &str = "preview";

/// What a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Something about a prompt.
    Prompt {
        /// What.
        answer: Answer,
        /// Which prompt.
        prompt: Prompt,
        /// The day of the contact that it counted from; none: there was none.
        since: Option<Date>,
    },
    /// Pauses a kind of mail for some weeks.
    Pause(EmailKind),
    /// Changes when a kind of mail comes.
    ChangeTime(EmailKind),
}

/// What a link does about a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Logs that it was done.
    Log,
    /// Nothing: leads to the others.
    Choose,
    /// Puts it off.
    Snooze,
    /// Hands it to a stand-in.
    HandOver,
    /// Notes that it is not needed.
    Dismiss,
}

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose link.
    pub person_id: Uuid,
    /// What it does.
    pub action: Action,
    /// From when on it does not.
    pub expires_at: Timestamp,
}

/// Makes the links of one person's mail.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// The application, whose secret signs.
    pub app: &'a App,
    /// Whose mail.
    pub person_id: Uuid,
    /// When it is rendered; none: it is a preview, whose links do nothing.
    pub now: Option<Timestamp>,
}

impl Links<'_> {
    /// The address of the page of an action.
    ///
    /// # Errors
    /// Internal, when the application has no secret: see [`App::secret`].
    pub fn url(self, action: Action) -> Result<String> {
        let Some(now) = self.now else {
            return Ok(self.page(PREVIEW));
        };
        let claim = Claim {
            person_id: self.person_id,
            action,
            expires_at: now + LIFE,
        };
        Ok(self.page(&token(self.app, &claim)?))
    }

    /// The address that stops a kind of mail.
    ///
    /// # Errors
    /// As [`Links::url`].
    pub fn stop_url(self, kind: EmailKind) -> Result<String> {
        match self.now {
            Some(now) => stop_link::stop_url(self.app, self.person_id, kind, now),
            None => Ok(self.page(PREVIEW)),
        }
    }

    fn page(self, token: &str) -> String {
        self.app.config.public_url.page(&format!("/a/{token}"))
    }
}

/// The token of a claim: the same for the same claim.
///
/// # Errors
/// As [`Links::url`].
pub fn token(app: &App, claim: &Claim) -> Result<String> {
    sign(app.secret()?, claim)
}

/// What a token claims, expired or not; none: we did not sign it.
///
/// # Errors
/// As [`Links::url`].
pub fn read(app: &App, token: &str) -> Result<Option<Claim>> {
    Ok(verify(app.secret()?, token))
}

/// What a used link is remembered by.
pub fn digest(token: &str) -> String {
    format!("{:x}", Sha256::digest(token))
}

fn sign(secret: &Secret, claim: &Claim) -> Result<String> {
    let mut bytes = bytes::written(claim);
    let signature = mac(secret, &bytes)
        .ok_or_else(|| Error::internal("HMAC takes keys of any length"))?
        .finalize()
        .into_bytes();
    bytes.extend(&signature[..SIGNATURE_LENGTH]);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Compares in constant time.
fn verify(secret: &Secret, token: &str) -> Option<Claim> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let content = bytes.len().checked_sub(SIGNATURE_LENGTH)?;
    let (content, signature) = bytes.split_at(content);
    mac(secret, content)?
        .verify_truncated_left(signature)
        .ok()?;
    bytes::read(content)
}

fn mac(secret: &Secret, content: &[u8]) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    Some(mac.chain_update(PURPOSE).chain_update(content))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::entity::PromptTopic;

    fn secret(letter: &str) -> Secret {
        Secret::parse(&letter.repeat(32)).unwrap()
    }

    fn claims() -> Vec<Claim> {
        let topics = [
            PromptTopic::Update,
            PromptTopic::ReachOut,
            PromptTopic::Facts,
        ];
        let answers = [
            Answer::Log,
            Answer::Choose,
            Answer::Snooze,
            Answer::HandOver,
            Answer::Dismiss,
        ];
        let prompts = topics.into_iter().flat_map(|topic| {
            answers.map(|answer| Action::Prompt {
                answer,
                prompt: Prompt {
                    topic,
                    subject_id: Uuid::from_u128(8),
                },
                since: (answer != Answer::Log).then_some(date(2026, 11, 2)),
            })
        });
        let kinds = [EmailKind::CapacitySummary, EmailKind::ClientUpdate];
        let mails = kinds.map(Action::Pause).into_iter();
        prompts
            .chain(mails)
            .chain(kinds.map(Action::ChangeTime))
            .map(|action| Claim {
                person_id: Uuid::from_u128(7),
                action,
                expires_at: "2026-12-07T08:00:00Z".parse().unwrap(),
            })
            .collect()
    }

    #[test]
    fn every_claim_is_read_as_it_was_signed_and_no_two_are_alike() {
        let secret = secret("s");
        let mut tokens: Vec<String> = Vec::new();
        for claim in claims() {
            let token = sign(&secret, &claim).unwrap();
            assert_eq!(verify(&secret, &token), Some(claim));
            assert!(token.len() <= 80, "{token}");
            tokens.push(token);
        }
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), claims().len());
    }

    #[test]
    fn no_bit_of_it_can_be_changed_and_no_other_secret_signs_it() {
        for claim in claims() {
            let token = sign(&secret("s"), &claim).unwrap();
            assert_eq!(verify(&secret("t"), &token), None);
            let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            for bit in 0..bytes.len() * 8 {
                let mut bytes = bytes.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(verify(&secret("s"), &URL_SAFE_NO_PAD.encode(bytes)), None);
            }
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        let token = sign(&secret("s"), &claims()[0]).unwrap();
        let longer = format!("{token}AA");
        for other in ["", "AAAA", PREVIEW, &token[..token.len() - 4], &longer, "ß"] {
            assert_eq!(verify(&secret("s"), other), None, "{other}");
        }
    }
}
