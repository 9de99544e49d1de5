//! Mails whose addressee is away: the stand-in's own mail of the same period covers them.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::obligations::Obligations;
use crate::db::Db;
use crate::domain::calendar::Week;
use crate::domain::occurrence::CatchUp;
use crate::domain::stand_ins::StandIns;
use crate::domain::subscriptions;
use crate::email::outbox;
use crate::entity::{Day, EmailKind, EmailState, email, person, schedule, time_off};
use crate::error::Result;

/// Who is subscribed to a kind of mail, not paused, and has time off between `first` and `last`: who of them is away
/// for a whole day is for [`StandIns`] to say.
pub(super) async fn away_subscribers(
    conn: &impl ConnectionTrait,
    kind: EmailKind,
    first: Date,
    last: Date,
) -> Result<Vec<Uuid>> {
    let subscribed = schedule::Entity::find()
        .select_only()
        .column(schedule::Column::PersonId)
        .filter(schedule::Column::Kind.eq(kind))
        .filter(schedule::Column::Paused.eq(false))
        .filter(
            Condition::any()
                .add(schedule::Column::PausedUntil.is_null())
                .add(schedule::Column::PausedUntil.lte(Day(last))),
        )
        .into_query();
    Ok(time_off::Entity::find()
        .select_only()
        .column(time_off::Column::PersonId)
        .distinct()
        .filter(time_off::Column::StartsOn.lte(Day(last)))
        .filter(time_off::Column::EndsOn.gte(Day(first)))
        .filter(time_off::Column::PersonId.in_subquery(subscribed))
        .into_tuple::<Uuid>()
        .all(conn)
        .await?)
}

/// The subscriptions to a kind of mail of some people, by person.
pub(super) async fn schedules(
    conn: &impl ConnectionTrait,
    kind: EmailKind,
    people: &[Uuid],
) -> Result<HashMap<Uuid, schedule::Model>> {
    let rows = schedule::Entity::find()
        .filter(schedule::Column::Kind.eq(kind))
        .filter(schedule::Column::PersonId.is_in(people.iter().copied()))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row)).collect())
}

/// A mail that is to come to a stand-in.
pub(super) struct Wanted<'a> {
    pub(super) person: &'a person::Model,
    pub(super) schedule: Option<&'a schedule::Model>,
    pub(super) kind: EmailKind,
    pub(super) period: &'a str,
    pub(super) day: Date,
}

/// Sees to it that each stand-in gets a mail in the period, and answers who of them will still be composed: whose mail
/// can therefore cover the absent. A stand-in whose mail has already been written cannot.
pub(super) async fn ensure(
    db: &Db,
    stand_ins: &StandIns,
    wanted: Vec<Wanted<'_>>,
    now: Timestamp,
    obligations: Obligations<'_>,
) -> Result<HashSet<Uuid>> {
    if !obligations.are_written() || wanted.is_empty() {
        return Ok(wanted.iter().map(|one| one.person.id).collect());
    }
    let mut rows = Vec::with_capacity(wanted.len());
    for one in &wanted {
        rows.push(row(one, stand_ins, now)?);
    }
    let keys: Vec<String> = rows.iter().map(|row| row.dedupe_key.clone()).collect();
    let tx = db.begin().await?;
    outbox::insert(&tx, rows).await?;
    let present = email::Entity::find()
        .filter(email::Column::DedupeKey.is_in(keys))
        .all(&tx)
        .await?;
    tx.commit().await?;
    let open = |row: &email::Model| {
        row.rendered_at.is_none() && matches!(row.state, EmailState::Pending | EmailState::Claimed)
    };
    Ok(present
        .iter()
        .filter(|row| open(row))
        .filter_map(|row| row.recipient_id)
        .collect())
}

/// The stand-in's mail of the period, at the stand-in's own time, or now when that has passed.
fn row(one: &Wanted<'_>, stand_ins: &StandIns, now: Timestamp) -> Result<email::Model> {
    let standard;
    let schedule = match one.schedule {
        Some(schedule) => schedule,
        None => {
            standard = subscriptions::initial(one.person.id, one.kind, now);
            &standard
        }
    };
    let recurrence = subscriptions::recurrence(schedule, one.person)?;
    let working_time = stand_ins.working_times().get(&one.person.id);
    let scheduled = match (one.kind, schedule.weekday) {
        (EmailKind::CapacitySummary, Some(weekday)) => {
            let monday = Week::of(one.day).monday();
            crate::domain::calendar::plus_days(monday, i64::from(weekday) - 1)
        }
        _ => one.day,
    };
    let day = subscriptions::day_of_mail(one.kind, scheduled, working_time).unwrap_or(scheduled);
    let at = recurrence
        .on(day)
        .map_or(now, |occurrence| occurrence.at.max(now));
    let catch_up = match one.kind {
        EmailKind::CapacitySummary => CatchUp::ThirtySixHours,
        _ => CatchUp::RestOfDay,
    };
    let from_now = crate::domain::occurrence::Occurrence { day, at };
    let expires_at = recurrence
        .expires_at(from_now, catch_up)?
        .max(at + SignedDuration::from_hours(1));
    Ok(outbox::pending(
        one.kind,
        one.person.id,
        one.period,
        day,
        at,
        expires_at,
        now,
    ))
}
