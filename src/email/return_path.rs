//! The envelope's sender: where mail servers report what became of a mail. With `MERIDIAN_BOUNCE_ADDRESS` it names the row of
//! the outbox, signed, so that a report says by itself which mail it is about and nobody can make one up.
//!
//! ```text
//! bounce+ycqhnwvrxbzqddcl7ek2ozxz7yhqgq5lk5mzutqfmy@mail.agency.example
//! ```
//!
//! The part after the `+` is the row's id and 80 bits of its signature in base 32, which survives mail servers that fold
//! upper and lower case.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use lettre::Address;
use sha2::Sha256;
use uuid::Uuid;

use crate::app::App;
use crate::config::{LONGEST_LOCAL_PART, Secret};
use crate::error::{Error, Result};

/// Keeps these signatures apart from any other that the same secret may make.
const PURPOSE: &[u8] = b"meridian: return path, 1\n";

/// Bytes of the signature that are kept: what RFC 2104 asks at least.
const SIGNATURE: usize = 10;

/// Characters after the `+`: 26 bytes in base 32.
pub const TOKEN_LENGTH: usize = 42;

const _: () = assert!(LONGEST_LOCAL_PART + 1 + TOKEN_LENGTH <= 64);

/// The sender that a mail server is told for a mail.
///
/// # Errors
/// Internal, when the application has no secret: see [`App::secret`].
pub fn sender(app: &App, email_id: Uuid) -> Result<Address> {
    let Some(bounces) = &app.config.bounce_address else {
        return Ok(app.config.mail_from.email.clone());
    };
    let token = token(app.secret()?, email_id)
        .ok_or_else(|| Error::internal("HMAC takes keys of any length"))?;
    Address::new(format!("{}+{token}", bounces.user()), bounces.domain())
        .map_err(|error| Error::Internal(error.into()))
}

/// The mail that an address was made for; none when we did not make it. The part before the token, and what separates the
/// two, is for the mail server to choose.
///
/// # Errors
/// As [`sender`]'s.
pub fn mail_of(app: &App, address: &str) -> Result<Option<Uuid>> {
    Ok(read(app.secret()?, address))
}

fn read(secret: &Secret, address: &str) -> Option<Uuid> {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let token = local.get(local.len().checked_sub(TOKEN_LENGTH)?..)?;
    let bytes = BASE32_NOPAD
        .decode(token.to_ascii_uppercase().as_bytes())
        .ok()?;
    let (id, signature) = bytes.split_at_checked(16)?;
    mac(secret, id)?.verify_truncated_left(signature).ok()?;
    Uuid::from_slice(id).ok()
}

fn token(secret: &Secret, email_id: Uuid) -> Option<String> {
    let mut bytes = email_id.as_bytes().to_vec();
    let signature = mac(secret, &bytes)?.finalize().into_bytes();
    bytes.extend(&signature[..SIGNATURE]);
    Some(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

fn mac(secret: &Secret, content: &[u8]) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    Some(mac.chain_update(PURPOSE).chain_update(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(0x0193_5a2b_7000_7abc_8def_0123_4567_89ab);

    fn secret(letter: &str) -> Secret {
        Secret::parse(&letter.repeat(32)).unwrap()
    }

    fn address() -> String {
        format!(
            "bounce+{}@mail.agency.example",
            token(&secret("s"), ID).unwrap()
        )
    }

    #[test]
    fn it_names_the_mail_whatever_a_mail_server_makes_of_its_case_and_separator() {
        let address = address();
        assert_eq!(token(&secret("s"), ID).unwrap().len(), TOKEN_LENGTH);
        for written in [
            address.clone(),
            address.to_uppercase(),
            address.replace('+', "-"),
            address.replace("bounce+", ""),
            address.split('@').next().unwrap().to_owned(),
        ] {
            assert_eq!(read(&secret("s"), &written), Some(ID), "{written}");
        }
    }

    #[test]
    fn no_bit_of_it_can_be_changed() {
        let token = token(&secret("s"), ID).unwrap().to_uppercase();
        let bytes = BASE32_NOPAD.decode(token.as_bytes()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let forged = format!("bounce+{}@x", BASE32_NOPAD.encode(&bytes));
            assert_eq!(read(&secret("s"), &forged), None);
        }
        assert_eq!(read(&secret("t"), &address()), None, "another secret");
    }

    #[test]
    fn what_is_no_token_names_nothing() {
        let (cut, long) = (address().replace("+", "+x"), "a".repeat(TOKEN_LENGTH));
        let short = cut.split_once('@').unwrap().0[..30].to_owned();
        for text in ["", "@", "bounce@x", "ß@x", &"ü".repeat(21), &short, &long] {
            assert_eq!(read(&secret("s"), text), None, "{text}");
        }
    }
}
