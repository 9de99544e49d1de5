//! Bookings: making, changing and deleting them. What they come to is counted in [`crate::domain::bookings`].

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, QuerySelect,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::batch::{Batch, Change};
use crate::domain::bookings::Booking;
use crate::domain::check::Check;
use crate::domain::{history, people, projects, responsibilities, working_time};
use crate::entity::{BookingMethod, Day, booking, new_id, project};
use crate::error::{Error, ProblemCode, Result};

/// A day has no more minutes.
const MINUTES_OF_A_DAY: i64 = 24 * 60;

/// What a new booking needs.
#[derive(Clone, Debug)]
pub struct NewBooking {
    /// Whose time; must work here on all its days.
    pub person_id: Uuid,
    /// For what; an open project.
    pub project_id: Uuid,
    /// First day.
    pub starts_on: Date,
    /// Last day, included; less than two years after the first.
    pub ends_on: Date,
    /// How `value` is to be read.
    pub method: BookingMethod,
    /// PER_DAY: minutes, 1–1,440. PERCENT: basis points, 1–10,000. TOTAL: minutes, 1–1,000,000.
    pub value: i64,
    /// TENTATIVE with this probability, 0–10,000 bp; none: CONFIRMED.
    pub probability_bp: Option<i32>,
    /// What for, up to 2,000 characters.
    pub note: String,
}

/// What to change about a booking; what is absent stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct BookingEdit {
    /// See [`NewBooking::starts_on`].
    pub starts_on: Option<Date>,
    /// See [`NewBooking::ends_on`].
    pub ends_on: Option<Date>,
    /// See [`NewBooking::method`].
    pub method: Option<BookingMethod>,
    /// See [`NewBooking::value`].
    pub value: Option<i64>,
    /// See [`NewBooking::probability_bp`].
    pub probability_bp: Option<Option<i32>>,
    /// See [`NewBooking::note`].
    pub note: Option<String>,
}

/// One of several changes of bookings.
pub type BookingChange = Change<NewBooking, BookingEdit>;

/// Books somebody on a project. Owners, and managers accountable for the project.
pub async fn create(db: &Db, caller: &Caller, new: NewBooking) -> Result<booking::Model> {
    let tx = db.begin().await?;
    let after = create_in(&tx, caller, new).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`create`], within the caller's transaction.
pub async fn create_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    new: NewBooking,
) -> Result<booking::Model> {
    let project = projects::open_project(tx, "projectId", new.project_id).await?;
    responsibilities::must_be_accountable_for_project(tx, caller, &project).await?;
    let row = booking::Model {
        id: new_id(caller.now),
        person_id: new.person_id,
        project_id: new.project_id,
        starts_on: Day(new.starts_on),
        ends_on: Day(new.ends_on),
        method: new.method,
        value: new.value,
        probability_bp: new.probability_bp,
        note: new.note,
        version: 1,
    };
    let row = checked(tx, row, Check::new()).await?;
    let after = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, after.id, &after).await?;
    Ok(after)
}

/// Changes a booking of an open project. Owners, and managers accountable for the project.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: BookingEdit,
) -> Result<booking::Model> {
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
    edit: BookingEdit,
) -> Result<booking::Model> {
    let before = to_change(tx, caller, id).await?;
    projects::open_project(tx, "id", before.project_id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = booking::Model {
        starts_on: edit.starts_on.map_or(before.starts_on, Day),
        ends_on: edit.ends_on.map_or(before.ends_on, Day),
        method: edit.method.unwrap_or(before.method),
        value: edit.value.unwrap_or(before.value),
        probability_bp: edit.probability_bp.unwrap_or(before.probability_bp),
        note: edit.note.unwrap_or_else(|| before.note.clone()),
        version: before.version + 1,
        ..before.clone()
    };
    let row = checked(tx, row, check).await?;
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, id, &before, &after).await?;
    Ok(after)
}

