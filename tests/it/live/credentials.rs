//! By what one is let in and stays in: tokens of both scopes, and the sessions of browsers.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use meridian::config::{Config, IntrospectionAccess, Origins};
use meridian::domain::sessions::{self, Visitor};
use meridian::domain::tokens;
use meridian::entity::{TokenScope, person, project};
use meridian::global_id::Kind;
use meridian::server::Patience;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::replica::until;
use crate::support::rows;
use crate::support::socket::{EventStream, Socket};
use crate::support::tcp::Served;

on_both_databases!(
    a_token_that_may_only_read_subscribes_and_changes_nothing,
    a_session_outlives_its_secrets_on_a_socket_and_ends_it,
    only_pages_of_our_own_use_a_session,
    listening_keeps_nobody_signed_in,
    what_a_minute_may_cost_is_counted_on_sockets_too,
    the_schema_is_hidden_on_sockets_too,
    who_may_read_the_schema_no_more_is_noticed_at_the_next_ping,
);

const PROJECTS: &str = "subscription { projectChanged { projectId } }";
const CHANGE: &str =
    r#"mutation { clientCreate(input: { name: "One" }) { client { name } userErrors { code } } }"#;

/// Begins a session. Answers what its browser sends as a cookie.
async fn session_of(app: &TestApp, person: &person::Model) -> String {
    let visitor = Visitor {
        browser: "Firefox on Linux".to_owned(),
        network: "203.0.113.x".to_owned(),
    };
    let lifetimes = app.config.session_lifetimes();
    let tx = app.db.begin().await.unwrap();
    let begun = sessions::begin(&tx, &app.operator(), person.id, visitor, lifetimes).await;
    tx.commit().await.unwrap();
    begun.unwrap().secret
}

fn cookie(secret: &str) -> String {
    format!("meridian_session={secret}")
}

/// A socket of a page of ours that says no more than its cookie does.
async fn of_browser(app: &TestApp, served: &Served, secret: &str) -> Socket {
    let cookie = cookie(secret);
    let origin = app.config.public_url.as_str();
    let headers = [("cookie", &*cookie), ("origin", origin)];
    let mut socket = Socket::open(served.address, &headers).await;
    socket.say(json!({ "type": "connection_init" })).await;
    socket
}

async fn project(app: &TestApp) -> project::Model {
    let client = app.insert(rows::client("Orchard", app.now())).await;
    app.insert(rows::project(client.id, "Orchard", app.now()))
        .await
}

async fn rename(app: &TestApp, by: &Actor, project: &project::Model, name: &str) {
    let input = json!({ "id": Kind::Project.text(project.id), "name": name });
    app.done(by, "projectUpdate", input, "project { id }").await;
}

async fn a_token_that_may_only_read_subscribes_and_changes_nothing(app: &TestApp) {
    let olga = app.owner().await;
    let (operator, id) = (app.operator(), olga.person.id);
    let scope = TokenScope::Read;
    let made = tokens::create_scoped(&app.db, &operator, id, "a screen", scope, None).await;
    let screen = Actor {
        person: olga.person.clone(),
        token: made.unwrap().plain_text,
    };
    let project = project(app).await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &screen).await;
    let mut events = EventStream::post(&served.url("/graphql"), &screen, PROJECTS).await;
    socket.subscribe("1", PROJECTS, Value::Null).await;
    rename(app, &olga, &project, "Brook").await;
    assert_eq!(
        socket.next("1").await["projectChanged"]["projectId"],
        Kind::Project.text(project.id)
    );
    assert_eq!(events.event().await.unwrap().0, "next");
    socket.ask("2", CHANGE, Value::Null).await;
    assert_eq!(socket.refusal("2").await, "FORBIDDEN");
    let mut events = EventStream::post(&served.url("/graphql"), &screen, CHANGE).await;
    let (_, refused) = events.event().await.unwrap();
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    drop(events);
    served.stop().await.unwrap();
}

async fn a_session_outlives_its_secrets_on_a_socket_and_ends_it(app: &TestApp) {
    let olga = app.owner().await;
    let project = project(app).await;
    let served = Served::by(app).await;
    let secret = session_of(app, &olga.person).await;
    let mut socket = of_browser(app, &served, &secret).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    socket.subscribe("1", PROJECTS, Value::Null).await;

    // A request of another tab brings a new secret, and the old one is worth nothing a minute after that has come.
    let lifetimes = app.config.session_lifetimes();
    app.clock.set(app.now() + SignedDuration::from_hours(2));
    let found = sessions::authenticate(&app.db, &secret, lifetimes, app.now()).await;
    let renewed = sessions::renew(&app.db, &found.unwrap(), &secret).await;
    let renewed = renewed.unwrap().unwrap().secret;
    let found = sessions::authenticate(&app.db, &renewed, lifetimes, app.now()).await;
    let found = found.unwrap();
    sessions::note_use(&app.db, &found, Some(&renewed))
        .await
        .unwrap();
    app.clock.set(app.now() + SignedDuration::from_mins(2));
    rename(app, &olga, &project, "Brook").await;
    socket.next("1").await;
    socket.ask("2", "{ viewer { name } }", Value::Null).await;
    assert_eq!(socket.next("2").await["viewer"]["name"], "Olga");
    assert_eq!(socket.hear().await["type"], "complete");

    sessions::end(&app.db, &app.operator(), found.session.id)
        .await
        .unwrap();
    rename(app, &olga, &project, "Orchard").await;
    assert_eq!(socket.closed().await, 4403);
    served.stop().await.unwrap();
}

