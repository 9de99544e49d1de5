//! An approved letter leaves once, in the name of whoever hands over.

use jiff::civil::date;
use meridian::email::memory::Failure;
use meridian::entity::{Day, HandoverStage, email, email_attempt};
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::agency::{Agency, LETTER, refusals};
use crate::smtp_session::mailer;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::Letter;
use crate::support::smtp_server::{ServerOptions, SmtpServer};

on_both_databases!(
    it_leaves_over_smtp_from_whoever_hands_over,
    it_never_leaves_twice,
    a_contact_archived_after_the_approval_gets_nothing,
    a_handover_cancelled_after_the_approval_is_not_told,
    a_letter_that_failed_is_changed_and_sent_under_the_same_key,
    a_handover_cancelled_after_the_letter_was_rendered_is_not_told,
    nobody_is_announced_who_leaves_before_taking_over,
);

pub(crate) async fn approved(app: &TestApp, agency: &Agency) -> Value {
    let letter = agency.drafted(app).await;
    agency.approve(app, &agency.dana, &letter).await;
    let mut payload = agency.approve(app, &agency.olga, &letter).await;
    payload["letter"].take()
}

pub(crate) async fn read(app: &TestApp, agency: &Agency, letter: &Value) -> Value {
    let document = format!(
        "query ($id: ID!) {{ {} }}",
        LETTER.replacen("letter {", "letter(id: $id) {", 1)
    );
    app.ask(&agency.olga, &document, json!({ "id": letter["id"] }))
        .await["letter"]
        .take()
}

async fn it_leaves_over_smtp_from_whoever_hands_over(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    let server = SmtpServer::start(ServerOptions::default()).await;
    let replica = app.sending_through(mailer(&server.url(""))).await;
    replica.drain().await;
    let received = server.received();
    assert_eq!(received.len(), 1);
    let agency_s_own = app.config.mail_from.email.to_string();
    assert_eq!(received[0].from, agency_s_own, "bounces come to the agency");
    assert_eq!(received[0].to, ["mara.holm@client.example"]);
    let read_by_mara = Letter::parse(&received[0].raw, "mara.holm@client.example");
    assert_eq!(read_by_mara.subject, "Your new account manager: Sam");
    assert_eq!(
        read_by_mara.header("From"),
        format!("Dana <{agency_s_own}>")
    );
    assert_eq!(read_by_mara.header("Reply-To"), "Dana <dana@example.com>");
    assert_eq!(
        read_by_mara.header("To"),
        "\"Mara Holm\" <mara.holm@client.example>"
    );
    for absent in [
        "List-Id",
        "List-Unsubscribe",
        "Auto-Submitted",
        "References",
    ] {
        assert!(
            read_by_mara.headers.iter().all(|(name, _)| name != absent),
            "{absent}"
        );
    }
    assert_eq!(json!(read_by_mara.text), letter["preview"]["text"]);
    assert_eq!(json!(read_by_mara.html), letter["preview"]["html"]);
    assert!(!read_by_mara.html.contains("Stop this mail"));

    let letter = read(app, &agency, &letter).await;
    assert_eq!(letter["state"], "SENT");
    let mail = &letter["email"];
    assert_eq!(mail["toAddress"], "mara.holm@client.example");
    assert_eq!(
        (&mail["recipient"], &mail["contact"]["name"]),
        (&Value::Null, &json!("Mara Holm"))
    );
    assert_eq!(mail["attempts"], json!([{ "outcome": "ACCEPTED" }]));
    let change = json!({ "id": letter["id"], "subject": "Once more" });
    let payload = app
        .change(&agency.dana, "letterUpdate", change, LETTER)
        .await;
    assert_eq!(
        refusals(&payload),
        ["id NOT_ALLOWED_NOW: It was sent: write to the client yourself and log a touchpoint."]
    );
    replica.stop().await;

    let reply = json!({ "clientId": Kind::Client.text(agency.acme.id), "contactId": Kind::Contact.text(agency.mara.id),
        "kind": "EMAIL", "note": "She is content." });
    app.done(&agency.dana, "touchpointLog", reply, "touchpoint { id }")
        .await;
}

