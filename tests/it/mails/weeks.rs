//! Once a week, whatever happens to the rule in the middle of one: the weeks of the ISO calendar, and changes of a
//! subscription's day, time and zone.

use jiff::civil::date;
use meridian::entity::{RoleSide, person};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::letter::told;
use crate::support::outbox::{prompts, standing, summaries};
use crate::support::work::{client_of, due_client_of};

on_both_databases!(
    the_weeks_at_the_turn_of_a_year_are_those_of_the_iso_calendar,
    a_summary_moved_back_in_the_week_still_comes_this_week,
    a_summary_moved_back_and_then_missed_leaves_its_row,
    a_summary_that_the_next_one_has_overtaken_is_not_sent,
    a_summary_moved_on_in_the_week_does_not_come_again,
    a_change_of_the_minute_after_the_mail_was_due_does_not_lose_it,
    a_prompt_moved_to_an_hour_that_has_passed_still_comes_today,
    who_moves_over_the_date_line_misses_no_week,
    a_change_of_plan_within_the_week_is_the_one_that_counts,
);

/// Sam, a production manager with a client, whose summary comes as `changes` say.
async fn sam(app: &TestApp, changes: Value) -> Actor {
    let sam = app.manager("Sam").await;
    client_of(app, "Acme", RoleSide::Project, &sam.person).await;
    set(app, &sam, "CAPACITY_SUMMARY", changes).await;
    sam
}

/// Changes a subscription of somebody. Answers when it falls due next.
async fn set(app: &TestApp, by: &Actor, kind: &str, changes: Value) -> Value {
    let mut input = json!({ "personId": id(&by.person), "kind": kind });
    for (field, value) in changes.as_object().unwrap() {
        input[field] = value.clone();
    }
    let done = app
        .done(by, "scheduleSet", input, "schedule { nextDueAt }")
        .await;
    done["schedule"]["nextDueAt"].clone()
}

fn id(person: &person::Model) -> String {
    Kind::Person.text(person.id)
}

/// The weeks of somebody's summaries and where each stands, oldest first.
async fn weeks(app: &TestApp, of: &Actor) -> Vec<String> {
    let rows = summaries(app, of).await;
    let told = |row: &Value| format!("{} {}", row["period"].as_str().unwrap(), standing(row));
    let mut weeks: Vec<String> = rows.iter().map(told).collect();
    weeks.sort();
    weeks
}

/// Asserts that the summary leaves at `instant` and not a second earlier.
async fn comes_at(app: &TestApp, instant: &str) {
    let at: jiff::Timestamp = instant.parse().unwrap();
    let too_early = at - jiff::SignedDuration::from_secs(1);
    assert_eq!(
        summaries_at(app, &too_early.to_string()).await,
        0,
        "{too_early}"
    );
    assert_eq!(summaries_at(app, instant).await, 1, "{instant}");
}

async fn summaries_at(app: &TestApp, instant: &str) -> usize {
    let letters = app.mails_at(instant).await;
    letters.iter().filter(|letter| letter.is_summary()).count()
}

async fn the_weeks_at_the_turn_of_a_year_are_those_of_the_iso_calendar(app: &TestApp) {
    // 2026 has 53 weeks, and the last one ends on a Sunday of 2027.
    app.set_clock("2026-12-20T12:00:00Z");
    let sam = sam(app, json!({})).await;
    for monday in [date(2026, 12, 21), date(2026, 12, 28), date(2027, 1, 4)] {
        comes_at(app, &format!("{monday}T08:00:00Z")).await;
    }
    assert_eq!(
        weeks(app, &sam).await,
        ["2026-W52 SENT", "2026-W53 SENT", "2027-W01 SENT"]
    );
    // From Monday to Saturday: the first day of 2033 lies in week 53 of the year before.
    app.set_clock("2032-12-19T12:00:00Z");
    app.tick().await;
    set(app, &sam, "CAPACITY_SUMMARY", json!({ "weekday": 6 })).await;
    for saturday in [date(2032, 12, 25), date(2033, 1, 1), date(2033, 1, 8)] {
        comes_at(app, &format!("{saturday}T08:00:00Z")).await;
    }
    let all = weeks(app, &sam).await;
    assert_eq!(
        all[all.len() - 3..],
        ["2032-W52 SENT", "2032-W53 SENT", "2033-W01 SENT"]
    );
}

async fn a_summary_moved_back_in_the_week_still_comes_this_week(app: &TestApp) {
    let sam = sam(app, json!({ "weekday": 5, "minuteOfDay": 960 })).await;
    app.set_clock("2026-11-25T12:00:00Z");
    let next = set(
        app,
        &sam,
        "CAPACITY_SUMMARY",
        json!({ "weekday": 1, "minuteOfDay": 480 }),
    )
    .await;
    assert_eq!(next, "2026-11-27T16:00:00Z", "this Friday, as it was");
    comes_at(app, "2026-11-27T16:00:00Z").await;
    comes_at(app, "2026-11-30T08:00:00Z").await;
    assert_eq!(weeks(app, &sam).await, ["2026-W48 SENT", "2026-W49 SENT"]);
}

async fn a_summary_moved_back_and_then_missed_leaves_its_row(app: &TestApp) {
    let sam = sam(app, json!({ "weekday": 5, "minuteOfDay": 960 })).await;
    app.set_clock("2026-11-25T12:00:00Z");
    let monday = json!({ "weekday": 1, "minuteOfDay": 480 });
    set(app, &sam, "CAPACITY_SUMMARY", monday).await;
    // Nothing runs on the Friday that was promised before the change.
    assert_eq!(summaries_at(app, "2026-11-30T08:00:00Z").await, 1);
    let expected = [
        "2026-W48 EXPIRED: Meridian was not running between 2026-11-27T16:00:00Z and 2026-11-29T04:00:00Z.",
        "2026-W49 SENT",
    ];
    assert_eq!(weeks(app, &sam).await, expected);
}

