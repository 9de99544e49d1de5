//! API tokens through the API: made, listed and revoked, and what one may do.

use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use meridian::domain::tokens;
use meridian::entity::TokenScope;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::support::app::{Actor, Answer, TestApp, on_both_databases};
use crate::support::tables::contents;

on_both_databases!(
    a_token_that_may_read_changes_nothing,
    tokens_are_made_and_revoked_by_the_api,
    tokens_are_listed_by_whoever_they_sign_in_and_by_owners,
);

/// Each mutation of the schema, without what it needs.
fn mutations() -> Vec<String> {
    let sdl = meridian::graphql::sorted_sdl();
    let (_, rest) = sdl.split_once("type Mutation {").unwrap();
    let (fields, _) = rest.split_once("\n}").unwrap();
    let names = fields
        .lines()
        .filter_map(|line| line.trim().split_once('('));
    let names = names.filter(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric()));
    names.map(|(name, _)| name.to_owned()).collect()
}

async fn send(app: &TestApp, token: &str, document: &str) -> Answer {
    let body = json!({ "query": document }).to_string();
    let request = Request::post("/graphql")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn a_token_that_may_read_changes_nothing(app: &TestApp) {
    let olga = app.owner().await;
    let operator = app.operator();
    let made = tokens::create_scoped(
        &app.db,
        &operator,
        olga.person.id,
        "dashboard",
        TokenScope::Read,
        None,
    );
    let reader = made.await.unwrap().plain_text;
    assert_eq!(
        send(app, &reader, "{ viewer { name } }").await.json()["data"]["viewer"]["name"],
        "Olga"
    );
    let before = contents(app).await;
    let mutations = mutations();
    assert!(mutations.len() > 60, "{mutations:?}");
    for name in &mutations {
        let answer = send(app, &reader, &format!("mutation {{ {name} }}")).await;
        assert_eq!(answer.status, 403, "{name}");
        let error = &answer.json()["errors"][0];
        assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{name}");
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .starts_with("This API token may only read.")
        );
        assert_eq!(answer.json().get("data"), None);
    }
    let hidden = "query A { __typename } mutation B { emailTest(input: {}) { email { id } } }";
    let body = json!({ "query": hidden, "operationName": "B" }).to_string();
    let request = Request::post("/graphql")
        .header("authorization", format!("Bearer {reader}"))
        .header("content-type", "application/json");
    let answer = app.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.status, 403);
    assert_eq!(contents(app).await, before);
    let answer = send(
        app,
        &olga.token,
        "mutation { emailTest(input: {}) { email { id } } }",
    )
    .await;
    assert_eq!(answer.status, 200, "one that may write does");
    app.drain().await;
}

const MADE: &str =
    "apiToken { id name scope hint isValid expiresAt lastUsedAt revokedAt person { name } } secret";

async fn make(app: &TestApp, by: &Actor, input: Value) -> Value {
    app.change(by, "apiTokenCreate", input, MADE).await
}

async fn tokens_are_made_and_revoked_by_the_api(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let soon = app.now() + SignedDuration::from_hours(1);
    let input = json!({ "name": " CI ", "scope": "READ", "expiresAt": soon.to_string() });
    let made = make(app, &dana, input).await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("mer_") && secret.len() == 47);
    let token = &made["apiToken"];
    assert!(secret.ends_with(token["hint"].as_str().unwrap()));
    assert_eq!(
        (&token["name"], &token["scope"], &token["isValid"]),
        (&json!("CI"), &json!("READ"), &json!(true))
    );
    assert_eq!(token["person"]["name"], "Dana");
    let ask = async || {
        send(app, &secret, "{ viewer { name } }")
            .await
            .status
            .as_u16()
    };
    assert_eq!(ask().await, 200);
    app.clock.set(soon);
    assert_eq!(ask().await, 401);

    let for_dana =
        json!({ "name": "script", "scope": "WRITE", "personId": Kind::Person.id(dana.person.id) });
    let made = make(app, &olga, for_dana).await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    let ask = async || send(app, &secret, "{ viewer { name } }").await;
    assert_eq!(ask().await.json()["data"]["viewer"]["name"], "Dana");
    let id = made["apiToken"]["id"].clone();
    let revoked = app
        .done(
            &dana,
            "apiTokenRevoke",
            json!({ "id": id }),
            "apiToken { revokedAt isValid }",
        )
        .await;
    assert_eq!(
        revoked["apiToken"],
        json!({ "revokedAt": soon.to_string(), "isValid": false })
    );
    assert_eq!(ask().await.status, 401);
    let history = "query ($id: ID!) { node(id: $id) { ... on ApiToken { history { nodes { action by fields { name } } } } } }";
    let history = app.ask(&olga, history, json!({ "id": id })).await;
    let nodes = &history["node"]["history"]["nodes"];
    assert_eq!(
        (&nodes[0]["action"], &nodes[0]["by"]),
        (&json!("UPDATED"), &json!("Dana"))
    );
    assert_eq!(
        (&nodes[1]["action"], &nodes[1]["by"]),
        (&json!("CREATED"), &json!("Olga"))
    );
    assert!(!history.to_string().contains("hash"), "{history}");

    for (by, input, field) in [
        (&dana, json!({ "name": "", "scope": "READ" }), "name"),
        (
            &dana,
            json!({ "name": "x", "scope": "READ", "expiresAt": soon.to_string() }),
            "expiresAt",
        ),
        (
            &dana,
            json!({ "name": "x", "scope": "READ", "personId": "per_1" }),
            "personId",
        ),
    ] {
        let refused = make(app, by, input).await;
        assert_eq!(
            refused["userErrors"][0]["field"],
            json!([field]),
            "{refused}"
        );
        assert_eq!(
            (&refused["apiToken"], &refused["secret"]),
            (&Value::Null, &Value::Null)
        );
    }
    let of_olga = json!({ "input": { "name": "x", "scope": "WRITE", "personId": Kind::Person.id(olga.person.id) } });
    let mutation =
        "mutation ($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { secret } }";
    let refused = app.graphql(&dana, mutation, of_olga).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

async fn tokens_are_listed_by_whoever_they_sign_in_and_by_owners(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let list = "query ($of: ID) { apiTokens(personId: $of) { totalCount nodes { id name person { name } } } }";
    let all = app.ask(&olga, list, json!({})).await;
    assert_eq!(all["apiTokens"]["totalCount"], 2);
    let of = |actor: &Actor| json!({ "of": Kind::Person.id(actor.person.id) });
    let own = app.ask(&dana, list, json!({})).await;
    assert_eq!(own["apiTokens"]["totalCount"], 1);
    assert_eq!(own["apiTokens"]["nodes"][0]["person"]["name"], "Dana");
    assert_eq!(app.ask(&olga, list, of(&dana)).await, own);
    let refused = app.graphql(&dana, list, of(&olga)).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    // Whose it is is not told to others by its id either.
    let of_olga = app.ask(&olga, list, of(&olga)).await["apiTokens"]["nodes"][0]["id"].clone();
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    assert_eq!(
        app.ask(&dana, node, json!({ "id": of_olga })).await["node"],
        Value::Null
    );
    let payload = app
        .change(
            &dana,
            "apiTokenRevoke",
            json!({ "id": of_olga }),
            "apiToken { id }",
        )
        .await;
    assert_eq!(payload["userErrors"][0]["code"], "NOT_FOUND");
}
