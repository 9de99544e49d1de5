//! Time off: who is away when, and who stands in.
//!
//! Owners enter it for everybody, managers for themselves. Members read their
//! own and have it entered by an owner: they write nothing (api.md, "Who may
//! what"). Rows may overlap; availability subtracts no minute twice (R5).

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, QuerySelect,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::batch::{Batch, Change};
use crate::domain::check::Check;
use crate::domain::{history, people, working_time};
use crate::entity::{Access, Day, new_id, time_off};
use crate::error::{Error, ProblemCode, Result};

/// What new time off needs.
#[derive(Clone, Debug)]
pub struct NewTimeOff {
    /// Who is away.
    pub person_id: Uuid,
    /// First day.
    pub starts_on: Date,
    /// Last day, included; less than two years after the first.
    pub ends_on: Date,
    /// Minutes off on each day, 1–1440; none: the whole day.
    pub minutes_per_day: Option<i32>,
    /// Who stands in; none: the standing delegate.
    pub delegate_id: Option<Uuid>,
    /// Why, up to 2,000 characters; private.
    pub note: String,
}

/// What to change about time off; what is absent stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct TimeOffEdit {
    /// See [`NewTimeOff::starts_on`].
    pub starts_on: Option<Date>,
    /// See [`NewTimeOff::ends_on`].
    pub ends_on: Option<Date>,
    /// See [`NewTimeOff::minutes_per_day`].
    pub minutes_per_day: Option<Option<i32>>,
    /// See [`NewTimeOff::delegate_id`].
    pub delegate_id: Option<Option<Uuid>>,
    /// See [`NewTimeOff::note`].
    pub note: Option<String>,
}

/// One of several changes of time off.
pub type TimeOffChange = Change<NewTimeOff, TimeOffEdit>;

/// Enters time off. Owners, and managers for themselves.
pub async fn create(db: &Db, caller: &Caller, new: NewTimeOff) -> Result<time_off::Model> {
    let tx = db.begin().await?;
    let after = create_in(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`create`], within the caller's transaction.
pub async fn create_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewTimeOff,
) -> Result<time_off::Model> {
    must_plan_for(caller, new.person_id)?;
    let row = time_off::Model {
        id: new_id(caller.now),
        person_id: new.person_id,
        starts_on: Day(new.starts_on),
        ends_on: Day(new.ends_on),
        minutes_per_day: new.minutes_per_day,
        delegate_id: new.delegate_id,
        note: new.note,
        version: 1,
    };
    let row = checked(tx, row, Check::new()).await?;
    let after = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

/// Changes time off. Owners, and managers their own.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: TimeOffEdit,
) -> Result<time_off::Model> {
    let tx = db.begin().await?;
    let after = update_in(&tx, caller, id, expected_version, edit).await?;
    tx.commit().await?;
    Ok(after)
}

async fn update_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: TimeOffEdit,
) -> Result<time_off::Model> {
    let before = to_change(tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = time_off::Model {
        starts_on: edit.starts_on.map_or(before.starts_on, Day),
        ends_on: edit.ends_on.map_or(before.ends_on, Day),
        minutes_per_day: edit.minutes_per_day.unwrap_or(before.minutes_per_day),
        delegate_id: edit.delegate_id.unwrap_or(before.delegate_id),
        note: edit.note.unwrap_or_else(|| before.note.clone()),
        version: before.version + 1,
        ..before.clone()
    };
    let row = checked(tx, row, check).await?;
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, id, &before, &after).await?;
    Ok(after)
}

