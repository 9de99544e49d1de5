//! The page at `/graphiql`: for whoever can reach the server, from nowhere else, and of no use without a token.

use axum::body::Body;
use axum::http::Request;
use meridian::config::Config;
use serde_json::json;

use crate::support::app::{Answer, TestApp, on_both_databases};

on_both_databases!(
    the_page_loads_nothing_from_elsewhere_and_may_do_nothing_else,
    the_page_s_own_query_reads_the_whole_schema,
    the_page_can_be_switched_off,
);

async fn get(app: &TestApp, path: &str) -> Answer {
    let request = Request::get(path).body(Body::empty());
    app.send(request.unwrap()).await
}

/// What stands between `before` and the next quotation mark, each time.
fn quoted<'a>(text: &'a str, before: &str) -> Vec<&'a str> {
    let parts = text.split(before).skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

async fn the_page_loads_nothing_from_elsewhere_and_may_do_nothing_else(app: &TestApp) {
    let page = get(app, "/graphiql").await;
    assert_eq!(page.status, 200);
    let headers = [
        ("content-type", "text/html; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-cache"),
    ];
    for (name, value) in headers {
        assert_eq!(page.header(name), Some(value), "{name}");
    }
    let policy = page.header("content-security-policy").unwrap();
    let rules: Vec<&str> = policy.split("; ").collect();
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(rules.contains(&rule), "{rule}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains(':') && !policy.contains('*'));

    // What the policy would stop must not be there to be stopped.
    assert_eq!(
        page.text.matches("<script").count(),
        quoted(&page.text, "<script src=\"").len()
    );
    for inline in ["<style", "style=", " onclick=", " onload=", "javascript:"] {
        assert!(!page.text.contains(inline), "{inline}");
    }
    let mut files = quoted(&page.text, "src=\"");
    files.extend(quoted(&page.text, "href=\""));
    assert_eq!(files.len(), 3, "{files:?}");
    for file in files {
        let answer = get(app, file).await;
        assert_eq!(answer.status, 200, "{file}");
        let kind = match file.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(answer.header("content-type"), Some(kind), "{file}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        for elsewhere in [
            "https:",
            "@import",
            "url(",
            "innerHTML",
            "eval(",
            "localStorage",
        ] {
            assert!(!answer.text.contains(elsewhere), "{file}: {elsewhere}");
        }
        let plain = answer.text.replace("http://www.w3.org/2000/svg", "");
        assert!(!plain.contains("http:"), "{file}");
    }
    assert_eq!(get(app, "/graphiql/nothing.js").await.status, 401);
}

async fn the_page_s_own_query_reads_the_whole_schema(app: &TestApp) {
    let olga = app.owner().await;
    let script = get(app, "/graphiql/page.js").await.text;
    let (_, query) = script.split_once("const SCHEMA = `").unwrap();
    let (query, _) = query.split_once('`').unwrap();
    let data = app.ask(&olga, query, json!({})).await;
    let types = data["__schema"]["types"].as_array().unwrap();
    let project = types.iter().find(|of| of["name"] == "Project").unwrap();
    let fields = project["fields"].as_array().unwrap();
    assert!(fields.iter().any(|field| field["name"] == "bookings"));
    assert!(types.len() > 300, "{}", types.len());

    let (_, first) = script.split_once("const FIRST_QUERY = `").unwrap();
    let (first, _) = first.split_once('`').unwrap();
    let data = app.ask(&olga, first, json!({ "first": 5 })).await;
    assert_eq!(data["viewer"]["name"], "Olga");
}

async fn the_page_can_be_switched_off(app: &TestApp) {
    let config = Config {
        graphiql: false,
        ..(*app.config).clone()
    };
    let without = app.configured(config.into()).await;
    for path in ["/graphiql", "/graphiql/page.js"] {
        assert_eq!(get(app, path).await.status, 200);
        assert_eq!(get(&without, path).await.status, 401);
    }
    without.stop().await;
}
