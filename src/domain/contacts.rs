//! The people at a client.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{clients, history, responsibilities};
use crate::entity::{Moment, client_contact, new_id};
use crate::error::{Error, ProblemCode, Result, taken};

const EMAIL_TAKEN: &str = "This client has a contact with this address already.";

/// What a new contact needs.
#[derive(Clone, Debug)]
pub struct NewContact {
    /// The client they work for.
    pub client_id: Uuid,
    /// Full name, 1–200 characters.
    pub name: String,
    /// Unique within the client.
    pub email: String,
    /// What they do there.
    pub job_title: Option<String>,
    /// Whom letters go to; takes over from whoever was.
    pub is_primary: bool,
}

/// What to change about a contact; what is absent stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct ContactEdit {
    /// See [`NewContact::name`].
    pub name: Option<String>,
    /// See [`NewContact::email`].
    pub email: Option<String>,
    /// See [`NewContact::job_title`].
    pub job_title: Option<Option<String>>,
    /// See [`NewContact::is_primary`].
    pub is_primary: Option<bool>,
}

/// Adds a contact. Owners, and managers accountable for the client.
pub async fn create(db: &Db, caller: &Caller, new: NewContact) -> Result<client_contact::Model> {
    let tx = db.begin().await?;
    let after = create_in(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`create`], within the caller's transaction.
pub async fn create_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewContact,
) -> Result<client_contact::Model> {
    clients::open_client(tx, "clientId", new.client_id).await?;
    responsibilities::must_be_accountable_for_client(tx, caller, new.client_id).await?;
    let row = client_contact::Model {
        id: new_id(caller.now),
        client_id: new.client_id,
        name: new.name,
        email: new.email,
        job_title: new.job_title,
        is_primary: new.is_primary,
        version: 1,
        archived_at: None,
    };
    let row = checked(row, Check::new())?;
    make_room_for_primary(tx, caller, &row).await?;
    let written = row.into_active_model().reset_all().insert(tx).await;
    let after = taken(written, "email", EMAIL_TAKEN)?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

/// Changes a contact. Owners, and managers accountable for the client.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: ContactEdit,
) -> Result<client_contact::Model> {
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
    edit: ContactEdit,
) -> Result<client_contact::Model> {
    let before = to_change(tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = client_contact::Model {
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        email: edit.email.unwrap_or_else(|| before.email.clone()),
        job_title: edit.job_title.unwrap_or_else(|| before.job_title.clone()),
        is_primary: edit.is_primary.unwrap_or(before.is_primary),
        version: before.version + 1,
        ..before.clone()
    };
    let row = checked(row, check)?;
    make_room_for_primary(tx, caller, &row).await?;
    let written = row.into_active_model().reset_all().update(tx).await;
    let after = taken(written, "email", EMAIL_TAKEN)?;
    history::updated(tx, caller, id, &before, &after).await?;
    Ok(after)
}

/// Takes a contact off the lists: nothing is sent to them any more.
pub async fn archive(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<client_contact::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check.finish()?;
    let mut row = before.clone().into_active_model();
    row.archived_at = Set(Some(Moment(caller.now)));
    row.is_primary = Set(false);
    row.version = Set(before.version + 1);
    let after = row.update(&tx).await?;
    history::archived(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<client_contact::Model> {
    let row = client_contact::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("contact"))?;
    responsibilities::must_be_accountable_for_client(conn, caller, row.client_id).await?;
    if row.archived_at.is_some() {
        return Err(Error::problem(
            "id",
            ProblemCode::NotAllowedNow,
            format!("{} is archived and no longer changes.", row.name),
        ));
    }
    Ok(row)
}

/// A client has one primary contact: a new one takes over from the old.
async fn make_room_for_primary(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    row: &client_contact::Model,
) -> Result<()> {
    if !row.is_primary {
        return Ok(());
    }
    let others = client_contact::Entity::find()
        .filter(client_contact::Column::ClientId.eq(row.client_id))
        .filter(client_contact::Column::IsPrimary.eq(true))
        .filter(client_contact::Column::Id.ne(row.id))
        .all(conn)
        .await?;
    for before in others {
        let mut other = before.clone().into_active_model();
        other.is_primary = Set(false);
        other.version = Set(before.version + 1);
        let after = other.update(conn).await?;
        history::updated(conn, caller, after.id, &before, &after).await?;
    }
    Ok(())
}

fn checked(row: client_contact::Model, mut check: Check) -> Result<client_contact::Model> {
    let name = check.name("name", &row.name, 200);
    let email = check.email("email", &row.email);
    let job_title = row
        .job_title
        .as_deref()
        .filter(|title| !title.trim().is_empty())
        .map(|title| check.name("jobTitle", title, 200));
    check.finish()?;
    Ok(client_contact::Model {
        name,
        email,
        job_title,
        ..row
    })
}
