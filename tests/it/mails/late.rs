//! Meridian was not running when a mail fell due.

use meridian::email::memory::Failure;
use meridian::entity::RoleSide;
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use serde_json::json;

use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::{Letter, the, told};
use crate::support::outbox::{prompts, standing, summaries};
use crate::support::work::{client_of, due_client_of};

on_both_databases!(
    after_a_night_the_summary_comes_late_and_says_so,
    a_prompt_of_the_afternoon_says_that_it_was_due_in_the_morning,
    after_weeks_each_that_was_missed_has_expired,
    a_mail_that_the_mail_server_has_put_off_says_that_it_is_late,
    a_mail_that_the_mail_server_has_put_off_does_not_leave_once_it_is_stopped,
    a_mail_that_may_have_arrived_keeps_its_words_however_late_it_is,
);

async fn after_a_night_the_summary_comes_late_and_says_so(app: &TestApp) {
    let sam = app.manager("Sam").await;
    due_client_of(app, "Acme", RoleSide::Both, &sam.person).await;
    let letters = app.mails_at("2026-11-24T04:00:00Z").await;
    assert_eq!(told(&letters), ["sam@example.com summary"]);
    assert!(
        letters[0]
            .text
            .contains("This mail is late: it was due Monday 08:00."),
        "{}",
        letters[0].text
    );
    assert!(
        letters[0]
            .html
            .contains("This mail is late: it was due Monday 08:00.")
    );
    let [prompt] = &prompts(app, &sam).await[..] else {
        panic!("one prompt");
    };
    // A prompt speaks of "today": it is no use tomorrow.
    assert_eq!(
        standing(prompt),
        "EXPIRED: Meridian was not running between 2026-11-23T08:00:00Z and 2026-11-24T00:00:00Z."
    );
    let letters = app.mails_at("2026-11-24T08:00:00Z").await;
    assert_eq!(
        told(&letters),
        ["sam@example.com prompt"],
        "the update is still due"
    );
    assert!(!letters[0].text.contains("This mail is late"));
}

async fn a_prompt_of_the_afternoon_says_that_it_was_due_in_the_morning(app: &TestApp) {
    let sam = app.manager("Sam").await;
    due_client_of(app, "Acme", RoleSide::Client, &sam.person).await;
    let letters = app.mails_at("2026-11-23T23:59:59Z").await;
    let late = "This mail is late: it was due Monday 08:00.";
    let prompt = the(&letters, "sam@example.com", false);
    assert!(prompt.words().contains(late), "{}", prompt.text);
    assert!(prompt.html.contains(late));
    let [row] = &prompts(app, &sam).await[..] else {
        panic!("one prompt");
    };
    assert_eq!(standing(row), "SENT");
}

async fn after_weeks_each_that_was_missed_has_expired(app: &TestApp) {
    let sam = app.manager("Sam").await;
    client_of(app, "Acme", RoleSide::Project, &sam.person).await;
    // 49 hours after the Monday in between, of which 36 count.
    assert_eq!(told(&app.mails_at("2026-12-02T09:00:00Z").await), [""; 0]);
    let mut missed: Vec<String> = summaries(app, &sam)
        .await
        .iter()
        .map(|row| format!("{} {}", row["period"].as_str().unwrap(), standing(row)))
        .collect();
    missed.sort();
    assert_eq!(
        missed,
        [
            "2026-W48 EXPIRED: Meridian was not running between 2026-11-23T08:00:00Z and 2026-11-24T20:00:00Z.",
            "2026-W49 EXPIRED: Meridian was not running between 2026-11-30T08:00:00Z and 2026-12-01T20:00:00Z.",
        ]
    );
    let periods: Vec<_> = prompts(app, &sam)
        .await
        .iter()
        .map(|row| row["period"].clone())
        .collect();
    assert_eq!(
        periods,
        ["2026-12-02"],
        "today's, and none of the days before"
    );
    let letters = app.mails_at("2026-12-07T08:00:00Z").await;
    assert_eq!(
        told(&letters),
        ["sam@example.com summary"],
        "then all is as ever"
    );
}

const SUMMARY_DUE: &str = "2026-11-23T08:00:00Z";

async fn a_mail_that_the_mail_server_has_put_off_says_that_it_is_late(app: &TestApp) {
    let sam = app.manager("Sam").await;
    due_client_of(app, "Acme", RoleSide::Project, &sam.person).await;
    let late = "This mail is late: it was due Monday 08:00.";
    app.memory().fail_next(1, Failure::TryLater);
    assert_eq!(told(&app.mails_at(SUMMARY_DUE).await), [""; 0]);
    let [first] = &summaries(app, &sam).await[..] else {
        panic!("one summary");
    };
    // Still in time, and the same bytes.
    app.memory().fail_next(1, Failure::TryLater);
    assert_eq!(told(&app.mails_at("2026-11-23T08:15:00Z").await), [""; 0]);
    let letters = app.mails_at("2026-11-23T09:30:00Z").await;
    assert_eq!(told(&letters), ["sam@example.com summary"]);
    assert!(letters[0].text.contains(late), "{}", letters[0].text);
    let [sent] = &summaries(app, &sam).await[..] else {
        panic!("one summary");
    };
    assert_eq!(standing(sent), "SENT");
    assert_eq!(first["messageId"], sent["messageId"]);
    assert_eq!(sent["attempts"].as_array().map(Vec::len), Some(3));
}

async fn a_mail_that_the_mail_server_has_put_off_does_not_leave_once_it_is_stopped(app: &TestApp) {
    let sam = app.manager("Sam").await;
    due_client_of(app, "Acme", RoleSide::Project, &sam.person).await;
    app.memory().fail_next(1, Failure::TryLater);
    assert_eq!(told(&app.mails_at(SUMMARY_DUE).await), [""; 0]);
    let stop = json!({ "personId": Kind::Person.text(sam.person.id), "kind": "CAPACITY_SUMMARY", "paused": true });
    app.done(&sam, "scheduleSet", stop, "schedule { paused }")
        .await;
    assert_eq!(told(&app.mails_at("2026-11-23T08:10:00Z").await), [""; 0]);
    let [stopped] = &summaries(app, &sam).await[..] else {
        panic!("one summary");
    };
    assert_eq!(
        standing(stopped),
        "CANCELLED: The recipient has paused these mails since it was planned."
    );
}

async fn a_mail_that_may_have_arrived_keeps_its_words_however_late_it_is(app: &TestApp) {
    let sam = app.manager("Sam").await;
    due_client_of(app, "Acme", RoleSide::Project, &sam.person).await;
    app.memory().fail_next(1, Failure::LostAfterAcceptance);
    let first = app.mails_at(SUMMARY_DUE).await;
    assert_eq!(told(&first), ["sam@example.com summary"]);
    app.set_clock("2026-11-23T09:30:00Z");
    maintenance::take_back(app).await.unwrap();
    app.drain().await;
    let copies = app.memory().sent();
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0], copies[1]);
    assert!(!Letter::read(&copies[1]).text.contains("This mail is late"));
}
