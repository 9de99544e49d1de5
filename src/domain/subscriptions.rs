//! Subscriptions: which mail a person gets when, and when it falls due next.

mod pausing;

use std::collections::{HashMap, HashSet};

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, tz::TimeZone};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Select, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::availability::WorkingTime;
use crate::domain::calendar::Week;
use crate::domain::check::Check;
use crate::domain::history;
use crate::domain::occurrence::{Recurrence, Rhythm};
use crate::domain::zone::{zone, zone_data_version};
use crate::entity::{Day, EmailKind, Moment, new_id, person, schedule};
use crate::error::{Error, ProblemCode, Result};

pub use pausing::{is_paused, local_today, pause, pause_until_in, was_paused_since};

/// The mails that one subscribes to; the others come when there is something to send.
pub const SUBSCRIBED: [EmailKind; 2] = [EmailKind::CapacitySummary, EmailKind::ClientUpdate];

/// Both mails start at 08:00 local (domain.md §6).
const EIGHT_O_CLOCK: i32 = 8 * 60;

/// ISO Monday: when the weekly summary starts.
const MONDAY: i32 = 1;

/// What to change about a subscription; what is absent stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct ScheduleEdit {
    /// ISO weekday, 1 (Monday) to 7; only the weekly summary has one.
    pub weekday: Option<i32>,
    /// Local time, 0–1439 minutes after midnight.
    pub minute_of_day: Option<i32>,
    /// IANA name; none: the person's own.
    pub time_zone: Option<Option<String>>,
    /// No mails while true; false also ends a pause until a day.
    pub paused: Option<bool>,
    /// No mails before this local day: after today, and at most 366 days ahead.
    pub paused_until: Option<Option<Date>>,
}

/// Gives a person the two subscriptions that every holder of a side has, unless they have them: the weekly summary on
/// Monday and the client-update prompt every day, both at 08:00 in the person's own zone.
pub async fn ensure(
    conn: &impl ConnectionTrait,
    person: &person::Model,
    now: Timestamp,
) -> Result<()> {
    let present: HashSet<EmailKind> = of_person(person.id)
        .all(conn)
        .await?
        .into_iter()
        .map(|row| row.kind)
        .collect();
    for kind in SUBSCRIBED {
        if present.contains(&kind) {
            continue;
        }
        let row = due_next(initial(person.id, kind, now), person, now)?;
        // Two assignments of one person may be written at the same moment; either one's row will do.
        let unless_present =
            OnConflict::columns([schedule::Column::PersonId, schedule::Column::Kind])
                .do_nothing()
                .to_owned();
        schedule::Entity::insert(row.into_active_model().reset_all())
            .on_conflict(unless_present)
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Recomputes when the mails of a person fall due, after the person's zone has changed from that of `before`.
pub async fn reschedule(
    conn: &impl ConnectionTrait,
    before: &person::Model,
    person: &person::Model,
    now: Timestamp,
) -> Result<()> {
    for row in of_person(person.id).lock_exclusive().all(conn).await? {
        if row.time_zone.is_some() {
            continue;
        }
        let due = due_after_change((&row, before), row.clone(), person, now)?;
        let mut row = row.into_active_model();
        row.next_due_at = Set(due.next_due_at);
        row.time_zone_data = Set(due.time_zone_data);
        row.update(conn).await?;
    }
    Ok(())
}

/// Recomputes when mails fall due that was computed by other zone rules than those compiled in. Answers how many.
pub async fn follow_zone_data(conn: &impl ConnectionTrait) -> Result<usize> {
    let outdated = schedule::Entity::find()
        .filter(schedule::Column::TimeZoneData.ne(zone_data_version()))
        .order_by_asc(schedule::Column::Id)
        .lock_exclusive()
        .all(conn)
        .await?;
    let ids = outdated.iter().map(|row| row.person_id);
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    let people: HashMap<Uuid, person::Model> = people
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    let mut followed = 0;
    for row in outdated {
        let Some(person) = people.get(&row.person_id) else {
            continue;
        };
        let due = recurrence(&row, person)
            .and_then(|recurrence| recurrence.by_other_rules(row.next_due_at.0));
        // A zone that the new data no longer has keeps nobody else's mails back.
        let due = match due {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(schedule = %row.id, %error, "a mail's time cannot be reckoned by the new zone data");
                continue;
            }
        };
        let mut row = row.into_active_model();
        row.next_due_at = Set(Moment(due));
        row.time_zone_data = Set(zone_data_version().to_owned());
        row.update(conn).await?;
        followed += 1;
    }
    Ok(followed)
}

/// Sets when a person gets a mail, and subscribes them to it where they are not. The person and owners.
pub async fn set(
    db: &Db,
    caller: &Caller,
    person_id: Uuid,
    kind: EmailKind,
    expected_version: Option<i64>,
    edit: ScheduleEdit,
) -> Result<schedule::Model> {
    let tx = db.begin().await?;
    let after = set_in(&tx, caller, person_id, kind, expected_version, edit).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`set`], within the caller's transaction.
pub async fn set_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    person_id: Uuid,
    kind: EmailKind,
    expected_version: Option<i64>,
    edit: ScheduleEdit,
) -> Result<schedule::Model> {
    caller.must_be_or_own(person_id, "change when these mails come")?;
    if !SUBSCRIBED.contains(&kind) {
        return Err(Error::problem(
            "kind",
            ProblemCode::Invalid,
            "This mail has no schedule: it comes when there is one to send.",
        ));
    }
    let person = subscriber(tx, person_id).await?;
    let before = of_person(person_id)
        .filter(schedule::Column::Kind.eq(kind))
        .lock_exclusive()
        .one(tx)
        .await?;
    let row = before
        .clone()
        .unwrap_or_else(|| initial(person_id, kind, caller.now));
    let pause_asked = edit.paused_until.flatten();
    let mut check = Check::new();
    if before.is_some() {
        check.version(expected_version, row.version);
    }
    let edited = edited(row, edit);
    if let Some(until) = pause_asked {
        pausing::check_until(&mut check, &edited, &person, until, caller.now);
    }
    let edited = checked(edited, check)?;
    let after = match before {
        Some(before) => {
            let row = due_after_change((&before, &person), edited, &person, caller.now)?;
            let mut row = row.into_active_model().reset_all();
            row.version = Set(before.version + 1);
            let after = row.update(tx).await?;
            history::updated(tx, caller, after.id, &before, &after).await?;
            after
        }
        None => {
            let row = due_next(edited, &person, caller.now)?;
            let after = row.into_active_model().reset_all().insert(tx).await?;
            history::created(tx, caller, after.id, &after).await?;
            after
        }
    };
    Ok(after)
}

