//! Exceptions: a line of the catalogue that the other side does on one project, from when. Append-only, in the manner of
//! [`assignments`](super::assignments): a change closes one row and opens another.

mod answer;

use jiff::Span;
use jiff::civil::Date;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::assignments::DAYS_BACK;
use crate::domain::check::Check;
use crate::domain::history;
use crate::domain::responsibilities::{OPEN, must_be_accountable_for_project};
use crate::entity::{
    Access, Day, Moment, Side, new_id, project, responsibility, responsibility_exception,
};
use crate::error::{Error, ProblemCode, Result};
pub use answer::{Answer, in_force};

/// Which side is to do a line on a project from when, and why.
#[derive(Clone, Debug)]
pub struct NewException {
    /// On which project; PROPOSED, ACTIVE or BACK_BURNER.
    pub project_id: Uuid,
    /// Which line of the catalogue.
    pub responsibility_id: Uuid,
    /// Which side does it there; none, or the line's own side: the exception ends.
    pub side: Option<Side>,
    /// The first day on which it holds.
    pub from_on: Date,
    /// Why, 1–2,000 characters; also kept on the row that it closes.
    pub reason: String,
}

/// The rows that setting an exception wrote: at least one of the two.
#[derive(Clone, Debug)]
pub struct Change {
    /// The exception that it ended; none when there was none.
    pub closed: Option<responsibility_exception::Model>,
    /// The exception that it began; none when the line's own side is to do it.
    pub opened: Option<responsibility_exception::Model>,
}

/// Gives a line of the catalogue to the other side on one project from a day on, until the next change that is planned,
/// or ends such an exception. Owners, and managers accountable for the project; only owners may date it back, over an
/// exception at most [`DAYS_BACK`] days.
///
/// # Errors
/// [`Error::Invalid`] also when it is so already.
pub async fn set(db: &Db, caller: &Caller, new: NewException) -> Result<Change> {
    let tx = db.begin().await?;
    let change = set_in(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(change)
}

/// As [`set`], within the caller's transaction.
pub async fn set_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewException,
) -> Result<Change> {
    let mut check = Check::new();
    open_project(tx, caller, new.project_id, &mut check).await?;
    let reason = check.reason("reason", &new.reason);
    check.day("fromOn", new.from_on);
    let line = check.also(line(tx, new.responsibility_id).await)?;
    let standing = Standing::read(tx, &new).await?;
    let side = new
        .side
        .filter(|side| line.as_ref().is_none_or(|line| line.side != *side));
    if let Some(line) = &line {
        must_be_new(&mut check, line, &new, side, &standing);
    }
    must_be_in_reach(&mut check, caller, new.from_on, &standing);
    check.finish()?;
    let closed = match standing.held {
        Some(held) => Some(close(tx, caller, held, new.from_on, &reason).await?),
        None => None,
    };
    let opened = match side {
        Some(side) => {
            let row = responsibility_exception::Model {
                id: new_id(caller.now),
                project_id: new.project_id,
                responsibility_id: new.responsibility_id,
                side,
                from_on: Day(new.from_on),
                until_on: standing.next_from_on,
                reason,
                written_by_id: caller.person_id,
                created_at: Moment(caller.now),
                closed_at: None,
                closed_by_id: None,
                closed_reason: None,
            };
            Some(open(tx, caller, row).await?)
        }
        None => None,
    };
    Ok(Change { closed, opened })
}

/// What is written about a line on a project from a day on.
struct Standing {
    /// The row in force on the day.
    held: Option<responsibility_exception::Model>,
    /// When the next row after it begins.
    next_from_on: Option<Day>,
}

impl Standing {
    async fn read(conn: &impl ConnectionTrait, new: &NewException) -> Result<Self> {
        use responsibility_exception::Column;
        let mut rows = responsibility_exception::Entity::find()
            .filter(Column::ProjectId.eq(new.project_id))
            .filter(Column::ResponsibilityId.eq(new.responsibility_id))
            .filter(
                Condition::any()
                    .add(Column::UntilOn.is_null())
                    .add(Column::UntilOn.gt(Day(new.from_on))),
            )
            .order_by_asc(Column::FromOn)
            .all(conn)
            .await?;
        rows.retain(|row| row.until_on != Some(row.from_on));
        let later = rows.iter().map(|row| row.from_on);
        let next_from_on = later.into_iter().find(|from| **from > new.from_on);
        let held = rows.into_iter().find(|row| *row.from_on <= new.from_on);
        Ok(Self { held, next_from_on })
    }
}

/// The project, locked so that two changes of it come one after the other.
async fn open_project(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    check: &mut Check,
) -> Result<()> {
    let project = project::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await?;
    let project = project.ok_or_else(|| {
        Error::problem(
            "projectId",
            ProblemCode::NotFound,
            "There is no such project.",
        )
    })?;
    must_be_accountable_for_project(tx, caller, &project).await?;
    if project.archived_at.is_some() || !OPEN.contains(&project.status) {
        let message = format!(
            "{} is finished; who does what on it no longer changes.",
            project.name
        );
        check.add("projectId", ProblemCode::NotAllowedNow, message);
    }
    Ok(())
}

async fn line(tx: &impl ConnectionTrait, id: Uuid) -> Result<responsibility::Model> {
    let field = "responsibilityId";
    let row = responsibility::Entity::find_by_id(id)
        .lock_shared()
        .one(tx)
        .await?;
    let row = row.ok_or_else(|| {
        Error::problem(
            field,
            ProblemCode::NotFound,
            "There is no such responsibility.",
        )
    })?;
    if row.archived_at.is_some() {
        let message = format!("“{}” is archived: nobody does it any more.", row.name);
        return Err(Error::problem(field, ProblemCode::NotAllowedNow, message));
    }
    Ok(row)
}

/// Notes a problem when `side`, the side that would be an exception, does the line already.
fn must_be_new(
    check: &mut Check,
    line: &responsibility::Model,
    new: &NewException,
    side: Option<Side>,
    standing: &Standing,
) {
    let message = match (&standing.held, side) {
        (Some(held), Some(side)) if held.side == side => {
            let until = held.until_on.map(|until| format!(", until {until}"));
            format!(
                "The {} side does “{}” here already since {}{}.",
                answer::word(side),
                line.name,
                held.from_on,
                until.unwrap_or_default()
            )
        }
        (None, None) => format!(
            "“{}” is the {} side's by the catalogue, and there is no exception on {} to end.",
            line.name,
            answer::word(line.side),
            new.from_on
        ),
        _ => return,
    };
    check.add("side", ProblemCode::NotAllowedNow, message);
}

/// Notes a problem when the day is further back than the caller may reach.
fn must_be_in_reach(check: &mut Check, caller: &Caller, from_on: Date, standing: &Standing) {
    let today = caller.today();
    if from_on >= today {
        return;
    }
    let earliest = today.saturating_sub(Span::new().days(DAYS_BACK));
    let message = if caller.access != Access::Owner {
        format!("Only an owner may date an exception back; start it today, {today}, or later.")
    } else if standing.held.is_some() && from_on < earliest {
        format!(
            "An exception held on {from_on} already. It can be changed back to {earliest} at most."
        )
    } else {
        return;
    };
    check.add("fromOn", ProblemCode::NotAllowedNow, message);
}

async fn close(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: responsibility_exception::Model,
    until_on: Date,
    reason: &str,
) -> Result<responsibility_exception::Model> {
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
    row: responsibility_exception::Model,
) -> Result<responsibility_exception::Model> {
    let after = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}
