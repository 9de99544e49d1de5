//! A mail once more, because its recipient has lost it: never without an owner's word.

use meridian::email::memory::Failure;
use meridian::entity::{email, email_attempt};
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::retrying::{MAIL, mail, refused, test_mail};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT};
use crate::support::outbox::summaries;

on_both_databases!(
    a_summary_is_sent_once_more_as_a_mail_of_its_own,
    a_mail_is_sent_once_more_five_times_at_most,
    a_mail_whose_text_was_forgotten_is_not_sent_once_more,
);

async fn a_summary_is_sent_once_more_as_a_mail_of_its_own(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    app.mails_at(EIGHT).await;
    let rows = summaries(app, &demo.eleanor).await;
    let sent = rows.iter().find(|row| row["state"] == "SENT").unwrap();
    let unsaid = json!({ "id": sent["id"] });
    let refusal = refused(app, &demo.eleanor, "emailResend", unsaid).await;
    assert!(
        refusal.starts_with("mayArriveTwice NOT_ALLOWED_NOW"),
        "{refusal}"
    );

    let before = app.drain().await.len();
    let input = json!({ "id": sent["id"], "mayArriveTwice": true });
    let payload = app.done(&demo.eleanor, "emailResend", input, MAIL).await;
    let once_more = &payload["email"];
    assert_ne!(once_more["id"], sent["id"]);
    assert_eq!(once_more["resendOf"]["id"], sent["id"]);
    let taken = app.drain().await;
    assert_eq!(taken.len(), before + 1);
    let copy = taken.last().unwrap();
    let first = taken.iter().find(|mail| mail.raw == copy.raw).unwrap();
    assert_eq!(
        first.envelope, copy.envelope,
        "the same bytes to the same address"
    );
    assert_ne!(first.stem, copy.stem);
    assert_eq!(
        mail(app, &demo.eleanor, &once_more["id"]).await["state"],
        "SENT"
    );
    let shown = mail(app, &demo.eleanor, &sent["id"]).await;
    let told: Vec<&Value> = shown["timeline"].as_array().unwrap().iter().collect();
    let resent = told.iter().find(|event| event["what"] == "RESENT").unwrap();
    let id = once_more["id"].as_str().unwrap();
    assert_eq!(resent["detail"], json!(format!("Sent once more, as {id}.")));
    assert_eq!(resent["by"], "Eleanor Voss");
}

async fn a_mail_is_sent_once_more_five_times_at_most(app: &TestApp) {
    let olga = app.owner().await;
    let sent = test_mail(app, &olga, &olga).await;
    let input = json!({ "id": sent["id"], "mayArriveTwice": true });
    assert_eq!(
        refused(app, &olga, "emailResend", input.clone()).await,
        "id NOT_ALLOWED_NOW: It was not sent."
    );
    app.drain().await;
    let mut last = Value::Null;
    for _ in 0..4 {
        let payload = app.done(&olga, "emailResend", input.clone(), MAIL).await;
        last = payload["email"]["id"].clone();
    }
    app.drain().await;
    // A copy's copy is one of the first mail's.
    let copy = json!({ "id": last, "mayArriveTwice": true });
    let payload = app.done(&olga, "emailResend", copy, MAIL).await;
    assert_eq!(payload["email"]["resendOf"]["id"], sent["id"]);
    let refusal = refused(app, &olga, "emailResend", input).await;
    assert_eq!(
        refusal,
        "id NOT_ALLOWED_NOW: It was sent 5 times more already."
    );
    // One that failed keeps its bytes when it is tried again.
    app.memory().fail_next(1, Failure::MessageRefused);
    assert_eq!(app.drain().await.len(), 5);
    let retry = json!({ "id": payload["email"]["id"] });
    app.done(&olga, "emailRetry", retry, MAIL).await;
    let taken = app.drain().await;
    assert_eq!(taken.len(), 6);
    assert!(taken.iter().all(|mail| mail.raw == taken[0].raw));
}

async fn a_mail_whose_text_was_forgotten_is_not_sent_once_more(app: &TestApp) {
    let olga = app.owner().await;
    let sent = test_mail(app, &olga, &olga).await;
    app.drain().await;
    app.set_clock("2026-12-24T08:00:00Z");
    maintenance::run(app).await.unwrap();
    let input = json!({ "id": sent["id"], "mayArriveTwice": true });
    let refusal = refused(app, &olga, "emailResend", input).await;
    assert_eq!(
        refusal,
        "id NOT_ALLOWED_NOW: Its text was forgotten: texts are kept for 30 days."
    );

    app.set_clock("2027-01-25T08:00:00Z");
    maintenance::run(app).await.unwrap();
    let (_, id) = meridian::global_id::parse(sent["id"].as_str().unwrap()).unwrap();
    let row = email::Entity::find_by_id(id)
        .one(&app.db.read)
        .await
        .unwrap();
    assert_eq!(
        row, None,
        "a test mail's row goes eight weeks after its end"
    );
    let attempts = email_attempt::Entity::find()
        .all(&app.db.read)
        .await
        .unwrap();
    assert_eq!(attempts.len(), 0);
    assert_eq!(Kind::Email.text(id), sent["id"].as_str().unwrap());
    app.tick().await;
    app.drain().await;
}
