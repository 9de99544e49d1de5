//! Whenever people change when their mails come, and however often: each week has its summary and each working day its
//! prompt, once.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use meridian::domain::calendar::{Week, days};
use meridian::entity::{EmailKind, email, person, schedule};
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::support::app::{Actor, Store, TestApp, tell};

/// From here on, for [`DAYS`] in which Europe's and America's clocks change.
const BEGIN: &str = "2026-10-14T12:00:00Z";
const DAYS: i64 = 33;

/// How many people change their minds side by side, each for themselves.
const PEOPLE: usize = 6;

/// From one side of the date line to the other, with offsets of half and quarter hours between.
static ZONES: [&str; 8] = [
    "Pacific/Honolulu",
    "America/New_York",
    "America/St_Johns",
    "Europe/London",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
];

/// What somebody does.
#[derive(Clone, Debug)]
struct Change {
    who: usize,
    /// Minutes after [`BEGIN`]; none: at the very instant at which a mail falls due, before it is planned.
    after: Option<i64>,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Weekday(i8),
    Minute(i64),
    Zone(&'static str),
    /// The person's own, by which the subscriptions go that name none.
    Home(&'static str),
}

fn any_change() -> impl Strategy<Value = Change> {
    let what = prop_oneof![
        (1_i8..=7).prop_map(What::Weekday),
        (0_i64..1_440).prop_map(What::Minute),
        proptest::sample::select(&ZONES[..]).prop_map(What::Zone),
        proptest::sample::select(&ZONES[..]).prop_map(What::Home),
    ];
    let after = prop_oneof![
        3 => (0..DAYS * 1_440).prop_map(Some),
        1 => Just(None),
    ];
    (0..PEOPLE, after, what).prop_map(|(who, after, what)| Change { who, after, what })
}

#[test]
fn no_change_of_time_doubles_or_loses_a_mail_on_sqlite() {
    no_change_doubles_or_loses_a_mail(Store::Sqlite);
}

#[test]
fn no_change_of_time_doubles_or_loses_a_mail_on_postgres() {
    no_change_doubles_or_loses_a_mail(Store::Postgres);
}

/// The same changes each time; of those that fail the fewest that still do are shown.
fn no_change_doubles_or_loses_a_mail(store: Store) {
    let config = ProptestConfig {
        cases: 3,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..ProptestConfig::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, rng).run(&vec(any_change(), 40), |changes| {
        tell(store, async |app: &TestApp| weeks_with(app, &changes).await);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn weeks_with(app: &TestApp, changes: &[Change]) {
    let begin: Timestamp = BEGIN.parse().unwrap();
    app.clock.set(begin);
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(app.manager(&format!("P{number}")).await);
    }
    let first = schedules(app).await;
    let (mut at_due, mut timed): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| change.after.is_none());
    timed.sort_by_key(|change| change.after);
    let mut timed = timed.into_iter().peekable();
    let end = begin + SignedDuration::from_hours(DAYS * 24);
    loop {
        let due = schedules(app)
            .await
            .iter()
            .map(|row| row.next_due_at.0)
            .min()
            .unwrap();
        let next = timed
            .peek()
            .map(|change| begin + SignedDuration::from_mins(change.after.unwrap_or_default()));
        if let Some(next) = next.filter(|next| *next < due) {
            app.clock.set(next.max(app.now()));
            act(app, &people, timed.next().unwrap()).await;
            continue;
        }
        if due >= end {
            break;
        }
        app.clock.set(due.max(app.now()));
        if let Some(change) = at_due.pop() {
            act(app, &people, change).await;
        }
        app.tick().await;
    }
    maintenance::run(app).await.unwrap();
    for subscription in &first {
        each_once(app, subscription).await;
    }
    app.drain().await;
}

async fn act(app: &TestApp, people: &[Actor], change: &Change) {
    let by = &people[change.who];
    let person = Kind::Person.text(by.person.id);
    if let What::Home(zone) = change.what {
        let input = json!({ "id": person, "timeZone": zone });
        app.done(by, "personUpdate", input, "person { id }").await;
        return;
    }
    let of = |kind| {
        let mut input = json!({ "personId": person, "kind": kind });
        match change.what {
            What::Weekday(weekday) => input["weekday"] = json!(weekday),
            What::Minute(minute) => input["minuteOfDay"] = json!(minute),
            What::Zone(zone) | What::Home(zone) => input["timeZone"] = json!(zone),
        }
        input
    };
    app.done(by, "scheduleSet", of("CAPACITY_SUMMARY"), "schedule { id }")
        .await;
    if !matches!(change.what, What::Weekday(_)) {
        app.done(by, "scheduleSet", of("CLIENT_UPDATE"), "schedule { id }")
            .await;
    }
}

async fn schedules(app: &TestApp) -> Vec<schedule::Model> {
    let rows = schedule::Entity::find().order_by_asc(schedule::Column::Id);
    rows.all(&app.db.read).await.unwrap()
}

/// A row for each period from the first that was promised to the last that is over: none twice, none missing.
async fn each_once(app: &TestApp, first: &schedule::Model) {
    let person = person::Entity::find_by_id(first.person_id)
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap();
    let last = schedule::Entity::find_by_id(first.id)
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap();
    let rows = email::Entity::find()
        .filter(email::Column::RecipientId.eq(person.id))
        .filter(email::Column::Kind.eq(first.kind))
        .all(&app.db.read)
        .await
        .unwrap();
    let periods: BTreeSet<&str> = rows.iter().map(|row| row.period.as_str()).collect();
    assert_eq!(periods.len(), rows.len(), "{rows:#?}");
    let zone = last.time_zone.as_deref().unwrap_or(&person.time_zone);
    let from = day_of(first, "Europe/London");
    let until = day_of(&last, zone);
    let wanted: Vec<String> = match first.kind {
        EmailKind::CapacitySummary => days(from, Week::of(until).monday().yesterday().unwrap())
            .map(|day| Week::of(day).to_string())
            .collect(),
        _ => days(from, until.yesterday().unwrap())
            .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
            .map(|day| day.to_string())
            .collect(),
    };
    let missing: BTreeSet<&String> = wanted
        .iter()
        .filter(|period| !periods.contains(period.as_str()))
        .collect();
    assert_eq!(
        missing,
        BTreeSet::new(),
        "{} {:?}: {periods:?}",
        person.name,
        first.kind
    );
}

/// The local day on which a subscription falls due next.
fn day_of(row: &schedule::Model, zone: &str) -> Date {
    let zone = TimeZone::get(zone).unwrap();
    row.next_due_at.0.to_zoned(zone).date()
}
