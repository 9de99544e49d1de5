//! Notes on relationships: a strength of somebody's own judgement, and that two stay together.

use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, people, responsibilities};
use crate::entity::{Moment, client, new_id, relationship};
use crate::error::{Error, ProblemCode, Result};

/// What to note about a person and a client; what is absent stays, `Some(None)` clears.
#[derive(Clone, Debug)]
pub struct NoteEdit {
    /// Who of us.
    pub person_id: Uuid,
    /// Whose client; not archived.
    pub client_id: Uuid,
    /// Somebody's own judgement, 0–100, which wins over the reckoned strength.
    pub override_points: Option<Option<i32>>,
    /// Whether the two stay together, whatever a plan would gain.
    pub pinned: Option<bool>,
    /// Why, 1–2,000 characters; private.
    pub reason: String,
}

/// Refuses members who ask how well somebody else knows clients.
pub fn must_read_of(caller: &Caller, person_id: Uuid) -> Result<()> {
    if caller.reads_work_of(person_id) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only owners, managers and the person may read how well somebody knows clients.".into(),
    ))
}

/// Notes something about a person and a client, or takes it back. Owners, and managers accountable for the client. A note
/// that says nothing any more stays as a row: its history says what was so, and why no longer.
///
/// # Errors
/// [`Error::Invalid`] also when it is so already.
pub async fn set(
    db: &Db,
    caller: &Caller,
    expected_version: Option<i64>,
    edit: NoteEdit,
) -> Result<relationship::Model> {
    let tx = db.begin().await?;
    // The client's row is the lock: the note may not exist yet.
    let client = client::Entity::find_by_id(edit.client_id)
        .lock(LockType::NoKeyUpdate)
        .one(&tx)
        .await?
        .ok_or_else(|| {
            Error::problem(
                "clientId",
                ProblemCode::NotFound,
                "There is no such client.",
            )
        })?;
    responsibilities::must_be_accountable_for_client(&tx, caller, client.id).await?;
    let before = noted(&tx, edit.person_id, edit.client_id).await?;
    let mut check = Check::new();
    if client.archived_at.is_some() {
        let message = format!(
            "{} is archived; nothing is noted about it any more.",
            client.name
        );
        check.add("clientId", ProblemCode::NotAllowedNow, message);
    }
    check.also(people::working_here(&tx, "personId", edit.person_id, caller.today()).await)?;
    check.version(
        expected_version,
        before.as_ref().map_or(0, |row| row.version),
    );
    let row = wished(caller, before.as_ref(), edit, &mut check);
    check.finish()?;
    let after = write(&tx, caller, before, row).await?;
    tx.commit().await?;
    Ok(after)
}

/// What is noted about a person and a client.
pub async fn noted(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    client_id: Uuid,
) -> Result<Option<relationship::Model>> {
    Ok(relationship::Entity::find()
        .filter(relationship::Column::PersonId.eq(person_id))
        .filter(relationship::Column::ClientId.eq(client_id))
        .one(conn)
        .await?)
}

/// The row as it is to be; what is wrong with it goes to `check`.
fn wished(
    caller: &Caller,
    before: Option<&relationship::Model>,
    edit: NoteEdit,
    check: &mut Check,
) -> relationship::Model {
    let standing = before.map_or((None, false), |row| (row.override_points, row.pinned));
    let override_points = edit.override_points.unwrap_or(standing.0);
    let pinned = edit.pinned.unwrap_or(standing.1);
    if let Some(points) = override_points {
        check.range("strength", points.into(), 0, 100);
    }
    if standing == (override_points, pinned) {
        let field = if edit.pinned.is_some() {
            "pinned"
        } else {
            "strength"
        };
        check.add(
            field,
            ProblemCode::NotAllowedNow,
            "It is so already; nothing would change.",
        );
    }
    relationship::Model {
        id: before.map_or_else(|| new_id(caller.now), |row| row.id),
        person_id: edit.person_id,
        client_id: edit.client_id,
        override_points,
        pinned,
        reason: check.reason("reason", &edit.reason),
        version: before.map_or(0, |row| row.version) + 1,
        updated_at: Moment(caller.now),
    }
}

async fn write(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: Option<relationship::Model>,
    row: relationship::Model,
) -> Result<relationship::Model> {
    let row = row.into_active_model().reset_all();
    let Some(before) = before else {
        let after = row.insert(tx).await?;
        history::created(tx, caller, after.id, &after).await?;
        return Ok(after);
    };
    let after = row.update(tx).await?;
    history::updated(tx, caller, after.id, &before, &after).await?;
    Ok(after)
}
