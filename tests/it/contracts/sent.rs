//! Requests with an `Idempotency-Key`.

use axum::body::Body;
use axum::http::Request;
use meridian::entity::{client, idempotent_request};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::app::{Actor, Answer, TestApp};

pub(super) const CREATE: &str = "mutation ($input: ClientCreateInput!) { clientCreate(input: $input) { client { id name } userErrors { code } } }";

/// Sends a body with a key.
pub(super) async fn send(app: &TestApp, by: &Actor, key: &str, body: &Value) -> Answer {
    send_with(app, by, &[key], body).await
}

/// Sends a body with any number of keys.
pub(super) async fn send_with(app: &TestApp, by: &Actor, keys: &[&str], body: &Value) -> Answer {
    let mut request = Request::post("/graphql")
        .header("authorization", format!("Bearer {}", by.token))
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json");
    for key in keys {
        request = request.header("idempotency-key", key.as_bytes());
    }
    let request = request.body(Body::from(body.to_string()));
    app.send(request.unwrap()).await
}

/// The body that makes a client.
pub(super) fn create(name: &str) -> Value {
    json!({ "query": CREATE, "variables": { "input": { "name": name } } })
}

/// The first error's code; empty where there is none.
pub(super) fn code(answer: &Answer) -> String {
    let body = answer.json();
    let code = body["errors"][0]["extensions"]["code"].as_str();
    code.unwrap_or_default().to_owned()
}

/// How many clients there are.
pub(super) async fn clients(app: &TestApp) -> u64 {
    client::Entity::find().count(&app.db.read).await.unwrap()
}

/// What is kept.
pub(super) async fn kept(app: &TestApp) -> Vec<idempotent_request::Model> {
    let rows = idempotent_request::Entity::find();
    rows.all(&app.db.read).await.unwrap()
}
