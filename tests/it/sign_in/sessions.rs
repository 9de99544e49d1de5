//! A session: how long it lasts, how its secret is replaced, and how it is ended.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::SignedDuration;
use jiff::civil::date;
use meridian::config::{Config, PublicUrl};
use meridian::entity::{change, session};
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::browser::{Browser, SESSION, form, heading};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::replica::until;

on_both_databases!(
    a_session_ends_when_nothing_is_asked_for_a_day,
    a_session_ends_after_a_fortnight_whatever_happens,
    a_secret_is_replaced_every_hour,
    a_new_secret_that_is_lost_on_its_way_locks_nobody_out,
    a_secret_that_was_replaced_and_comes_again_ends_the_session,
    of_two_requests_at_once_one_brings_a_new_secret,
    people_see_their_sessions_and_end_them,
    whoever_may_not_sign_in_any_more_is_out_at_once,
    access_that_is_given_back_brings_no_session_back,
    who_signs_in_again_ends_the_session_before,
    cookies_are_bound_to_the_host_where_there_is_tls,
    a_token_is_not_helped_out_by_a_cookie,
    sessions_are_forgotten_once_they_are_over,
);

const DANA: &str = "dana@example.com";
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

async fn signed_in(app: &TestApp) -> Browser {
    app.manager("Dana").await;
    let browser = Browser::at("203.0.113.9");
    browser.sign_in(app, DANA).await;
    browser
}

async fn the_session(app: &TestApp) -> session::Model {
    session::Entity::find()
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap()
}

fn pass(app: &TestApp, time: SignedDuration) {
    app.clock.set(app.now() + time);
}

/// The use of a session is noted in the background.
async fn seen_now(app: &TestApp) {
    let now = app.now();
    until("the note of a use", async || {
        the_session(app).await.last_seen_at.0 == now
    })
    .await;
}

async fn a_session_ends_when_nothing_is_asked_for_a_day(app: &TestApp) {
    let browser = signed_in(app).await;
    pass(app, HOUR * 24 - MINUTE);
    assert_eq!(browser.who(app).await, "Dana");
    seen_now(app).await;
    pass(app, HOUR * 24 - MINUTE);
    assert_eq!(
        browser.who(app).await,
        "Dana",
        "it counts from the last request"
    );
    seen_now(app).await;
    pass(app, HOUR * 24);
    assert_eq!(browser.who(app).await, "UNAUTHENTICATED");
}

async fn a_session_ends_after_a_fortnight_whatever_happens(app: &TestApp) {
    let browser = signed_in(app).await;
    let end = app.now() + HOUR * 24 * 14;
    while app.now() + HOUR * 20 < end {
        pass(app, HOUR * 20);
        assert_eq!(browser.who(app).await, "Dana");
        seen_now(app).await;
    }
    app.clock.set(end - MINUTE);
    assert_eq!(browser.who(app).await, "Dana", "with a new secret");
    app.clock.set(end - SignedDuration::from_micros(1));
    assert_eq!(browser.who(app).await, "Dana");
    app.clock.set(end);
    assert!(browser.cookie(SESSION).is_some());
    assert_eq!(browser.who(app).await, "UNAUTHENTICATED");
}

