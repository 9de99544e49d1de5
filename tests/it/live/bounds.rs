//! What else comes over a socket, and how much.

use std::sync::Arc;
use std::time::Duration;

use meridian::config::Config;
use meridian::server::Patience;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::replica::until;
use crate::support::rows;
use crate::support::socket::Socket;
use crate::support::tcp::Served;

on_both_databases!(
    queries_and_mutations_are_answered_as_over_http,
    the_guards_stand_in_front_of_a_socket_too,
    a_socket_carries_twenty_operations_at_a_time,
    connections_are_counted_for_each_and_for_all,
    a_socket_keeps_its_place_among_all_connections,
    strangers_who_come_too_often_are_told_to_come_later,
    an_event_that_costs_too_much_waits_and_is_told_as_missed,
    who_reads_slowly_is_told_what_was_missed,
    who_does_not_read_is_hung_up_on,
    what_is_asked_of_a_server_that_stops_is_answered,
);

const PROJECTS: &str = "subscription { projectChanged { kind } }";

async fn queries_and_mutations_are_answered_as_over_http(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    socket
        .ask(
            "q",
            "query ($id: ID!) { viewer { name } node(id: $id) { id } }",
            json!({ "id": "?" }),
        )
        .await;
    let answer = socket.hear().await;
    assert_eq!(
        (&answer["type"], &answer["id"]),
        (&json!("next"), &json!("q"))
    );
    assert_eq!(
        answer["payload"]["data"],
        json!({ "viewer": { "name": "Olga" }, "node": null })
    );
    assert_eq!(
        answer["payload"]["errors"][0]["extensions"]["code"],
        "NOT_FOUND"
    );
    assert_eq!(answer["payload"]["extensions"]["cost"]["requested"], 4);
    assert_eq!(
        socket.hear().await,
        json!({ "type": "complete", "id": "q" })
    );
    let create = r#"mutation { clientCreate(input: { name: "One" }) { client { name } userErrors { code } } }"#;
    for (id, expected) in [("m", json!([])), ("n", json!([{ "code": "TAKEN" }]))] {
        socket.ask(id, create, Value::Null).await;
        assert_eq!(
            socket.next(id).await["clientCreate"]["userErrors"],
            expected
        );
        assert_eq!(socket.hear().await["type"], "complete");
    }
    served.stop().await.unwrap();
}

