//! Answers at rest: nobody reads them who has the database only.

use hmac::{Hmac, Mac};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;

use crate::config::Secret;
use crate::error::{Error, Result};

/// Seals and opens for one purpose.
pub(super) struct Seal(LessSafeKey);

impl Seal {
    /// The seal for `purpose`: what was sealed for another, or under another secret, does not open.
    ///
    /// # Errors
    /// Internal, when no key can be made of the secret.
    pub(super) fn try_new(secret: &Secret, purpose: &[u8]) -> Result<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
        let mut mac = mac.map_err(|error| Error::Internal(error.into()))?;
        mac.update(purpose);
        let key = UnboundKey::new(&CHACHA20_POLY1305, &mac.finalize().into_bytes());
        let key = key.map_err(|_| Error::internal("no key of 32 bytes came of the secret"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals `text`.
    ///
    /// # Errors
    /// Internal, when it is too long for the cipher.
    pub(super) fn seal(&self, mut text: Vec<u8>) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .map_err(|_| Error::internal("an answer could not be sealed"))?;
        Ok([nonce.as_slice(), &text].concat())
    }

    /// What was sealed; none when it was not by this seal.
    pub(super) fn open(&self, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.0.open_in_place(nonce, Aad::empty(), text).ok()?;
        Some(opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_purpose_under_its_secret_only() {
        let secret = |text: &str| Secret::parse(&text.repeat(4)).unwrap();
        let ours = secret("of this server");
        let seal = |secret: &Secret, purpose: &[u8]| Seal::try_new(secret, purpose).unwrap();
        let sealed = seal(&ours, b"a").seal(b"an answer".to_vec()).unwrap();
        assert!(!sealed.windows(6).any(|six| six == b"answer"));
        let again = seal(&ours, b"a").seal(b"an answer".to_vec()).unwrap();
        assert_ne!(sealed, again);
        let opened = |secret: &Secret, purpose: &[u8]| seal(secret, purpose).open(sealed.clone());
        assert_eq!(
            opened(&ours, b"a").as_deref(),
            Some(b"an answer".as_slice())
        );
        assert_eq!(opened(&ours, b"b"), None);
        assert_eq!(opened(&secret("of another one"), b"a"), None);
        let mut altered = sealed.clone();
        altered[20] ^= 1;
        assert_eq!(seal(&ours, b"a").open(altered), None);
        assert_eq!(seal(&ours, b"a").open(sealed[..11].to_vec()), None);
    }
}
