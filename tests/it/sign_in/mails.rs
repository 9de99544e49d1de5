//! The mail with the link: it waits behind nothing, is never late, and is nobody's to send again.

use std::sync::Arc;

use jiff::SignedDuration;
use meridian::domain::mail_messages;
use meridian::email::outbox::Lane;
use meridian::entity::{EmailKind, EmailState, email};
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use meridian::jobs::sender::Sender;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::browser::{Browser, form};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::replica::until;

on_both_databases!(
    a_sign_in_mail_waits_behind_no_other,
    a_sign_in_mail_that_could_not_leave_in_time_expires,
    a_sign_in_mail_is_forgotten_once_it_has_left,
    nobody_sends_a_sign_in_mail_again_or_looks_at_one,
);

async fn mail(app: &TestApp) -> email::Model {
    let of_kind = email::Entity::find().filter(email::Column::Kind.eq(EmailKind::SignIn));
    of_kind.one(&app.db.read).await.unwrap().unwrap()
}

async fn has_text(app: &TestApp) -> bool {
    let id = mail(app).await.id;
    let kept = mail_messages::of(&app.db.read, [id]).await.unwrap();
    kept.contains_key(&id)
}

async fn asked_for(app: &TestApp) {
    let browser = Browser::at("203.0.113.9");
    browser
        .post(app, "/sign-in", &form("dana@example.com"))
        .await;
    let of_kind = || email::Entity::find().filter(email::Column::Kind.eq(EmailKind::SignIn));
    until("the mail", async || {
        of_kind().one(&app.db.read).await.unwrap().is_some()
    })
    .await;
}

async fn a_sign_in_mail_waits_behind_no_other(app: &TestApp) {
    let olga = app.owner().await;
    app.manager("Dana").await;
    for _ in 0..3 {
        app.done(&olga, "emailTest", json!({}), "email { id }")
            .await;
    }
    asked_for(app).await;
    let mut ordinary =
        Sender::new((**app).clone(), "ordinary").in_lane(Lane::Ordinary, Arc::default());
    let mut urgent = Sender::new((**app).clone(), "urgent").in_lane(Lane::Urgent, Arc::default());
    assert_eq!(urgent.step().await.unwrap(), 1, "only what is urgent");
    assert_eq!(mail(app).await.state, EmailState::Sent);
    assert_eq!(app.memory().sent().len(), 1);
    assert_eq!(urgent.step().await.unwrap(), 0);
    assert!(
        urgent.pause().await.unwrap().as_secs() == 5,
        "the others' time is not its own"
    );
    assert_eq!(
        ordinary.step().await.unwrap(),
        3,
        "and the others everything else"
    );
    urgent.close().await;
    ordinary.close().await;
}

async fn a_sign_in_mail_that_could_not_leave_in_time_expires(app: &TestApp) {
    app.manager("Dana").await;
    asked_for(app).await;
    app.clock.set(app.now() + SignedDuration::from_mins(15));
    app.drain().await;
    assert_eq!(app.memory().sent().len(), 0);
    maintenance::take_back(app).await.unwrap();
    assert_eq!(mail(app).await.state, EmailState::Expired);
    assert!(!has_text(app).await, "and the link is forgotten");
}

async fn a_sign_in_mail_is_forgotten_once_it_has_left(app: &TestApp) {
    app.manager("Dana").await;
    asked_for(app).await;
    assert!(has_text(app).await);
    maintenance::take_back(app).await.unwrap();
    assert!(has_text(app).await, "not before");
    app.drain().await;
    maintenance::take_back(app).await.unwrap();
    assert_eq!(mail(app).await.state, EmailState::Sent);
    assert!(!has_text(app).await);
}

async fn nobody_sends_a_sign_in_mail_again_or_looks_at_one(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await;
    asked_for(app).await;
    app.drain().await;
    let id = Kind::Email.id(mail(app).await.id);
    let input = json!({ "id": id, "mayArriveTwice": true });
    let payload = app
        .change(&olga, "emailResend", input, "email { id }")
        .await;
    let message = payload["userErrors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("ask for another one at /sign-in"),
        "{message}"
    );
    let preview = "query ($id: ID!) { emailPreview(kind: SIGN_IN, personId: $id) { text } }";
    let variables = json!({ "id": Kind::Person.id(dana.person.id) });
    let answer = app.graphql(&olga, preview, variables).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
        "{answer}"
    );
    let listed =
        "{ emails(filter: { kind: SIGN_IN }) { nodes { kind subject state recipient { name } } } }";
    let listed = app.ask(&olga, listed, json!({})).await;
    assert_eq!(listed["emails"]["nodes"][0]["recipient"]["name"], "Dana");
}
