//! Clients in trouble: a relationship that must not be burdened now, and why.

use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{clients, history};
use crate::entity::{Day, Moment, client};
use crate::error::{ProblemCode, Result};

/// Says that a client is in trouble and what the trouble is, or, without a reason, that it is over. Owners, and managers
/// accountable for the client. Another reason does not change since when.
pub async fn set(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    reason: Option<&str>,
) -> Result<client::Model> {
    let tx = db.begin().await?;
    let before = clients::to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let reason = reason.map(|reason| check.reason("reason", reason));
    if reason.is_none() && before.in_trouble_since.is_none() {
        let message = format!(
            "{} is not in trouble; say what the trouble is.",
            before.name
        );
        check.add("reason", ProblemCode::NotAllowedNow, message);
    }
    check.finish()?;
    let since = before.in_trouble_since.unwrap_or(Day(caller.today()));
    let mut row = before.clone().into_active_model();
    row.in_trouble_since = Set(reason.as_ref().map(|_| since));
    row.in_trouble_reason = Set(reason);
    row.version = Set(before.version + 1);
    row.updated_at = Set(Moment(caller.now));
    let after = row.update(&tx).await?;
    history::updated(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}
