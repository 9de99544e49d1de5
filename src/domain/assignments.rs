//! Assignments: who holds a role for a client or a project, from when. Append-only (R1): a change closes one row and
//! opens another.

mod standing;
mod target;

use jiff::civil::Date;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Set};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::batch::Batch;
use crate::domain::check::Check;
use crate::domain::{history, people, roles, subscriptions};
use crate::entity::{AssignmentSource, Day, Moment, assignment, new_id, person, role};
use crate::error::{Error, ProblemCode, Result};
use standing::{Standing, must_be_in_reach, must_not_overrule};
use target::Locked;
pub use target::Target;

/// How many days back an owner may replace somebody. Mails and reviews speak of what was true on their day: further
/// back the past is only read. A past in which nobody held the role may be filled in however far back.
pub const DAYS_BACK: i32 = 31;

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
    let tx = db.begin().await?;
    let change = set_or_refuse(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(change)
}

/// Sets all of these, one after the other, or none; a dry run sets none in any case. One that could not be read is given as
/// its error.
///
/// # Errors
/// As [`Batch`], for each as [`set`].
pub async fn set_all(
    db: &Db,
    caller: &Caller,
    all: Vec<Result<NewAssignment>>,
    dry_run: bool,
) -> Result<Vec<Change>> {
    let mut batch = Batch::begin(db, all.len()).await?;
    for new in all {
        let outcome = match new {
            Ok(new) => set_or_refuse(batch.tx(), caller, new).await,
            Err(error) => Err(error),
        };
        batch.note(outcome)?;
    }
    batch.finish(dry_run).await
}

async fn set_or_refuse(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewAssignment,
) -> Result<Change> {
    let (from_on, somebody) = (new.from_on, new.person_id.is_some());
    match set_in(tx, caller, AssignmentSource::Person, new).await? {
        Outcome::Changed(change) => Ok(*change),
        Outcome::Already(held) => {
            let message = already(tx, from_on, held).await?;
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
    let wish = Wish::read(tx, caller, source, new).await?;
    let until_on = wish.standing.until(wish.person.as_ref());
    if wish.standing.is_so_already(wish.person.as_ref(), until_on) {
        return Ok(Outcome::Already(wish.standing.held.map(Box::new)));
    }
    let closed = match wish.standing.held {
        Some(held) => Some(close(tx, caller, held, wish.from_on, &wish.reason).await?),
        None => None,
    };
    let Some(person) = wish.person else {
        let opened = None;
        return Ok(Outcome::Changed(Box::new(Change { closed, opened })));
    };
    let (client_id, project_id) = match wish.target {
        Target::Client(id) => (Some(id), None),
        Target::Project(id) => (None, Some(id)),
    };
    let row = assignment::Model {
        id: new_id(caller.now),
        role_id: wish.role.id,
        client_id,
        project_id,
        person_id: person.id,
        from_on: Day(wish.from_on),
        until_on,
        source,
        written_by_id: caller.person_id,
        reason: wish.reason,
        created_at: Moment(caller.now),
        closed_at: None,
        closed_by_id: None,
        closed_reason: None,
    };
    let opened = Some(open(tx, caller, row).await?);
    if wish.role.side.is_some() {
        subscriptions::ensure(tx, &person, caller.now).await?;
    }
    Ok(Outcome::Changed(Box::new(Change { closed, opened })))
}

/// A [`NewAssignment`] that was looked at and found possible.
struct Wish {
    role: role::Model,
    target: Target,
    person: Option<person::Model>,
    from_on: Date,
    reason: String,
    standing: Standing,
}

impl Wish {
    async fn read(
        tx: &impl ConnectionTrait,
        caller: &Caller,
        source: AssignmentSource,
        new: NewAssignment,
    ) -> Result<Self> {
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
            let starts_on = person.employed_from;
            let message = format!("{} starts to work here on {starts_on} only.", person.name);
            check.require(*starts_on <= new.from_on, "fromOn", message);
        }
        let standing = Standing::read(tx, new.role_id, new.target, new.from_on).await?;
        must_be_in_reach(&mut check, caller, source, new.from_on, &standing);
        must_not_overrule(&mut check, source, person.as_ref(), &standing);
        check.finish()?;
        Ok(Self {
            role: role.ok_or(Error::NotFound("role"))?,
            target: new.target,
            person,
            from_on: new.from_on,
            reason,
            standing,
        })
    }
}

/// Ends a row on `until_on`, the first day on which it no longer holds.
pub(super) async fn close(
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