async fn a_summary_that_the_next_one_has_overtaken_is_not_sent(app: &TestApp) {
    let sam = sam(app, json!({ "weekday": 7, "minuteOfDay": 1320 })).await;
    app.set_clock("2026-11-25T12:00:00Z");
    let monday = json!({ "weekday": 1, "minuteOfDay": 480 });
    set(app, &sam, "CAPACITY_SUMMARY", monday).await;
    // Nothing runs on Sunday night. It would be worth sending until Tuesday.
    assert_eq!(summaries_at(app, "2026-11-30T08:00:00Z").await, 1);
    let expected = [
        "2026-W48 EXPIRED: Meridian was not running between 2026-11-29T22:00:00Z and 2026-11-30T08:00:00Z.",
        "2026-W49 SENT",
    ];
    assert_eq!(weeks(app, &sam).await, expected);
}

async fn a_summary_moved_on_in_the_week_does_not_come_again(app: &TestApp) {
    let sam = sam(app, json!({})).await;
    comes_at(app, "2026-11-23T08:00:00Z").await;
    for (weekday, minute, zone) in [
        (5, 480, json!(null)),
        (3, 600, json!("Asia/Tokyo")),
        (4, 0, json!("Pacific/Honolulu")),
    ] {
        let changes = json!({ "weekday": weekday, "minuteOfDay": minute, "timeZone": zone });
        set(app, &sam, "CAPACITY_SUMMARY", changes).await;
    }
    for day in 24..30 {
        assert_eq!(
            summaries_at(app, &format!("2026-11-{day}T23:00:00Z")).await,
            0,
            "{day}"
        );
    }
    comes_at(app, "2026-12-03T10:00:00Z").await;
    assert_eq!(weeks(app, &sam).await, ["2026-W48 SENT", "2026-W49 SENT"]);
}

async fn a_change_of_the_minute_after_the_mail_was_due_does_not_lose_it(app: &TestApp) {
    let sam = sam(app, json!({})).await;
    // Due at 08:00, and the tick of this minute has not come yet.
    app.set_clock("2026-11-23T08:00:30Z");
    let next = set(app, &sam, "CAPACITY_SUMMARY", json!({ "minuteOfDay": 420 })).await;
    assert_eq!(next, "2026-11-23T08:00:00Z");
    assert_eq!(summaries_at(app, "2026-11-23T08:01:00Z").await, 1);
    comes_at(app, "2026-11-30T07:00:00Z").await;
    assert_eq!(weeks(app, &sam).await, ["2026-W48 SENT", "2026-W49 SENT"]);
}

async fn a_prompt_moved_to_an_hour_that_has_passed_still_comes_today(app: &TestApp) {
    let dana = app.manager("Dana").await;
    due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    set(app, &dana, "CLIENT_UPDATE", json!({ "minuteOfDay": 1020 })).await;
    app.set_clock("2026-11-23T12:00:00Z");
    let next = set(app, &dana, "CLIENT_UPDATE", json!({ "minuteOfDay": 480 })).await;
    assert_eq!(next, "2026-11-23T17:00:00Z");
    assert_eq!(
        told(&app.mails_at("2026-11-23T17:00:00Z").await),
        ["dana@example.com prompt"]
    );
    app.mails_at("2026-11-24T08:00:00Z").await;
    let days: Vec<Value> = prompts(app, &dana)
        .await
        .iter()
        .map(|row| row["period"].clone())
        .collect();
    assert_eq!(days, ["2026-11-24", "2026-11-23"]);
}

async fn who_moves_over_the_date_line_misses_no_week(app: &TestApp) {
    // Sunday 22:00 in Honolulu has not come when it is Monday in Auckland, where Sunday 22:00 is over.
    let sam = sam(
        app,
        json!({ "weekday": 7, "minuteOfDay": 1320, "timeZone": "Pacific/Honolulu" }),
    )
    .await;
    app.mails_at("2026-11-23T08:00:00Z").await;
    app.set_clock("2026-11-30T02:00:00Z");
    set(
        app,
        &sam,
        "CAPACITY_SUMMARY",
        json!({ "timeZone": "Pacific/Auckland" }),
    )
    .await;
    let letters = app.mails_at("2026-11-30T02:01:00Z").await;
    assert_eq!(told(&letters), ["sam@example.com summary"]);
    assert!(
        letters[0]
            .words()
            .contains("This mail is late: it was due Sunday 22:00.")
    );
    comes_at(app, "2026-12-06T09:00:00Z").await;
    assert_eq!(
        weeks(app, &sam).await,
        ["2026-W47 SENT", "2026-W48 SENT", "2026-W49 SENT"]
    );
}

async fn a_change_of_plan_within_the_week_is_the_one_that_counts(app: &TestApp) {
    let sam = sam(app, json!({ "weekday": 5 })).await;
    app.set_clock("2026-11-24T12:00:00Z");
    set(app, &sam, "CAPACITY_SUMMARY", json!({ "weekday": 1 })).await;
    set(app, &sam, "CAPACITY_SUMMARY", json!({ "weekday": 4 })).await;
    comes_at(app, "2026-11-26T08:00:00Z").await;
    assert_eq!(summaries_at(app, "2026-11-27T08:00:00Z").await, 0);
    comes_at(app, "2026-12-03T08:00:00Z").await;
    assert_eq!(weeks(app, &sam).await, ["2026-W48 SENT", "2026-W49 SENT"]);
}
