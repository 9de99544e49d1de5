//! The link that stops a mail: what it says is in its token, signed, so that nothing needs to be kept for it.
//!
//! A token names one person and one kind of mail and holds for 14 days. It lets its holder do that one thing and never
//! signs anyone in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use uuid::Uuid;

use crate::app::App;
use crate::config::Secret;
use crate::domain::subscriptions::SUBSCRIBED;
use crate::entity::EmailKind;
use crate::error::{Error, Result};

/// How long a link works.
const LIFE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Keeps these signatures apart from any other that the same secret may make.
const PURPOSE: &[u8] = b"meridian: stop a mail, 1\n";

/// Kind, person, expiry in Unix seconds.
const CLAIM_LENGTH: usize = 1 + 16 + 8;

/// What a token allows: stopping this mail to this person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopClaim {
    /// Whose mail.
    pub person_id: Uuid,
    /// Which mail.
    pub kind: EmailKind,
}

/// Why a token allows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// We did not sign this.
    Invalid,
    /// We did, more than 14 days ago.
    Expired,
    /// The mail was stopped and started again after the link was made: somebody has decided since.
    Overtaken,
}

/// The address that stops this kind of mail to a person: works for 14 days from `now`.
///
/// # Errors
/// Internal, when the application has no secret: see [`App::secret`].
pub fn stop_url(app: &App, person_id: Uuid, kind: EmailKind, now: Timestamp) -> Result<String> {
    let token = sign(app.secret()?, StopClaim { person_id, kind }, now)?;
    Ok(app.config.public_url.page(&format!("/a/{token}")))
}

/// When a link that holds was made: links are used once, so what happened since matters.
pub fn made_at(app: &App, token: &str) -> Result<Option<Timestamp>> {
    let made = signed_content(app.secret()?, token)
        .and_then(|(_, expiry)| Timestamp::from_second(expiry - LIFE.as_secs()).ok());
    Ok(made)
}

/// What a token that comes back at `now` allows.
///
/// # Errors
/// [`Refused`], and internal errors as [`stop_url`]'s.
pub fn read(app: &App, token: &str, now: Timestamp) -> Result<Result<StopClaim, Refused>> {
    Ok(verify(app.secret()?, token, now))
}

fn sign(secret: &Secret, claim: StopClaim, now: Timestamp) -> Result<String> {
    let expiry = now.as_second() + LIFE.as_secs();
    let mut bytes = Vec::with_capacity(CLAIM_LENGTH + 32);
    bytes.push(kind_byte(claim.kind));
    bytes.extend(claim.person_id.as_bytes());
    bytes.extend(expiry.to_be_bytes());
    let signature = mac(secret, &bytes)
        .ok_or_else(|| Error::internal("HMAC takes keys of any length"))?
        .finalize();
    bytes.extend(signature.into_bytes());
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn verify(secret: &Secret, token: &str, now: Timestamp) -> Result<StopClaim, Refused> {
    let (claim, expiry) = signed_content(secret, token).ok_or(Refused::Invalid)?;
    if now.as_second() >= expiry {
        return Err(Refused::Expired);
    }
    Ok(claim)
}

/// The claim and its expiry; none when we did not sign them. Compares in constant time.
fn signed_content(secret: &Secret, token: &str) -> Option<(StopClaim, i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (content, signature) = bytes.split_at_checked(CLAIM_LENGTH)?;
    mac(secret, content)?.verify_slice(signature).ok()?;
    let (kind, rest) = content.split_first()?;
    let (person, expiry) = rest.split_at_checked(16)?;
    let claim = StopClaim {
        person_id: Uuid::from_slice(person).ok()?,
        kind: kind_of_byte(*kind)?,
    };
    Some((claim, i64::from_be_bytes(expiry.try_into().ok()?)))
}

fn mac(secret: &Secret, content: &[u8]) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    Some(mac.chain_update(PURPOSE).chain_update(content))
}

/// A kind of mail in a link. Links of past weeks carry these: they do not change.
pub(crate) fn kind_byte(kind: EmailKind) -> u8 {
    match kind {
        EmailKind::CapacitySummary => 1,
        EmailKind::ClientUpdate => 2,
        EmailKind::ClientLetter => 3,
        EmailKind::SixMonthReview => 4,
        EmailKind::Test => 5,
        EmailKind::SignIn => 6,
    }
}

fn kind_of_byte(byte: u8) -> Option<EmailKind> {
    SUBSCRIBED.into_iter().find(|kind| kind_byte(*kind) == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: StopClaim = StopClaim {
        person_id: Uuid::from_u128(7),
        kind: EmailKind::ClientUpdate,
    };

    fn secret(letter: &str) -> Secret {
        Secret::parse(&letter.repeat(32)).unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn it_holds_for_14_days_to_the_second() {
        let token = sign(&secret("s"), CLAIM, now()).unwrap();
        let last = now() + LIFE - SignedDuration::from_secs(1);
        assert_eq!(verify(&secret("s"), &token, last), Ok(CLAIM));
        let expired = verify(&secret("s"), &token, now() + LIFE);
        assert_eq!(expired, Err(Refused::Expired));
    }

    #[test]
    fn no_bit_of_it_can_be_changed() {
        let token = sign(&secret("s"), CLAIM, now()).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let forged = URL_SAFE_NO_PAD.encode(bytes);
            assert_eq!(verify(&secret("s"), &forged, now()), Err(Refused::Invalid));
        }
    }

    #[test]
    fn another_secret_and_other_lengths_are_refused() {
        let token = sign(&secret("s"), CLAIM, now()).unwrap();
        assert_eq!(verify(&secret("t"), &token, now()), Err(Refused::Invalid));
        let longer = format!("{token}AA");
        for other in ["", "AAAA", &token[..token.len() - 3], &longer, "ß"] {
            assert_eq!(
                verify(&secret("s"), other, now()),
                Err(Refused::Invalid),
                "{other}"
            );
        }
    }
}
