//! Touchpoints: logging contacts with a client.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::responsibilities::{Accountability, OPEN, Scope};
use crate::domain::settings::Settings;
use crate::domain::stand_ins::{Route, StandIns};
use crate::domain::strengths::Strengths;
use crate::domain::{clients, history, prompts, responsibilities, zone};
use crate::entity::{
    Day, Moment, Side, TouchpointKind, client_contact, new_id, person, project, touchpoint,
};
use crate::error::{Error, ProblemCode, Result};

/// How far a caller's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// A contact with a client, to be logged.
#[derive(Clone, Debug)]
pub struct NewTouchpoint {
    /// With whom; not archived.
    pub client_id: Uuid,
    /// About which of the client's projects.
    pub project_id: Option<Uuid>,
    /// Who of us; none: the caller. Somebody else's only an owner logs.
    pub person_id: Option<Uuid>,
    /// Who of them; not archived.
    pub contact_id: Option<Uuid>,
    /// What sort of contact.
    pub kind: TouchpointKind,
    /// When; none: now. Not before 1970, and at most five minutes ahead of our clock.
    pub occurred_at: Option<Timestamp>,
    /// What was said, up to 10,000 characters.
    pub note: String,
}

/// Whether the caller may read what was said: owners and managers, and whoever had the contact.
pub fn may_read_note(caller: &Caller, touchpoint: &touchpoint::Model) -> bool {
    caller.reads_all() || touchpoint.person_id.is_some_and(|person| caller.is(person))
}

/// Logs a contact. Owners, managers accountable for the client or one of its projects, whoever stands in today for
/// somebody accountable, and whoever was handed a prompt about the client.
pub async fn log(db: &Db, caller: &Caller, new: NewTouchpoint) -> Result<touchpoint::Model> {
    let tx = db.begin().await?;
    let after = log_in(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`log`], within the caller's transaction.
pub async fn log_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewTouchpoint,
) -> Result<touchpoint::Model> {
    clients::open_client(tx, "clientId", new.client_id).await?;
    must_be_allowed(tx, caller, new.client_id).await?;
    log_allowed_in(tx, caller, new).await
}

/// As [`log_in`], for a client on the lists of which the caller was prompted for this contact.
pub(super) async fn log_allowed_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewTouchpoint,
) -> Result<touchpoint::Model> {
    let person_id = new.person_id.or(caller.person_id);
    if person_id != caller.person_id {
        caller.must_own("log the contact of somebody else")?;
    }
    let occurred_at = new.occurred_at.unwrap_or(caller.now);
    let mut check = Check::new();
    let note = check.text("note", &new.note, 10_000);
    check_instant(&mut check, caller, occurred_at);
    check_parts(tx, &mut check, &new).await?;
    let zone = match person_id {
        Some(id) => zone_of(tx, &mut check, id).await?,
        None => caller.zone.clone(),
    };
    check.finish()?;
    let row = touchpoint::Model {
        id: new_id(caller.now),
        client_id: new.client_id,
        project_id: new.project_id,
        person_id,
        contact_id: new.contact_id,
        kind: new.kind,
        occurred_at: Moment(occurred_at),
        occurred_on: Day(occurred_at.to_zoned(zone).date()),
        note,
    };
    write(tx, caller, row).await
}

/// Logs the kick-off of a project on `on`, in the transaction that makes it ACTIVE: the first update is due from then.
pub(super) async fn log_kick_off(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    project: &project::Model,
    on: Date,
) -> Result<()> {
    let occurred_at = if on == caller.today() {
        caller.now
    } else {
        // Only the day is known; noon is on it in any zone nearby.
        let noon = on.at(12, 0, 0, 0).to_zoned(caller.zone.clone());
        noon.map_err(|error| Error::Internal(error.into()))?
            .timestamp()
    };
    let row = touchpoint::Model {
        id: new_id(caller.now),
        client_id: project.client_id,
        project_id: Some(project.id),
        person_id: caller.person_id,
        contact_id: None,
        kind: TouchpointKind::Kickoff,
        occurred_at: Moment(occurred_at),
        occurred_on: Day(on),
        note: String::new(),
    };
    write(tx, caller, row).await?;
    Ok(())
}