/// Takes time off back. Answers it as it was. Owners, and managers their own.
pub async fn delete(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<time_off::Model> {
    let tx = db.begin().await?;
    let before = delete_in(&tx, caller, id, expected_version).await?;
    tx.commit().await?;
    Ok(before)
}

async fn delete_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<time_off::Model> {
    let before = to_change(tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check.finish()?;
    before.clone().delete(tx).await?;
    history::deleted(tx, caller, id, &before).await?;
    Ok(before)
}

/// Makes all of these changes, one after the other, or none; a dry run makes none in any case. A change that could not be
/// read is given as its error. Answers each row as it is then, or as it was when it is deleted.
///
/// # Errors
/// As [`Batch`]; the problems of a change are below its kind: `items.0.update.startsOn`.
pub async fn change_all(
    db: &Db,
    caller: &Caller,
    changes: Vec<Result<TimeOffChange>>,
    dry_run: bool,
) -> Result<Vec<time_off::Model>> {
    let mut batch = Batch::begin(db, changes.len()).await?;
    for change in changes {
        let outcome = match change {
            Ok(change) => change_in(batch.tx(), caller, change).await,
            Err(error) => Err(error),
        };
        batch.note(outcome)?;
    }
    batch.finish(dry_run).await
}

async fn change_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    change: TimeOffChange,
) -> Result<time_off::Model> {
    let word = change.word();
    let made = match change {
        Change::Create(new) => create_in(tx, caller, new).await,
        Change::Update {
            id,
            expected_version,
            edit,
        } => update_in(tx, caller, id, expected_version, edit).await,
        Change::Delete {
            id,
            expected_version,
        } => delete_in(tx, caller, id, expected_version).await,
    };
    made.map_err(|error| error.below(&[word]))
}

fn must_plan_for(caller: &Caller, person_id: Uuid) -> Result<()> {
    let allowed = match caller.access {
        Access::Owner => true,
        Access::Manager => caller.is(person_id),
        Access::Member => false,
    };
    if allowed {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only an owner, or a manager for themselves, may enter time off. Ask an owner to do it."
            .into(),
    ))
}

/// Reads the row for a change, locked where the database locks rows.
async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<time_off::Model> {
    let row = time_off::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .filter(|row| caller.sees(row))
        .ok_or(Error::NotFound("time off"))?;
    must_plan_for(caller, row.person_id)?;
    Ok(row)
}

async fn checked(
    conn: &impl ConnectionTrait,
    row: time_off::Model,
    mut check: Check,
) -> Result<time_off::Model> {
    let (first, last) = (row.starts_on.0, row.ends_on.0);
    check.days(("startsOn", first), ("endsOn", last));
    let too_late = first.checked_add(2.years()).unwrap_or(Date::MAX);
    check.require(
        last < too_late,
        "endsOn",
        format!("{first} to {last} is more than two years. Enter at most two years at a time."),
    );
    if let Some(minutes) = row.minutes_per_day {
        check.range("minutesPerDay", minutes.into(), 1, 24 * 60);
    }
    let note = check.text("note", &row.note, 2_000);
    check.also(people::working_here(conn, "personId", row.person_id, first).await)?;
    if let Some(delegate) = row.delegate_id {
        check_delegate(conn, &mut check, &row, delegate).await?;
    }
    check.finish()?;
    Ok(time_off::Model { note, ..row })
}

/// A delegate must be somebody else, work here to the end and not be away for whole days meanwhile.
async fn check_delegate(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    row: &time_off::Model,
    delegate: Uuid,
) -> Result<()> {
    let field = "delegateId";
    let (first, last) = (row.starts_on.0, row.ends_on.0);
    if delegate == row.person_id {
        check.require(false, field, "Nobody can stand in for themselves.");
        return Ok(());
    }
    let found = people::working_here(conn, field, delegate, last).await;
    let Some(delegate) = check.also(found)? else {
        return Ok(());
    };
    let away = working_time::absences(conn, &[delegate.id], first, last).await?;
    if let Some(away) = away.iter().find(|row| row.minutes_per_day.is_none()) {
        check.add(
            field,
            ProblemCode::NotAllowedNow,
            format!(
                "{} is away from {} to {} and cannot stand in. Choose somebody who is there from {first} to {last}.",
                delegate.name, away.starts_on, away.ends_on
            ),
        );
    }
    Ok(())
}
