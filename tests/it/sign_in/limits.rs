//! How much may be asked: for links, in vain, and at what cost.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use jiff::SignedDuration;
use meridian::config::{Config, Networks};
use meridian::entity::email;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::browser::{Browser, form, heading};
use crate::support::app::{Actor, Answer, TestApp, on_both_databases};

on_both_databases!(
    links_to_one_address_are_limited_whosever_it_is,
    links_asked_for_from_one_place_are_limited,
    what_fails_is_limited_and_holds_up_nobody_who_is_let_in,
    what_operations_cost_is_limited_for_each_credential,
    only_a_trusted_proxy_says_who_asks,
);

const QUERY: &str = "{ viewer { name } }";

fn assert_held_up(page: &Answer) {
    assert_eq!(
        (page.status.as_u16(), heading(page)),
        (429, "That was tried very often")
    );
    let seconds: u64 = page.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&seconds), "{seconds}");
}

async fn links_to_one_address_are_limited_whosever_it_is(app: &TestApp) {
    app.manager("Dana").await;
    let mut held_up = Vec::new();
    for address in ["dana@example.com", "nobody@example.com"] {
        for place in 1..=5 {
            let browser = Browser::at(&format!("203.0.113.{place}"));
            assert_eq!(
                browser.post(app, "/sign-in", &form(address)).await.status,
                200
            );
        }
        let browser = Browser::at("203.0.113.6");
        let page = browser
            .post(app, "/sign-in", &form(&address.to_uppercase()))
            .await;
        assert_held_up(&page);
        held_up.push((page.text, page.headers["retry-after"].clone()));
    }
    assert_eq!(
        held_up[0], held_up[1],
        "the same for who is there and who is not"
    );
    let mails = || email::Entity::find().count(&app.db.read);
    crate::support::replica::until("five mails", async || mails().await.unwrap() == 5).await;
    app.drain().await;
    app.clock.set(app.now() + SignedDuration::from_mins(3));
    let browser = Browser::at("203.0.113.6");
    browser.sign_in(app, "dana@example.com").await;
}

async fn links_asked_for_from_one_place_are_limited(app: &TestApp) {
    for one in 0..20 {
        // One customer of a provider has more addresses than anybody can count.
        let browser = Browser::at(&format!("2001:db8:1:2::{one:x}"));
        let page = browser
            .post(app, "/sign-in", &form(&format!("nobody{one}@example.com")))
            .await;
        assert_eq!(page.status, 200, "{one}");
    }
    let page = Browser::at("2001:db8:1:2::99")
        .post(app, "/sign-in", &form("x@example.com"))
        .await;
    assert_held_up(&page);
    let page = Browser::at("2001:db8:1:3::1")
        .post(app, "/sign-in", &form("x@example.com"))
        .await;
    assert_eq!(page.status, 200, "the neighbour is not held up");
}

async fn what_fails_is_limited_and_holds_up_nobody_who_is_let_in(app: &TestApp) {
    let olga = app.owner().await;
    let browser = Browser::at("203.0.113.9");
    for one in 0..300 {
        let answer = match one % 2 {
            0 => browser.graphql(app, QUERY, json!({})).await,
            _ => {
                let wrong = [("authorization", "Bearer mer_wrong")];
                browser.graphql_from(app, &wrong, QUERY, json!({})).await
            }
        };
        assert_eq!(answer.status, 401, "{one}");
    }
    let answer = browser.graphql(app, QUERY, json!({})).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("1"));
    let error = &answer.json()["errors"][0];
    assert_eq!(error["extensions"]["code"], "RATE_LIMITED");
    assert_eq!(error["extensions"]["retryable"], true);
    assert_eq!(error["extensions"]["retryAfterSeconds"], 1);
    assert_held_up(&browser.post(app, "/sign-in/x", "").await);
    // From the same place, and with a good token.
    let bearer = format!("Bearer {}", olga.token);
    let right = [("authorization", &*bearer)];
    assert_eq!(
        browser
            .graphql_from(app, &right, QUERY, json!({}))
            .await
            .status,
        200
    );
    assert_eq!(
        Browser::at("203.0.113.10").who(app).await,
        "UNAUTHENTICATED"
    );
    app.clock.set(app.now() + SignedDuration::from_mins(1));
    assert_eq!(browser.who(app).await, "UNAUTHENTICATED");
}

