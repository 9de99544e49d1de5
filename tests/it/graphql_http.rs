//! GraphQL over HTTP, with a toy schema over a real socket: media types, status
//! codes, bounds, and what becomes of errors.

use std::time::Duration;

use async_graphql::{EmptySubscription, Object, Schema};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use meridian::error::{Error, Result};
use meridian::graphql::field_errors::FieldErrors;
use meridian::graphql::guard::Prices;
use meridian::server::graphql::{self, Endpoint};
use meridian::server::{health, with_layers};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Query;
struct Mutation;
struct Viewer(&'static str);

struct Doll;

#[Object]
impl Doll {
    async fn name(&self) -> &str {
        "doll"
    }
    async fn price(&self) -> Result<Option<i32>> {
        Err(Error::NotFound("price"))
    }
    async fn inner(&self) -> Doll {
        Doll
    }
}

#[Object]
impl Query {
    async fn hello(&self) -> &str {
        "world"
    }
    async fn viewer<'a>(
        &self,
        context: &async_graphql::Context<'a>,
    ) -> async_graphql::Result<&'a str> {
        Ok(context.data::<Viewer>()?.0)
    }
    async fn double(&self, value: i32) -> i32 {
        value * 2
    }
    async fn dolls(&self, first: usize) -> Vec<Doll> {
        (0..first).map(|_| Doll).collect()
    }
    async fn doll(&self) -> Doll {
        Doll
    }
    async fn missing(&self) -> Result<Option<i32>> {
        Err(Error::NotFound("toy"))
    }
    async fn invalid(&self) -> Result<Option<i32>> {
        Err(Error::invalid("toy.size", "Give a size from 1 to 9."))
    }
    async fn fault(&self) -> Result<Option<i32>> {
        Err(Error::internal("password=hunter2"))
    }
    async fn stray(&self) -> async_graphql::Result<Option<i32>> {
        Err("password=hunter2".into())
    }
    async fn unregistered(
        &self,
        context: &async_graphql::Context<'_>,
    ) -> async_graphql::Result<Option<i32>> {
        context.data::<u64>()?;
        Ok(None)
    }
    async fn required(&self) -> Result<i32> {
        Err(Error::Forbidden("This is not yours.".into()))
    }
    async fn panics(&self) -> Option<i32> {
        Some("password=hunter2".parse().unwrap())
    }
    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_secs(30)).await;
        1
    }
}

#[Object]
impl Mutation {
    async fn toy_make(&self) -> i32 {
        7
    }
    async fn scale(&self, by: Vec<i32>) -> i32 {
        by.iter().sum()
    }
}

type ToySchema = Schema<Query, Mutation, EmptySubscription>;

/// Serves the toy schema on a free port and returns the server's address.
async fn serve() -> String {
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .extension(FieldErrors)
        .finish();
    let prices = Prices::from_sdl(&schema.sdl()).unwrap();
    let endpoint = Endpoint::new(schema, prices, Duration::from_secs(1));
    let router = Router::new()
        .route(
            "/graphql",
            post(answer).fallback(graphql::method_not_allowed),
        )
        .route("/refused", post(refuse))
        .route("/panics", get(panics))
        .route("/healthz", get(health::healthz))
        .with_state(endpoint);
    let router = with_layers(router, &["https://app.example.com".parse().unwrap()]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

async fn answer(State(endpoint): State<Endpoint<ToySchema>>, request: Request) -> Response {
    endpoint
        .answer(request, |request| request.data(Viewer("anna")))
        .await
}

async fn refuse(headers: HeaderMap) -> Response {
    graphql::refuse(&headers, &Error::Unauthenticated)
}

async fn panics() -> String {
    panic!("password=hunter2")
}

const OLD: &str = "application/json";
const NEW: &str = "application/graphql-response+json";

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.json().await.unwrap(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap()
    }

    fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap()
    }
}

async fn ask(accept: &str, body: Value) -> Answer {
    let request = reqwest::Client::new()
        .post(serve().await + "/graphql")
        .header("accept", accept)
        .json(&body);
    Answer::of(request.send().await.unwrap()).await
}

async fn query(text: &str) -> Answer {
    ask(NEW, json!({ "query": text })).await
}

async fn post_raw(content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = reqwest::Client::new()
        .post(serve().await + "/graphql")
        .header("content-type", content_type)
        .body(body);
    Answer::of(request.send().await.unwrap()).await
}

