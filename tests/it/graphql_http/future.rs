//! `?future=1`: what is deprecated is refused.

use reqwest::Client;
use serde_json::json;

use super::toy::{Answer, NEW, OLD, serve};

const DOCUMENT: &str = "query ($style: Style) { mine: greeting(style: $style) }";

async fn post(parameters: &str, accept: &str, document: &str, style: &str) -> Answer {
    let request = Client::new()
        .post(serve().await + "/graphql" + parameters)
        .header("accept", accept)
        .json(&json!({ "query": document, "variables": { "style": style } }));
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn what_is_deprecated_is_served_today_and_refused_to_who_asks_for_the_future() {
    let today = post("", NEW, DOCUMENT, "LOUD").await;
    assert_eq!(
        (today.status, &today.body["data"]),
        (200, &json!({ "mine": "HI" }))
    );

    for (accept, status) in [(NEW, 400), (OLD, 200)] {
        let refused = post("?future=1", accept, DOCUMENT, "LOUD").await;
        assert_eq!((refused.status, refused.code()), (status, "DEPRECATED"));
        assert_eq!(
            refused.message(),
            "Style.LOUD is deprecated, and used at $style: Use FRIENDLY. Beside it 1 more: see extensions.deprecated."
        );
        assert_eq!(
            refused.body["errors"][0]["extensions"]["deprecated"],
            json!([
                { "name": "Style.LOUD", "path": ["$style"], "instead": "Use FRIENDLY." },
                { "name": "Query.greeting", "path": ["mine"], "instead": "Use `hello`." },
            ])
        );
        assert_eq!(refused.body.get("data"), None);
        assert_eq!(refused.body["extensions"]["cost"]["requested"], 1);
    }

    let ready = post("?future=1", NEW, "{ hello }", "LOUD").await;
    assert_eq!(
        (ready.status, &ready.body["data"]),
        (200, &json!({ "hello": "world" }))
    );
}

#[tokio::test]
async fn get_is_asked_for_the_future_in_the_same_way() {
    let get = async |parameters: &[(&str, &str)]| {
        let mut url = url::Url::parse(&(serve().await + "/graphql")).unwrap();
        url.query_pairs_mut().extend_pairs(parameters);
        let request = Client::new().get(url).header("accept", NEW);
        Answer::of(request.send().await.unwrap()).await
    };
    let refused = get(&[("query", "{ greeting }"), ("future", "1")]).await;
    assert_eq!((refused.status, refused.code()), (400, "DEPRECATED"));
    let ready = get(&[("query", "{ hello }"), ("future", "1")]).await;
    assert_eq!(ready.status, 200);
    let bad: [&[(&str, &str)]; 3] = [
        &[("future", "2")],
        &[("future", "")],
        &[("future", "1"), ("future", "1")],
    ];
    for more in bad {
        let parameters = [&[("query", "{ hello }")], more].concat();
        let answer = get(&parameters).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "BAD_REQUEST"),
            "{more:?}"
        );
    }
    let posted = post("?future=yes", NEW, "{ hello }", "LOUD").await;
    assert_eq!((posted.status, posted.code()), (400, "BAD_REQUEST"));
}
