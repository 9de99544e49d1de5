//! What another replica changes, and what nobody heard of.

use serde_json::{Value, json};

use crate::support::app::{Store, TestApp, tell};
use crate::support::postgres::Cluster;
use crate::support::rows;
use crate::support::socket::Socket;
use crate::support::tcp::Served;

const PROJECTS: &str = "subscription { projectChanged { kind project { name } } }";

async fn project(app: &TestApp) -> String {
    let client = app.insert(rows::client("Orchard", app.now())).await;
    let project = app
        .insert(rows::project(client.id, "Site", app.now()))
        .await;
    meridian::global_id::Kind::Project.text(project.id)
}

#[test]
fn what_one_replica_changes_the_other_tells() {
    tell(Store::Postgres, async |app: &TestApp| {
        let olga = app.owner().await;
        let id = project(app).await;
        let other = app.started_again().await;
        let (here, there) = (Served::by(app).await, Served::by(&other).await);
        let mut near = Socket::of(here.address, &olga).await;
        let mut far = Socket::of(there.address, &olga).await;
        let mails = "subscription { mailDelivered { state } }";
        for socket in [&mut near, &mut far] {
            socket.subscribe("projects", PROJECTS, Value::Null).await;
            socket.subscribe("mails", mails, Value::Null).await;
        }
        let renamed = json!({ "id": id, "name": "Site 2" });
        app.done(&olga, "projectUpdate", renamed, "project { id }")
            .await;
        for socket in [&mut near, &mut far] {
            let event = &socket.next("projects").await["projectChanged"];
            assert_eq!(event["project"]["name"], "Site 2");
        }
        app.mails_at("2026-11-23T08:00:00Z").await;
        for socket in [&mut near, &mut far] {
            let state = socket.next("mails").await["mailDelivered"]["state"].take();
            assert!(
                ["SENT", "SKIPPED_EMPTY"].contains(&state.as_str().unwrap()),
                "{state}"
            );
        }
        there.stop().await.unwrap();
        here.stop().await.unwrap();
        other.stop().await;
    });
}

#[test]
fn what_was_not_heard_while_postgresql_was_away_is_told_as_missed() {
    tell(Store::Postgres, async |app: &TestApp| {
        let olga = app.owner().await;
        let id = project(app).await;
        let served = Served::by(app).await;
        let mut socket = Socket::of(served.address, &olga).await;
        socket.subscribe("1", PROJECTS, Value::Null).await;
        let cluster = Cluster::get().unwrap();
        cluster.shut_out(app.database_url());
        cluster.let_in(app.database_url());
        let event = socket.next("1").await["projectChanged"].take();
        assert_eq!(event, json!({ "kind": "MISSED", "project": null }));
        // The connections of the pool learn one by one that they are gone.
        for _ in 0..20 {
            app.graphql(&olga, "{ viewer { id } }", Value::Null).await;
        }
        let renamed = json!({ "id": id, "name": "Site 2" });
        app.done(&olga, "projectUpdate", renamed, "project { id }")
            .await;
        let event = socket.next("1").await["projectChanged"].take();
        assert_eq!(
            event,
            json!({ "kind": "UPDATED", "project": { "name": "Site 2" } })
        );
        served.stop().await.unwrap();
    });
}