/// Deletes a booking, of a finished project too, and answers what it was. Owners, and managers accountable for the project.
pub async fn delete(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<booking::Model> {
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
) -> Result<booking::Model> {
    let before = to_change(tx, caller, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check.finish()?;
    before.clone().delete(tx).await?;
    history::deleted(tx, caller, id, &before).await?;
    Ok(before)
}

/// Makes all of these changes, one after the other, or none; a dry run makes none in any case. A change that could not be
/// read is given as its error. Answers each booking as it is then, or as it was when it is deleted.
///
/// # Errors
/// As [`Batch`]; the problems of a change are below its kind: `items.0.update.startsOn`.
pub async fn change_all(
    db: &Db,
    caller: &Caller,
    changes: Vec<Result<BookingChange>>,
    dry_run: bool,
) -> Result<Vec<booking::Model>> {
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
    change: BookingChange,
) -> Result<booking::Model> {
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

/// Reads the row for a change, locked where the database locks rows.
async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<booking::Model> {
    let row = booking::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .filter(|row| caller.sees(row))
        .ok_or(Error::NotFound("booking"))?;
    let project = project::Entity::find_by_id(row.project_id)
        .one(conn)
        .await?
        .ok_or(Error::NotFound("booking"))?;
    responsibilities::must_be_accountable_for_project(conn, caller, &project).await?;
    Ok(row)
}

async fn checked(
    conn: &impl ConnectionTrait,
    row: booking::Model,
    mut check: Check,
) -> Result<booking::Model> {
    let note = check.text("note", &row.note, 2_000);
    check_value(&mut check, &row);
    check_days(&mut check, row.starts_on.0, row.ends_on.0);
    check_person(conn, &mut check, &row).await?;
    check.finish()?;
    check_availability(conn, &row).await?;
    Ok(booking::Model { note, ..row })
}

fn check_value(check: &mut Check, row: &booking::Model) {
    let (most, unit) = match row.method {
        BookingMethod::PerDay => (MINUTES_OF_A_DAY, "minutes a day"),
        BookingMethod::Percent => (10_000, "basis points of availability"),
        BookingMethod::Total => (most_minutes(row), "minutes in all on these days"),
    };
    check.require(
        (1..=most).contains(&row.value),
        "value",
        format!(
            "A {} booking has 1 to {most} {unit}, not {}.",
            row.method.word(),
            row.value
        ),
    );
    if let Some(probability_bp) = row.probability_bp {
        check.range("probabilityBp", probability_bp.into(), 0, 10_000);
    }
}

fn check_days(check: &mut Check, starts_on: Date, ends_on: Date) {
    check.days(("startsOn", starts_on), ("endsOn", ends_on));
    let limit = starts_on.saturating_add(2.years());
    check.require(
        ends_on < limit,
        "endsOn",
        format!("A booking lasts at most two years: end it before {limit}."),
    );
}

/// The person must work here from the first day to the last.
async fn check_person(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    row: &booking::Model,
) -> Result<()> {
    let found = people::working_here(conn, "personId", row.person_id, row.ends_on.0).await;
    if let Some(person) = check.also(found)?
        && row.starts_on < person.employed_from
    {
        check.add(
            "startsOn",
            ProblemCode::NotAllowedNow,
            format!(
                "{} works here from {}; start the booking then or later.",
                person.name, person.employed_from
            ),
        );
    }
    Ok(())
}

/// A TOTAL must have days to go to (domain.md §5, Bookings).
async fn check_availability(conn: &impl ConnectionTrait, row: &booking::Model) -> Result<()> {
    if row.method != BookingMethod::Total {
        return Ok(());
    }
    let loaded = working_time::load(conn, &[row.person_id]).await?;
    if let Some(working_time) = loaded.get(&row.person_id) {
        Booking::of(row).minutes_by_day(working_time)?;
    }
    Ok(())
}

impl Booking {
    /// What the arithmetic needs of a row.
    pub fn of(row: &booking::Model) -> Self {
        Self {
            starts_on: row.starts_on.0,
            ends_on: row.ends_on.0,
            method: row.method,
            value: row.value,
            probability_bp: row.probability_bp.map(i64::from),
        }
    }
}

/// The most minutes of a TOTAL: all that its days have.
fn most_minutes(row: &booking::Model) -> i64 {
    let days = row.starts_on.until(row.ends_on.0);
    let days = days.map_or(0, |span| i64::from(span.get_days()));
    MINUTES_OF_A_DAY * (days.max(0) + 1)
}
