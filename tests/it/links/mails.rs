//! Pausing a mail, and changing when it comes, from its foot.

use meridian::entity::schedule;
use meridian::graphql::id::Kind;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::agency::{MONDAY, foot, get, heading, post, press};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::letter::{Letter, the, told};
use crate::support::work::due_client_of;
use meridian::entity::RoleSide;

on_both_databases!(
    a_mail_pauses_for_some_weeks_and_comes_back_by_itself,
    a_pause_ends_where_somebody_says_so,
    the_summary_s_day_and_time_are_changed_from_its_foot,
    the_prompt_has_a_time_and_no_day,
    what_cannot_be_is_named_with_its_field,
    mails_that_were_stopped_are_neither_paused_nor_moved,
);

const PAUSE: &str = "Pause it for a while";
const TIME: &str = "Change the time";

async fn monday_s(app: &TestApp) -> (Actor, Vec<Letter>) {
    let dana = app.manager("Dana").await;
    due_client_of(app, "Acme", RoleSide::Both, &dana.person).await;
    let letters = app.mails_at(MONDAY).await;
    (dana, letters)
}

async fn schedules(app: &TestApp) -> Vec<schedule::Model> {
    schedule::Entity::find().all(&app.db.read).await.unwrap()
}

async fn schedule(app: &TestApp, of: &Actor, kind: &str) -> Value {
    let document = "query ($id: ID!) { node(id: $id) { ... on Person { schedules {
        kind weekday minuteOfDay paused pausedUntil version } } } }";
    let id = Kind::Person.text(of.person.id);
    let data = app.ask(of, document, json!({ "id": id })).await;
    let all = data["node"]["schedules"].as_array().unwrap();
    all.iter().find(|one| one["kind"] == kind).unwrap().clone()
}

async fn a_mail_pauses_for_some_weeks_and_comes_back_by_itself(app: &TestApp) {
    let (dana, letters) = monday_s(app).await;
    let path = foot(the(&letters, "dana", true), PAUSE);
    let page = get(app, &path).await;
    assert_eq!(heading(&page), "Pause weekly capacity summaries for Dana?");
    for weeks in [1, 2, 4] {
        assert!(
            page.text.contains(&format!("value=\"{weeks}\"")),
            "{}",
            page.text
        );
    }
    let page = post(app, &path, "weeks=2").await;
    assert_eq!(
        heading(&page),
        "Weekly capacity summaries for Dana pause until Mon 7 Dec"
    );
    let row = schedule(app, &dana, "CAPACITY_SUMMARY").await;
    assert_eq!(row["paused"], true);
    assert_eq!(row["pausedUntil"], "2026-12-07");
    assert_eq!(row["version"], 2);
    let page = post(app, &path, "weeks=4").await;
    assert_eq!(heading(&page), "This link was used already");
    assert_eq!(schedule(app, &dana, "CAPACITY_SUMMARY").await, row);

    let during = app.mails_at("2026-11-30T08:00:00Z").await;
    assert_eq!(told(&during), ["dana@example.com prompt"]);
    let after = app.mails_at("2026-12-07T08:00:00Z").await;
    assert!(told(&after).contains(&"dana@example.com summary".to_owned()));
    let row = schedule(app, &dana, "CAPACITY_SUMMARY").await;
    assert_eq!(row["paused"], false);
    assert_eq!(row["pausedUntil"], Value::Null);
}

async fn a_pause_ends_where_somebody_says_so(app: &TestApp) {
    let (dana, letters) = monday_s(app).await;
    let path = foot(the(&letters, "dana", true), PAUSE);
    post(app, &path, "weeks=4").await;
    let id = Kind::Person.text(dana.person.id);
    let set = async |input: Value| {
        let mut all = json!({ "personId": id, "kind": "CAPACITY_SUMMARY" });
        all.as_object_mut()
            .unwrap()
            .extend(input.as_object().unwrap().clone());
        app.change(&dana, "scheduleSet", all, "schedule { paused pausedUntil }")
            .await
    };
    let ended = set(json!({ "paused": false })).await;
    assert_eq!(
        ended["schedule"],
        json!({ "paused": false, "pausedUntil": null })
    );
    let again = set(json!({ "pausedUntil": "2026-11-24" })).await;
    assert_eq!(
        again["schedule"],
        json!({ "paused": true, "pausedUntil": "2026-11-24" })
    );
    for day in ["2026-11-23", "2020-01-01", "2027-11-25"] {
        let refused = set(json!({ "pausedUntil": day })).await;
        assert_eq!(
            refused["userErrors"][0]["field"],
            json!(["pausedUntil"]),
            "{day}"
        );
    }
    let ended = set(json!({ "pausedUntil": null })).await;
    assert_eq!(
        ended["schedule"],
        json!({ "paused": false, "pausedUntil": null })
    );
}

