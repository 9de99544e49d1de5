//! Touchpoints from a spreadsheet: many at once, and corrections of what was logged.

use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, touchpoints};
use crate::entity::{Moment, touchpoint};
use crate::error::Result;

/// Rows a statement writes: nine values each, of the 32,766 that SQLite takes.
const CHUNK: usize = 1_000;

/// Refuses an instant before 1970 or ahead of our clock.
pub fn must_have_happened(caller: &Caller, occurred_at: Timestamp) -> Result<()> {
    let mut check = Check::new();
    touchpoints::check_instant(&mut check, caller, occurred_at);
    check.finish()
}

/// What was logged from `first` to `last`, both included.
pub async fn between(
    conn: &impl ConnectionTrait,
    first: Timestamp,
    last: Timestamp,
) -> Result<Vec<touchpoint::Model>> {
    let rows = touchpoint::Entity::find()
        .filter(touchpoint::Column::OccurredAt.between(Moment(first), Moment(last)))
        .all(conn)
        .await?;
    Ok(rows)
}

/// Logs many contacts that were looked at before, in a few statements. Owners only.
pub async fn log_all_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    rows: Vec<touchpoint::Model>,
) -> Result<()> {
    caller.must_own("log the contacts of somebody else")?;
    for chunk in rows.chunks(CHUNK) {
        let models = chunk
            .iter()
            .map(|row| row.clone().into_active_model().reset_all());
        touchpoint::Entity::insert_many(models)
            .exec_without_returning(tx)
            .await?;
        history::created_all(tx, caller, chunk, |row| row.id).await?;
    }
    Ok(())
}

/// Corrects what was logged. Owners only.
pub async fn correct_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: &touchpoint::Model,
    row: touchpoint::Model,
) -> Result<touchpoint::Model> {
    caller.must_own("correct the contacts of somebody else")?;
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, after.id, before, &after).await?;
    Ok(after)
}
