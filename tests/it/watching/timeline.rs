//! The timeline of a mail tells its life in order.

use meridian::email::memory::Failure;
use meridian::email::outbox;
use serde_json::{Value, json};

use super::retrying::{MAIL, mail, test_mail};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::EIGHT;
use crate::support::outbox::prompts;

on_both_databases!(
    a_timeline_tells_what_meridian_the_server_and_an_owner_did,
    a_mail_that_is_worked_on_says_by_whom,
    a_mail_that_was_skipped_says_why,
    members_are_not_told_of_owners,
);

/// `ATTEMPTED 2026-11-23T07:59:00Z REFUSED`, one a line.
async fn told(app: &TestApp, by: &Actor, id: &Value) -> String {
    let shown = mail(app, by, id).await;
    let events = shown["timeline"].as_array().unwrap().iter();
    let lines = events.map(|event| {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let about = match &event["attempt"] {
            Value::Null => format!("{} {}", text(&event["by"]), text(&event["detail"])),
            attempt => text(&attempt["outcome"]),
        };
        format!("{} {} {about}", text(&event["what"]), text(&event["at"]))
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn a_timeline_tells_what_meridian_the_server_and_an_owner_did(app: &TestApp) {
    let olga = app.owner().await;
    let sent = test_mail(app, &olga, &olga).await;
    app.set_clock("2026-11-23T07:59:10Z");
    app.memory().fail_next(1, Failure::MessageRefused);
    app.drain().await;
    app.set_clock("2026-11-23T07:59:20Z");
    app.done(&olga, "emailRetry", json!({ "id": sent["id"] }), MAIL)
        .await;
    app.set_clock("2026-11-23T07:59:30Z");
    app.drain().await;
    let expected = "PLANNED 2026-11-23T07:59:00Z Olga -
ATTEMPTED 2026-11-23T07:59:10Z REFUSED
RETRIED 2026-11-23T07:59:20Z Olga -
RENDERED 2026-11-23T07:59:30Z - -
ATTEMPTED 2026-11-23T07:59:30Z ACCEPTED
SENT 2026-11-23T07:59:30Z - -";
    assert_eq!(told(app, &olga, &sent["id"]).await, expected);
}

async fn a_mail_that_is_worked_on_says_by_whom(app: &TestApp) {
    let olga = app.owner().await;
    let sent = test_mail(app, &olga, &olga).await;
    let tx = app.db.begin().await.unwrap();
    let claimed = outbox::claim(&tx, "a replica", app.now(), app.now(), 1).await;
    assert_eq!(claimed.unwrap().len(), 1);
    tx.commit().await.unwrap();
    let expected = "PLANNED 2026-11-23T07:59:00Z Olga -\nCLAIMED - a replica -";
    assert_eq!(told(app, &olga, &sent["id"]).await, expected);
}

async fn a_mail_that_was_skipped_says_why(app: &TestApp) {
    let olga = app.owner().await;
    app.mails_at(EIGHT).await;
    let rows = prompts(app, &olga).await;
    let skipped = rows.first().unwrap();
    assert_eq!(skipped["state"], "SKIPPED_EMPTY");
    let told = told(app, &olga, &skipped["id"]).await;
    let last = told.lines().last().unwrap();
    assert!(
        last.starts_with("SKIPPED - - Nothing was due today"),
        "{told}"
    );
}

async fn members_are_not_told_of_owners(app: &TestApp) {
    let (olga, mia) = (app.owner().await, app.member("Mia").await);
    let sent = test_mail(app, &olga, &mia).await;
    let reason = json!({ "id": sent["id"], "reason": "A mistake." });
    app.done(&olga, "emailCancel", reason, MAIL).await;
    let document = "query ($id: ID!) { node(id: $id) { ... on Email { timeline { what by } } } }";
    let shown = app.ask(&mia, document, json!({ "id": sent["id"] })).await;
    let expected = json!([{ "what": "PLANNED", "by": null }, { "what": "CANCELLED", "by": null }]);
    assert_eq!(shown["node"]["timeline"], expected);
}
