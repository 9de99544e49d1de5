//! The same over the agency's own schema and both databases: what a client does badly leaves no half of a change behind.

use std::sync::Arc;
use std::time::Duration;

use meridian::config::{Config, IntrospectionAccess};
use meridian::db::Transaction;
use meridian::entity::{change, client};
use reqwest::{Client, Method};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::replica::until_within;
use crate::support::tcp::{Served, post, say, trickle};

on_both_databases!(
    the_schema_is_shown_to_those_whom_the_configuration_names,
    a_get_reads_and_changes_nothing,
    a_body_that_trickles_changes_nothing,
    a_change_whose_client_left_is_made_whole,
    a_server_that_stops_first_makes_the_change_whose_client_left,
);

const TWO_CLIENTS: &str = r#"mutation {
    one: clientCreate(input: { name: "One" }) { client { id } }
    two: clientCreate(input: { name: "Two" }) { client { id } }
}"#;

async fn clients(app: &TestApp) -> u64 {
    client::Entity::find().count(&app.db.read).await.unwrap()
}

async fn a_get_reads_and_changes_nothing(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let send = |method: Method, query: &str| {
        let mut url = url::Url::parse(&served.url("/graphql")).unwrap();
        url.query_pairs_mut().append_pair("query", query);
        let request = Client::new().request(method, url);
        request.bearer_auth(&olga.token).send()
    };
    let changed = send(Method::GET, TWO_CLIENTS).await.unwrap();
    assert_eq!(changed.status(), 405);
    assert_eq!(changed.headers()["allow"], "POST");
    assert_eq!(send(Method::HEAD, TWO_CLIENTS).await.unwrap().status(), 405);
    assert_eq!(clients(app).await, 0);

    let read = send(Method::GET, "{ viewer { name } }").await.unwrap();
    assert_eq!(read.status(), 200);
    let body: Value = read.json().await.unwrap();
    assert_eq!(body["data"]["viewer"]["name"], "Olga");
    let options = send(Method::OPTIONS, "").await.unwrap();
    assert_eq!(options.status(), 204);

    for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
        let nobody = Client::new().request(method, served.url("/graphql"));
        assert_eq!(nobody.send().await.unwrap().status(), 401);
    }
    served.stop().await.unwrap();
}

/// Each line: who may read the schema, and whether an owner and a manager then do.
async fn the_schema_is_shown_to_those_whom_the_configuration_names(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    for (introspection, owner, manager) in [
        (IntrospectionAccess::Token, true, true),
        (IntrospectionAccess::Owners, true, false),
        (IntrospectionAccess::Off, false, false),
    ] {
        let config = Config {
            introspection,
            ..(*app.config).clone()
        };
        let configured = app.configured(config.into()).await;
        for (actor, reads) in [(&olga, owner), (&dana, manager)] {
            let hidden =
                "{ viewer { name ...q } } fragment q on Query { __schema { types { name } } }";
            for (document, refused_for) in [
                ("{ __schema { queryType { name } } }", "FORBIDDEN"),
                (r#"{ __type(name: "Query") { name } }"#, "FORBIDDEN"),
                (
                    "query A { viewer { name } } query B { __schema { queryType { name } } }",
                    "FORBIDDEN",
                ),
                (hidden, "FORBIDDEN"),
            ] {
                let answer = configured.graphql(actor, document, json!({})).await;
                let code = &answer["errors"][0]["extensions"]["code"];
                assert_eq!(code == refused_for, !reads, "{document}: {answer}");
            }
            let mistyped = "{ viewer { nam __typename } }";
            let answer = configured.graphql(actor, mistyped, json!({})).await;
            let message = answer["errors"][0]["message"].as_str().unwrap();
            let suggested = message.ends_with(" Did you mean \"name\"?");
            assert_eq!(suggested, reads, "{message}");
            assert_eq!(message.contains("mean"), reads, "{message}");
            let named = configured.ask(actor, "{ __typename viewer { __typename } }", json!({}));
            assert_eq!(named.await["__typename"], "Query");
        }
        configured.stop().await;
    }
}

async fn a_body_that_trickles_changes_nothing(app: &TestApp) {
    let olga = app.owner().await;
    let hasty = Arc::new(Config {
        request_timeout: Duration::from_secs(1),
        ..(*app.config).clone()
    });
    let hasty = app.configured(hasty).await;
    let served = Served::by(&hasty).await;
    let body = json!({ "query": TWO_CLIENTS }).to_string();
    let half = posted(&olga, 100_000, &body);
    let answer = trickle(served.address, &half).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains(r#""code":"BODY_TIMEOUT""#), "{answer}");
    assert_eq!(clients(app).await, 0);
    served.stop().await.unwrap();
    hasty.stop().await;
}

async fn a_change_whose_client_left_is_made_whole(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let lock = lock_clients(app).await;
    create_and_leave(app, &olga, &served).await;
    lock.rollback().await.unwrap();
    let made = until_within(Duration::from_secs(15), async || clients(app).await == 2);
    assert!(made.await, "both were asked for by one request");
    for client in client::Entity::find().all(&app.db.read).await.unwrap() {
        let history = change::Entity::find().filter(change::Column::SubjectId.eq(client.id));
        assert_eq!(history.count(&app.db.read).await.unwrap(), 1);
    }
    served.stop().await.unwrap();
}

async fn a_server_that_stops_first_makes_the_change_whose_client_left(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let lock = lock_clients(app).await;
    create_and_leave(app, &olga, &served).await;
    let mut ended = served.stop();
    let early = tokio::time::timeout(Duration::from_millis(200), &mut ended).await;
    assert!(early.is_err(), "it did not wait");
    lock.rollback().await.unwrap();
    ended.await.unwrap();
    assert_eq!(clients(app).await, 2);
}

/// Nobody can write a client until this ends.
async fn lock_clients(app: &TestApp) -> Transaction {
    let lock = app.db.begin().await.unwrap();
    if app.db.backend() == DbBackend::Postgres {
        let table = "LOCK TABLE client IN EXCLUSIVE MODE";
        lock.execute_unprepared(table).await.unwrap();
    }
    lock
}

/// Goes away while the first client waits to be written.
async fn create_and_leave(app: &TestApp, olga: &Actor, served: &Served) {
    let body = json!({ "query": TWO_CLIENTS }).to_string();
    let before = app.db.statements();
    let client = say(served.address, &posted(olga, body.len(), &body)).await;
    let longest = Duration::from_secs(15);
    let signed_in = until_within(longest, async || app.db.statements() > before);
    assert!(signed_in.await);
    // From there to the lock, and after the going to where an unguarded server would have noticed, is a matter of
    // milliseconds; nothing tells us when.
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(clients(app).await, 0);
}

fn posted(by: &Actor, length: usize, body: &str) -> String {
    let bearer = format!("Bearer {}", by.token);
    let headers = [
        ("content-type", "application/json"),
        ("authorization", &*bearer),
    ];
    post("/graphql", &headers, length, body)
}
