//! Text that nobody can guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;

use crate::error::{Error, Result};

/// 256 bits of the operating system's randomness as 43 characters that fit in a URL.
///
/// # Errors
/// Internal, when the operating system has none to give.
pub fn text() -> Result<String> {
    let mut bytes = [0; 32];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
