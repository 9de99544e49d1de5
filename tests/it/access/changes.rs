//! Every mutation by every kind of caller: done, or refused as the table says, and then nothing has changed.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use uuid::Uuid;

use super::inputs::INPUTS;
use super::reader::Reader;
use super::schema::Schema;
use super::table::{Column, Table};
use super::world::World;
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::tables::contents;

on_both_databases!(
    an_owner_may_change_everything,
    a_manager_changes_what_is_theirs,
    a_manager_changes_nothing_else,
    a_member_changes_what_is_theirs,
    a_member_changes_nothing_else,
    whoever_is_not_signed_in_changes_and_reads_nothing,
);

async fn an_owner_may_change_everything(app: &TestApp) {
    go_through(app, Column::Owner).await;
}

async fn a_manager_changes_what_is_theirs(app: &TestApp) {
    go_through(app, Column::ManagerOfIt).await;
}

async fn a_manager_changes_nothing_else(app: &TestApp) {
    go_through(app, Column::OtherManager).await;
}

async fn a_member_changes_what_is_theirs(app: &TestApp) {
    go_through(app, Column::MemberOfIt).await;
}

async fn a_member_changes_nothing_else(app: &TestApp) {
    go_through(app, Column::OtherMember).await;
}

/// One column of the table: first all that is refused, then what is done.
async fn go_through(app: &TestApp, column: Column) {
    let table = Table::under("Changes");
    let world = World::found(app).await;
    every_mutation_has_a_row_and_an_input(&table).await;
    let cell = |mutation: &str| table.cell(mutation, column).unwrap().to_owned();
    let may = |one: &&(&str, &str)| cell(one.0) == "yes";
    let (done, refused): (Vec<_>, Vec<_>) = INPUTS.iter().partition(may);
    let part = world.part(column);
    let reader = Reader::of(&world, part.by);
    let mut wrong = Vec::new();
    // The first request of all notes that a token was used.
    app.ask(part.by, "{ __typename }", json!({})).await;
    let mut before = contents(app).await;
    for &(mutation, input) in refused {
        let input = |made_up: bool| input_of(&world, part.of, input, made_up);
        let answer = send(app, part.by, mutation, input(false)).await;
        let found = outcome(&answer, mutation);
        if found != cell(mutation) {
            wrong.push(format!("{mutation}: {found}: {answer}"));
        }
        reader.reads(&answer.to_string(), mutation);
        if let Some(hidden) = hidden(app, &world, part.by, part.of, mutation).await {
            let nowhere = send(app, part.by, mutation, input(true)).await;
            if told(&answer) != told(&nowhere) {
                wrong.push(format!(
                    "{mutation} tells of {hidden}: {answer}, but {nowhere}"
                ));
            }
        }
        let after = contents(app).await;
        if after != before {
            wrong.push(format!("{mutation}: refused, and something has changed"));
        }
        before = after;
    }
    for &(mutation, input) in done {
        let answer = send(
            app,
            part.by,
            mutation,
            input_of(&world, part.of, input, false),
        )
        .await;
        let found = outcome(&answer, mutation);
        if found != "yes" {
            wrong.push(format!("{mutation}: {found}: {answer}"));
        }
        let after = contents(app).await;
        if after == before {
            wrong.push(format!("{mutation}: done, and nothing has changed"));
        }
        before = after;
        reader.reads(&answer.to_string(), mutation);
    }
    reader.is_content();
    assert!(wrong.is_empty(), "{column:?}:\n{}", wrong.join("\n"));
    app.drain().await;
}

/// A new mutation is not forgotten.
async fn every_mutation_has_a_row_and_an_input(table: &Table) {
    let all = Schema::read().await.names("Mutation");
    let rows: BTreeSet<String> = table.0.keys().cloned().collect();
    assert_eq!(rows, all, "docs/access.md, Changes");
    let inputs: BTreeSet<String> = INPUTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(inputs, all, "inputs.rs");
}

