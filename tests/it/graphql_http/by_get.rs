//! Queries by GET, and the other methods.

use reqwest::{Client, Method, Response};

use super::toy::{Answer, At, NEW, OLD, Server, serve};

const BOTH: &str = "query Read($n: Int!) { double(value: $n) } mutation Make { toyMake }";

async fn send(method: Method, parameters: &[(&str, &str)]) -> Response {
    let mut url = url::Url::parse(&(serve().await + "/graphql")).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    let request = Client::new().request(method, url).header("accept", NEW);
    request.send().await.unwrap()
}

async fn get(parameters: &[(&str, &str)]) -> Answer {
    Answer::of(send(Method::GET, parameters).await).await
}

#[tokio::test]
async fn a_query_is_answered_by_get_as_it_is_by_post() {
    let answer = get(&[
        ("query", BOTH),
        ("operationName", "Read"),
        ("variables", r#"{"n": 4}"#),
        ("extensions", r#"{"mine": true}"#),
        ("cacheBuster", "7"),
    ])
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["data"]["double"], 8);
    assert_eq!(answer.body["extensions"]["cost"]["requested"], 1);
    assert_eq!(
        answer.header("content-type"),
        format!("{NEW}; charset=utf-8")
    );
    // What one caller may see is not kept for the next one at the same browser.
    assert_eq!(answer.header("cache-control"), "no-store");

    let empty = [
        ("query", "{ hello }"),
        ("operationName", ""),
        ("variables", ""),
        ("extensions", ""),
    ];
    assert_eq!(get(&empty).await.body["data"]["hello"], "world");
}

#[tokio::test]
async fn the_accept_header_decides_for_get_too() {
    let url = serve().await + "/graphql?query={hello}";
    let by = |accept: &'static str| Client::new().get(&url).header("accept", accept).send();
    let old = Answer::of(by(OLD).await.unwrap()).await;
    assert_eq!(old.header("content-type"), format!("{OLD}; charset=utf-8"));
    let refused = Answer::of(by("text/html").await.unwrap()).await;
    assert_eq!((refused.status, refused.code()), (406, "NOT_ACCEPTABLE"));
}

/// A link on any page can make a browser send a GET with its cookies.
#[tokio::test]
async fn a_get_changes_nothing() {
    let server = Server::start().await;
    for document in [
        "mutation { toyMend }",
        "mutation Mend { toyMend }",
        "query Read { hello } mutation Mend { toyMend }",
        "fragment F on Mutation { toyMend } mutation Mend { ...F }",
    ] {
        for method in [Method::GET, Method::HEAD] {
            for name in ["", "&operationName=Mend"] {
                let text = url::form_urlencoded::byte_serialize(document.as_bytes());
                let query = text.collect::<String>();
                let url = format!("http://{}/graphql?query={query}{name}", server.address);
                let response = Client::new().request(method.clone(), url).send().await;
                let response = response.unwrap();
                // An anonymous mutation has no name to be found by, and then nothing is executed either.
                assert_eq!(response.status(), 405, "{document} {name}");
                assert_eq!(response.headers()["allow"], "POST");
                if method == Method::GET {
                    assert_eq!(Answer::of(response).await.code(), "METHOD_NOT_ALLOWED");
                }
            }
        }
    }
    // Beside a mutation, a query may still be asked for.
    let answer = get(&[
        ("query", BOTH),
        ("operationName", "Read"),
        ("variables", r#"{"n":1}"#),
    ]);
    assert_eq!(answer.await.status, 200);
    assert_eq!(server.middle.comes_to(At::NotBegun).await, At::NotBegun);
}

#[tokio::test]
async fn a_url_that_is_no_request_is_refused() {
    for parameters in [
        &[][..],
        &[("operationName", "A")],
        &[("query", "{ hello }"), ("variables", "{")],
        &[("query", "{ hello }"), ("variables", "[]")],
        &[("query", "{ hello }"), ("variables", "\"{}\"")],
        &[("query", "{ hello }"), ("extensions", "0")],
        &[("query", "{ hello }"), ("query", "{ hello }")],
        &[
            ("query", "{ hello }"),
            ("variables", ""),
            ("variables", "{}"),
        ],
    ] {
        let answer = get(parameters).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "BAD_REQUEST"),
            "{parameters:?}"
        );
    }
    let refused = get(&[("query", "{ goodbye }")]).await;
    assert_eq!((refused.status, refused.code()), (400, "VALIDATION_FAILED"));
    let list = serde_json::json!({ "v": vec![0; 1_001] }).to_string();
    let refused = get(&[("query", "{ hello }"), ("variables", &list)]).await;
    assert_eq!((refused.status, refused.code()), (400, "QUERY_TOO_COMPLEX"));
    let nul = get(&[
        ("query", "query($t: String) { hello }"),
        ("variables", r#"{"t":"\u0000"}"#),
    ])
    .await;
    assert_eq!((nul.status, nul.code()), (400, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let parameters = [("query", "{ hello }")];
    let got = send(Method::GET, &parameters).await;
    let head = send(Method::HEAD, &parameters).await;
    assert_eq!(head.status(), 200);
    for name in ["content-type", "content-length", "x-content-type-options"] {
        assert_eq!(head.headers()[name], got.headers()[name], "{name}");
    }
    assert!(head.headers().contains_key("x-request-id"));
    assert_eq!(head.bytes().await.unwrap().len(), 0);
    assert_eq!(send(Method::HEAD, &[]).await.status(), 400);
}

#[tokio::test]
async fn options_names_the_methods() {
    let answer = send(Method::OPTIONS, &[]).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["allow"], "GET, HEAD, POST, OPTIONS");
    // An origin alone is no preflight.
    let request = Client::new().request(Method::OPTIONS, serve().await + "/graphql");
    let request = request.header("origin", "https://app.example.com");
    assert_eq!(request.send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn no_other_method_is_served() {
    for method in [
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::TRACE,
        Method::from_bytes(b"QUERY").unwrap(),
    ] {
        let answer = Answer::of(send(method, &[("query", "{ hello }")]).await).await;
        assert_eq!((answer.status, answer.code()), (405, "METHOD_NOT_ALLOWED"));
        assert_eq!(answer.header("allow"), "GET, HEAD, POST, OPTIONS");
    }
}
