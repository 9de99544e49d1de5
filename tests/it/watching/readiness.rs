//! `/readyz` says whether a replica does its work, and why not.

use axum::body::Body;
use axum::http::Request;
use meridian::email::memory::Failure;
use meridian::email::outcome::Phase;
use meridian::jobs::sender::Sender;
use serde_json::{Value, json};

use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_replica_is_ready_while_its_ticks_come_to_an_end,
    a_replica_is_not_ready_while_mail_does_not_get_out,
    what_does_not_let_mail_out_is_told_without_addresses,
    a_replica_is_not_ready_without_its_database,
);

/// What `/readyz` answers to somebody without a token: the status and the checks.
pub(super) async fn readyz(app: &TestApp) -> (u16, Value) {
    let request = Request::get("/readyz").body(Body::empty()).unwrap();
    let answer = app.send(request).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut body = answer.json();
    assert_eq!(body["ready"], json!(answer.status == 200), "{body}");
    (answer.status.as_u16(), body["checks"].take())
}

async fn a_replica_is_ready_while_its_ticks_come_to_an_end(app: &TestApp) {
    let (status, checks) = readyz(app).await;
    assert_eq!(status, 503);
    let passed = json!({ "ok": true });
    let no_tick = json!({ "ok": false, "why": "No tick has come to its end yet." });
    let all = json!({ "database": passed, "tick": no_tick, "mail": passed, "clock": passed });
    assert_eq!(checks, all);

    app.tick().await;
    assert_eq!(readyz(app).await.0, 200);
    app.set_clock("2026-11-23T08:02:00Z");
    assert_eq!(readyz(app).await.0, 200, "three minutes later");
    app.set_clock("2026-11-23T08:02:01Z");
    let (status, checks) = readyz(app).await;
    let why = "The last tick ended 181 seconds ago, at 2026-11-23T07:59:00Z.";
    assert_eq!((status, &checks["tick"]["why"]), (503, &json!(why)));
    app.tick().await;
    assert_eq!(readyz(app).await.0, 200);
}

async fn a_replica_is_not_ready_while_mail_does_not_get_out(app: &TestApp) {
    let olga = app.owner().await;
    app.done(&olga, "emailTest", json!({}), "email { id }")
        .await;
    app.tick().await;
    let stopping = tokio::sync::watch::channel(false).1;
    let mut sender =
        Sender::new((**app).clone(), "a story").sharing(app.watch.breaker().clone(), stopping);
    app.memory().fail_next(1, Failure::WrongPassword);
    assert_eq!(sender.step().await.unwrap(), 1);
    let (status, checks) = readyz(app).await;
    let why = "Mail does not get out, and mails wait: refused when signing in.";
    assert_eq!((status, &checks["mail"]["why"]), (503, &json!(why)));

    app.set_clock("2026-11-23T07:59:05Z");
    assert_eq!(sender.step().await.unwrap(), 1, "the probe");
    assert_eq!(readyz(app).await.0, 200);
    sender.close().await;
}

/// Anybody may ask whether a replica is ready.
async fn what_does_not_let_mail_out_is_told_without_addresses(app: &TestApp) {
    let fault =
        "refused when naming zoe@client.example: 530 5.7.1 sign in first, dana@agency.example";
    app.watch.breaker().open(app.now(), Phase::Rcpt, fault);
    let (_, checks) = readyz(app).await;
    let why = "Mail does not get out, and mails wait: refused when naming z…e@client.example.";
    assert_eq!(checks["mail"]["why"], why);
}

async fn a_replica_is_not_ready_without_its_database(app: &TestApp) {
    let replica = app.started_again().await;
    replica.tick().await;
    assert_eq!(readyz(&replica).await.0, 200);
    replica.db.clone().close().await.unwrap();
    let (status, checks) = readyz(&replica).await;
    assert_eq!((status, &checks["database"]["ok"]), (503, &json!(false)));
    let request = Request::get("/healthz").body(Body::empty()).unwrap();
    let health = replica.send(request).await;
    assert_eq!(
        (health.status.as_u16(), &*health.text),
        (200, "ok"),
        "it lives all the same"
    );
}
