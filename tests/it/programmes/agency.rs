//! Programmes as these stories start them.

use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp};

/// What a programme needs, from `starts_on` on.
pub(super) fn the_split(starts_on: &str) -> Value {
    json!({
        "name": "The split", "reason": "Two halves of one job pull against each other.",
        "benefit": "You have somebody who has time for you.", "wayForward": "You call whom you call today, until we meet.",
        "startsOn": starts_on,
    })
}

/// Starts a programme.
pub(super) async fn started(app: &TestApp, by: &Actor, starts_on: &str) -> Value {
    let selection = "programme { id version }";
    let mut payload = app
        .done(by, "programmeStart", the_split(starts_on), selection)
        .await;
    payload["programme"].take()
}

/// Asks a programme for something.
pub(super) async fn asked(app: &TestApp, by: &Actor, programme: &Value, selection: &str) -> Value {
    let document = format!("query ($id: ID!) {{ programme(id: $id) {{ {selection} }} }}");
    let mut data = app
        .ask(by, &document, json!({ "id": programme["id"] }))
        .await;
    data["programme"].take()
}