async fn the_summary_s_day_and_time_are_changed_from_its_foot(app: &TestApp) {
    let (dana, letters) = monday_s(app).await;
    let sam = app.manager("Sam").await;
    let sam_s = schedule(app, &sam, "CAPACITY_SUMMARY").await;
    let path = foot(the(&letters, "dana", true), TIME);
    let page = get(app, &path).await;
    assert_eq!(
        heading(&page),
        "When are weekly capacity summaries for Dana to come?"
    );
    assert!(
        page.text
            .contains("<option value=\"1\" selected>Monday</option>")
    );
    assert!(page.text.contains("value=\"08:00\""), "{}", page.text);
    assert!(page.text.contains("The time is that of Europe/London."));
    let page = post(app, &path, "weekday=3&time=09%3A30").await;
    assert_eq!(
        heading(&page),
        "Weekly capacity summaries for Dana come on Wednesdays at 09:30 (Europe/London)"
    );
    let row = schedule(app, &dana, "CAPACITY_SUMMARY").await;
    assert_eq!(
        (&row["weekday"], &row["minuteOfDay"]),
        (&json!(3), &json!(570))
    );
    assert_eq!(schedule(app, &sam, "CAPACITY_SUMMARY").await, sam_s);
    let page = post(app, &path, "weekday=4&time=10%3A00").await;
    assert_eq!(heading(&page), "This link was used already");
    assert_eq!(schedule(app, &dana, "CAPACITY_SUMMARY").await, row);
    let summaries = |letters: Vec<Letter>| letters.iter().filter(|one| one.is_summary()).count();
    let this_week = app.mails_at("2026-11-25T09:30:00Z").await;
    assert_eq!(summaries(this_week), 0, "this week's has left");
    let next_week = app.mails_at("2026-12-02T09:30:00Z").await;
    assert_eq!(summaries(next_week), 1);
}

async fn the_prompt_has_a_time_and_no_day(app: &TestApp) {
    let (dana, letters) = monday_s(app).await;
    let path = foot(the(&letters, "dana", false), TIME);
    let page = get(app, &path).await;
    assert!(!page.text.contains("weekday"), "{}", page.text);
    let page = post(app, &path, "weekday=3&time=07%3A15").await;
    assert_eq!(
        heading(&page),
        "Client-update prompts for Dana come on working days at 07:15 (Europe/London)"
    );
    let row = schedule(app, &dana, "CLIENT_UPDATE").await;
    assert_eq!(
        (&row["weekday"], &row["minuteOfDay"]),
        (&Value::Null, &json!(435))
    );
}

async fn what_cannot_be_is_named_with_its_field(app: &TestApp) {
    let (_, letters) = monday_s(app).await;
    let mail = the(&letters, "dana", true);
    let before = schedules(app).await;
    for (path, body, wrong) in [
        (foot(mail, TIME), "weekday=8&time=09%3A30", "Day: choose"),
        (foot(mail, TIME), "time=09%3A30", "Day: choose"),
        (foot(mail, TIME), "weekday=2&time=25%3A00", "Time: write"),
        (foot(mail, TIME), "weekday=2", "Time: write"),
        (foot(mail, PAUSE), "weeks=3", "For how long:"),
        (foot(mail, PAUSE), "", "For how long:"),
    ] {
        let page = post(app, &path, body).await;
        assert_eq!(page.status, 422, "{body}");
        assert!(page.text.contains(wrong), "{body}: {}", page.text);
        assert!(page.text.contains("<form"), "it can be mended");
    }
    assert_eq!(schedules(app).await, before);
    let page = post(app, &foot(mail, TIME), "weekday=2&time=09%3A30").await;
    assert_eq!(page.status, 200, "the link is not used up");
}

async fn mails_that_were_stopped_are_neither_paused_nor_moved(app: &TestApp) {
    let (_, letters) = monday_s(app).await;
    let mail = the(&letters, "dana", true);
    assert_eq!(press(app, &foot(mail, "Stop this mail")).await.status, 200);
    let before = schedules(app).await;
    for (label, body) in [(PAUSE, "weeks=1"), (TIME, "weekday=2&time=09%3A30")] {
        for page in [
            get(app, &foot(mail, label)).await,
            post(app, &foot(mail, label), body).await,
        ] {
            assert_eq!(page.status, 409);
            let stopped = "Weekly capacity summaries for Dana are stopped";
            assert_eq!(heading(&page), stopped);
        }
    }
    assert_eq!(schedules(app).await, before);
}
