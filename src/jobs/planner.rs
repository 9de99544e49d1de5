//! The tick: subscriptions that have fallen due become rows of the outbox, once; reviews as well.

pub(super) mod reviews;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::app::App;
use crate::domain::availability::WorkingTime;
use crate::domain::calendar::{Week, plus_days};
use crate::domain::occurrence::{CatchUp, Occurrence, Recurrence};
use crate::domain::{people, subscriptions, working_time, zone};
use crate::email::outbox;
use crate::entity::{EmailKind, EmailState, Moment, email, person, schedule};
use crate::error::Result;
use crate::fail_points;

/// How many subscriptions one transaction takes.
const BATCH: u64 = 500;

/// How many weeks a standstill is looked back over for summaries that were missed: as long as the outbox remembers.
const WEEKS_LOOKED_BACK: i64 = 8;

/// How many days it is looked back over for the last one on which a prompt was due.
const DAYS_LOOKED_BACK: i64 = 14;

/// When a subscription that cannot be reckoned is looked at again.
const PUT_OFF: SignedDuration = SignedDuration::from_hours(1);

/// Plans every mail that has fallen due. Answers how many subscriptions were looked at. Safe to run on several
/// replicas at once: each takes other rows, and the outbox's key keeps a mail from being planned twice.
pub async fn tick(app: &App) -> Result<usize> {
    let mut planned = 0;
    loop {
        let batch = plan_batch(app).await?;
        planned += batch;
        if batch < BATCH as usize {
            break;
        }
    }
    reviews::plan(app).await?;
    app.watch.ticked(app.clock.now());
    Ok(planned)
}

async fn plan_batch(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let due = schedule::Entity::find()
        .filter(schedule::Column::NextDueAt.lte(Moment(now)))
        .order_by_asc(schedule::Column::NextDueAt)
        .order_by_asc(schedule::Column::Id)
        .limit(BATCH)
        .lock_with_behavior(
            sea_orm::sea_query::LockType::Update,
            sea_orm::sea_query::LockBehavior::SkipLocked,
        )
        .all(&tx)
        .await?;
    if due.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Uuid> = due.iter().map(|row| row.person_id).collect();
    let people = people_by_id(&tx, &ids).await?;
    let working_times = working_time::load(&tx, &ids).await?;

    let mut mails = Vec::new();
    let mut advanced = Vec::with_capacity(due.len());
    for row in due {
        let working_time = working_times.get(&row.person_id);
        match people.get(&row.person_id) {
            Some(person) => match plan(&row, person, working_time, now) {
                Ok((mail, next)) => {
                    mails.extend(mail);
                    advanced.push(moved(row, next));
                }
                // One subscription that cannot be reckoned must not hold up the others.
                Err(error) => {
                    tracing::error!(schedule = %row.id, %error, "a subscription was put off");
                    advanced.push(moved(row, now + PUT_OFF));
                }
            },
            None => advanced.push(moved(row, now + PUT_OFF)),
        }
    }
    let missed = mails
        .iter()
        .filter(|mail| mail.state == EmailState::Expired)
        .count();
    outbox::insert(&tx, mails).await?;
    let count = advanced.len();
    advance(&tx, advanced).await?;
    fail_points::reached("planned");
    tx.commit().await?;
    fail_points::reached("plan-committed");
    app.watch.missed(missed as u64);
    Ok(count)
}

/// What a subscription that has fallen due gives to do, and when it falls due next.
pub(super) fn plan(
    row: &schedule::Model,
    person: &person::Model,
    working_time: Option<&WorkingTime>,
    now: Timestamp,
) -> Result<(Vec<email::Model>, Timestamp)> {
    let recurrence = subscriptions::recurrence(row, person)?;
    let owed = owed(row, working_time, &recurrence, now)?;
    let mut mails = Vec::new();
    for scheduled in &owed {
        let until = owed
            .iter()
            .find(|later| later.at > scheduled.at)
            .map(|later| later.at);
        mails.extend(mail(
            row,
            person,
            working_time,
            &recurrence,
            *scheduled,
            until,
            now,
        )?);
    }
    Ok((mails, recurrence.after(now)?.at))
}

