//! Calling a programme off.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use super::locked;
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{handovers, history};
use crate::entity::{Moment, ProgrammeState, handover, programme};
use crate::error::{Error, ProblemCode, Result};

/// Calls a running programme off, and with it every handover that has not transferred. What has moved stays so. Owners
/// only.
pub async fn cancel(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    reason: &str,
) -> Result<programme::Model> {
    caller.must_own("cancel programmes")?;
    let tx = db.begin().await?;
    let before = locked(&tx, id).await?.ok_or(Error::NotFound("programme"))?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if before.state != ProgrammeState::Running {
        check.add("id", ProblemCode::NotAllowedNow, "It is over already.");
    }
    let reason = check.reason("reason", reason);
    check.finish()?;
    let handovers = handover::Entity::find()
        .filter(handover::Column::ProgrammeId.eq(id))
        .order_by_asc(handover::Column::Id)
        .lock_exclusive()
        .all(&tx)
        .await?;
    for row in handovers {
        if row.stage.is_open() && !row.stage.has_moved() {
            handovers::cancel_in(&tx, caller, row, &reason).await?;
        }
    }
    let row = programme::Model {
        state: ProgrammeState::Cancelled,
        cancel_reason: Some(reason),
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    let after = row.into_active_model().reset_all().update(&tx).await?;
    history::updated(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}