async fn the_guards_stand_in_front_of_a_socket_too(app: &TestApp) {
    let olga = app.owner().await;
    let pia = app.member("Pia").await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    let brackets = format!("{{ a(b: {}", "[".repeat(4_000));
    let twice = "subscription { a: projectChanged { kind } b: projectChanged { kind } }";
    let hidden = "subscription { ...f } fragment f on Subscription { projectChanged { kind } mailDelivered { kind } }";
    let costly = "subscription { projectChanged { project { client { projects(first: 100) { nodes { bookings(first: 100) { nodes { id } } } } } } } }";
    for (query, code) in [
        (brackets.as_str(), "QUERY_TOO_COMPLEX"),
        (costly, "QUERY_TOO_COMPLEX"),
        ("{ viewer {", "PARSE_FAILED"),
        ("{ goodbye }", "VALIDATION_FAILED"),
        (
            "subscription { nothingChanged { kind } }",
            "VALIDATION_FAILED",
        ),
        (twice, "VALIDATION_FAILED"),
        (hidden, "VALIDATION_FAILED"),
        ("subscription { __typename }", "VALIDATION_FAILED"),
        (
            "subscription { projectChanged @skip(if: true) { kind } }",
            "VALIDATION_FAILED",
        ),
        (
            r#"subscription { projectChanged(id: "prj_7") { kind } }"#,
            "NOT_FOUND",
        ),
        (
            r#"subscription { capacityChanged(from: "soon") { kind } }"#,
            "BAD_USER_INPUT",
        ),
    ] {
        socket.ask("1", query, Value::Null).await;
        assert_eq!(socket.refusal("1").await, code, "{query}");
    }
    socket
        .ask(
            "1",
            "query ($n: Int!) { clients(first: $n) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(socket.refusal("1").await, "BAD_USER_INPUT");
    let mut member = Socket::of(served.address, &pia).await;
    member
        .ask("1", "{ teamCapacity { total { week } } }", Value::Null)
        .await;
    let answer = member.hear().await;
    assert_eq!(
        answer["payload"]["errors"][0]["extensions"]["code"],
        "FORBIDDEN"
    );
    served.stop().await.unwrap();
}

async fn a_socket_carries_twenty_operations_at_a_time(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    for id in 0..20 {
        socket
            .subscribe(&id.to_string(), PROJECTS, Value::Null)
            .await;
    }
    socket.ask("20", PROJECTS, Value::Null).await;
    assert_eq!(socket.refusal("20").await, "UNAVAILABLE");
    socket.say(json!({ "type": "complete", "id": "7" })).await;
    socket.ask("20", "{ viewer { name } }", Value::Null).await;
    assert_eq!(socket.next("20").await["viewer"]["name"], "Olga");
    served.stop().await.unwrap();
}

async fn connections_are_counted_for_each_and_for_all(app: &TestApp) {
    let (olga, pia) = (app.owner().await, app.member("Pia").await);
    let few = Arc::new(Config {
        live_connections: 3,
        live_connections_each: 2,
        ..(*app.config).clone()
    });
    let few = app.configured(few).await;
    let served = Served::by(&few).await;
    let first = Socket::of(served.address, &olga).await;
    let mut second = Socket::of(served.address, &olga).await;
    let listen = async |who: &Actor| {
        let asked = reqwest::Client::new().post(served.url("/graphql"));
        let asked = asked
            .bearer_auth(&who.token)
            .header("accept", "text/event-stream");
        let answer = asked.json(&json!({ "query": PROJECTS })).send().await;
        answer.unwrap().status()
    };
    assert_eq!(listen(&olga).await, 503);
    let mut third = Socket::open(served.address, &[]).await;
    third.sign_in(&olga).await;
    assert_eq!(third.closed().await, 1013);
    drop(third);
    let third = Socket::of(served.address, &pia).await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let Err(Error::Http(refused)) = Socket::shake_hands(served.address, &[protocol]).await else {
        panic!("there were three already");
    };
    assert_eq!(refused.status(), 503);
    assert_eq!(listen(&pia).await, 503);

    // A place is free again for the next one when a socket is closed.
    second.say_text("goodbye").await;
    assert_eq!(second.closed().await, 4400);
    drop((first, second, third));
    let mut again = None;
    while again.is_none() {
        tokio::task::yield_now().await;
        again = Socket::shake_hands(served.address, &[protocol]).await.ok();
    }
    served.stop().await.unwrap();
}

async fn a_socket_keeps_its_place_among_all_connections(app: &TestApp) {
    let olga = app.owner().await;
    let one = Arc::new(Config {
        connections: 1,
        ..(*app.config).clone()
    });
    let app = &app.configured(one).await;
    let (address, stop) = super::served(app, Patience::default(), Duration::from_secs(60)).await;
    let mut socket = Socket::of(address, &olga).await;
    let waiting = tokio::spawn(reqwest::get(format!("http://{address}/healthz")));
    // More than enough for an answer to the other one.
    for n in 0..100 {
        socket
            .ask(&n.to_string(), "{ viewer { name } }", Value::Null)
            .await;
        socket.next(&n.to_string()).await;
        assert_eq!(socket.hear().await["type"], "complete");
    }
    assert!(!waiting.is_finished());
    socket.say_text("goodbye").await;
    assert_eq!(socket.closed().await, 4400);
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
    drop(stop);
}

async fn strangers_who_come_too_often_are_told_to_come_later(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let stranger = reqwest::Client::new();
    for _ in 0..300 {
        let asked = stranger
            .get(served.url("/graphql"))
            .bearer_auth("mer_nobody");
        assert_eq!(asked.send().await.unwrap().status(), 401);
    }
    let mut socket = Socket::open(served.address, &[]).await;
    let nobody = json!({ "Authorization": "Bearer mer_nobody" });
    socket
        .say(json!({ "type": "connection_init", "payload": nobody }))
        .await;
    assert_eq!(socket.closed().await, 1013);
    // Whoever is known comes in all the same.
    Socket::of(served.address, &olga).await;
    served.stop().await.unwrap();
}

async fn an_event_that_costs_too_much_waits_and_is_told_as_missed(app: &TestApp) {
    let olga = app.owner().await;
    let thrifty = Arc::new(Config {
        cost_per_minute: 6_000,
        ..(*app.config).clone()
    });
    let app = &app.configured(thrifty).await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    let costly = "subscription { projectChanged { kind project { client { projects(first: 100) { nodes { name } } } } } }";
    socket.subscribe("1", costly, Value::Null).await;
    for query in [
        "{ clients(first: 50) { nodes { projects(first: 20) { nodes { id } } } } }",
        "{ clients(first: 50) { nodes { id } } }",
    ] {
        loop {
            socket.ask("2", query, Value::Null).await;
            let answer = socket.hear().await;
            if answer["type"] == "error" {
                let code = &answer["payload"][0]["extensions"]["code"];
                assert_eq!(code, "RATE_LIMITED");
                break;
            }
            assert_eq!(socket.hear().await["type"], "complete");
        }
    }
    // Asked for at another replica, which counts for itself.
    change_often(app, &olga, 1).await;
    until("the event is put off", async || {
        let figures = app.watch.exposition(app).await;
        !figures.contains("meridian_subscription_events_dropped_total 0")
    })
    .await;
    app.clock
        .set(app.now() + jiff::SignedDuration::from_mins(1));
    let event = socket.next("1").await["projectChanged"].take();
    assert_eq!(event, json!({ "kind": "MISSED", "project": null }));
    served.stop().await.unwrap();
}

/// A subscription of which an event takes some 30 KB.
fn wordy() -> String {
    let names: String = (0..45).map(|n| format!("n{n}: name ")).collect();
    format!("subscription {{ projectChanged {{ kind version project {{ {names} }} }} }}")
}

/// Changes a project so often that more is told than stands in line anywhere.
async fn change_often(app: &TestApp, olga: &Actor, changes: i64) -> i64 {
    let client = app.insert(rows::client("Orchard", app.now())).await;
    let project = app
        .insert(rows::project(client.id, "Site", app.now()))
        .await;
    let id = meridian::global_id::Kind::Project.text(project.id);
    for n in 0..changes {
        let name = format!("{}{n}", "🐌".repeat(190));
        app.done(
            olga,
            "projectUpdate",
            json!({ "id": id, "name": name }),
            "project { id }",
        )
        .await;
    }
    changes + 1
}

async fn who_reads_slowly_is_told_what_was_missed(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    socket.subscribe("1", &wordy(), Value::Null).await;
    let last = change_often(app, &olga, 450).await;
    let mut kinds = Vec::new();
    loop {
        let event = socket.next("1").await["projectChanged"].take();
        kinds.push(event["kind"].as_str().unwrap().to_owned());
        if event["version"] == last {
            break;
        }
    }
    assert!(kinds.len() < 450, "{}", kinds.len());
    assert!(kinds.iter().any(|kind| kind == "MISSED"), "{}", kinds.len());
    served.stop().await.unwrap();
}

async fn who_does_not_read_is_hung_up_on(app: &TestApp) {
    let olga = app.owner().await;
    let patience = Patience {
        write: Duration::from_millis(200),
        ..Patience::default()
    };
    // The connection itself would be cut far later.
    let (address, stop) = super::served(app, patience, Duration::from_secs(600)).await;
    let mut socket = Socket::of(address, &olga).await;
    socket.subscribe("1", &wordy(), Value::Null).await;
    change_often(app, &olga, 200).await;
    until("the socket is given up", async || {
        let figures = app.watch.exposition(app).await;
        figures.contains("meridian_live_connections{kind=\"websocket\"} 0")
    })
    .await;
    // What was on its way is there; then the line is cut.
    assert_eq!(socket.closed().await, 0);
    drop(stop);
}

async fn what_is_asked_of_a_server_that_stops_is_answered(app: &TestApp) {
    let olga = app.owner().await;
    let served = Served::by(app).await;
    let address = served.address;
    let mut socket = Socket::of(address, &olga).await;
    let query = r#"mutation { clientCreate(input: { name: "One" }) { client { name } } }"#;
    // The one writer of SQLite is taken, and so is the table on PostgreSQL.
    let lock = app.db.begin().await.unwrap();
    if app.db.backend() == sea_orm::DbBackend::Postgres {
        let sql = "LOCK TABLE client IN ACCESS EXCLUSIVE MODE";
        sea_orm::ConnectionTrait::execute_unprepared(&lock, sql)
            .await
            .unwrap();
    }
    socket.subscribe("1", query, Value::Null).await;
    let stopped = served.stop();
    // It has heard that it stops when it lets nobody in any more.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    lock.rollback().await.unwrap();
    assert_eq!(
        socket.next("1").await["clientCreate"]["client"]["name"],
        "One"
    );
    assert_eq!(socket.closed().await, 1001);
    stopped.await.unwrap();
}
