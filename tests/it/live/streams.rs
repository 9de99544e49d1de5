//! Server-sent events.

use std::time::Duration;

use meridian::server::Patience;
use reqwest::Client;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::rows;
use crate::support::socket::EventStream;
use crate::support::tcp::Served;

on_both_databases!(
    an_event_stream_tells_of_changes,
    an_event_stream_ends_for_whoever_is_known_no_more,
    an_operation_that_ends_is_completed,
    a_request_that_is_wrong_is_no_event_stream,
    a_quiet_event_stream_is_kept_open,
    a_server_that_stops_ends_an_event_stream_without_completing_it,
);

const PROJECTS: &str = "subscription { projectChanged { kind project { name } } }";

async fn project(app: &TestApp) -> String {
    let client = app.insert(rows::client("Orchard", app.now())).await;
    let project = app
        .insert(rows::project(client.id, "Site", app.now()))
        .await;
    meridian::global_id::Kind::Project.text(project.id)
}

async fn rename(app: &TestApp, olga: &Actor, id: &str, name: &str) {
    let renamed = json!({ "id": id, "name": name });
    app.done(olga, "projectUpdate", renamed, "project { id }")
        .await;
}

async fn an_event_stream_tells_of_changes(app: &TestApp) {
    let olga = app.owner().await;
    let id = project(app).await;
    let served = Served::by(app).await;
    let url = served.url("/graphql");
    let mut posted = EventStream::post(&url, &olga, PROJECTS).await;
    let mut asked = url::Url::parse(&url).unwrap();
    asked.query_pairs_mut().append_pair("query", PROJECTS);
    let mut got = EventStream::open(Client::new().get(asked).bearer_auth(&olga.token)).await;
    for name in ["Site 2", "Site 3"] {
        rename(app, &olga, &id, name).await;
        for stream in [&mut posted, &mut got] {
            let (kind, result) = stream.event().await.unwrap();
            assert_eq!(kind, "next");
            let event = &result["data"]["projectChanged"];
            assert_eq!(
                event,
                &json!({ "kind": "UPDATED", "project": { "name": name } })
            );
        }
    }
    drop((posted, got));
    served.stop().await.unwrap();
}

async fn an_event_stream_ends_for_whoever_is_known_no_more(app: &TestApp) {
    let olga = app.owner().await;
    let pia = app.member("Pia").await;
    let id = project(app).await;
    let served = Served::by(app).await;
    let mut stream = EventStream::post(&served.url("/graphql"), &pia, PROJECTS).await;
    super::closing::revoke(app, &pia).await;
    rename(app, &olga, &id, "Site 2").await;
    let (kind, result) = stream.event().await.unwrap();
    assert_eq!(kind, "next");
    assert_eq!(result["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(result.get("data"), None);
    assert_eq!(stream.event().await.unwrap().0, "complete");
    assert_eq!(stream.event().await, None);
    served.stop().await.unwrap();
}

async fn an_operation_that_ends_is_completed(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    for (query, code) in [
        ("{ viewer { name } }", Value::Null),
        (
            r#"mutation { clientCreate(input: { name: "One" }) { client { name } } }"#,
            Value::Null,
        ),
        ("{ viewer {", json!("PARSE_FAILED")),
        (
            "subscription { nothingChanged }",
            json!("VALIDATION_FAILED"),
        ),
        (
            r#"subscription { projectChanged(id: "prj_7") { kind } }"#,
            json!("NOT_FOUND"),
        ),
    ] {
        let mut stream = EventStream::post(&served.url("/graphql"), &olga, query).await;
        let (kind, result) = stream.event().await.unwrap();
        assert_eq!(
            (kind.as_str(), &result["errors"][0]["extensions"]["code"]),
            ("next", &code),
            "{query}"
        );
        assert_eq!(result["data"].is_null(), !code.is_null());
        assert_eq!(
            stream.event().await,
            Some(("complete".to_owned(), Value::Null))
        );
        assert_eq!(stream.event().await, None);
    }
    served.stop().await.unwrap();
}

async fn a_request_that_is_wrong_is_no_event_stream(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let url = served.url("/graphql");
    let events = "text/event-stream";
    let body = |query: &str| json!({ "query": query });
    let create = r#"mutation { clientCreate(input: { name: "One" }) { client { name } } }"#;
    let mut by_get = url::Url::parse(&url).unwrap();
    by_get.query_pairs_mut().append_pair("query", create);
    let post = || Client::new().post(&url).bearer_auth(&olga.token);
    for (request, status, code) in [
        (
            Client::new()
                .post(&url)
                .header("accept", events)
                .json(&body(PROJECTS)),
            401,
            "UNAUTHENTICATED",
        ),
        (
            post().header("accept", events).body("?"),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        ),
        (
            post().header("accept", events).json(&json!([])),
            400,
            "BAD_REQUEST",
        ),
        (
            Client::new()
                .get(by_get)
                .bearer_auth(&olga.token)
                .header("accept", events),
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (
            post()
                .header("accept", events)
                .header("idempotency-key", "\"one\"")
                .json(&body(create)),
            400,
            "BAD_REQUEST",
        ),
        (post().json(&body(PROJECTS)), 406, "NOT_ACCEPTABLE"),
        (
            post()
                .header("accept", "application/json, text/event-stream")
                .json(&body(PROJECTS)),
            406,
            "NOT_ACCEPTABLE",
        ),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{code}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], code);
    }
    served.stop().await.unwrap();
}

async fn a_quiet_event_stream_is_kept_open(app: &TestApp) {
    let olga = app.owner().await;
    let id = project(app).await;
    let patience = Patience {
        ping: Duration::from_millis(500),
        ..Patience::default()
    };
    let quiet = Duration::from_secs(1);
    let (address, stop) = super::served(app, patience, quiet).await;
    let url = format!("http://{address}/graphql");
    let mut stream = EventStream::post(&url, &olga, PROJECTS).await;
    for _ in 0..6 {
        assert_eq!(stream.hear().await.unwrap().0, ":");
    }
    rename(app, &olga, &id, "Site 2").await;
    assert_eq!(stream.event().await.unwrap().0, "next");
    drop(stop);
}

async fn a_server_that_stops_ends_an_event_stream_without_completing_it(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut stream = EventStream::post(&served.url("/graphql"), &olga, PROJECTS).await;
    let stopped = served.stop();
    assert_eq!(stream.event().await, None);
    stopped.await.unwrap();
}