/// The subscription once it falls due `next`.
pub(super) fn moved(row: schedule::Model, next: Timestamp) -> schedule::Model {
    schedule::Model {
        next_due_at: Moment(next),
        time_zone_data: zone::zone_data_version().to_owned(),
        ..row
    }
}

/// What a subscription owes since it fell due, oldest first: a summary for each week, so that one missed in a standstill
/// leaves a row; a prompt for the latest day on which there would be one, because its day tells all that is due. What was
/// promised before the subscription was changed is among them.
fn owed(
    row: &schedule::Model,
    working_time: Option<&WorkingTime>,
    recurrence: &Recurrence,
    now: Timestamp,
) -> Result<Vec<Occurrence>> {
    let promised = recurrence.promised(row.next_due_at.0)?;
    let latest = recurrence.latest(now)?.day;
    let before = |days: i64| {
        let occurrence = recurrence.on(plus_days(latest, -days))?;
        // A subscription made or moved after that time has nothing to catch up on.
        Some(occurrence).filter(|occurrence| occurrence.at >= promised.at)
    };
    let mut owed: Vec<Occurrence> = match row.kind {
        EmailKind::CapacitySummary => (0..WEEKS_LOOKED_BACK)
            .rev()
            .filter_map(|weeks| before(7 * weeks))
            .collect(),
        _ => {
            let wanted = |occurrence: &Occurrence| {
                subscriptions::day_of_mail(row.kind, occurrence.day, working_time).is_some()
            };
            (0..DAYS_LOOKED_BACK)
                .filter_map(before)
                .find(wanted)
                .into_iter()
                .collect()
        }
    };
    let is_told = |first: &Occurrence| {
        row.kind != EmailKind::CapacitySummary || Week::of(first.day) <= Week::of(promised.day)
    };
    if !owed.first().is_some_and(is_told) {
        owed.insert(0, promised);
    }
    Ok(owed)
}

/// The outbox row of an occurrence, which a later one has overtaken at `until`; none when nothing is to be planned for its
/// day.
fn mail(
    row: &schedule::Model,
    person: &person::Model,
    working_time: Option<&WorkingTime>,
    recurrence: &Recurrence,
    scheduled: Occurrence,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<email::Model>> {
    if people::has_left(person, scheduled.day) {
        return Ok(None);
    }
    let day = subscriptions::day_of_mail(row.kind, scheduled.day, working_time)
        .filter(|day| !subscriptions::is_paused(row, *day));
    let Some(day) = day else {
        return Ok(None);
    };
    let on_its_day = Some(scheduled).filter(|scheduled| scheduled.day == day);
    let Some(occurrence) = on_its_day.or_else(|| recurrence.on(day)) else {
        return Ok(None);
    };
    let (period, catch_up) = match row.kind {
        EmailKind::CapacitySummary => {
            (Week::of(scheduled.day).to_string(), CatchUp::ThirtySixHours)
        }
        _ => (scheduled.day.to_string(), CatchUp::RestOfDay),
    };
    let expires_at = recurrence.expires_at(occurrence, catch_up)?;
    let pending = outbox::pending(
        row.kind,
        person.id,
        &period,
        day,
        occurrence.at,
        expires_at,
        now,
    );
    let end = until.map_or(expires_at, |until| expires_at.min(until));
    Ok(Some(if end <= now {
        missed(pending, end)
    } else {
        pending
    }))
}

/// A mail whose time was over by `end`, before it could be planned.
fn missed(pending: email::Model, end: Timestamp) -> email::Model {
    email::Model {
        reason: Some(format!(
            "Meridian was not running between {} and {end}.",
            pending.due_at
        )),
        state: EmailState::Expired,
        ..pending
    }
}

async fn people_by_id(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, person::Model>> {
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(ids.iter().copied()))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Writes the next occurrences of many subscriptions in one statement.
async fn advance(conn: &impl ConnectionTrait, rows: Vec<schedule::Model>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let rows = rows
        .into_iter()
        .map(|row| row.into_active_model().reset_all());
    schedule::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(schedule::Column::Id)
                .update_columns([schedule::Column::NextDueAt, schedule::Column::TimeZoneData])
                .to_owned(),
        )
        .exec_without_returning(conn)
        .await?;
    Ok(())
}
