//! What every request passes on its way in and out.

use serde_json::json;

use super::toy::{Answer, serve};

#[tokio::test]
async fn every_answer_has_an_id_and_is_not_sniffed() {
    let address = serve().await;
    let client = reqwest::Client::new();
    let with_id = |id: &'static str| {
        client
            .get(format!("{address}/healthz"))
            .header("x-request-id", id)
            .send()
    };

    let kept = with_id("abc-123").await.unwrap();
    assert_eq!(kept.headers()["x-request-id"], "abc-123");
    assert_eq!(kept.headers()["x-content-type-options"], "nosniff");
    assert_eq!(kept.text().await.unwrap(), "ok");

    let replaced = with_id("a b").await.unwrap();
    let id = replaced.headers()["x-request-id"].to_str().unwrap();
    assert!(
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{id}"
    );
}

#[tokio::test]
async fn a_panic_of_a_handler_is_an_answer() {
    let response = reqwest::get(serve().await + "/panics").await.unwrap();
    let answer = Answer::of(response).await;
    assert_eq!((answer.status, answer.code()), (500, "INTERNAL"));
    assert!(!answer.body.to_string().contains("hunter2"));
}

#[tokio::test]
async fn only_listed_origins_may_call_from_a_browser() {
    let address = serve().await;
    for (origin, allowed) in [
        ("https://app.example.com", true),
        ("https://evil.example.com", false),
    ] {
        let preflight = reqwest::Client::new()
            .request(reqwest::Method::OPTIONS, format!("{address}/graphql"))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,authorization",
            )
            .send()
            .await
            .unwrap();
        let answered = preflight.headers().get("access-control-allow-origin");
        assert_eq!(
            answered.is_some_and(|value| value == origin),
            allowed,
            "{origin}"
        );
        assert_eq!(answered.is_some(), allowed, "{origin}");
        let methods = preflight.headers()["access-control-allow-methods"].to_str();
        assert_eq!(methods.unwrap(), "GET,HEAD,POST");
    }
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_ask() {
    let response = reqwest::Client::new()
        .post(serve().await + "/graphql")
        .header("accept-encoding", "gzip")
        .json(&json!({ "query": "{ dolls(first: 500) { name } }" }))
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert!(response.bytes().await.unwrap().len() < 1_000);
}
