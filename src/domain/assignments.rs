//! Assignments: who holds a role for a client or a project, from when. Append-only (R1): a change closes one row and
//! opens another.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::responsibilities::{
    OPEN, must_be_accountable_for_client, must_be_accountable_for_project,
};
use crate::domain::{history, people, roles, subscriptions};
use crate::entity::{
    Access, AssignmentSource, Day, Moment, assignment, client, new_id, person, project,
};
use crate::error::{Error, ProblemCode, Result};

/// How many days back an owner may replace somebody. Mails and reviews speak of what was true on their day: further
/// back the past is only read. A past in which nobody held the role may be filled in however far back.
pub const DAYS_BACK: i32 = 31;

/// For what somebody holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A whole client.
    Client(Uuid),
    /// One project.
    Project(Uuid),
}

impl Target {
    /// One of the two, as the API and the spreadsheets have them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when both or neither are given.
    pub fn try_new(client_id: Option<Uuid>, project_id: Option<Uuid>) -> Result<Self> {
        match (client_id, project_id) {
            (Some(client), None) => Ok(Self::Client(client)),
            (None, Some(project)) => Ok(Self::Project(project)),
            _ => Err(Error::invalid(
                "projectId",
                "Give a client or a project: exactly one of the two.",
            )),
        }
    }
}

/// Who is to hold what from when, and why.
#[derive(Clone, Debug)]
pub struct NewAssignment {
    /// Which role.
    pub role_id: Uuid,
    /// For what.
    pub target: Target,
    /// Who; none: nobody from that day on.
    pub person_id: Option<Uuid>,
    /// The first day on which it holds.
    pub from_on: Date,
    /// Why, 1–2,000 characters; also kept on the row that it closes.
    pub reason: String,
}

/// The rows that setting an assignment wrote: at least one of the two.
#[derive(Clone, Debug)]
pub struct Change {
    /// The row that it ended; none when nobody held the role.
    pub closed: Option<assignment::Model>,
    /// The row that it began; none when nobody is to hold the role.
    pub opened: Option<assignment::Model>,
}

/// What came of setting an assignment.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was so already; nothing was written. Carries the row that says so, none when nobody holds the role.
    Already(Option<Box<assignment::Model>>),
    /// Something was written.
    Changed(Box<Change>),
}

/// Gives a role to a person, or to nobody, from a day on: until the next change that is planned, until the person's
/// last working day, or else without an end. Owners, and managers accountable for the client or project; only owners
/// may date it back, see [`DAYS_BACK`].
///
/// # Errors
/// [`Error::Invalid`] also when it is so already; [`Error::Conflict`] when somebody else was faster.
pub async fn set(db: &Db, caller: &Caller, new: NewAssignment) -> Result<Change> {
    let (from_on, somebody) = (new.from_on, new.person_id.is_some());
    let tx = db.begin().await?;
    match set_in(&tx, caller, AssignmentSource::Person, new).await? {
        Outcome::Changed(change) => {
            tx.commit().await?;
            Ok(*change)
        }
        Outcome::Already(held) => {
            let message = already(&tx, from_on, held).await?;
            let field = if somebody { "personId" } else { "fromOn" };
            Err(Error::problem(field, ProblemCode::NotAllowedNow, message))
        }
    }
}

