//! A letter that may have reached the client is not sent again.

use jiff::SignedDuration;
use meridian::email::memory::Failure;
use meridian::email::outbox::{self, Claim};
use meridian::entity::{EmailState, email};
use meridian::jobs::maintenance;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::json;

use super::agency::{Agency, LETTER, refusals};
use super::delivery::{approved, read};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_letter_whose_reply_was_lost_is_held,
    a_letter_whose_sender_died_is_held_and_its_timeline_says_so,
);

const HELD: &str = "It may have reached the client: the connection was lost after it was given to the mail server. Ask the client before you write again.";

const NOT_AGAIN: &str = "id NOT_ALLOWED_NOW: Its mail may have arrived although that was never confirmed. Ask the client and log a touchpoint.";

async fn is_not_changed(app: &TestApp, agency: &Agency, letter: &serde_json::Value) {
    let input = json!({ "id": letter["id"], "subject": "News from us" });
    let payload = app
        .change(&agency.dana, "letterUpdate", input, LETTER)
        .await;
    assert_eq!(refusals(&payload), [NOT_AGAIN]);
}

async fn a_letter_whose_reply_was_lost_is_held(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    app.memory().fail_next(1, Failure::LostAfterAcceptance);
    assert_eq!(app.drain().await.len(), 1, "Mara has it");
    app.set_clock("2026-11-23T12:00:00Z");
    maintenance::run(app).await.unwrap();
    assert_eq!(app.drain().await.len(), 1, "and not twice");
    let held = read(app, &agency, &letter).await;
    assert_eq!(held["state"], "IN_DOUBT");
    let mail = &held["email"];
    assert_eq!(
        (&mail["state"], &mail["reason"]),
        (&json!("HELD"), &json!(HELD))
    );
    assert_eq!(mail["attempts"], json!([{ "outcome": "AMBIGUOUS" }]));
    is_not_changed(app, &agency, &letter).await;
    let payload = agency.approve(app, &agency.sam, &letter).await;
    assert_eq!(
        refusals(&payload),
        ["id NOT_ALLOWED_NOW: It has the approvals it needs already."]
    );
}

async fn a_letter_whose_sender_died_is_held_and_its_timeline_says_so(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = approved(app, &agency).await;
    // An attempt that is told and does not count.
    app.memory().fail_next(1, Failure::NoConnection);
    assert_eq!(app.drain().await.len(), 0);
    let tx = app.db.begin().await.unwrap();
    let lease_until = app.now() + SignedDuration::from_secs(60);
    let claimed = outbox::claim(&tx, "dying", app.now(), lease_until, 1)
        .await
        .unwrap();
    let claim = Claim::from(&claimed[0]);
    let entered = outbox::enter_data(&tx, claim, app.now(), lease_until).await;
    assert!(entered.unwrap());
    tx.commit().await.unwrap();
    app.set_clock("2026-11-23T12:00:00Z");
    maintenance::run(app).await.unwrap();
    assert_eq!(app.drain().await.len(), 0);
    let held = read(app, &agency, &letter).await;
    assert_eq!(held["state"], "IN_DOUBT", "{held:#}");
    let mut outcomes: Vec<_> = held["email"]["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| attempt["outcome"].as_str().unwrap())
        .collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["AMBIGUOUS", "NOT_SENT"]);
    is_not_changed(app, &agency, &letter).await;

    // Whatever became of its row, its timeline is believed.
    let mail = email::Entity::find_by_id(claim.row_id);
    let mail = mail.one(&app.db.read).await.unwrap().unwrap();
    let mut mail = mail.into_active_model();
    mail.state = Set(EmailState::Expired);
    let tx = app.db.begin().await.unwrap();
    mail.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    is_not_changed(app, &agency, &letter).await;
}
