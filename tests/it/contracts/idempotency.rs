//! A mutation that is sent again with its key is answered again, and done once.

use jiff::SignedDuration;
use meridian::domain::tokens;
use meridian::entity::{Access, idempotent_request, person};
use meridian::jobs::maintenance;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::json;

use super::sent::{CREATE, clients, code, create, kept, send};
use crate::support::app::{Actor, TestApp, on_both_databases};

on_both_databases!(
    a_mutation_sent_again_is_answered_again_and_done_once,
    what_the_user_can_mend_is_an_answer_too,
    of_many_at_once_on_two_replicas_one_is_done,
    what_was_begun_and_did_not_end_is_never_run_again,
    an_answer_is_given_again_only_to_whoever_may_still_have_it,
    a_key_is_free_again_after_a_day_and_its_answer_is_forgotten,
);

async fn a_mutation_sent_again_is_answered_again_and_done_once(app: &TestApp) {
    let olga = app.owner().await;
    let first = send(app, &olga, "a1", &create("Acme")).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(
        first.json()["data"]["clientCreate"]["client"]["name"],
        "Acme"
    );
    let is_the_first_again = |answer: crate::support::app::Answer| {
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("idempotent-replayed"), Some("true"));
        assert_eq!(answer.text, first.text);
        assert_eq!(answer.header("content-type"), first.header("content-type"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let cost = &answer.json()["extensions"]["cost"];
        assert!(cost["requested"].is_u64() && cost["limit"].is_u64());
    };
    is_the_first_again(send(app, &olga, "a1", &create("Acme")).await);
    // The same request, in other words.
    let in_another_order = json!({ "variables": { "input": { "name": "Acme" } }, "query": CREATE, "operationName": null });
    is_the_first_again(send(app, &olga, "a1", &in_another_order).await);

    let replica = app.started_again().await;
    is_the_first_again(send(&replica, &olga, "a1", &create("Acme")).await);
    replica.stop().await;
    assert_eq!(clients(app).await, 1);

    send(app, &olga, "a2", &create("Acme 2")).await;
    assert_eq!(clients(app).await, 2, "another key is another request");
}

async fn what_the_user_can_mend_is_an_answer_too(app: &TestApp) {
    let olga = app.owner().await;
    let refused = send(app, &olga, "k", &create(" ")).await;
    let errors = &refused.json()["data"]["clientCreate"]["userErrors"];
    assert_eq!(errors, &json!([{ "code": "INVALID" }]));
    let again = send(app, &olga, "k", &create(" ")).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.text, refused.text);
    // Neither is what a field was refused, once it was executed.
    let mia = app.member("Mia").await;
    let forbidden = send(app, &mia, "k", &create("Acme")).await;
    assert_eq!(
        (forbidden.status.as_u16(), &*code(&forbidden)),
        (200, "FORBIDDEN")
    );
    let again = send(app, &mia, "k", &create("Acme")).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(clients(app).await, 0);
}

async fn of_many_at_once_on_two_replicas_one_is_done(app: &TestApp) {
    let olga = app.owner().await;
    let other = app.started_again().await;
    let body = create("Acme");
    let here = || send(app, &olga, "k", &body);
    let there = || send(&other, &olga, "k", &body);
    let (a, b, c, d, e, f) = tokio::join!(here(), there(), here(), there(), here(), there());
    let mut done = Vec::new();
    for answer in [a, b, c, d, e, f] {
        match answer.status.as_u16() {
            200 => done.push(answer),
            409 => {
                assert_eq!(code(&answer), "IDEMPOTENCY_KEY_IN_USE");
                assert_eq!(answer.header("retry-after"), Some("1"));
                assert_eq!(answer.json()["errors"][0]["extensions"]["retryable"], true);
            }
            status => panic!("{status}: {}", answer.text),
        }
    }
    let first = done
        .iter()
        .filter(|answer| answer.header("idempotent-replayed").is_none());
    assert_eq!(first.count(), 1, "one of them was executed");
    assert!(done.iter().all(|answer| answer.text == done[0].text));
    assert_eq!(clients(app).await, 1);
    let again = send(&other, &olga, "k", &body).await;
    assert_eq!(again.text, done[0].text);
    other.stop().await;
}