/// Sends a body whose length is not told, and returns the answer as far as it came.
async fn post_in_chunks(body: &str) -> String {
    let address = serve().await;
    let address = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut request = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    for chunk in body.as_bytes().chunks(4_096) {
        let text = String::from_utf8_lossy(chunk);
        request += &format!("{:x}\r\n{text}\r\n", chunk.len());
    }
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 1_024];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_query_is_answered_in_the_media_type_asked_for() {
    for (accept, expected) in [(NEW, NEW), (OLD, OLD), ("*/*", OLD)] {
        let answer = ask(accept, json!({ "query": "{ hello viewer }" })).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            format!("{expected}; charset=utf-8")
        );
        assert_eq!(
            answer.body,
            json!({
                "data": { "hello": "world", "viewer": "anna" },
                "extensions": { "cost": { "requested": 2, "limit": 10_000 } },
            })
        );
    }
    let refused = ask("text/html", json!({ "query": "{ hello }" })).await;
    assert_eq!((refused.status, refused.code()), (406, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn variables_and_operation_names_are_heard() {
    let document =
        "query A { hello } query B($n: Int!) { double(value: $n) } mutation C { toyMake }";
    let named = |name: Option<&str>, variables: Value| {
        ask(
            NEW,
            json!({ "query": document, "operationName": name, "variables": variables }),
        )
    };
    assert_eq!(
        named(Some("B"), json!({ "n": 4 })).await.body["data"],
        json!({ "double": 8 })
    );
    assert_eq!(
        named(Some("C"), Value::Null).await.body["data"],
        json!({ "toyMake": 7 })
    );
    for answer in [
        named(None, json!({})).await,
        named(Some("D"), json!({})).await,
    ] {
        assert_eq!(
            (answer.status, answer.code()),
            (400, "VALIDATION_FAILED"),
            "{}",
            answer.body
        );
        assert!(answer.body.get("data").is_none());
    }
}

#[tokio::test]
async fn variables_that_do_not_fit_are_refused_before_anything_runs() {
    let document = "mutation($n: Int!, $m: Int! = 3) { toyMake scale(by: [$n, $m]) }";
    let run = |variables: Value| ask(NEW, json!({ "query": document, "variables": variables }));
    assert_eq!(run(json!({ "n": 4 })).await.body["data"]["scale"], 7);
    for variables in [
        json!({}),
        json!({ "n": null }),
        json!({ "n": 4, "m": null }),
        json!({ "n": "four" }),
    ] {
        let answer = run(variables.clone()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "BAD_USER_INPUT"),
            "{variables}: {}",
            answer.body
        );
        assert!(answer.body.get("data").is_none());
    }
}

#[tokio::test]
async fn a_refused_query_is_400_in_the_new_media_type_and_200_in_the_old() {
    for (text, code) in [
        ("{ hello", "PARSE_FAILED"),
        ("", "PARSE_FAILED"),
        ("{ goodbye }", "VALIDATION_FAILED"),
        ("{ dolls(first: 20000) { name } }", "QUERY_TOO_COMPLEX"),
    ] {
        for (accept, status) in [(NEW, 400), (OLD, 200)] {
            let answer = ask(accept, json!({ "query": text })).await;
            assert_eq!((answer.status, answer.code()), (status, code), "{text}");
            assert!(answer.body.get("data").is_none());
            assert_eq!(answer.body["extensions"]["cost"]["limit"], 10_000);
            let request_id = &answer.body["errors"][0]["extensions"]["requestId"];
            assert_eq!(request_id, answer.header("x-request-id"));
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused() {
    let bodies = [
        json!([{ "query": "{ hello }" }]),
        json!("{ hello }"),
        json!({}),
        json!({ "query": 1 }),
        json!({ "query": "{ hello }", "operationName": 1 }),
        json!({ "query": "{ hello }", "variables": [] }),
        json!({ "query": "{ hello }", "variables": "{}" }),
        json!({ "query": "{ hello }", "extensions": 0 }),
    ];
    for body in bodies {
        let answer = ask(OLD, body.clone()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "BAD_REQUEST"),
            "{body}"
        );
    }
    let answer = post_raw(OLD, "{ hello }").await;
    assert_eq!((answer.status, answer.code()), (400, "BAD_REQUEST"));
    let answer = post_raw(OLD, "[".repeat(200_000)).await;
    assert_eq!((answer.status, answer.code()), (400, "BAD_REQUEST"));
    let answer = post_raw("text/plain", r#"{"query":"{ hello }"}"#).await;
    assert_eq!(
        (answer.status, answer.code()),
        (415, "UNSUPPORTED_MEDIA_TYPE")
    );
}

#[tokio::test]
async fn bodies_and_variables_are_bounded() {
    let long = json!({ "query": "{ hello }", "variables": { "text": "x".repeat(256 * 1024) } });
    let answer = ask(OLD, long.clone()).await;
    assert_eq!((answer.status, answer.code()), (413, "PAYLOAD_TOO_LARGE"));

    assert!(
        post_in_chunks(&long.to_string())
            .await
            .starts_with("HTTP/1.1 413")
    );

    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    for variables in [json!({ "v": deep }), json!({ "v": vec![0; 1_001] })] {
        let answer = ask(NEW, json!({ "query": "{ hello }", "variables": variables })).await;
        assert_eq!((answer.status, answer.code()), (400, "QUERY_TOO_COMPLEX"));
    }
}

#[tokio::test]
async fn only_post_is_served() {
    for method in [
        reqwest::Method::GET,
        reqwest::Method::PUT,
        reqwest::Method::DELETE,
    ] {
        let request =
            reqwest::Client::new().request(method, serve().await + "/graphql?query={hello}");
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!((answer.status, answer.code()), (405, "METHOD_NOT_ALLOWED"));
        assert_eq!(answer.header("allow"), "POST");
    }
}

#[tokio::test]
async fn a_failed_field_has_its_code_and_leaves_the_others() {
    let answer = query("{ hello missing }").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body["data"],
        json!({ "hello": "world", "missing": null })
    );
    assert_eq!(answer.body["errors"][0]["path"], json!(["missing"]));
    assert_eq!(
        (answer.code(), answer.message()),
        ("NOT_FOUND", "There is no such toy.")
    );
    assert_eq!(answer.body["errors"][0]["extensions"]["retryable"], false);

    let answer = query("{ invalid }").await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
    assert_eq!(
        answer.body["errors"][0]["extensions"]["problems"],
        json!([{ "field": ["toy", "size"], "code": "INVALID", "message": "Give a size from 1 to 9." }])
    );

    let answer = query("{ required }").await;
    assert_eq!((answer.status, answer.code()), (200, "FORBIDDEN"));
    assert_eq!(answer.body["data"], Value::Null);
    assert!(answer.body.get("data").is_some());
}

#[tokio::test]
async fn what_is_nobody_s_business_is_masked() {
    for text in ["{ fault }", "{ stray }", "{ unregistered }", "{ panics }"] {
        let answer = query(text).await;
        assert_eq!(answer.code(), "INTERNAL", "{text}");
        assert!(
            answer
                .message()
                .starts_with("Something went wrong on our side."),
            "{text}"
        );
        let body = answer.body.to_string();
        assert!(!body.contains("hunter2") && !body.contains("u64"), "{body}");
        let executed = text != "{ panics }";
        assert_eq!(answer.status, if executed { 200 } else { 500 });
        assert_eq!(answer.body.get("data").is_some(), executed);
    }
}

#[tokio::test]
async fn at_most_fifty_errors_are_told() {
    let answer = query("{ dolls(first: 60) { price } }").await;
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 50);
    assert_eq!(answer.body["extensions"]["errorsOmitted"], 10);
    assert_eq!(answer.body["data"]["dolls"].as_array().unwrap().len(), 60);
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_given_up() {
    let answer = query("{ slow }").await;
    assert_eq!((answer.status, answer.code()), (503, "TIMEOUT"));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.body["errors"][0]["extensions"]["retryable"], true);
    assert!(answer.body.get("data").is_none());
}

#[tokio::test]
async fn a_request_refused_on_its_way_has_the_same_shape() {
    let request = reqwest::Client::new().post(serve().await + "/refused");
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!((answer.status, answer.code()), (401, "UNAUTHENTICATED"));
    assert_eq!(answer.body["extensions"]["cost"]["requested"], 0);
}

/// The executor recurses as deep as the guard lets it, on a worker's ordinary stack.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_deepest_admitted_query_is_executed_on_a_worker() {
    let fields = format!("{}name{}", "inner { ".repeat(13), " }".repeat(13));
    let inlined = format!("{}{fields}{}", "... { ".repeat(17), " }".repeat(17));
    let answer = query(&format!("{{ doll {{ {inlined} }} }}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["extensions"]["cost"]["requested"], 15);
    assert!(answer.body.to_string().contains("\"name\":\"doll\""));
}

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