async fn a_secret_is_replaced_every_hour(app: &TestApp) {
    let browser = signed_in(app).await;
    let first = browser.cookie(SESSION).unwrap();
    pass(app, HOUR - SignedDuration::from_micros(1));
    assert_eq!(browser.who(app).await, "Dana");
    assert_eq!(browser.cookie(SESSION).unwrap(), first);
    pass(app, SignedDuration::from_micros(1));
    let before = app.now();
    let answer = browser.graphql(app, "{ viewer { name } }", json!({})).await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(
        cookie.contains("; Max-Age=1206000; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    let second = browser.cookie(SESSION).unwrap();
    assert_ne!(first, second);
    assert_eq!(browser.who(app).await, "Dana");
    until("that it has arrived", async || {
        the_session(app).await.confirmed_at.is_some()
    })
    .await;
    // What was sent before the answer came may still arrive.
    let tab = Browser::at("203.0.113.9");
    tab.put(SESSION, &first);
    pass(app, MINUTE - SignedDuration::from_micros(1));
    assert_eq!(tab.who(app).await, "Dana");
    assert_eq!(
        tab.cookie(SESSION).unwrap(),
        first,
        "one new secret is enough"
    );
    assert_eq!(the_session(app).await.renewed_at.0, before);
}

async fn a_new_secret_that_is_lost_on_its_way_locks_nobody_out(app: &TestApp) {
    let browser = signed_in(app).await;
    let first = browser.cookie(SESSION).unwrap();
    pass(app, HOUR);
    assert_eq!(browser.who(app).await, "Dana");
    let lost = browser.cookie(SESSION).unwrap();
    browser.put(SESSION, &first);
    pass(app, HOUR * 3);
    assert_eq!(browser.who(app).await, "Dana");
    let third = browser.cookie(SESSION).unwrap();
    assert!(third != first && third != lost, "it gets another one");
    assert_eq!(browser.who(app).await, "Dana");
    browser.put(SESSION, &lost);
    assert_eq!(
        browser.who(app).await,
        "UNAUTHENTICATED",
        "and the lost one is of no use"
    );
}

async fn a_secret_that_was_replaced_and_comes_again_ends_the_session(app: &TestApp) {
    let browser = signed_in(app).await;
    let thief = Browser::at("198.51.100.1");
    thief.put(SESSION, &browser.cookie(SESSION).unwrap());
    pass(app, HOUR);
    assert_eq!(browser.who(app).await, "Dana");
    assert_eq!(browser.who(app).await, "Dana");
    until("that it has arrived", async || {
        the_session(app).await.confirmed_at.is_some()
    })
    .await;
    pass(app, MINUTE);
    assert_eq!(thief.who(app).await, "UNAUTHENTICATED");
    assert_eq!(
        browser.who(app).await,
        "UNAUTHENTICATED",
        "nobody knows which of the two is Dana"
    );
    let history =
        change::Entity::find().filter(change::Column::SubjectId.eq(the_session(app).await.id));
    let told = format!("{:?}", history.all(&app.db.read).await.unwrap());
    assert!(
        told.contains("A secret of it that had been replaced came again."),
        "{told}"
    );
}

async fn of_two_requests_at_once_one_brings_a_new_secret(app: &TestApp) {
    let browser = signed_in(app).await;
    pass(app, HOUR);
    let (first, second) = (Browser::at("203.0.113.9"), Browser::at("203.0.113.9"));
    for tab in [&first, &second] {
        tab.put(SESSION, &browser.cookie(SESSION).unwrap());
    }
    let query = "{ viewer { name } }";
    let (one, other) = tokio::join!(
        first.graphql(app, query, json!({})),
        second.graphql(app, query, json!({}))
    );
    assert_eq!((one.status, other.status), (StatusCode::OK, StatusCode::OK));
    let brought = [&one, &other]
        .into_iter()
        .filter(|answer| answer.header("set-cookie").is_some());
    assert_eq!(brought.count(), 1);
    for tab in [&first, &second] {
        assert_eq!(tab.who(app).await, "Dana");
    }
}

const LIST: &str = "query ($of: ID) { sessions(personId: $of) { totalCount nodes { id isCurrent browser network person { name } createdAt lastSeenAt expiresAt endedAt } } }";

async fn people_see_their_sessions_and_end_them(app: &TestApp) {
    let laptop = signed_in(app).await;
    pass(app, MINUTE);
    let phone = Browser::at("2001:db8:1:2::7");
    phone.sign_in(app, DANA).await;
    let listed = laptop.graphql(app, LIST, json!({})).await.json();
    let nodes = listed["data"]["sessions"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    let shown: Vec<_> = nodes
        .iter()
        .map(|node| (node["network"].as_str().unwrap(), node["isCurrent"] == true))
        .collect();
    assert_eq!(shown, [("2001:db8:1:x", false), ("203.0.113.x", true)]);
    assert_eq!(nodes[1]["browser"], "Firefox on Linux");
    assert_eq!(nodes[1]["createdAt"], "2026-11-23T07:59:00Z");
    assert_eq!(nodes[1]["expiresAt"], "2026-12-07T07:59:00Z");
    assert_eq!(nodes[1]["person"]["name"], "Dana");

    // Others' are as if they were not there, but for owners.
    let (olga, mia) = (app.owner().await, app.member("Mia").await);
    let revoke = "mutation ($input: SessionRevokeInput!) { sessionRevoke(input: $input) { session { endedAt } userErrors { code } } }";
    let of_phone = json!({ "input": { "id": nodes[0]["id"] } });
    let refused = app.graphql(&mia, revoke, of_phone.clone()).await;
    assert_eq!(
        refused["data"]["sessionRevoke"]["userErrors"][0]["code"],
        "NOT_FOUND"
    );
    let node = json!({ "id": nodes[0]["id"] });
    let by_id = "query ($id: ID!) { node(id: $id) { ... on Session { network } } }";
    assert_eq!(
        app.ask(&mia, by_id, node.clone()).await["node"],
        Value::Null
    );
    assert_eq!(
        app.ask(&olga, by_id, node).await["node"]["network"],
        "2001:db8:1:x"
    );
    let dana = the_session(app).await.person_id;
    let of_dana = json!({ "of": Kind::Person.id(dana) });
    assert_eq!(
        app.graphql(&mia, LIST, of_dana.clone()).await["errors"][0]["extensions"]["code"],
        "FORBIDDEN"
    );
    assert_eq!(
        app.ask(&olga, LIST, of_dana).await["sessions"]["totalCount"],
        2
    );

    assert_eq!(phone.who(app).await, "Dana");
    let done = laptop.graphql(app, revoke, of_phone).await.json();
    assert_eq!(
        done["data"]["sessionRevoke"]["session"]["endedAt"],
        "2026-11-23T08:00:00Z"
    );
    assert_eq!(phone.who(app).await, "UNAUTHENTICATED");
    phone.sign_in(app, DANA).await;
    let others = "mutation { sessionRevokeOthers(input: {}) { revoked userErrors { code } } }";
    let done = laptop.graphql(app, others, json!({})).await.json();
    assert_eq!(
        done["data"]["sessionRevokeOthers"],
        json!({ "revoked": 1, "userErrors": [] })
    );
    assert_eq!(
        (phone.who(app).await, laptop.who(app).await),
        ("UNAUTHENTICATED".into(), "Dana".into())
    );
    let input = json!({ "personId": Kind::Person.id(dana) });
    let payload = app
        .done(&olga, "sessionRevokeOthers", input, "revoked")
        .await;
    assert_eq!(payload["revoked"], 1);
    assert_eq!(laptop.who(app).await, "UNAUTHENTICATED");
}

async fn whoever_may_not_sign_in_any_more_is_out_at_once(app: &TestApp) {
    let olga = app.owner().await;
    let browser = signed_in(app).await;
    let id = Kind::Person.id(the_session(app).await.person_id);
    let input = json!({ "id": id, "employedUntil": date(2026, 11, 23).to_string() });
    app.done(&olga, "personUpdate", input, "person { id }")
        .await;
    app.set_clock("2026-11-23T23:59:59Z");
    assert_eq!(
        browser.who(app).await,
        "Dana",
        "on the last day Dana is still in"
    );
    app.set_clock("2026-11-24T00:00:00Z");
    assert_eq!(browser.who(app).await, "UNAUTHENTICATED");
    let page = browser.post(app, "/sign-in", &form(DANA)).await;
    assert_eq!(heading(&page), "Look into your mailbox");
}

async fn access_that_is_given_back_brings_no_session_back(app: &TestApp) {
    let olga = app.owner().await;
    let browser = signed_in(app).await;
    let pending = Browser::at("203.0.113.10");
    let path = pending.ask(app, DANA).await;
    let id = Kind::Person.id(the_session(app).await.person_id);
    for access in [Value::Null, json!("MANAGER")] {
        let input = json!({ "id": id, "access": access });
        app.done(&olga, "personUpdate", input, "person { id }")
            .await;
        assert_eq!(browser.who(app).await, "UNAUTHENTICATED");
    }
    assert_eq!(pending.post(app, &path, "").await.status, 404);
    browser.sign_in(app, DANA).await;
    assert_eq!(browser.who(app).await, "Dana");
}

async fn who_signs_in_again_ends_the_session_before(app: &TestApp) {
    app.member("Mia").await;
    let browser = signed_in(app).await;
    let before = browser.cookie(SESSION).unwrap();
    browser.sign_in(app, "mia@example.com").await;
    assert_eq!(browser.who(app).await, "Mia");
    let old = Browser::at("203.0.113.9");
    old.put(SESSION, &before);
    assert_eq!(old.who(app).await, "UNAUTHENTICATED");
}

async fn cookies_are_bound_to_the_host_where_there_is_tls(app: &TestApp) {
    app.manager("Dana").await;
    let config = Config {
        public_url: PublicUrl::parse("https://meridian.example").unwrap(),
        ..(*app.config).clone()
    };
    let secure = app.configured(Arc::new(config)).await;
    let browser = Browser::at("203.0.113.9");
    let page = browser.post(&secure, "/sign-in", &form(DANA)).await;
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-meridian_sign_in="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; Max-Age=900; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
    until("the mail", async || !secure.drain().await.is_empty()).await;
    let mail = crate::support::letter::Letter::read(&app.memory().sent()[0]);
    let mut words = mail.text.split_whitespace();
    let link = words.find(|word| word.contains("/sign-in/")).unwrap();
    let path = link.strip_prefix("https://meridian.example").unwrap();
    let page = browser.post(&secure, path, "").await;
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-meridian_session="), "{cookie}");
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
    assert_eq!(browser.who(&secure).await, "Dana");
    // One that a neighbour could have set is not read.
    let secret = browser.cookie("__Host-meridian_session").unwrap();
    let other = Browser::at("203.0.113.9");
    other.put(SESSION, &secret);
    assert_eq!(other.who(&secure).await, "UNAUTHENTICATED");
    secure.stop().await;
}

async fn a_token_is_not_helped_out_by_a_cookie(app: &TestApp) {
    let browser = signed_in(app).await;
    let wrong = [
        ("authorization", "Bearer mer_wrong"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = browser
        .graphql_from(app, &wrong, "{ viewer { name } }", json!({}))
        .await;
    assert_eq!(answer.status, 401);
    // And a valid one needs no browser's word for whose page it is.
    let mia = app.member("Mia").await;
    let bearer = format!("Bearer {}", mia.token);
    let right = [
        ("authorization", &*bearer),
        ("sec-fetch-site", "cross-site"),
    ];
    let answer = browser
        .graphql_from(app, &right, "{ viewer { name } }", json!({}))
        .await;
    assert_eq!(answer.json()["data"]["viewer"]["name"], "Mia");
}

async fn sessions_are_forgotten_once_they_are_over(app: &TestApp) {
    signed_in(app).await;
    let kept = async || session::Entity::find().count(&app.db.read).await.unwrap();
    pass(app, HOUR * 24 * 14);
    maintenance::run(app).await.unwrap();
    assert_eq!(kept().await, 1);
    pass(app, MINUTE);
    maintenance::run(app).await.unwrap();
    assert_eq!(kept().await, 0);
}
