//! The tick: subscriptions that have fallen due become rows of the outbox, once; reviews as well.

pub(super) mod reviews;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, IntoIden, LockBehavior, LockType, TableRef, ValueTuple};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
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
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(&tx)
        .await?;
    if due.is_empty() {
        return Ok(0);
    }
    let ids = due.iter().map(|row| row.person_id);
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(&tx)
        .await?;
    let working_times = working_time::of(&tx, &people).await?;
    let people: HashMap<Uuid, person::Model> =
        people.into_iter().map(|row| (row.id, row)).collect();

    let mut mails = Vec::new();
    let mut advanced = Vec::with_capacity(due.len());
    for row in due {
        let working_time = working_times.get(&row.person_id);
        match people.get(&row.person_id) {
            Some(person) => match plan(&row, person, working_time, now) {
                Ok((mail, next)) => {
                    mails.extend(mail);
                    advanced.push((row.id, next));
                }
                // One subscription that cannot be reckoned must not hold up the others.
                Err(error) => {
                    tracing::error!(schedule = %row.id, %error, "a subscription was put off");
                    advanced.push((row.id, now + PUT_OFF));
                }
            },
            None => advanced.push((row.id, now + PUT_OFF)),
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

/// Writes when many subscriptions fall due next, in one statement.
async fn advance(conn: &impl ConnectionTrait, next: Vec<(Uuid, Timestamp)>) -> Result<()> {
    let rows = next
        .into_iter()
        .map(|(id, next)| ValueTuple::Two(id.into(), Moment(next).into()));
    let given = |column: &'static str| Expr::col(("next", column));
    let mut statement = schedule::Entity::update_many()
        .col_expr(schedule::Column::NextDueAt, given("column2"))
        .col_expr(
            schedule::Column::TimeZoneData,
            Expr::value(zone::zone_data_version()),
        )
        .filter(Expr::col((schedule::Entity, schedule::Column::Id)).eq(given("column1")))
        .into_query();
    statement.from(TableRef::ValuesList(rows.collect(), "next".into_iden()));
    conn.execute(&statement).await?;
    Ok(())
}
