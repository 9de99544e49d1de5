//! Clients: making, changing and archiving them.

use jiff::civil::Date;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect, Set};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, projects, responsibilities};
use crate::entity::{Day, Moment, client, new_id, project};
use crate::error::{Error, ProblemCode, Result, taken};

const NAME_TAKEN: &str = "Another client has this name. Choose one that tells them apart.";

/// What a new client needs.
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Unique, 1–200 characters.
    pub name: String,
    /// Since when it is a client.
    pub starts_on: Date,
    /// How much communication it needs, 1–5.
    pub communication: i32,
    /// How sensitive the relationship is, 1–5.
    pub sensitivity: i32,
    /// How much it could grow, 1–5.
    pub growth: i32,
    /// Days between two client updates, 1–365.
    pub cadence_days: i32,
}

/// What to change about a client; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ClientEdit {
    /// See [`NewClient::name`].
    pub name: Option<String>,
    /// See [`NewClient::starts_on`].
    pub starts_on: Option<Date>,
    /// See [`NewClient::communication`].
    pub communication: Option<i32>,
    /// See [`NewClient::sensitivity`].
    pub sensitivity: Option<i32>,
    /// See [`NewClient::growth`].
    pub growth: Option<i32>,
    /// See [`NewClient::cadence_days`].
    pub cadence_days: Option<i32>,
}

/// Makes a client. Owners only.
pub async fn create(db: &Db, caller: &Caller, new: NewClient) -> Result<client::Model> {
    let tx = db.begin().await?;
    let after = create_in(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`create`], within the caller's transaction.
pub async fn create_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewClient,
) -> Result<client::Model> {
    caller.must_own("create clients")?;
    let row = client::Model {
        id: new_id(caller.now),
        name: new.name,
        starts_on: Day(new.starts_on),
        communication: new.communication,
        sensitivity: new.sensitivity,
        growth: new.growth,
        cadence_days: new.cadence_days,
        decision_id: None,
        in_trouble_since: None,
        in_trouble_reason: None,
        version: 1,
        created_at: Moment(caller.now),
        updated_at: Moment(caller.now),
        archived_at: None,
    };
    let row = checked(row, Check::new())?;
    let written = row.into_active_model().reset_all().insert(tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

/// Changes a client. Owners, and managers accountable for it.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: ClientEdit,
) -> Result<client::Model> {
    let tx = db.begin().await?;
    let after = update_in(&tx, caller, id, expected_version, edit).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`update`], within the caller's transaction.
pub async fn update_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: ClientEdit,
) -> Result<client::Model> {
    let before = to_change(tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = client::Model {
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        starts_on: edit.starts_on.map_or(before.starts_on, Day),
        communication: edit.communication.unwrap_or(before.communication),
        sensitivity: edit.sensitivity.unwrap_or(before.sensitivity),
        growth: edit.growth.unwrap_or(before.growth),
        cadence_days: edit.cadence_days.unwrap_or(before.cadence_days),
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    let row = checked(row, check)?;
    let written = row.into_active_model().reset_all().update(tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::updated(tx, caller, id, &before, &after).await?;
    Ok(after)
}

/// Takes a client off the lists. Owners only; refused while it has projects that are not finished.
pub async fn archive(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<client::Model> {
    caller.must_own("archive clients")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let unfinished = projects::unfinished_names(&tx, id).await?;
    if !unfinished.is_empty() {
        check.add(
            "id",
            ProblemCode::NotAllowedNow,
            format!(
                "Complete or cancel its projects first: {}.",
                unfinished.join(", ")
            ),
        );
    }
    check.finish()?;
    let mut row = before.clone().into_active_model();
    row.archived_at = Set(Some(Moment(caller.now)));
    row.updated_at = Set(Moment(caller.now));
    row.version = Set(before.version + 1);
    let after = row.update(&tx).await?;
    history::archived(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// The client that something new is to belong to: it must exist and not be archived.
/// Locked where the database locks rows, so that it stays so until the transaction ends.
pub async fn open_client(
    conn: &impl ConnectionTrait,
    field: &str,
    id: Uuid,
) -> Result<client::Model> {
    let Some(row) = client::Entity::find_by_id(id)
        .lock_shared()
        .one(conn)
        .await?
    else {
        return Err(Error::problem(
            field,
            ProblemCode::NotFound,
            "There is no such client.",
        ));
    };
    if row.archived_at.is_some() {
        return Err(Error::problem(
            field,
            ProblemCode::NotAllowedNow,
            format!("{} is archived; nothing new can be added to it.", row.name),
        ));
    }
    Ok(row)
}

/// The client of a project, archived or not.
pub(super) async fn of_project(
    conn: &impl ConnectionTrait,
    project: &project::Model,
) -> Result<client::Model> {
    let row = client::Entity::find_by_id(project.client_id)
        .one(conn)
        .await?;
    row.ok_or(Error::NotFound("client"))
}

/// Reads the row for a change, locked where the database locks rows.
pub(super) async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<client::Model> {
    let row = client::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("client"))?;
    responsibilities::must_be_accountable_for_client(conn, caller, id).await?;
    if row.archived_at.is_some() {
        return Err(Error::problem(
            "id",
            ProblemCode::NotAllowedNow,
            format!("{} is archived and no longer changes.", row.name),
        ));
    }
    Ok(row)
}

fn checked(row: client::Model, mut check: Check) -> Result<client::Model> {
    let name = check.name("name", &row.name, 200);
    check.day("startsOn", row.starts_on.0);
    check.level("communication", row.communication);
    check.level("sensitivity", row.sensitivity);
    check.level("growth", row.growth);
    check.range("cadenceDays", row.cadence_days.into(), 1, 365);
    check.finish()?;
    Ok(client::Model { name, ..row })
}
