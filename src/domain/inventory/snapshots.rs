//! Dated snapshots of the inventory.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::Value;
use uuid::Uuid;

use super::{Difference, Line, difference, read};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::history;
use crate::entity::{Day, Moment, inventory_snapshot, new_id};
use crate::error::{Error, Result};

/// Keeps the inventory as it stands today under a name. Owners and managers.
pub async fn take(db: &Db, caller: &Caller, name: &str) -> Result<inventory_snapshot::Model> {
    caller.must_read_all("take a snapshot of the inventory")?;
    let mut check = Check::new();
    let name = check.name("name", name, 200);
    check.finish()?;
    let tx = db.begin().await?;
    let lines = read(&tx, caller.today()).await?;
    let row = inventory_snapshot::Model {
        id: new_id(caller.now),
        name,
        taken_on: Day(caller.today()),
        taken_at: Moment(caller.now),
        taken_by_id: caller.person_id,
        lines: serde_json::to_value(lines).map_err(|error| Error::Internal(error.into()))?,
    };
    let after = row.into_active_model().reset_all().insert(&tx).await?;
    // The lines never change: history would only keep them twice.
    let noted = inventory_snapshot::Model {
        lines: Value::Null,
        ..after.clone()
    };
    history::created(&tx, caller, after.id, &noted).await?;
    tx.commit().await?;
    Ok(after)
}

/// The lines that a snapshot keeps.
///
/// # Errors
/// Internal, when the stored JSON is no inventory.
pub fn lines_of(snapshot: &inventory_snapshot::Model) -> Result<Vec<Line>> {
    serde_json::from_value(snapshot.lines.clone()).map_err(|error| Error::Internal(error.into()))
}

/// What changed from one snapshot to another, or to the inventory of today. Owners and managers.
pub async fn between(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    from_id: Uuid,
    to_id: Option<Uuid>,
) -> Result<Difference> {
    caller.must_read_all("read the inventory")?;
    let before = lines_of(&snapshot(conn, from_id).await?)?;
    let after = match to_id {
        Some(id) => lines_of(&snapshot(conn, id).await?)?,
        None => read(conn, caller.today()).await?,
    };
    Ok(difference(&before, &after))
}

async fn snapshot(conn: &impl ConnectionTrait, id: Uuid) -> Result<inventory_snapshot::Model> {
    inventory_snapshot::Entity::find_by_id(id)
        .one(conn)
        .await?
        .ok_or(Error::NotFound("inventory snapshot"))
}