/// A person's subscription to one kind of mail.
pub async fn of_kind(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    kind: EmailKind,
) -> Result<Option<schedule::Model>> {
    Ok(of_person(person_id)
        .filter(schedule::Column::Kind.eq(kind))
        .one(conn)
        .await?)
}

/// The zone in which a subscription's local time is read.
pub fn effective_zone<'a>(row: &'a schedule::Model, person: &'a person::Model) -> &'a str {
    row.time_zone.as_deref().unwrap_or(&person.time_zone)
}

/// The rhythm, time and zone of a subscription, for computing its occurrences.
///
/// # Errors
/// [`Error::Invalid`] when the stored zone or time is none, which the checks on writing rule out.
pub fn recurrence(row: &schedule::Model, person: &person::Model) -> Result<Recurrence> {
    let zone: TimeZone = zone("timeZone", effective_zone(row, person))?;
    Recurrence::try_new(rhythm(row)?, row.minute_of_day.into(), zone)
}

fn rhythm(row: &schedule::Model) -> Result<Rhythm> {
    let Some(weekday) = row.weekday else {
        return Ok(Rhythm::Daily);
    };
    let weekday = i8::try_from(weekday)
        .ok()
        .and_then(|number| Weekday::from_monday_one_offset(number).ok())
        .ok_or_else(|| Error::internal(format!("a subscription has weekday {weekday}")))?;
    Ok(Rhythm::Weekly { weekday })
}

/// The row with its next occurrence strictly after `now`.
fn due_next(
    row: schedule::Model,
    person: &person::Model,
    now: Timestamp,
) -> Result<schedule::Model> {
    let next = recurrence(&row, person)?.after(now)?;
    Ok(schedule::Model {
        next_due_at: Moment(next.at),
        time_zone_data: zone_data_version().to_owned(),
        ..row
    })
}

