//! History: every change of anything, in the transaction that makes it. What subscriptions and webhooks are about is also
//! noted, to be told when that is committed.

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityName, EntityTrait, ModelTrait, Set};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::db::{Note, announce, note};
use crate::domain::access::Caller;
use crate::domain::webhooks;
use crate::entity::{Moment, change, new_id};
use crate::error::{Error, Result};

/// The tables whose changes are told to subscriptions: those that a project consists of, and those that capacity follows from.
const TOLD: [&str; 15] = [
    "assignment",
    "booking",
    "client",
    "email",
    "holiday",
    "holiday_calendar",
    "person",
    "project",
    "project_skill",
    "responsibility_exception",
    "role",
    "role_decision",
    "setting",
    "time_off",
    "work_schedule",
];

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

/// Notes that rows are new, in one statement: give it some thousands at most.
pub async fn created_all<M>(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    rows: &[M],
    id: impl Fn(&M) -> Uuid,
) -> Result<()>
where
    M: ModelTrait + Serialize,
{
    let changes = rows
        .iter()
        .map(|row| {
            let after = serde_json::to_value(row).map_err(|error| Error::Internal(error.into()))?;
            Ok(change::<M>(caller, "CREATED", id(row), None, Some(after)))
        })
        .collect::<Result<Vec<_>>>()?;
    if changes.is_empty() {
        return Ok(());
    }
    for change in &changes {
        tell(conn, change).await?;
    }
    change::Entity::insert_many(changes)
        .exec_without_returning(conn)
        .await?;
    Ok(())
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
    let change = change::<M>(caller, action, id, before, after);
    tell(conn, &change).await?;
    change.insert(conn).await?;
    Ok(())
}

/// Announces a change to webhooks and notes it for subscriptions, where they are told of such.
async fn tell(conn: &impl ConnectionTrait, change: &change::ActiveModel) -> Result<()> {
    for event in webhooks::events_of(change) {
        announce(conn, &event).await?;
    }
    tell_subscriptions(conn, change).await
}

/// Notes a change with the project and the person that its row names.
async fn tell_subscriptions(
    conn: &impl ConnectionTrait,
    change: &change::ActiveModel,
) -> Result<()> {
    let table = change.subject_kind.as_ref();
    if !TOLD.contains(&table.as_str()) {
        return Ok(());
    }
    let told = Note {
        table: table.clone(),
        id: *change.subject_id.as_ref(),
        action: change.action.as_ref().clone(),
        project_id: change.named("project_id"),
        person_id: change.named("person_id"),
    };
    Ok(note(conn, &told).await?)
}

fn change<M: ModelTrait>(
    caller: &Caller,
    action: &str,
    id: Uuid,
    before: Option<Value>,
    after: Option<Value>,
) -> change::ActiveModel {
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
}
