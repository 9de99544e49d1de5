//! What if: before and after, of the same engine as every other figure, with nothing written.

mod acceptance;
mod kept;
mod operations;
mod split;
mod statements;

use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp};

/// What `simulate` says of these operations.
async fn simulate(app: &TestApp, by: &Actor, operations: Value, selection: &str) -> Value {
    let document = format!(
        "query ($operations: [SimulationOperation!]!) {{ simulate(operations: $operations, weeks: 2) {{ {selection} }} }}"
    );
    let variables = json!({ "operations": operations });
    app.ask(by, &document, variables).await["simulate"].take()
}

/// What is wrong with a question: each field and its message.
async fn problems(app: &TestApp, by: &Actor, document: &str, variables: Value) -> Vec<String> {
    let answer = app.graphql(by, document, variables).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "BAD_USER_INPUT", "{answer:#}");
    let problems = extensions["problems"].as_array().unwrap();
    problems
        .iter()
        .map(|problem| {
            let path = problem["field"].as_array().unwrap().iter();
            let path: Vec<&str> = path.map(|part| part.as_str().unwrap()).collect();
            format!(
                "{}: {}",
                path.join("."),
                problem["message"].as_str().unwrap()
            )
        })
        .collect()
}
