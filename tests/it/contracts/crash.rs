//! The process dies between a mutation and its answer.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use meridian::clock::Clock;
use serde_json::Value;
use tempfile::TempDir;

use super::sent::{clients, code, create, send};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::replica::Replica;

on_both_databases!(
    killed_before_the_mutation_the_outcome_is_unknown_and_nothing_is_done,
    killed_after_the_mutation_the_outcome_is_unknown_and_nothing_is_done_twice,
);

async fn killed_before_the_mutation_the_outcome_is_unknown_and_nothing_is_done(app: &TestApp) {
    killed_at(app, "key-claimed", 0).await;
}

async fn killed_after_the_mutation_the_outcome_is_unknown_and_nothing_is_done_twice(app: &TestApp) {
    killed_at(app, "mutation-executed", 1).await;
}

async fn killed_at(app: &TestApp, point: &str, done: u64) {
    let olga = app.owner().await;
    let folder = TempDir::new().unwrap();
    let settings = [
        ("MERIDIAN_DATABASE_URL", app.database_url().to_owned()),
        ("FAILPOINTS", format!("{point}=return")),
    ];
    let mut replica = Replica::start(folder.path(), &settings);
    let address = replica.address().await;
    let asked = tokio::spawn(ask(address, olga.token.clone(), create("Acme")));
    replica.stops_at(point).await;
    replica.kill();
    assert!(asked.await.unwrap().is_err(), "nobody answered");
    assert_eq!(clients(app).await, done);

    // Another replica, right away and when it has waited long enough.
    let now = machine_time();
    assert_eq!(asked_at(app, &olga, now).await, "IDEMPOTENCY_KEY_IN_USE");
    let later = now + SignedDuration::from_mins(3);
    assert_eq!(asked_at(app, &olga, later).await, "OUTCOME_UNKNOWN");
    assert_eq!(clients(app).await, done);
}

fn machine_time() -> Timestamp {
    Clock::default().now()
}

async fn asked_at(app: &TestApp, by: &Actor, instant: Timestamp) -> String {
    let other = app.ticking_by(Clock::manual(instant)).await;
    let answer = send(&other, by, "k", &create("Acme")).await;
    other.stop().await;
    code(&answer)
}

async fn ask(address: String, token: String, body: Value) -> reqwest::Result<reqwest::Response> {
    reqwest::Client::new()
        .post(format!("{address}/graphql"))
        .bearer_auth(token)
        .header("idempotency-key", "k")
        .timeout(Duration::from_secs(90))
        .json(&body)
        .send()
        .await
}