/// As [`set`], within the caller's transaction and for any `source`. What is so already is an outcome here, not an
/// error, so that a spreadsheet can be imported twice; a spreadsheet may also tell the past without [`DAYS_BACK`].
pub async fn set_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    source: AssignmentSource,
    new: NewAssignment,
) -> Result<Outcome> {
    let target = Locked::read(tx, new.target).await?;
    target.must_be_accountable(tx, caller).await?;

    let mut check = Check::new();
    target.must_be_open(tx, &mut check).await?;
    let reason = check.reason("reason", &new.reason);
    check.day("fromOn", new.from_on);
    let role = check.also(roles::open_role(tx, "roleId", new.role_id).await)?;
    let person = match new.person_id {
        Some(id) => check.also(people::working_here(tx, "personId", id, new.from_on).await)?,
        None => None,
    };
    if let Some(person) = &person {
        check.require(
            *person.employed_from <= new.from_on,
            "fromOn",
            format!(
                "{} starts to work here on {} only.",
                person.name, person.employed_from
            ),
        );
    }
    let standing = Standing::read(tx, new.role_id, new.target, new.from_on).await?;
    must_be_in_reach(&mut check, caller, source, new.from_on, &standing);
    must_not_overrule(&mut check, source, &standing);
    check.finish()?;
    let Some(role) = role else {
        return Err(Error::NotFound("role"));
    };

    let until_on = standing.until(person.as_ref());
    if standing.is_so_already(person.as_ref(), until_on) {
        return Ok(Outcome::Already(standing.held.map(Box::new)));
    }
    let closed = match standing.held {
        Some(held) => Some(close(tx, caller, held, new.from_on, &reason).await?),
        None => None,
    };
    let Some(person) = person else {
        let opened = None;
        return Ok(Outcome::Changed(Box::new(Change { closed, opened })));
    };
    let (client_id, project_id) = match new.target {
        Target::Client(id) => (Some(id), None),
        Target::Project(id) => (None, Some(id)),
    };
    let row = assignment::Model {
        id: new_id(caller.now),
        role_id: role.id,
        client_id,
        project_id,
        person_id: person.id,
        from_on: Day(new.from_on),
        until_on,
        source,
        written_by_id: caller.person_id,
        reason,
        created_at: Moment(caller.now),
        closed_at: None,
        closed_by_id: None,
        closed_reason: None,
    };
    let opened = Some(open(tx, caller, row).await?);
    if role.side.is_some() {
        subscriptions::ensure(tx, &person, caller.now).await?;
    }
    Ok(Outcome::Changed(Box::new(Change { closed, opened })))
}

/// The client or project of an assignment, locked so that two changes of it come one after the other.
enum Locked {
    Client(client::Model),
    Project(project::Model),
}

impl Locked {
    async fn read(conn: &impl ConnectionTrait, target: Target) -> Result<Self> {
        let missing = |field: &str, noun: &str| {
            Error::problem(
                field,
                ProblemCode::NotFound,
                format!("There is no such {noun}."),
            )
        };
        match target {
            Target::Client(id) => client::Entity::find_by_id(id)
                .lock(LockType::NoKeyUpdate)
                .one(conn)
                .await?
                .map(Self::Client)
                .ok_or_else(|| missing("clientId", "client")),
            Target::Project(id) => project::Entity::find_by_id(id)
                .lock(LockType::NoKeyUpdate)
                .one(conn)
                .await?
                .map(Self::Project)
                .ok_or_else(|| missing("projectId", "project")),
        }
    }

    async fn must_be_accountable(
        &self,
        conn: &impl ConnectionTrait,
        caller: &Caller,
    ) -> Result<()> {
        match self {
            Self::Client(client) => must_be_accountable_for_client(conn, caller, client.id).await,
            Self::Project(project) => must_be_accountable_for_project(conn, caller, project).await,
        }
    }

    async fn must_be_open(&self, conn: &impl ConnectionTrait, check: &mut Check) -> Result<()> {
        let (field, closed) = match self {
            Self::Client(client) => (
                "clientId",
                client.archived_at.map(|_| (&client.name, "is archived")),
            ),
            Self::Project(project) if project.archived_at.is_some() => {
                ("projectId", Some((&project.name, "is archived")))
            }
            Self::Project(project) if !OPEN.contains(&project.status) => {
                ("projectId", Some((&project.name, "is finished")))
            }
            Self::Project(project) => {
                let client = client::Entity::find_by_id(project.client_id)
                    .one(conn)
                    .await?;
                let archived = client.is_some_and(|client| client.archived_at.is_some());
                let closed = archived.then_some((&project.name, "belongs to an archived client"));
                ("projectId", closed)
            }
        };
        if let Some((name, why)) = closed {
            check.add(
                field,
                ProblemCode::NotAllowedNow,
                format!("{name} {why}; nobody new can be assigned to it."),
            );
        }
        Ok(())
    }
}

/// What is written about a role of a client or project from a day on.
struct Standing {
    /// The row in force on the day.
    held: Option<assignment::Model>,
    /// When the next row after it begins.
    next_from_on: Option<Day>,
}

