//! Reads when people work, for many people at once: what the arithmetic of
//! [`availability`](crate::domain::availability) stands on.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::availability::{Holiday, TimeOff, WorkSchedule, WorkingTime};
use crate::domain::calendar::Week;
use crate::domain::work_schedules;
use crate::entity::{Day, holiday, person, time_off, work_schedule};
use crate::error::Result;

/// People in one statement: each is a bound value, of which SQLite takes 32,766.
const PEOPLE_AT_ONCE: usize = 10_000;

/// When each of `people` works: schedule, employment, holidays and time off, of all years. Whoever does not exist is
/// left out. Four statements for every ten thousand people.
pub async fn load(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashMap<Uuid, WorkingTime>> {
    let mut loaded = HashMap::with_capacity(people.len());
    for people in people.chunks(PEOPLE_AT_ONCE) {
        let people = person::Entity::find()
            .filter(person::Column::Id.is_in(people.iter().copied()))
            .all(conn)
            .await?;
        loaded.extend(of(conn, &people).await?);
    }
    Ok(loaded)
}

/// [`load`] for people who are at hand. Three statements for every ten thousand of them.
pub async fn of(
    conn: &impl ConnectionTrait,
    people: &[person::Model],
) -> Result<HashMap<Uuid, WorkingTime>> {
    let mut loaded = HashMap::with_capacity(people.len());
    for people in people.chunks(PEOPLE_AT_ONCE) {
        let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
        let mut schedules = schedules(conn, &ids).await?;
        let holidays = holidays(conn, people).await?;
        let mut time_off = all_time_off(conn, &ids).await?;
        for person in people {
            let calendar = person.holiday_calendar_id;
            let observed = calendar.and_then(|calendar| holidays.get(&calendar));
            let working = WorkingTime::new(
                person.employed_from.0,
                person.employed_until.map(|day| day.0),
                schedules.remove(&person.id).unwrap_or_default(),
                observed.cloned().unwrap_or_default(),
                &time_off.remove(&person.id).unwrap_or_default(),
            );
            loaded.insert(person.id, working);
        }
    }
    Ok(loaded)
}

/// The minutes of a usual week that each of `people` has free for client work: those of the hours in force that week ×
/// the availability factor, floored by the day, as if there were neither holidays nor time off. Whoever has no hours is
/// left out. One statement for every ten thousand people.
pub async fn usual_weeks(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    week: Week,
) -> Result<HashMap<Uuid, i64>> {
    let mut usual = HashMap::with_capacity(people.len());
    for people in people.chunks(PEOPLE_AT_ONCE) {
        for (person, hours) in schedules(conn, people).await? {
            let working = WorkingTime::new(Date::MIN, None, hours, Vec::new(), &[]);
            let minutes = working.sum(week.days()).availability_minutes;
            usual.insert(person, minutes);
        }
    }
    Ok(usual)
}

/// The time off of any of `people` that touches the days from `first` to `last`, both included, whole days or hours; by
/// person, then by day. It names who stands in: [`time_off::Model::delegate_id`]. Whether it takes a whole working day is
/// for [`WorkingTime::is_away_all_day`] to say.
pub async fn absences(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    first: Date,
    last: Date,
) -> Result<Vec<time_off::Model>> {
    let mut away = Vec::new();
    for people in people.chunks(PEOPLE_AT_ONCE) {
        let rows = time_off::Entity::find()
            .filter(time_off::Column::PersonId.is_in(people.iter().copied()))
            .filter(time_off::Column::StartsOn.lte(Day(last)))
            .filter(time_off::Column::EndsOn.gte(Day(first)))
            .order_by_asc(time_off::Column::PersonId)
            .order_by_asc(time_off::Column::StartsOn)
            .order_by_asc(time_off::Column::Id)
            .all(conn)
            .await?;
        away.extend(rows);
    }
    Ok(away)
}

async fn schedules(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Vec<WorkSchedule>>> {
    let rows = work_schedule::Entity::find()
        .filter(work_schedule::Column::PersonId.is_in(people.iter().copied()))
        .all(conn)
        .await?;
    let mut schedules: HashMap<Uuid, Vec<WorkSchedule>> = HashMap::new();
    for row in rows {
        schedules
            .entry(row.person_id)
            .or_default()
            .push(WorkSchedule {
                effective_from: row.effective_from.0,
                minutes: work_schedules::minutes(&row).map(i64::from),
                factor_bp: row.factor_bp.into(),
            });
    }
    Ok(schedules)
}

/// By holiday calendar: many people share one.
async fn holidays(
    conn: &impl ConnectionTrait,
    people: &[person::Model],
) -> Result<HashMap<Uuid, Vec<Holiday>>> {
    let mut calendars: Vec<Uuid> = people
        .iter()
        .filter_map(|person| person.holiday_calendar_id)
        .collect();
    calendars.sort_unstable();
    calendars.dedup();
    let rows = holiday::Entity::find()
        .filter(holiday::Column::CalendarId.is_in(calendars))
        .all(conn)
        .await?;
    let mut holidays: HashMap<Uuid, Vec<Holiday>> = HashMap::new();
    for row in rows {
        holidays.entry(row.calendar_id).or_default().push(Holiday {
            on: row.observed_on.0,
            name: row.name,
            off_bp: row.off_bp.into(),
        });
    }
    Ok(holidays)
}

async fn all_time_off(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Vec<TimeOff>>> {
    let rows = time_off::Entity::find()
        .filter(time_off::Column::PersonId.is_in(people.iter().copied()))
        .all(conn)
        .await?;
    let mut time_off: HashMap<Uuid, Vec<TimeOff>> = HashMap::new();
    for row in rows {
        time_off.entry(row.person_id).or_default().push(TimeOff {
            starts_on: row.starts_on.0,
            ends_on: row.ends_on.0,
            minutes_per_day: row.minutes_per_day.map(i64::from),
        });
    }
    Ok(time_off)
}
