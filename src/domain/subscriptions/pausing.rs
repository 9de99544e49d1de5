//! Mails that somebody stopped, for good or for a while.

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Set,
};
use uuid::Uuid;

use super::{effective_zone, of_person};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::calendar::plus_days;
use crate::domain::check::Check;
use crate::domain::history;
use crate::domain::zone::zone;
use crate::entity::{Day, EmailKind, Moment, change, person, schedule};
use crate::error::{Error, Result};

/// Most days for which a mail pauses and comes back by itself: a year of leave.
const LONGEST_PAUSE: i64 = 366;

/// Whether a subscription sends nothing on the local day `day`.
pub fn is_paused(row: &schedule::Model, day: Date) -> bool {
    row.paused || row.paused_until.is_some_and(|until| day < until.0)
}

/// The day it is where a subscription's local time is read.
///
/// # Errors
/// [`Error::Invalid`] when the zone is none, which the checks on writing rule out.
pub fn local_today(row: &schedule::Model, person: &person::Model, now: Timestamp) -> Result<Date> {
    let zone = zone("timeZone", effective_zone(row, person))?;
    Ok(now.to_zoned(zone).date())
}

/// A pause ends after today and within a year. What is wrong with the zone is for others to say.
pub(super) fn check_until(
    check: &mut Check,
    row: &schedule::Model,
    person: &person::Model,
    until: Date,
    now: Timestamp,
) {
    let Ok(today) = local_today(row, person, now) else {
        return;
    };
    check.require(
        today < until && until <= plus_days(today, LONGEST_PAUSE),
        "pausedUntil",
        format!("Give a day after today and at most {LONGEST_PAUSE} days ahead; {until} is not."),
    );
}

/// Stops a kind of mail to a person. Answers whether it was coming until now; stopping it again changes nothing. The
/// person and owners.
pub async fn pause(db: &Db, caller: &Caller, person_id: Uuid, kind: EmailKind) -> Result<bool> {
    caller.must_be_or_own(person_id, "stop these mails")?;
    let tx = db.begin().await?;
    let row = to_change(&tx, person_id, kind).await?;
    let Some(before) = row.filter(|row| !row.paused) else {
        return Ok(false);
    };
    let mut row = before.clone();
    row.paused = true;
    write(&tx, caller, &before, row).await?;
    tx.commit().await?;
    Ok(true)
}

/// Stops a kind of mail to a person until the local day `until`, on which it comes again by itself. Within the caller's
/// transaction. The person and owners.
///
/// # Errors
/// Not found when the person has no such subscription.
pub async fn pause_until_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    person_id: Uuid,
    kind: EmailKind,
    until: Date,
) -> Result<schedule::Model> {
    caller.must_be_or_own(person_id, "pause these mails")?;
    let before = to_change(tx, person_id, kind)
        .await?
        .ok_or(Error::NotFound("subscription"))?;
    let mut row = before.clone();
    row.paused_until = Some(Day(until));
    write(tx, caller, &before, row).await
}

/// Whether a subscription was stopped for good at any time since `instant`, by its history.
pub async fn was_paused_since(
    conn: &impl ConnectionTrait,
    schedule_id: Uuid,
    instant: Timestamp,
) -> Result<bool> {
    let changes = change::Entity::find()
        .filter(change::Column::SubjectKind.eq("schedule"))
        .filter(change::Column::SubjectId.eq(schedule_id))
        .filter(change::Column::ChangedAt.gte(Moment(instant)))
        .all(conn)
        .await?;
    let paused = |row: &change::Model| {
        let after = row.after_change.as_ref();
        after.is_some_and(|after| after["paused"] == true)
    };
    Ok(changes.iter().any(paused))
}

async fn to_change(
    tx: &impl ConnectionTrait,
    person_id: Uuid,
    kind: EmailKind,
) -> Result<Option<schedule::Model>> {
    Ok(of_person(person_id)
        .filter(schedule::Column::Kind.eq(kind))
        .lock_exclusive()
        .one(tx)
        .await?)
}

async fn write(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: &schedule::Model,
    row: schedule::Model,
) -> Result<schedule::Model> {
    let mut row = row.into_active_model().reset_all();
    row.version = Set(before.version + 1);
    let after = row.update(tx).await?;
    history::updated(tx, caller, after.id, before, &after).await?;
    Ok(after)
}