async fn write(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    row: touchpoint::Model,
) -> Result<touchpoint::Model> {
    let after = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

pub(super) fn check_instant(check: &mut Check, caller: &Caller, occurred_at: Timestamp) {
    check.require(
        occurred_at >= Timestamp::UNIX_EPOCH,
        "occurredAt",
        format!("{occurred_at} is before 1970."),
    );
    check.require(
        occurred_at.duration_since(caller.now) <= AHEAD,
        "occurredAt",
        format!("{occurred_at} has not come yet; log what has happened."),
    );
}

/// The project and the contact must be the client's.
async fn check_parts(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    new: &NewTouchpoint,
) -> Result<()> {
    if let Some(id) = new.project_id {
        let found = project::Entity::find_by_id(id).one(conn).await?;
        if found.is_none_or(|row| row.client_id != new.client_id) {
            let message = "This client has no such project.";
            check.add("projectId", ProblemCode::NotFound, message);
        }
    }
    if let Some(id) = new.contact_id {
        let found = client_contact::Entity::find_by_id(id).one(conn).await?;
        match found.filter(|row| row.client_id == new.client_id) {
            None => {
                let message = "This client has no such contact.";
                check.add("contactId", ProblemCode::NotFound, message);
            }
            Some(row) if row.archived_at.is_some() => check.add(
                "contactId",
                ProblemCode::NotAllowedNow,
                format!("{} is archived; choose another contact.", row.name),
            ),
            Some(_) => {}
        }
    }
    Ok(())
}

/// Where the person lives: the contact's day is theirs.
async fn zone_of(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    person_id: Uuid,
) -> Result<jiff::tz::TimeZone> {
    let Some(row) = person::Entity::find_by_id(person_id).one(conn).await? else {
        check.add(
            "personId",
            ProblemCode::NotFound,
            "There is no such person.",
        );
        return Ok(jiff::tz::TimeZone::UTC);
    };
    zone::zone("personId", &row.time_zone)
}

async fn must_be_allowed(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    client_id: Uuid,
) -> Result<()> {
    let allowed = responsibilities::must_be_accountable_for_client(conn, caller, client_id).await;
    match (allowed, caller.person_id) {
        (Err(Error::Forbidden(why)), Some(id)) => {
            if stands_in(conn, caller, id, client_id).await?
                || prompts::is_handed_to(conn, id, client_id, caller.today()).await?
            {
                return Ok(());
            }
            Err(Error::Forbidden(why))
        }
        (allowed, _) => allowed,
    }
}

/// Whether a mail about the client for somebody accountable would come to `person_id` today: whoever is prompted may
/// also say that it was done.
async fn stands_in(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    person_id: Uuid,
    client_id: Uuid,
) -> Result<bool> {
    let today = caller.today();
    let accountable = accountable_people(conn, client_id, today).await?;
    stands_in_for(conn, person_id, &accountable, client_id, today).await
}

/// Whether a mail about the client for any of `accountable` would come to `person_id` on `today`.
pub(super) async fn stands_in_for(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    accountable: &[Uuid],
    client_id: Uuid,
    today: Date,
) -> Result<bool> {
    let mut stand_ins = StandIns::load(conn, accountable, today, today).await?;
    let limits = Settings::load(conn).await?.relationships;
    let strengths = Strengths::load(conn, &limits, &[client_id], today).await?;
    stand_ins.know(conn, strengths).await?;
    Ok(accountable.iter().any(|one| {
        let route = stand_ins.route(*one, today, Some(client_id));
        matches!(route, Route::StandIn { person_id: to, .. } if to == person_id)
    }))
}

/// Whoever holds a side of the client, or of one of its open projects.
async fn accountable_people(
    conn: &impl ConnectionTrait,
    client_id: Uuid,
    day: Date,
) -> Result<Vec<Uuid>> {
    let scope = Scope::Clients(vec![client_id]);
    let accountability = Accountability::load(conn, &scope, day).await?;
    let projects = project::Entity::find()
        .filter(project::Column::ClientId.eq(client_id))
        .filter(project::Column::Status.is_in(OPEN))
        .all(conn)
        .await?;
    let mut people = Vec::new();
    for side in [Side::Client, Side::Project] {
        let of_projects = projects
            .iter()
            .filter_map(|row| accountability.of_project(side, row));
        let held = of_projects.chain(accountability.of_client(side, client_id));
        people.extend(held.map(responsibilities::Held::person_id));
    }
    people.sort_unstable();
    people.dedup();
    Ok(people)
}
