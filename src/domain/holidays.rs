//! Holiday calendars and the days in them. Owners write; everybody reads.

use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::{Check, same_text};
use crate::domain::history;
use crate::entity::{Day, holiday, holiday_calendar, new_id};
use crate::error::{Error, ProblemCode, Result, taken};

/// The most calendars an agency has: they are listed whole.
pub const MOST_CALENDARS: u64 = 200;

const NAME_TAKEN: &str = "Another calendar has this name. Choose one that tells them apart.";
const DAY_TAKEN: &str = "This calendar has a holiday on that day already. Change that one instead.";

/// What a new holiday needs.
#[derive(Clone, Debug)]
pub struct NewHoliday {
    /// The calendar it belongs to.
    pub calendar_id: Uuid,
    /// The day; one holiday a day in each calendar.
    pub observed_on: Date,
    /// What is celebrated, 1–200 characters.
    pub name: String,
    /// How much of the day is off, 1–10000 bp: 5000 is half of it.
    pub off_bp: i32,
}

/// What to change about a holiday; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct HolidayEdit {
    /// See [`NewHoliday::observed_on`].
    pub observed_on: Option<Date>,
    /// See [`NewHoliday::name`].
    pub name: Option<String>,
    /// See [`NewHoliday::off_bp`].
    pub off_bp: Option<i32>,
}

/// Every calendar, by name.
pub async fn calendars(conn: &impl ConnectionTrait) -> Result<Vec<holiday_calendar::Model>> {
    let rows = holiday_calendar::Entity::find()
        .order_by_asc(holiday_calendar::Column::Name)
        .limit(MOST_CALENDARS)
        .all(conn)
        .await?;
    Ok(rows)
}

/// The calendar that something names: it must exist.
pub async fn the_calendar(
    conn: &impl ConnectionTrait,
    field: &str,
    id: Uuid,
) -> Result<holiday_calendar::Model> {
    let found = holiday_calendar::Entity::find_by_id(id).one(conn).await?;
    found.ok_or_else(|| {
        Error::problem(
            field,
            ProblemCode::NotFound,
            "There is no such holiday calendar.",
        )
    })
}

/// Makes an empty calendar of this name: unique, 1–200 characters. At most [`MOST_CALENDARS`] of them.
pub async fn create_calendar(
    db: &Db,
    caller: &Caller,
    name: String,
) -> Result<holiday_calendar::Model> {
    caller.must_own("create holiday calendars")?;
    let tx = db.begin().await?;
    let row = holiday_calendar::Model {
        id: new_id(caller.now),
        name,
        version: 1,
    };
    let mut check = Check::new();
    if holiday_calendar::Entity::find().count(&tx).await? >= MOST_CALENDARS {
        check.add(
            "",
            ProblemCode::NotAllowedNow,
            format!("There are {MOST_CALENDARS} calendars, as many as there can be. Rename one that is not used."),
        );
    }
    let row = checked_calendar(&tx, row, check).await?;
    let written = row.into_active_model().reset_all().insert(&tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::created(&tx, caller, after.id, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Renames a calendar; without a name nothing but its version changes.
pub async fn update_calendar(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    name: Option<String>,
) -> Result<holiday_calendar::Model> {
    caller.must_own("change holiday calendars")?;
    let tx = db.begin().await?;
    let before = holiday_calendar::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx)
        .await?
        .ok_or(Error::NotFound("holiday calendar"))?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = holiday_calendar::Model {
        id,
        name: name.unwrap_or_else(|| before.name.clone()),
        version: before.version + 1,
    };
    let row = checked_calendar(&tx, row, check).await?;
    let written = row.into_active_model().reset_all().update(&tx).await;
    let after = taken(written, "name", NAME_TAKEN)?;
    history::updated(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Adds a holiday to a calendar.
pub async fn create(db: &Db, caller: &Caller, new: NewHoliday) -> Result<holiday::Model> {
    caller.must_own("add holidays")?;
    let tx = db.begin().await?;
    let mut check = Check::new();
    check.also(the_calendar(&tx, "calendarId", new.calendar_id).await)?;
    let row = holiday::Model {
        id: new_id(caller.now),
        calendar_id: new.calendar_id,
        observed_on: Day(new.observed_on),
        name: new.name,
        off_bp: new.off_bp,
        version: 1,
    };
    let row = checked(&tx, row, check).await?;
    let written = row.into_active_model().reset_all().insert(&tx).await;
    let after = taken(written, "observedOn", DAY_TAKEN)?;
    history::created(&tx, caller, after.id, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Changes a holiday.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: HolidayEdit,
) -> Result<holiday::Model> {
    caller.must_own("change holidays")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = holiday::Model {
        observed_on: edit.observed_on.map_or(before.observed_on, Day),
        name: edit.name.unwrap_or_else(|| before.name.clone()),
        off_bp: edit.off_bp.unwrap_or(before.off_bp),
        version: before.version + 1,
        ..before.clone()
    };
    let row = checked(&tx, row, check).await?;
    let written = row.into_active_model().reset_all().update(&tx).await;
    let after = taken(written, "observedOn", DAY_TAKEN)?;
    history::updated(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Takes a holiday out of its calendar. Answers it as it was.
pub async fn delete(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<holiday::Model> {
    caller.must_own("delete holidays")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check.finish()?;
    before.clone().delete(&tx).await?;
    history::deleted(&tx, caller, id, &before).await?;
    tx.commit().await?;
    Ok(before)
}

/// Reads the row for a change, locked where the database locks rows.
async fn to_change(conn: &impl ConnectionTrait, id: Uuid) -> Result<holiday::Model> {
    holiday::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("holiday"))
}

async fn checked_calendar(
    conn: &impl ConnectionTrait,
    row: holiday_calendar::Model,
    mut check: Check,
) -> Result<holiday_calendar::Model> {
    let name = check.name("name", &row.name, 200);
    let namesakes = holiday_calendar::Entity::find()
        .filter(same_text(holiday_calendar::Column::Name, &name))
        .filter(holiday_calendar::Column::Id.ne(row.id));
    if namesakes.count(conn).await? > 0 {
        check.add("name", ProblemCode::Taken, NAME_TAKEN);
    }
    check.finish()?;
    Ok(holiday_calendar::Model { name, ..row })
}

async fn checked(
    conn: &impl ConnectionTrait,
    row: holiday::Model,
    mut check: Check,
) -> Result<holiday::Model> {
    let name = check.name("name", &row.name, 200);
    check.day("observedOn", row.observed_on.0);
    check.range("offBp", row.off_bp.into(), 1, 10_000);
    let same_day = holiday::Entity::find()
        .filter(holiday::Column::CalendarId.eq(row.calendar_id))
        .filter(holiday::Column::ObservedOn.eq(row.observed_on))
        .filter(holiday::Column::Id.ne(row.id));
    if same_day.count(conn).await? > 0 {
        check.add("observedOn", ProblemCode::Taken, DAY_TAKEN);
    }
    check.finish()?;
    Ok(holiday::Model { name, ..row })
}