/// The row, changed from what it was for the person as they were, with when it falls due next: no period that was promised
/// a mail goes without, and none gets two.
fn due_after_change(
    before: (&schedule::Model, &person::Model),
    row: schedule::Model,
    person: &person::Model,
    now: Timestamp,
) -> Result<schedule::Model> {
    // A row that could not be reckoned has promised nothing, and is mended by a change.
    let Ok(rule_before) = recurrence(before.0, before.1) else {
        return due_next(row, person, now);
    };
    let promised = before.0.next_due_at.0;
    let due = recurrence(&row, person)?.taking_over(&rule_before, promised, now)?;
    Ok(schedule::Model {
        next_due_at: Moment(due),
        time_zone_data: zone_data_version().to_owned(),
        ..row
    })
}

/// The day a mail is for: a summary moves past holidays to the person's next working day of the week, and stays
/// where it is when there is none; a prompt has no other day than its own, and comes from Monday to Friday to whoever has
/// no hours entered.
pub fn day_of_mail(
    kind: EmailKind,
    scheduled: Date,
    working_time: Option<&WorkingTime>,
) -> Option<Date> {
    let Some(working_time) = working_time else {
        return Some(scheduled);
    };
    match kind {
        // Hours that nobody has entered yet must not silence a manager.
        EmailKind::ClientUpdate if working_time.is_unscheduled() => {
            let weekend = [Weekday::Saturday, Weekday::Sunday].contains(&scheduled.weekday());
            (!weekend).then_some(scheduled)
        }
        EmailKind::ClientUpdate => working_time.is_working_day(scheduled).then_some(scheduled),
        EmailKind::ClientLetter
        | EmailKind::SixMonthReview
        | EmailKind::Test
        | EmailKind::SignIn => Some(scheduled),
        EmailKind::CapacitySummary => {
            let sunday = Week::of(scheduled).sunday();
            let next = working_time.next_working_day(scheduled);
            Some(next.filter(|day| *day <= sunday).unwrap_or(scheduled))
        }
    }
}

/// The subscription that everybody starts with.
pub fn initial(person_id: Uuid, kind: EmailKind, now: Timestamp) -> schedule::Model {
    schedule::Model {
        id: new_id(now),
        person_id,
        kind,
        weekday: match kind {
            EmailKind::CapacitySummary => Some(MONDAY),
            _ => None,
        },
        minute_of_day: EIGHT_O_CLOCK,
        time_zone: None,
        next_due_at: Moment(now),
        time_zone_data: String::new(),
        paused: false,
        paused_until: None,
        version: 1,
    }
}

fn edited(row: schedule::Model, edit: ScheduleEdit) -> schedule::Model {
    schedule::Model {
        weekday: edit.weekday.or(row.weekday),
        minute_of_day: edit.minute_of_day.unwrap_or(row.minute_of_day),
        time_zone: edit.time_zone.unwrap_or_else(|| row.time_zone.clone()),
        paused: edit.paused.unwrap_or(row.paused),
        paused_until: match edit.paused_until {
            Some(until) => until.map(Day),
            None => row.paused_until.filter(|_| edit.paused != Some(false)),
        },
        ..row
    }
}

fn checked(row: schedule::Model, mut check: Check) -> Result<schedule::Model> {
    match (row.kind, row.weekday) {
        (EmailKind::ClientUpdate, Some(_)) => check.add(
            "weekday",
            ProblemCode::Invalid,
            "The client-update prompt comes on every working day on which something is due; leave the weekday out.",
        ),
        (_, Some(weekday)) => check.range("weekday", weekday.into(), 1, 7),
        (_, None) => {}
    }
    check.range("minuteOfDay", row.minute_of_day.into(), 0, 1439);
    let time_zone = row
        .time_zone
        .as_deref()
        .map(|name| check.time_zone("timeZone", name));
    check.finish()?;
    Ok(schedule::Model { time_zone, ..row })
}

fn of_person(person_id: Uuid) -> Select<schedule::Entity> {
    schedule::Entity::find().filter(schedule::Column::PersonId.eq(person_id))
}

async fn subscriber(conn: &impl ConnectionTrait, person_id: Uuid) -> Result<person::Model> {
    let person = person::Entity::find_by_id(person_id)
        .one(conn)
        .await?
        .ok_or_else(|| {
            Error::problem(
                "personId",
                ProblemCode::NotFound,
                "There is no such person.",
            )
        })?;
    if person.archived_at.is_some() {
        return Err(Error::problem(
            "personId",
            ProblemCode::NotAllowedNow,
            format!("{} is archived and gets no mail.", person.name),
        ));
    }
    Ok(person)
}
