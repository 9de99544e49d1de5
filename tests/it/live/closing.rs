//! Each way in which a socket is closed, by its code.

use std::sync::Arc;
use std::time::Duration;

use meridian::config::{Config, PublicUrl};
use meridian::domain::tokens;
use meridian::server::Patience;
use meridian::server::graphql::MAX_BODY;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::socket::Socket;
use crate::support::tcp::Served;

on_both_databases!(
    a_message_that_is_none_closes_by_4400,
    whoever_asks_before_they_are_known_is_closed_by_4401,
    whoever_is_not_known_is_closed_by_4403,
    whoever_speaks_another_protocol_is_closed_by_4406,
    whoever_does_not_say_who_they_are_is_closed_by_4408,
    an_id_that_is_taken_closes_by_4409,
    a_second_init_closes_by_4429,
    a_fault_of_ours_closes_by_4500,
    a_message_that_is_too_long_closes_by_1009,
    a_server_that_stops_closes_by_1001,
    a_server_that_stops_waits_until_its_goodbye_is_heard,
    whoever_does_not_answer_a_ping_is_hung_up_on,
    a_page_of_another_site_cannot_use_a_cookie,
);

const PROJECTS: &str = "subscription { projectChanged { kind } }";

/// Revokes every token of somebody.
pub(super) async fn revoke(app: &TestApp, actor: &Actor) {
    let operator = app.operator();
    let list = tokens::list(&app.db.read, &operator, Some(actor.person.id));
    for token in list.await.unwrap() {
        tokens::revoke(&app.db, &operator, token.id).await.unwrap();
    }
}

async fn a_message_that_is_none_closes_by_4400(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    for text in [
        "hello",
        r#"{"type":"connection_terminate"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ viewer { id } }"}}"#,
        r#"{"type":"subscribe","id":"1","payload":{"operationName":"A"}}"#,
    ] {
        let mut socket = Socket::of(served.address, &olga).await;
        socket.say_text(text).await;
        assert_eq!(socket.closed().await, 4400, "{text}");
    }
    let mut socket = Socket::of(served.address, &olga).await;
    socket.say_bytes().await;
    assert_eq!(socket.closed().await, 4400);
    served.stop().await.unwrap();
}

async fn whoever_asks_before_they_are_known_is_closed_by_4401(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut socket = Socket::open(served.address, &[]).await;
    socket.ask("1", "{ viewer { id } }", Value::Null).await;
    assert_eq!(socket.closed().await, 4401);
    // A header of the handshake makes nobody known before `connection_init`.
    let bearer = format!("Bearer {}", olga.token);
    let mut socket = Socket::open(served.address, &[("authorization", &bearer)]).await;
    socket.ask("1", "{ viewer { id } }", Value::Null).await;
    assert_eq!(socket.closed().await, 4401);
    // Pings need no name.
    let mut socket = Socket::open(served.address, &[]).await;
    socket
        .say(json!({ "type": "ping", "payload": { "at": 7 } }))
        .await;
    assert_eq!(
        socket.hear().await,
        json!({ "type": "pong", "payload": { "at": 7 } })
    );
    served.stop().await.unwrap();
}

async fn whoever_is_not_known_is_closed_by_4403(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    for payload in [
        Value::Null,
        json!({}),
        json!({ "Authorization": "Bearer mer_nobody" }),
        json!({ "Authorization": olga.token }),
        json!({ "Authorization": 7 }),
        json!({ "token": olga.token }),
    ] {
        let mut socket = Socket::open(served.address, &[]).await;
        socket
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.closed().await, 4403, "{payload}");
    }
    // Programs may send the header with the handshake instead; what the payload says goes before it.
    let bearer = format!("Bearer {}", olga.token);
    let mut socket = Socket::open(served.address, &[("authorization", &bearer)]).await;
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    let mut socket = Socket::open(served.address, &[("authorization", &bearer)]).await;
    let other = json!({ "authorization": "Bearer mer_nobody" });
    socket
        .say(json!({ "type": "connection_init", "payload": other }))
        .await;
    assert_eq!(socket.closed().await, 4403);

    // Known once is not known for ever.
    let mut socket = Socket::of(served.address, &olga).await;
    revoke(app, &olga).await;
    socket.ask("1", "{ viewer { id } }", Value::Null).await;
    assert_eq!(socket.closed().await, 4403);
    served.stop().await.unwrap();
}

async fn whoever_speaks_another_protocol_is_closed_by_4406(app: &TestApp) {
    let served = Served::by(app).await;
    let mut silent = Socket::shake_hands(served.address, &[]).await.unwrap();
    assert_eq!(silent.closed().await, 4406);
    served.stop().await.unwrap();
}

