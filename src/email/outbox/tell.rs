//! Telling subscriptions that mails stand elsewhere.

use sea_orm::ConnectionTrait;

use super::Claim;
use crate::db::{Note, note};
use crate::error::Result;

/// Notes that the mails of `moved` were moved to other states. Claims and fences are not told: they last for moments.
pub(super) async fn tell(conn: &impl ConnectionTrait, moved: &[Claim]) -> Result<()> {
    for claim in moved {
        let moved = Note {
            table: "email".to_owned(),
            id: claim.email_id,
            action: "UPDATED".to_owned(),
            project_id: None,
            person_id: None,
        };
        note(conn, &moved).await?;
    }
    Ok(())
}