async fn only_pages_of_our_own_use_a_session(app: &TestApp) {
    let olga = app.owner().await;
    let friends = Arc::new(Config {
        cors_origins: Origins::parse("https://friends.example").unwrap(),
        ..(*app.config).clone()
    });
    let app = &app.configured(friends).await;
    let served = Served::by(app).await;
    let secret = session_of(app, &olga.person).await;
    let mut ours = of_browser(app, &served, &secret).await;
    assert_eq!(ours.hear().await["type"], "connection_ack");
    let cookie = cookie(&secret);
    let headers = [("cookie", &*cookie), ("origin", "https://friends.example")];
    let mut theirs = Socket::open(served.address, &headers).await;
    theirs.say(json!({ "type": "connection_init" })).await;
    assert_eq!(theirs.closed().await, 4403);
    let mut theirs = Socket::open(served.address, &headers).await;
    theirs.sign_in(&olga).await;
    assert_eq!(theirs.hear().await["type"], "connection_ack");
    served.stop().await.unwrap();
}

async fn listening_keeps_nobody_signed_in(app: &TestApp) {
    let olga = app.owner().await;
    let project = project(app).await;
    let served = Served::by(app).await;
    let secret = session_of(app, &olga.person).await;
    let mut socket = of_browser(app, &served, &secret).await;
    assert_eq!(socket.hear().await["type"], "connection_ack");
    socket.subscribe("1", PROJECTS, Value::Null).await;
    app.clock.set(app.now() + SignedDuration::from_hours(23));
    rename(app, &olga, &project, "Brook").await;
    socket.next("1").await;
    app.clock.set(app.now() + SignedDuration::from_hours(1));
    rename(app, &olga, &project, "Orchard").await;
    assert_eq!(socket.closed().await, 4403);
    served.stop().await.unwrap();
}

async fn what_a_minute_may_cost_is_counted_on_sockets_too(app: &TestApp) {
    let olga = app.owner().await;
    let thrifty = Arc::new(Config {
        cost_per_minute: 10_000,
        ..(*app.config).clone()
    });
    let app = &app.configured(thrifty).await;
    let served = Served::by(app).await;
    let mut socket = Socket::of(served.address, &olga).await;
    let costly = "{ clients(first: 60) { nodes { projects(first: 60) { nodes { id } } } } }";
    socket.ask("1", costly, Value::Null).await;
    socket.next("1").await;
    assert_eq!(socket.hear().await["type"], "complete");
    socket.ask("2", costly, Value::Null).await;
    assert_eq!(socket.refusal("2").await, "RATE_LIMITED");
    served.stop().await.unwrap();
}

async fn the_schema_is_hidden_on_sockets_too(app: &TestApp) {
    let (olga, pia) = (app.owner().await, app.member("Pia").await);
    let owners = Arc::new(Config {
        introspection: IntrospectionAccess::Owners,
        ..(*app.config).clone()
    });
    let app = &app.configured(owners).await;
    let served = Served::by(app).await;
    let schema = "{ __schema { queryType { name } } }";
    let mut socket = Socket::of(served.address, &olga).await;
    socket.ask("1", schema, Value::Null).await;
    assert_eq!(
        socket.next("1").await["__schema"]["queryType"]["name"],
        "Query"
    );
    let mut socket = Socket::of(served.address, &pia).await;
    socket.ask("1", schema, Value::Null).await;
    assert_eq!(socket.refusal("1").await, "FORBIDDEN");
    served.stop().await.unwrap();
}

async fn who_may_read_the_schema_no_more_is_noticed_at_the_next_ping(app: &TestApp) {
    let (olga, zoe) = (app.owner().await, app.manager("Zoe").await);
    let access = json!({ "id": Kind::Person.text(zoe.person.id), "access": "OWNER" });
    app.done(&olga, "personUpdate", access, "person { id }")
        .await;
    let owners = Arc::new(Config {
        introspection: IntrospectionAccess::Owners,
        ..(*app.config).clone()
    });
    let app = &app.configured(owners).await;
    let patience = Patience {
        ping: Duration::from_millis(200),
        ..Patience::default()
    };
    let (address, stop) = super::served(app, patience, Duration::from_secs(60)).await;
    let mut socket = Socket::of(address, &zoe).await;
    let access = json!({ "id": Kind::Person.text(zoe.person.id), "access": "MANAGER" });
    app.done(&olga, "personUpdate", access, "person { id }")
        .await;
    let mut answered = 0;
    until("the schema is hidden", async || {
        answered += 1;
        let id = answered.to_string();
        let schema = "{ __schema { queryType { name } } }";
        socket.ask(&id, schema, Value::Null).await;
        let answer = socket.hear().await;
        if answer["type"] == "error" {
            assert_eq!(answer["payload"][0]["extensions"]["code"], "FORBIDDEN");
            return true;
        }
        assert_eq!(socket.hear().await["type"], "complete");
        false
    })
    .await;
    drop(stop);
}
