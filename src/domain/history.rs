//! History: every change of anything, in the transaction that makes it.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityName, ModelTrait, Set};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::access::Caller;
use crate::entity::{Moment, change, new_id};
use crate::error::{Error, Result};

/// Notes that a row is new.
pub async fn created<M>(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    after: &M,
) -> Result<()>
where
    M: ModelTrait + Serialize,
{
    record(conn, caller, "CREATED", id, None, Some(after)).await
}

/// Notes that a row has changed.
pub async fn updated<M>(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    before: &M,
    after: &M,
) -> Result<()>
where
    M: ModelTrait + Serialize,
{
    record(conn, caller, "UPDATED", id, Some(before), Some(after)).await
}

/// Notes that a row has changed, and why: `after_change` has the sentence as `reason` beside the row's columns.
pub async fn explained<M>(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    before: &M,
    after: &M,
    reason: &str,
) -> Result<()>
where
    M: ModelTrait + Serialize,
{
    let json = |row: &M| serde_json::to_value(row).map_err(|error| Error::Internal(error.into()));
    let mut explained = json(after)?;
    explained["reason"] = reason.into();
    let (before, after) = (Some(json(before)?), Some(explained));
    write::<M>(conn, caller, "UPDATED", id, before, after).await
}

/// Notes that a row was taken off the lists.
pub async fn archived<M>(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    before: &M,
    after: &M,
) -> Result<()>
where
    M: ModelTrait + Serialize,
{
    record(conn, caller, "ARCHIVED", id, Some(before), Some(after)).await
}

/// Notes that a row is gone.
pub async fn deleted<M>(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    before: &M,
) -> Result<()>
where
    M: ModelTrait + Serialize,
{
    record(conn, caller, "DELETED", id, Some(before), None).await
}

async fn record<M>(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    action: &str,
    id: Uuid,
    before: Option<&M>,
    after: Option<&M>,
) -> Result<()>
where
    M: ModelTrait + Serialize,
{
    let json = |row: Option<&M>| {
        row.map(serde_json::to_value)
            .transpose()
            .map_err(|error| Error::Internal(error.into()))
    };
    write::<M>(conn, caller, action, id, json(before)?, json(after)?).await
}

async fn write<M: ModelTrait>(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    action: &str,
    id: Uuid,
    before: Option<Value>,
    after: Option<Value>,
) -> Result<()> {
    change::ActiveModel {
        id: Set(new_id(caller.now)),
        subject_kind: Set(M::Entity::default().table_name().to_owned()),
        subject_id: Set(id),
        action: Set(action.to_owned()),
        actor_id: Set(caller.person_id),
        actor: Set(caller.name.clone()),
        changed_at: Set(Moment(caller.now)),
        before_change: Set(before),
        after_change: Set(after),
    }
    .insert(conn)
    .await?;
    Ok(())
}
