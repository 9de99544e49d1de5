//! The hours a person works, from a day on. Owners write.

use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, people};
use crate::entity::{Day, new_id, work_schedule};
use crate::error::{Error, ProblemCode, Result, taken};

/// The hours of a person from a day on.
#[derive(Clone, Debug)]
pub struct NewWorkSchedule {
    /// Whose hours.
    pub person_id: Uuid,
    /// The first day they hold, until the day of the next row.
    pub effective_from: Date,
    /// Minutes of each weekday, Monday first, each 0–1440.
    pub minutes: [i32; 7],
    /// Availability factor, 0–10000 bp: the share of time free for client work.
    pub factor_bp: i32,
}

/// The API's names of [`NewWorkSchedule::minutes`].
const MINUTES_FIELDS: [&str; 7] = [
    "mondayMinutes",
    "tuesdayMinutes",
    "wednesdayMinutes",
    "thursdayMinutes",
    "fridayMinutes",
    "saturdayMinutes",
    "sundayMinutes",
];

/// Sets the hours from a day on: writes a row, or replaces the row that is in force from the same day. Owners only.
pub async fn set(
    db: &Db,
    caller: &Caller,
    expected_version: Option<i64>,
    new: NewWorkSchedule,
) -> Result<work_schedule::Model> {
    let tx = db.begin().await?;
    let after = set_in(&tx, caller, expected_version, new).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`set`], within the caller's transaction.
pub async fn set_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    expected_version: Option<i64>,
    new: NewWorkSchedule,
) -> Result<work_schedule::Model> {
    caller.must_own("set work schedules")?;
    let mut check = Check::new();
    let from = new.effective_from;
    check.also(people::working_here(tx, "personId", new.person_id, from).await)?;
    let before = of_day(tx, new.person_id, from).await?;
    match (&before, expected_version) {
        (Some(before), _) => check.version(expected_version, before.version),
        (None, Some(_)) => check.add(
            "expectedVersion",
            ProblemCode::StaleVersion,
            format!("No schedule starts on {from} any more. Read again and repeat the change."),
        ),
        (None, None) => {}
    }
    let row = as_row(caller, new, before.as_ref());
    let row = checked(row, check)?.into_active_model().reset_all();
    let Some(before) = before else {
        let written = row.insert(tx).await;
        let message = "Somebody has just set the schedule of that day. Read it again.";
        let after = taken(written, "effectiveFrom", message)?;
        history::created(tx, caller, after.id, &after).await?;
        return Ok(after);
    };
    let after = row.update(tx).await?;
    history::updated(tx, caller, after.id, &before, &after).await?;
    Ok(after)
}

/// Takes a row away: the one before it holds on. Answers it as it was. Owners only.
pub async fn delete(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<work_schedule::Model> {
    caller.must_own("delete work schedules")?;
    let tx = db.begin().await?;
    let before = work_schedule::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx)
        .await?
        .ok_or(Error::NotFound("work schedule"))?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check.finish()?;
    before.clone().delete(&tx).await?;
    history::deleted(&tx, caller, id, &before).await?;
    tx.commit().await?;
    Ok(before)
}

/// The row of a person that is in force from exactly this day; locked where the database locks rows.
pub async fn of_day(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    effective_from: Date,
) -> Result<Option<work_schedule::Model>> {
    let row = work_schedule::Entity::find()
        .filter(work_schedule::Column::PersonId.eq(person_id))
        .filter(work_schedule::Column::EffectiveFrom.eq(Day(effective_from)))
        .lock_exclusive()
        .one(conn)
        .await?;
    Ok(row)
}

fn as_row(
    caller: &Caller,
    new: NewWorkSchedule,
    before: Option<&work_schedule::Model>,
) -> work_schedule::Model {
    let [
        monday,
        tuesday,
        wednesday,
        thursday,
        friday,
        saturday,
        sunday,
    ] = new.minutes;
    work_schedule::Model {
        id: before.map_or_else(|| new_id(caller.now), |before| before.id),
        person_id: new.person_id,
        effective_from: Day(new.effective_from),
        monday_minutes: monday,
        tuesday_minutes: tuesday,
        wednesday_minutes: wednesday,
        thursday_minutes: thursday,
        friday_minutes: friday,
        saturday_minutes: saturday,
        sunday_minutes: sunday,
        factor_bp: new.factor_bp,
        version: before.map_or(1, |before| before.version + 1),
    }
}

fn checked(row: work_schedule::Model, mut check: Check) -> Result<work_schedule::Model> {
    check.day("effectiveFrom", row.effective_from.0);
    for (field, minutes) in MINUTES_FIELDS.into_iter().zip(minutes(&row)) {
        check.range(field, minutes.into(), 0, 24 * 60);
    }
    check.range("factorBp", row.factor_bp.into(), 0, 10_000);
    check.finish()?;
    Ok(row)
}

/// The minutes of each weekday, Monday first.
pub fn minutes(row: &work_schedule::Model) -> [i32; 7] {
    [
        row.monday_minutes,
        row.tuesday_minutes,
        row.wednesday_minutes,
        row.thursday_minutes,
        row.friday_minutes,
        row.saturday_minutes,
        row.sunday_minutes,
    ]
}