async fn ask(app: &TestApp, by: &Actor, query: &str) -> Answer {
    let body = json!({ "query": query }).to_string();
    let request = Request::post("/graphql")
        .header("authorization", format!("Bearer {}", by.token))
        .header("content-type", "application/json");
    app.send(request.body(Body::from(body)).unwrap()).await
}

async fn what_operations_cost_is_limited_for_each_credential(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let config = Config {
        cost_per_minute: 10_000,
        ..(*app.config).clone()
    };
    let tight = app.configured(Arc::new(config)).await;
    // Costs 1 + 100 × (1 + 24).
    let costly = "{ people(first: 100) { nodes { name ABC } } }".replace(
        "ABC",
        &(0..23)
            .map(|one| format!("n{one}: name "))
            .collect::<String>(),
    );
    let cost = |answer: &Answer| answer.json()["extensions"]["cost"].clone();
    let first = ask(&tight, &dana, &costly).await;
    assert_eq!(first.status, 200);
    let requested = cost(&first)["requested"].as_u64().unwrap();
    assert!((2_000..=3_000).contains(&requested), "{requested}");
    assert_eq!(cost(&first)["remaining"], 10_000 - requested);
    let full_at = cost(&first)["fullAt"].as_str().unwrap().to_owned();
    assert!(full_at.starts_with("2026-11-23T07:59:1"), "{full_at}");
    let mut remaining = 10_000 - requested;
    while remaining >= requested {
        let answer = ask(&tight, &dana, &costly).await;
        remaining -= requested;
        assert_eq!(cost(&answer)["remaining"], remaining);
    }
    let refused = ask(&tight, &dana, &costly).await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.json()["errors"][0]["extensions"]["code"],
        "RATE_LIMITED"
    );
    assert_eq!(refused.json().get("data"), None);
    assert_eq!(cost(&refused)["requested"], requested);
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(
        ask(&tight, &dana, "{ __typename }").await.status,
        200,
        "what is cheap still goes"
    );
    assert_eq!(
        ask(&tight, &olga, &costly).await.status,
        200,
        "and others are not held up"
    );
    assert_eq!(
        ask(app, &dana, &costly).await.status,
        200,
        "each replica counts for itself"
    );
    tight
        .clock
        .set(tight.now() + SignedDuration::from_secs(wait));
    assert_eq!(ask(&tight, &dana, &costly).await.status, 200);
    tight.stop().await;
}

async fn only_a_trusted_proxy_says_who_asks(app: &TestApp) {
    let config = Config {
        trusted_proxies: Networks::parse("10.0.0.0/8").unwrap(),
        ..(*app.config).clone()
    };
    let behind = app.configured(Arc::new(config)).await;
    let ask = async |app: &TestApp, peer: &str, client: &str| {
        let peer: SocketAddr = format!("{peer}:50000").parse().unwrap();
        let request = Request::builder()
            .method(Method::POST)
            .uri("/sign-in")
            .extension(ConnectInfo(peer))
            .header("x-forwarded-for", format!("192.0.2.200, {client}"))
            .header("content-type", "application/x-www-form-urlencoded");
        let form = form(&format!("{}@example.com", client.replace('.', "")));
        app.send(request.body(Body::from(form)).unwrap())
            .await
            .status
            .as_u16()
    };
    for one in 0..20 {
        assert_eq!(
            ask(&behind, "10.0.0.7", &format!("203.0.113.{one}")).await,
            200
        );
        assert_eq!(ask(app, "10.0.0.7", &format!("203.0.113.{one}")).await, 200);
    }
    assert_eq!(
        ask(&behind, "10.0.0.7", "203.0.113.99").await,
        200,
        "each client for itself"
    );
    assert_eq!(
        ask(app, "10.0.0.7", "203.0.113.99").await,
        429,
        "all are the proxy"
    );
    behind.stop().await;
}
