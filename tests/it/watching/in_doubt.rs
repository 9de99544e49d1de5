//! A mail that may have arrived and that an owner calls off: the owner has asked, and it is not said again.

use std::sync::Arc;

use meridian::config::Config;
use meridian::email::memory::Failure;
use meridian::email::outbox::OnAmbiguous;
use meridian::entity::RoleSide;
use meridian::jobs::maintenance;
use serde_json::{Value, json};

use super::retrying::MAIL;
use crate::mails::reviews::a_review_on_its_way;
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::EIGHT;
use crate::support::letter::told;
use crate::support::outbox::{emails, of, prompts};
use crate::support::work::due_client_of;

on_both_databases!(
    a_prompt_called_off_in_doubt_is_not_repeated_the_next_day,
    a_prompt_called_off_before_it_left_is_made_up_for_the_next_day,
    a_review_called_off_in_doubt_is_not_asked_again,
    a_review_is_sent_once_more_like_any_mail,
);

const TUESDAY: &str = "2026-11-24T08:00:00Z";

/// Lets the grace pass where mails in doubt are held.
async fn hold_what_is_in_doubt(app: &TestApp, at: &str) {
    let config = Config {
        on_ambiguous: OnAmbiguous::Hold,
        ..(*app.config).clone()
    };
    let holding = app.configured(Arc::new(config)).await;
    app.set_clock(at);
    maintenance::run(&holding).await.unwrap();
    holding.stop().await;
}

/// The only review's mail.
async fn review(app: &TestApp, olga: &Actor) -> Value {
    let mut mails = emails(app, olga).await.into_iter();
    mails
        .find(|mail| mail["kind"] == "SIX_MONTH_REVIEW")
        .unwrap()
}

async fn call_off(app: &TestApp, olga: &Actor, mail: &Value) {
    let input = json!({ "id": mail["id"], "reason": "I asked." });
    app.done(olga, "emailCancel", input, MAIL).await;
}

async fn a_prompt_called_off_in_doubt_is_not_repeated_the_next_day(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    app.memory().fail_next(2, Failure::LostAfterAcceptance);
    app.mails_at(EIGHT).await;
    hold_what_is_in_doubt(app, "2026-11-23T12:00:00Z").await;
    let held = of(&prompts(app, &olga).await, "Dana").clone();
    assert_eq!(held["state"], "HELD");
    call_off(app, &olga, &held).await;
    assert_eq!(told(&app.mails_at(TUESDAY).await), [""; 0]);
}

async fn a_prompt_called_off_before_it_left_is_made_up_for_the_next_day(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    app.memory().fail_next(2, Failure::TryLater);
    app.mails_at(EIGHT).await;
    let waiting = of(&prompts(app, &olga).await, "Dana").clone();
    assert_eq!(waiting["state"], "PENDING");
    call_off(app, &olga, &waiting).await;
    let letters = app.mails_at(TUESDAY).await;
    let prompt = letters
        .iter()
        .find(|letter| letter.to.starts_with("dana"))
        .unwrap();
    assert!(prompt.text.contains("Acme"), "{}", prompt.text);
}

async fn a_review_called_off_in_doubt_is_not_asked_again(app: &TestApp) {
    app.memory().fail_next(9, Failure::LostAfterAcceptance);
    let olga = a_review_on_its_way(app).await;
    hold_what_is_in_doubt(app, "2026-11-25T12:00:00Z").await;
    let held = review(app, &olga).await;
    assert_eq!(held["state"], "HELD");
    call_off(app, &olga, &held).await;
    let letters = told(&app.mails_at("2026-11-26T08:00:00Z").await);
    assert!(
        letters.iter().all(|one| !one.ends_with("review")),
        "{letters:?}"
    );
}

async fn a_review_is_sent_once_more_like_any_mail(app: &TestApp) {
    let olga = a_review_on_its_way(app).await;
    let sent = review(app, &olga).await;
    assert_eq!(sent["state"], "SENT");
    let before = app.drain().await;
    let input = json!({ "id": sent["id"], "mayArriveTwice": true });
    app.done(&olga, "emailResend", input, MAIL).await;
    let after = app.drain().await;
    assert_eq!(after.len(), before.len() + 1);
    let copy = after.last().unwrap();
    assert!(before.iter().any(|first| first.raw == copy.raw));
}