impl Standing {
    async fn read(
        conn: &impl ConnectionTrait,
        role_id: Uuid,
        target: Target,
        day: Date,
    ) -> Result<Self> {
        let of_target = match target {
            Target::Client(id) => assignment::Column::ClientId.eq(id),
            Target::Project(id) => assignment::Column::ProjectId.eq(id),
        };
        let until = assignment::Column::UntilOn;
        let mut rows = assignment::Entity::find()
            .filter(of_target)
            .filter(assignment::Column::RoleId.eq(role_id))
            .filter(
                Condition::any()
                    .add(until.is_null())
                    .add(until.gt(Day(day))),
            )
            .order_by_asc(assignment::Column::FromOn)
            .all(conn)
            .await?;
        rows.retain(|row| row.until_on != Some(row.from_on));
        let next_from_on = rows.iter().map(|row| row.from_on).find(|from| **from > day);
        let held = rows.into_iter().find(|row| *row.from_on <= day);
        Ok(Self { held, next_from_on })
    }

    /// The first day on which a row for `person` no longer holds: nobody holds anything after their last day (R7).
    fn until(&self, person: Option<&person::Model>) -> Option<Day> {
        let left_on = person
            .and_then(|person| person.employed_until)
            .map(|last| Day(last.saturating_add(1.day())));
        self.next_from_on.into_iter().chain(left_on).min()
    }

    fn is_so_already(&self, person: Option<&person::Model>, until_on: Option<Day>) -> bool {
        match (person, &self.held) {
            (Some(person), Some(held)) => held.person_id == person.id && held.until_on == until_on,
            (None, None) => true,
            _ => false,
        }
    }
}

fn must_be_in_reach(
    check: &mut Check,
    caller: &Caller,
    source: AssignmentSource,
    from_on: Date,
    standing: &Standing,
) {
    let today = caller.today();
    if from_on >= today || source == AssignmentSource::Import {
        return;
    }
    if caller.access != Access::Owner {
        check.add(
            "fromOn",
            ProblemCode::NotAllowedNow,
            format!(
                "Only an owner may date an assignment back; start it today, {today}, or later."
            ),
        );
        return;
    }
    let earliest = today.saturating_sub(Span::new().days(DAYS_BACK));
    if standing.held.is_some() && from_on < earliest {
        check.add(
            "fromOn",
            ProblemCode::NotAllowedNow,
            format!("Somebody held this on {from_on} already. Who held it can be changed back to {earliest} at most."),
        );
    }
}

/// R4: what a person decided is not overwritten by a spreadsheet or a plan.
fn must_not_overrule(check: &mut Check, source: AssignmentSource, standing: &Standing) {
    let automatic = matches!(source, AssignmentSource::Import | AssignmentSource::Plan);
    let Some(held) = &standing.held else {
        return;
    };
    if automatic && held.source == AssignmentSource::Person {
        check.add(
            "personId",
            ProblemCode::NotAllowedNow,
            format!(
                "Somebody decided by hand who holds this from {}: “{}”. Change it by hand.",
                held.from_on,
                crate::domain::check::shortened(&held.reason)
            ),
        );
    }
}

async fn close(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: assignment::Model,
    until_on: Date,
    reason: &str,
) -> Result<assignment::Model> {
    let mut row = before.clone().into_active_model();
    row.until_on = Set(Some(Day(until_on)));
    row.closed_at = Set(Some(Moment(caller.now)));
    row.closed_by_id = Set(caller.person_id);
    row.closed_reason = Set(Some(reason.to_owned()));
    let after = row.update(tx).await?;
    history::updated(tx, caller, after.id, &before, &after).await?;
    Ok(after)
}

async fn open(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    row: assignment::Model,
) -> Result<assignment::Model> {
    let after = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

/// "Dana holds this already since 2026-03-01."
async fn already(
    conn: &impl ConnectionTrait,
    from_on: Date,
    held: Option<Box<assignment::Model>>,
) -> Result<String> {
    let Some(held) = held else {
        return Ok(format!("Nobody holds this on {from_on} already."));
    };
    let person = person::Entity::find_by_id(held.person_id).one(conn).await?;
    let name = person.map_or_else(|| "This person".to_owned(), |person| person.name);
    let until = held
        .until_on
        .map(|until| format!(", until {until}"))
        .unwrap_or_default();
    Ok(format!(
        "{name} holds this already since {}{until}.",
        held.from_on
    ))
}
