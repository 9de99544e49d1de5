//! What a receiver knows us by, as <https://www.standardwebhooks.com> has it, so that its libraries verify it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use uuid::Uuid;

use crate::config::Secret;
use crate::domain::webhooks::old_secret_until;
use crate::entity::webhook;
use crate::error::{Error, Result};

/// Nothing else that the server's secret signs begins so.
const PURPOSE: &[u8] = b"meridian: webhook secret, 1\n";

/// The secret of a webhook as it is shown to its owner: `whsec_` and 32 bytes in base 64.
///
/// It is made of the server's own and kept nowhere, so that whoever reads the database cannot sign.
///
/// # Errors
/// Internal, when HMAC takes no key of this length, which does not happen.
pub fn secret(server: &Secret, row: &webhook::Model) -> Result<String> {
    let bytes = key(server, row.id, row.secret_number)?;
    Ok(format!("whsec_{}", BASE64_STANDARD.encode(bytes)))
}

/// The header `webhook-signature` of a message: `v1,` and HMAC-SHA256 over `id.timestamp.body`, of the secret and of the one
/// before while that counts, separated by a blank. `timestamp`: seconds since 1970.
///
/// # Errors
/// As of [`secret`].
pub fn signatures(
    server: &Secret,
    row: &webhook::Model,
    now: Timestamp,
    (id, timestamp, body): (&str, i64, &str),
) -> Result<String> {
    let both = [
        Some(row.secret_number),
        old_secret_until(row, now).map(|_| row.secret_number - 1),
    ];
    let signed = both.into_iter().flatten().map(|number| {
        let content = format!("{id}.{timestamp}.{body}");
        let mac = mac(&key(server, row.id, number)?)?.chain_update(content);
        let bytes = mac.finalize().into_bytes();
        Ok(format!("v1,{}", BASE64_STANDARD.encode(bytes)))
    });
    Ok(signed.collect::<Result<Vec<_>>>()?.join(" "))
}

fn key(server: &Secret, webhook_id: Uuid, number: i64) -> Result<Vec<u8>> {
    let mac = mac(server.expose().as_bytes())?
        .chain_update(PURPOSE)
        .chain_update(webhook_id.as_bytes())
        .chain_update(number.to_be_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn mac(key: &[u8]) -> Result<Hmac<Sha256>> {
    Hmac::new_from_slice(key).map_err(|error| Error::Internal(error.into()))
}
