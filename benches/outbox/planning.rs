//! A minute in which everybody's mail falls due.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use meridian::app::App;
use meridian::clock::Clock;
use meridian::domain::zone::zone_data_version;
use meridian::email::outbox;
use meridian::entity::{
    Day, EmailKind, EmailState, Moment, new_id, person, schedule, work_schedule,
};
use meridian::jobs::planner;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use crate::place::{NOWHERE, Place};
use crate::{mails, rate};

const PEOPLE: usize = 10_000;
const CHUNK: usize = 500;

pub(crate) async fn run(place: &Place) {
    let mut app = place.app(NOWHERE, 1).await;
    app.clock = Clock::manual(now());
    let people: Vec<person::Model> = (0..PEOPLE)
        .map(|number| mails::person(&app, number))
        .collect();
    for chunk in people.chunks(CHUNK) {
        insert_people(&app, chunk).await;
    }
    place.analyze(&app).await;
    forget_peak();
    let before = app.db.statements();
    let started = Instant::now();
    let looked_at = planner::tick(&app).await.expect("a tick");
    let took = started.elapsed();
    let (statements, peak) = (app.db.statements() - before, peak_memory());
    assert_eq!(looked_at, PEOPLE);
    assert_eq!(mails::in_state(&app, EmailState::Pending).await, PEOPLE);
    let inserting = insert_alone(&app, &people).await;
    println!(
        "{}: {PEOPLE} subscriptions planned by one tick in {took:.2?} ({:.0}/s) and {statements} statements, {peak} MB of \
         memory at most; the inserts alone {:.0} rows/s",
        place.name,
        rate(PEOPLE, took),
        rate(PEOPLE, inserting),
    );
}

/// Monday 08:00 in Berlin.
fn now() -> Timestamp {
    let at = jiff::civil::date(2026, 11, 23).at(7, 0, 0, 0);
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    at.expect("an instant").timestamp()
}

async fn insert_people(app: &App, people: &[person::Model]) {
    let now = app.clock.now();
    let subscriptions = people.iter().map(|person| schedule::Model {
        id: new_id(now),
        person_id: person.id,
        kind: EmailKind::CapacitySummary,
        weekday: Some(1),
        minute_of_day: 8 * 60,
        time_zone: None,
        next_due_at: Moment(now),
        time_zone_data: zone_data_version().to_owned(),
        paused: false,
        paused_until: None,
        version: 1,
    });
    let weeks = people.iter().map(|person| work_schedule::Model {
        id: new_id(now),
        person_id: person.id,
        effective_from: Day(jiff::civil::date(2020, 1, 1)),
        monday_minutes: 450,
        tuesday_minutes: 450,
        wednesday_minutes: 450,
        thursday_minutes: 450,
        friday_minutes: 450,
        saturday_minutes: 0,
        sunday_minutes: 0,
        factor_bp: 8_000,
        version: 1,
    });
    let tx = app.db.begin().await.expect("a transaction");
    macro_rules! insert {
        ($entity:ident, $rows:expr) => {
            let rows = $rows.map(|row| row.into_active_model().reset_all());
            let inserted = $entity::Entity::insert_many(rows)
                .exec_without_returning(&tx)
                .await;
            inserted.expect("rows");
        };
    }
    insert!(person, people.iter().cloned());
    insert!(work_schedule, weeks);
    insert!(schedule, subscriptions);
    tx.commit().await.expect("a commit");
}

/// As many rows of the outbox as the tick made, once more, for another period.
async fn insert_alone(app: &App, people: &[person::Model]) -> Duration {
    let now = app.clock.now();
    let row = |id: Uuid| {
        let day = jiff::civil::date(2026, 11, 23);
        outbox::pending(EmailKind::CapacitySummary, id, "again", day, now, now, now)
    };
    let batches: Vec<_> = people
        .chunks(CHUNK)
        .map(|chunk| {
            chunk
                .iter()
                .map(|person| row(person.id))
                .collect::<Vec<_>>()
        })
        .collect();
    let started = Instant::now();
    for batch in batches {
        let tx = app.db.begin().await.expect("a transaction");
        outbox::insert(&tx, batch).await.expect("mails");
        tx.commit().await.expect("a commit");
    }
    started.elapsed()
}

/// Begins a new peak; where the system does not allow it, the old one stays and the figure is too high.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that this process has held, in MB; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}