/// A claim without an answer, as a process leaves it that dies, or is still at it.
async fn what_was_begun_and_did_not_end_is_never_run_again(app: &TestApp) {
    let olga = app.owner().await;
    send(app, &olga, "k", &create("Acme")).await;
    let row = kept(app).await.remove(0);
    let begun = row.claimed_at.0;
    let tx = app.db.begin().await.unwrap();
    let mut row = row.into_active_model();
    (row.ended_at, row.answer) = (Set(None), Set(None));
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();

    let longest = SignedDuration::try_from(app.config.request_timeout).unwrap();
    let patience = longest + SignedDuration::from_secs(60);
    for (later, expected) in [
        (SignedDuration::ZERO, "IDEMPOTENCY_KEY_IN_USE"),
        (patience, "IDEMPOTENCY_KEY_IN_USE"),
        (patience + SignedDuration::from_secs(1), "OUTCOME_UNKNOWN"),
        (SignedDuration::from_hours(23), "OUTCOME_UNKNOWN"),
    ] {
        app.clock.set(begun + later);
        let answer = send(app, &olga, "k", &create("Acme")).await;
        assert_eq!((answer.status.as_u16(), &*code(&answer)), (409, expected));
        let waits = expected == "IDEMPOTENCY_KEY_IN_USE";
        assert_eq!(answer.header("retry-after"), waits.then_some("1"));
        assert_eq!(answer.json()["errors"][0]["extensions"]["retryable"], waits);
        let other = send(app, &olga, "k", &create("Bolt")).await;
        assert_eq!(code(&other), "IDEMPOTENCY_KEY_REUSED");
    }
    assert_eq!(clients(app).await, 1);
}

async fn an_answer_is_given_again_only_to_whoever_may_still_have_it(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app
        .sign_in(app.person("Dana", Some(Access::Owner)).await)
        .await;
    let first = send(app, &dana, "k", &create("Acme")).await;
    assert_eq!(first.status, 200);
    // The key is hers: to others it is free.
    send(app, &olga, "k", &create("Bolt")).await;
    assert_eq!(clients(app).await, 2);
    // The same person with another token.
    let another = app.sign_in(dana.person.clone()).await;
    let again = send(app, &another, "k", &create("Acme")).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));

    let row = as_manager(app, &dana).await;
    let answer = send(app, &dana, "k", &create("Acme")).await;
    assert_eq!(
        (answer.status.as_u16(), &*code(&answer)),
        (409, "OUTCOME_UNKNOWN")
    );
    assert!(!answer.text.contains("Acme"));
    assert_eq!(row.access, Some(Access::Manager));

    let held = tokens::list(&app.db.read, &app.operator(), Some(dana.person.id)).await;
    for token in held.unwrap() {
        tokens::revoke(&app.db, &app.operator(), token.id)
            .await
            .unwrap();
    }
    let answer = send(app, &dana, "k", &create("Acme")).await;
    assert_eq!(
        (answer.status.as_u16(), &*code(&answer)),
        (401, "UNAUTHENTICATED")
    );
    assert_eq!(clients(app).await, 2);
}

async fn as_manager(app: &TestApp, actor: &Actor) -> person::Model {
    let tx = app.db.begin().await.unwrap();
    let mut row = actor.person.clone().into_active_model();
    row.access = Set(Some(Access::Manager));
    let row = row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    row
}

async fn a_key_is_free_again_after_a_day_and_its_answer_is_forgotten(app: &TestApp) {
    let olga = app.owner().await;
    let first = send(app, &olga, "k", &create("Confidential")).await;
    let row: idempotent_request::Model = kept(app).await.remove(0);
    let sealed = String::from_utf8_lossy(row.answer.as_deref().unwrap()).into_owned();
    assert!(!sealed.contains("Confidential") && !sealed.contains("clientCreate"));

    let begun = app.now();
    app.clock
        .set(begun + SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    maintenance::run(app).await.unwrap();
    let again = send(app, &olga, "k", &create("Confidential")).await;
    assert_eq!(again.text, first.text);

    app.clock.set(begun + SignedDuration::from_hours(24));
    let anew = send(app, &olga, "k", &create("Another")).await;
    assert_eq!(anew.status, 200, "{}", anew.text);
    assert_eq!(clients(app).await, 2);
    assert_eq!(kept(app).await.len(), 1);

    app.clock.set(begun + SignedDuration::from_hours(48));
    let maintained = maintenance::run(app).await.unwrap();
    assert_eq!(maintained.answers_forgotten, 1);
    assert_eq!(kept(app).await, []);
}
