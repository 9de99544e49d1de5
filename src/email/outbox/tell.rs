//! Telling subscriptions that mails stand elsewhere, and webhooks how they ended.

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::Claim;
use crate::db::{Note, announce, note};
use crate::domain::webhooks;
use crate::error::Result;

/// Notes that the mails of `moved` were moved to other states. Claims and fences are not told: they last for moments.
pub(super) async fn tell(conn: &impl ConnectionTrait, moved: &[Claim]) -> Result<()> {
    for claim in moved {
        let moved = Note {
            table: "email".to_owned(),
            id: claim.row_id,
            action: "UPDATED".to_owned(),
            project_id: None,
            person_id: None,
        };
        note(conn, &moved).await?;
    }
    Ok(())
}

/// Announces that a mail was sent.
pub(super) async fn tell_sent(
    conn: &impl ConnectionTrait,
    claim: Claim,
    at: Timestamp,
) -> Result<()> {
    Ok(announce(conn, &webhooks::email_sent(claim.row_id, at)).await?)
}

/// Announces that a mail will not be sent.
pub(super) async fn tell_failed(
    conn: &impl ConnectionTrait,
    claim: Claim,
    at: Timestamp,
) -> Result<()> {
    Ok(announce(conn, &webhooks::email_failed(claim.row_id, at)).await?)
}
