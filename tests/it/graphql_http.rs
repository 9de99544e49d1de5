//! GraphQL over HTTP, with a toy schema over a real socket: media types, status
//! codes, bounds, and what becomes of errors.

mod agency;
mod by_get;
mod depth;
mod future;
mod layers;
mod leaving;
mod slowness;
mod toy;
mod turns;

use serde_json::{Value, json};

use toy::{Answer, NEW, OLD, ask, post_in_chunks, post_raw, query, serve};

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
