//! Calling a handover off: nothing has moved, and nothing does.

use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use uuid::Uuid;

use super::cover::must_stay;
use super::to_change;
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, programmes};
use crate::entity::{HandoverStage, Moment, handover};
use crate::error::{ProblemCode, Result};

/// Calls a handover off before it transfers: everybody keeps what they hold. Owners only.
pub async fn cancel(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    reason: &str,
) -> Result<handover::Model> {
    caller.must_own("cancel handovers")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if before.stage.has_moved() {
        check.add(
            "id",
            ProblemCode::NotAllowedNow,
            "The accountability has moved already. To undo it, make a handover back.",
        );
    }
    if before.stage == HandoverStage::Cancelled {
        check.add("id", ProblemCode::NotAllowedNow, "It is cancelled already.");
    }
    let reason = check.reason("reason", reason);
    check.finish()?;
    let after = cancel_in(&tx, caller, before, &reason).await?;
    if let Some(programme_id) = after.programme_id {
        programmes::follow(&tx, caller, programme_id).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Writes that a handover, looked at and locked by the caller, is cancelled.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) when somebody's last day rests on it (R7).
pub async fn cancel_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: handover::Model,
    reason: &str,
) -> Result<handover::Model> {
    must_stay(tx, caller, "id", &before, None).await?;
    let row = handover::Model {
        stage: HandoverStage::Cancelled,
        cancel_reason: Some(reason.to_owned()),
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, after.id, &before, &after).await?;
    Ok(after)
}
