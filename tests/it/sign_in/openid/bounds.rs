//! A provider that is down, slow, talkative or wrong, and people who ask very often.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use meridian::config::Config;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::liar::{CLIENT, Liar, Lie, Signature};
use super::{begin, with};
use crate::sign_in::browser::{Browser, heading};
use crate::support::app::{Answer, TestApp, on_both_databases};

on_both_databases!(
    a_provider_that_is_down_keeps_nobody_from_a_mailed_link,
    a_provider_that_says_nothing_is_not_waited_for_for_ever,
    a_provider_that_is_not_as_it_should_be_is_not_worked_with,
    how_often_browsers_are_sent_there_is_limited,
    what_comes_back_wrong_is_limited,
);

const ITSELF: &str = "/.well-known/openid-configuration";

fn assert_does_not_work(page: &Answer, what: &str) {
    assert_eq!(
        (page.status.as_u16(), heading(page)),
        (503, "That did not work"),
        "{what}"
    );
    assert!(page.text.contains("have a link mailed to you"), "{what}");
    assert!(page.text.contains(r#"href="/sign-in""#), "{what}");
}

async fn a_provider_that_is_down_keeps_nobody_from_a_mailed_link(app: &TestApp) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let agency = app
        .configured(with(app, &format!("http://{address}"), CLIENT))
        .await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let page = browser.get(&agency, "/sign-in").await;
    assert!(page.text.contains("Sign in with Halyard"));
    let page = browser.post(&agency, "/sign-in/openid", "").await;
    assert_does_not_work(&page, "down");
    browser.sign_in(&agency, "dana@example.com").await;
    assert_eq!(browser.who(&agency).await, "Dana");

    // It is asked again after some seconds, and not by everybody meanwhile.
    let liar = Liar::on(TcpListener::bind(address).await.unwrap());
    let page = browser.post(&agency, "/sign-in/openid", "").await;
    assert_does_not_work(&page, "a moment later");
    assert_eq!(liar.asked(ITSELF), 0);
    app.clock.set(app.now() + SignedDuration::from_secs(5));
    let other = Browser::at("203.0.113.10");
    let page = liar
        .sign_in(&other, &agency, Signature::Key(0), |_| ())
        .await;
    assert_eq!(heading(&page), "You are signed in as Dana");
    assert_eq!(liar.asked(ITSELF), 1);
    agency.stop().await;
}

async fn a_provider_that_says_nothing_is_not_waited_for_for_ever(app: &TestApp) {
    let liar = Liar::new().await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    for path in [ITSELF, "/jwks"] {
        let agency = hasty(app, &liar).await;
        liar.lies(path, Lie::Silence);
        // Those who come at the same time wait together.
        let ask = || browser.post(&agency, "/sign-in/openid", "");
        let (one, other) = in_time(async { tokio::join!(ask(), ask()) }).await;
        assert_does_not_work(&one, path);
        assert_does_not_work(&other, path);
        assert_eq!(liar.asked(path), 1, "{path}");
        liar.is_honest_again();
        agency.stop().await;
    }
    for path in ["/token", "/me"] {
        let agency = hasty(app, &liar).await;
        liar.lies(path, Lie::Silence);
        let without_address = |claims: &mut Value| {
            claims.as_object_mut().unwrap().remove("email");
        };
        let going = liar.sign_in(&browser, &agency, Signature::Key(0), without_address);
        let page = in_time(going).await;
        assert_does_not_work(&page, path);
        liar.is_honest_again();
        agency.stop().await;
    }
    assert_eq!(browser.who(app).await, "UNAUTHENTICATED");
}

/// What comes of it within the patience of any story.
async fn in_time<T>(going: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(Duration::from_secs(60), going).await;
    waited.expect("it is waited for for ever")
}

/// The application with less patience, and enough for what does answer on a busy machine.
async fn hasty(app: &TestApp, liar: &Liar) -> TestApp {
    let config = Config {
        request_timeout: Duration::from_secs(8),
        ..(*with(app, &liar.issuer, CLIENT)).clone()
    };
    app.configured(Arc::new(config)).await
}

async fn a_provider_that_is_not_as_it_should_be_is_not_worked_with(app: &TestApp) {
    let liar = Liar::new().await;
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    let but = |name: &str, value: &str| {
        let mut itself = liar.itself();
        itself[name] = value.into();
        Lie::Json(200, itself)
    };
    let padded = |mut value: Value| {
        value["padding"] = "x".repeat(300_000).into();
        Lie::Json(200, value)
    };
    // An address of this machine too, and none that stays in it.
    let open = |path: &str| liar.issuer.replace("127.0.0.1", "0.0.0.0") + path;
    let there = format!("{}/elsewhere", liar.issuer);
    for (what, path, lie) in [
        ("long", ITSELF, padded(liar.itself())),
        ("long keys", "/jwks", padded(json!({ "keys": [] }))),
        ("elsewhere", ITSELF, Lie::Elsewhere(there.clone())),
        (
            "another issuer",
            ITSELF,
            but("issuer", "https://other.example"),
        ),
        (
            "no TLS to its page",
            ITSELF,
            but("authorization_endpoint", "http://sso.example/auth"),
        ),
        (
            "a script",
            ITSELF,
            but("authorization_endpoint", "javascript:alert(1)"),
        ),
        (
            "no TLS to its keys",
            ITSELF,
            but("jwks_uri", &open("/jwks")),
        ),
        ("an error", ITSELF, Lie::Json(500, json!({}))),
        ("not itself", ITSELF, Lie::Json(200, json!({ "hello": 1 }))),
    ] {
        liar.lies(path, lie);
        let agency = liar.agency(app).await;
        let page = browser.post(&agency, "/sign-in/openid", "").await;
        assert_does_not_work(&page, what);
        liar.is_honest_again();
        agency.stop().await;
    }
    assert_eq!(liar.asked("/elsewhere"), 0);
    let token = json!({ "access_token": "x", "token_type": "Bearer" });
    for (what, path, lie) in [
        ("a long answer", "/token", padded(token)),
        ("elsewhere", "/token", Lie::Elsewhere(there.clone())),
        (
            "no TLS for the code",
            ITSELF,
            but("token_endpoint", &open("/token")),
        ),
    ] {
        liar.lies(path, lie);
        let agency = liar.agency(app).await;
        let page = liar
            .sign_in(&browser, &agency, Signature::Key(0), |_| ())
            .await;
        assert_does_not_work(&page, what);
        liar.is_honest_again();
        agency.stop().await;
    }
    assert_eq!(
        liar.asked("/elsewhere"),
        0,
        "a redirect is followed nowhere"
    );
}

async fn how_often_browsers_are_sent_there_is_limited(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    for one in 0..100 {
        let browser = Browser::at(&format!("2001:db8:1:2::{one:x}"));
        begin(&browser, &agency).await;
    }
    let post = async |address: &str| {
        let browser = Browser::at(address);
        browser.post(&agency, "/sign-in/openid", "").await
    };
    let page = post("2001:db8:1:2::99").await;
    assert_eq!(
        (page.status.as_u16(), heading(&page)),
        (429, "That was tried very often")
    );
    assert_eq!(page.header("retry-after"), Some("9"));
    assert_eq!(
        post("2001:db8:1:3::1").await.status,
        200,
        "the neighbour is not held up"
    );
    agency.stop().await;
}

async fn what_comes_back_wrong_is_limited(app: &TestApp) {
    let liar = Liar::new().await;
    let agency = liar.agency(app).await;
    let browser = Browser::at("203.0.113.9");
    let wrong = format!("{}?state=x&code=y", super::CALLBACK);
    for one in 0..300 {
        let page = browser.get(&agency, &wrong).await;
        assert_eq!(page.status, 404, "{one}");
    }
    assert_eq!(browser.get(&agency, &wrong).await.status, 429);
    agency.stop().await;
}
