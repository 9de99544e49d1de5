//! What is a key, and for what.

use jiff::civil::date;
use meridian::entity::{TouchpointKind, touchpoint};
use meridian::graphql::id::Kind;
use meridian::server::graphql::LONGEST_KEPT;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::sent::{CREATE, clients, code, create, kept, send, send_with};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;
use crate::support::work::contact;

on_both_databases!(
    a_key_that_was_used_for_something_else_is_refused,
    what_was_refused_before_it_was_executed_leaves_the_key_free,
    a_key_that_is_none_is_refused_and_a_query_takes_no_notice,
    an_answer_that_is_too_long_is_not_kept_and_the_mutation_not_run_again,
);

async fn a_key_that_was_used_for_something_else_is_refused(app: &TestApp) {
    let olga = app.owner().await;
    let two = format!(
        "{} {}",
        CREATE.replace("mutation", "mutation A"),
        CREATE.replace("mutation", "mutation B")
    );
    let named = |name: &str| json!({ "query": two, "operationName": name, "variables": { "input": { "name": "Acme" } } });
    let first = send(app, &olga, "k", &named("A")).await;
    assert_eq!(first.status, 200, "{}", first.text);
    for other in [named("B"), create("Acme"), {
        let mut other = named("A");
        other["variables"]["input"]["name"] = "Bolt".into();
        other
    }] {
        let answer = send(app, &olga, "k", &other).await;
        assert_eq!(
            (answer.status.as_u16(), &*code(&answer)),
            (422, "IDEMPOTENCY_KEY_REUSED")
        );
        let error = &answer.json()["errors"][0];
        assert_eq!(error["extensions"]["retryable"], false);
        assert_eq!(answer.json().get("data"), None);
    }
    assert_eq!(clients(app).await, 1);
}

async fn what_was_refused_before_it_was_executed_leaves_the_key_free(app: &TestApp) {
    let olga = app.owner().await;
    let query = |query: &str| json!({ "query": query });
    for (body, expected) in [
        (query("mutation {"), "PARSE_FAILED"),
        (query("mutation { nothing }"), "VALIDATION_FAILED"),
        (json!({ "query": CREATE }), "BAD_USER_INPUT"),
        (
            json!({ "query": CREATE, "variables": { "input": { "name": 1 } } }),
            "BAD_USER_INPUT",
        ),
    ] {
        let answer = send(app, &olga, "k", &body).await;
        assert_eq!((answer.status.as_u16(), &*code(&answer)), (400, expected));
        assert_eq!(kept(app).await, [], "{body}");
    }
    let done = send(app, &olga, "k", &create("Acme")).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(done.header("idempotent-replayed"), None);
    assert_eq!(clients(app).await, 1);
}

async fn a_key_that_is_none_is_refused_and_a_query_takes_no_notice(app: &TestApp) {
    let olga = app.owner().await;
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    let bad: [&[&str]; 5] = [
        &[&too_long],
        &[""],
        &["schlüssel"],
        &["one\ttwo"],
        &["one", "two"],
    ];
    for keys in bad {
        let answer = send_with(app, &olga, keys, &create("Acme")).await;
        assert_eq!(
            (answer.status.as_u16(), &*code(&answer)),
            (400, "BAD_REQUEST"),
            "{keys:?}"
        );
        let message = answer.json()["errors"][0]["message"].clone();
        assert!(message.as_str().unwrap().contains("1 to 255"), "{message}");
        let query = json!({ "query": "{ viewer { name } }" });
        let answer = send_with(app, &olga, keys, &query).await;
        assert_eq!(answer.json()["data"]["viewer"]["name"], "Olga", "{keys:?}");
    }
    let query = json!({ "query": "{ viewer { name } }" });
    send(app, &olga, "k", &query).await;
    assert_eq!((clients(app).await, kept(app).await.len()), (0, 0));
    // As the IETF's draft has it, and the longest.
    for (key, name) in [("\"8e03978e\"", "Acme"), (&*longest, "Bolt"), ("k", "Core")] {
        let answer = send(app, &olga, key, &create(name)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let again = send(app, &olga, key, &create(name)).await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
    }
    assert_eq!((clients(app).await, kept(app).await.len()), (3, 3));
}

async fn an_answer_that_is_too_long_is_not_kept_and_the_mutation_not_run_again(app: &TestApp) {
    let olga = app.owner().await;
    let acme = app.insert(rows::client("Acme", app.now())).await;
    let day = date(2026, 11, 20);
    contact(app, &acme, None, TouchpointKind::Call, day).await;
    let seen = touchpoint::Entity::find().one(&app.db.read).await.unwrap();
    let tx = app.db.begin().await.unwrap();
    let more = (0..99).map(|_| {
        use sea_orm::IntoActiveModel;
        touchpoint::Model {
            id: meridian::entity::new_id(app.now()),
            note: "😀".repeat(2_000),
            ..seen.clone().unwrap()
        }
        .into_active_model()
        .reset_all()
    });
    use sea_orm::ActiveModelTrait;
    touchpoint::Entity::insert_many(more)
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let read = "touchpoints(first: 100) { nodes { note } }";
    let body: Value = json!({
        "query": format!("mutation ($input: ClientUpdateInput!) {{ clientUpdate(input: $input) {{ client {{ version a: {read} b: {read} }} }} }}"),
        "variables": { "input": { "id": Kind::Client.text(acme.id), "growth": 5 } },
    });
    let answer = send(app, &olga, "k", &body).await;
    assert_eq!(
        answer.json()["data"]["clientUpdate"]["client"]["version"],
        2
    );
    assert!(answer.text.len() > LONGEST_KEPT, "{}", answer.text.len());
    let again = send(app, &olga, "k", &body).await;
    assert_eq!(
        (again.status.as_u16(), &*code(&again)),
        (409, "OUTCOME_UNKNOWN")
    );
    assert_eq!(kept(app).await[0].answer, None);
}