async fn it_never_leaves_twice(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    let replica = app.started_again().await;
    tokio::join!(app.drain(), replica.drain());
    assert_eq!(app.memory().sent().len(), 1);
    replica.stop().await;
    // The row of its mail outlives the others, so that nothing can take its key again.
    app.set_clock("2027-03-01T08:00:00Z");
    maintenance::run(app).await.unwrap();
    assert_eq!(read(app, &agency, &letter).await["state"], "SENT");
    let attempts = email_attempt::Entity::find().all(&app.db.read).await;
    assert_eq!(attempts.unwrap().len(), 1, "nor is its timeline forgotten");
    let preview =
        "query ($id: ID!) { emailPreview(kind: CLIENT_LETTER, personId: $id) { subject } }";
    let id = json!({ "id": Kind::Person.text(agency.dana.person.id) });
    let answer = app.graphql(&agency.dana, preview, id).await;
    assert!(
        answer["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("the letter's own preview"),
        "{answer:#}"
    );
}

async fn a_contact_archived_after_the_approval_gets_nothing(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    app.memory().fail_next(1, Failure::TryLater);
    assert_eq!(app.drain().await.len(), 0, "rendered, and put off");
    let archive = json!({ "id": Kind::Contact.text(agency.mara.id) });
    app.done(&agency.olga, "contactArchive", archive, "contact { id }")
        .await;
    app.set_clock("2026-11-23T09:30:00Z");
    assert_eq!(app.drain().await.len(), 0);
    let letter = read(app, &agency, &letter).await;
    assert_eq!(letter["state"], "FAILED");
    assert_eq!(letter["email"]["state"], "CANCELLED");
    assert_eq!(
        letter["email"]["reason"],
        "Mara Holm is archived: nothing is sent to them any more."
    );
}

async fn a_handover_cancelled_after_the_approval_is_not_told(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    let mut handover = agency.handover.clone().into_active_model();
    handover.stage = Set(HandoverStage::Cancelled);
    handover.cancel_reason = Set(Some("The client asked us not to.".to_owned()));
    let tx = app.db.begin().await.unwrap();
    handover.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.drain().await.len(), 0);
    let letter = read(app, &agency, &letter).await;
    assert_eq!(letter["email"]["state"], "CANCELLED");
    assert_eq!(
        letter["email"]["reason"],
        "The handover was cancelled after the letter was approved."
    );
}

async fn a_letter_that_failed_is_changed_and_sent_under_the_same_key(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    app.memory().fail_next(1, Failure::MessageRefused);
    assert_eq!(app.drain().await.len(), 0);
    let failed = read(app, &agency, &letter).await;
    assert_eq!(failed["state"], "FAILED", "{failed:#}");
    let input = json!({ "id": letter["id"], "subject": "News from us" });
    let payload = app.done(&agency.dana, "letterUpdate", input, LETTER).await;
    let edited = &payload["letter"];
    assert_eq!(
        (&edited["state"], &edited["email"]),
        (&json!("DRAFT"), &Value::Null)
    );
    agency.approve(app, &agency.sam, edited).await;
    agency.approve(app, &agency.olga, edited).await;
    let sent = app.drain().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(Letter::read(&sent[0]).subject, "News from us");
    assert_eq!(
        email::Entity::find().all(&app.db.read).await.unwrap().len(),
        1,
        "one row, one key"
    );
    let sent = read(app, &agency, &letter).await;
    assert_eq!(sent["state"], "SENT");
    assert_eq!(sent["email"]["attempts"].as_array().unwrap().len(), 2);
}

async fn a_handover_cancelled_after_the_letter_was_rendered_is_not_told(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    app.memory().fail_next(1, Failure::TryLater);
    assert_eq!(app.drain().await.len(), 0, "rendered, and put off");
    let cancel = json!({ "id": Kind::Handover.text(agency.handover.id), "reason": "Dana stays." });
    app.done(&agency.olga, "handoverCancel", cancel, "handover { id }")
        .await;
    app.set_clock("2026-11-23T09:30:00Z");
    assert_eq!(app.drain().await.len(), 0);
    let letter = read(app, &agency, &letter).await;
    assert_eq!(letter["email"]["state"], "CANCELLED");
    assert_eq!(
        letter["email"]["reason"],
        "The handover was cancelled after the letter was approved."
    );
}

async fn nobody_is_announced_who_leaves_before_taking_over(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    let mut sam = agency.sam.person.clone().into_active_model();
    sam.employed_until = Set(Some(Day(date(2026, 12, 27))));
    let tx = app.db.begin().await.unwrap();
    sam.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.drain().await.len(), 0);
    let letter = read(app, &agency, &letter).await;
    assert_eq!(letter["email"]["state"], "CANCELLED");
    assert_eq!(
        letter["email"]["reason"],
        "Sam, whom it announces, leaves before taking over."
    );
    let change = json!({ "id": letter["id"], "subject": "News from us" });
    let payload = app.done(&agency.dana, "letterUpdate", change, LETTER).await;
    let payload = agency.approve(app, &agency.dana, &payload["letter"]).await;
    assert_eq!(
        refusals(&payload),
        [
            "id NOT_ALLOWED_NOW: Sam leaves before taking over: plan another handover before you tell the client."
        ]
    );
}