/// The input with its ids; or with ids of the same kinds that name nothing.
fn input_of(world: &World, of: &str, input: &str, made_up: bool) -> Value {
    let mut parts = input.split("\"@");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('"').unwrap();
        let mut id = world.id(of, name);
        if made_up {
            id.replace_range(4.., &Uuid::from_u128(7).simple().to_string());
        }
        text.push_str(&format!("\"{id}\"{rest}"));
    }
    serde_json::from_str(&text).unwrap()
}

async fn send(app: &TestApp, by: &Actor, mutation: &str, input: Value) -> Value {
    app.graphql(by, &document(mutation), json!({ "input": input }))
        .await
}

fn document(mutation: &str) -> String {
    let kind = mutation[..1].to_uppercase() + &mutation[1..];
    format!(
        "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ field code message }} }} }}"
    )
}

/// `yes`, or the code of the refusal.
fn outcome(answer: &Value, mutation: &str) -> String {
    if let Some(code) = answer["errors"][0]["extensions"]["code"].as_str() {
        return code.to_owned();
    }
    match answer["data"][mutation]["userErrors"][0]["code"].as_str() {
        None => "yes".to_owned(),
        Some(code) => code.to_owned(),
    }
}

/// What was said, without the id of the request and what the caller may still ask.
pub(super) fn told(answer: &Value) -> Value {
    let mut told = answer.clone();
    let errors = told["errors"].as_array_mut().into_iter().flatten();
    for error in errors {
        error["extensions"]["requestId"].take();
    }
    for left in ["remaining", "fullAt"] {
        told["extensions"]["cost"][left].take();
    }
    told
}

/// The first id of the mutation's input that names nothing for the caller.
async fn hidden(
    app: &TestApp,
    world: &World,
    by: &Actor,
    of: &str,
    mutation: &str,
) -> Option<String> {
    let (_, input) = INPUTS.iter().find(|(name, _)| *name == mutation)?;
    for part in input.split("\"@").skip(1) {
        let (name, _) = part.split_once('"')?;
        let id = world.id(of, name);
        let node = "query ($id: ID!) { node(id: $id) { id } }";
        let node = app.ask(by, node, json!({ "id": id })).await;
        if node["node"].is_null() {
            return Some(id);
        }
    }
    None
}

/// Without a token, with one of nobody, and with that of somebody who has left.
async fn whoever_is_not_signed_in_changes_and_reads_nothing(app: &TestApp) {
    let world = World::found(app).await;
    let leaver = meridian::global_id::parse(&world.id("", "leaver"))
        .unwrap()
        .1;
    let left = left_with_a_token(app, leaver).await;
    let nobody = format!("mer_{}", "x".repeat(43));
    let schema = Schema::read().await;
    let mut documents: Vec<(String, Value)> = INPUTS
        .iter()
        .map(|(mutation, input)| {
            let input = input_of(&world, "Dana", input, false);
            (document(mutation), json!({ "input": input }))
        })
        .collect();
    for field in schema.names("Query") {
        documents.push((format!("{{ {field} {{ __typename }} }}"), json!({})));
    }
    let before = contents(app).await;
    for token in [None, Some(&nobody), Some(&left)] {
        // So many failures are let through in a minute, and no more.
        app.clock.set(app.now() + SignedDuration::from_mins(1));
        for (document, variables) in &documents {
            let body = json!({ "query": document, "variables": variables }).to_string();
            let mut request = Request::post("/graphql").header("content-type", "application/json");
            if let Some(token) = token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let answer = app.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, 401, "{token:?}: {document}");
            assert_eq!(answer.json().get("data"), None);
        }
    }
    assert_eq!(contents(app).await, before);
}

/// A token made while they worked here.
async fn left_with_a_token(app: &TestApp, person_id: Uuid) -> String {
    let now = app.now();
    app.set_clock("2026-11-20T12:00:00Z");
    let made =
        meridian::domain::tokens::create(&app.db, &app.operator(), person_id, "old", None).await;
    app.clock.set(now);
    made.unwrap().plain_text
}