async fn whoever_does_not_say_who_they_are_is_closed_by_4408(app: &TestApp) {
    let served = Served::by(app).await;
    let mut socket = Socket::open(served.address, &[]).await;
    // Being busy is not being known.
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.closed().await, 4408);
    served.stop().await.unwrap();
}

async fn an_id_that_is_taken_closes_by_4409(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    socket.subscribe("1", PROJECTS, Value::Null).await;
    socket.ask("1", "{ viewer { id } }", Value::Null).await;
    assert_eq!(socket.closed().await, 4409);
    served.stop().await.unwrap();
}

async fn a_second_init_closes_by_4429(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    socket.sign_in(&olga).await;
    assert_eq!(socket.closed().await, 4429);
    served.stop().await.unwrap();
}

async fn a_fault_of_ours_closes_by_4500(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let rename = async |from: &str, to: &str| {
        let tx = app.db.begin().await.unwrap();
        let renamed = format!("ALTER TABLE {from} RENAME TO {to}");
        tx.execute_unprepared(&renamed).await.unwrap();
        tx.commit().await.unwrap();
    };
    rename("api_token", "mislaid").await;
    let mut socket = Socket::open(served.address, &[]).await;
    socket.sign_in(&olga).await;
    assert_eq!(socket.closed().await, 4500);
    rename("mislaid", "api_token").await;
    served.stop().await.unwrap();
}

async fn a_message_that_is_too_long_closes_by_1009(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    let long = "x".repeat(MAX_BODY + 1);
    socket.say_text(&long).await;
    assert_eq!(socket.closed().await, 1009);
    served.stop().await.unwrap();
}

async fn a_server_that_stops_closes_by_1001(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut stranger = Socket::open(served.address, &[]).await;
    let mut socket = Socket::of(served.address, &olga).await;
    socket.subscribe("1", PROJECTS, Value::Null).await;
    let stopped = served.stop();
    assert_eq!(socket.closed().await, 1001);
    assert_eq!(stranger.closed().await, 1001);
    stopped.await.unwrap();
}

async fn a_server_that_stops_waits_until_its_goodbye_is_heard(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let address = served.address;
    let mut socket = Socket::of(address, &olga).await;
    let stopped = served.stop();
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    // Much longer than it takes to end with nothing to wait for, and much shorter than it waits.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!stopped.is_finished());
    assert_eq!(socket.closed().await, 1001);
    stopped.await.unwrap();
}

async fn whoever_does_not_answer_a_ping_is_hung_up_on(app: &TestApp) {
    let olga = app.owner().await;
    let patience = Patience {
        ping: Duration::from_millis(500),
        ..Patience::default()
    };
    let quiet = Duration::from_secs(1);
    let (address, stop) = super::served(app, patience, quiet).await;
    // Whoever answers may be quiet for longer than a connection may be idle.
    let mut lively = Socket::of(address, &olga).await;
    lively.subscribe("1", PROJECTS, Value::Null).await;
    let mut silent = Socket::of(address, &olga).await;
    silent.ping_unanswered().await;
    tokio::join!(async { assert_eq!(silent.unanswering().await, 0) }, async {
        // It answers the server's pings while it waits for what does not come.
        let nothing = tokio::time::timeout(3 * quiet, lively.hear()).await;
        assert!(nothing.is_err(), "{nothing:?}");
        lively.say(json!({ "type": "ping" })).await;
        assert_eq!(lively.hear().await["type"], "pong");
    },);
    // Each ping asks anew who is there.
    revoke(app, &olga).await;
    assert_eq!(lively.closed().await, 4403);
    drop(stop);
}

async fn a_page_of_another_site_cannot_use_a_cookie(app: &TestApp) {
    let olga = app.owner().await;
    let app = &app
        .configured(Arc::new(Config {
            public_url: PublicUrl::parse("https://meridian.example").unwrap(),
            ..(*app.config).clone()
        }))
        .await;
    let served = Served::by(app).await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let cookie = ("cookie", "session=1");
    for origin in ["https://evil.example", "null", "http://meridian.example"] {
        let headers = [protocol, cookie, ("origin", origin)];
        let refused = Socket::shake_hands(served.address, &headers).await;
        let Err(Error::Http(response)) = refused else {
            panic!("{origin} was let in");
        };
        assert_eq!(response.status(), 403);
    }
    // Without a cookie the page sends what it knows, which no other site does.
    for headers in [
        vec![("origin", "https://evil.example")],
        vec![cookie, ("origin", "https://meridian.example")],
    ] {
        let mut socket = Socket::open(served.address, &headers).await;
        socket.sign_in(&olga).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
    }
    served.stop().await.unwrap();
}
