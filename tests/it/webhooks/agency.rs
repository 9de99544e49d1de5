//! An agency whose webhooks may reach this machine, and what the stories do with it.

use std::sync::Arc;

use jiff::Timestamp;
use meridian::app::App;
use meridian::config::{Config, Networks};
use meridian::jobs::courier::Courier;
use serde_json::{Value, json};

use super::receiver::Receiver;
use crate::support::app::{Actor, TestApp};
use crate::support::rows;

/// The same application where webhooks may reach `networks`.
pub(super) async fn reaching(app: &TestApp, networks: &str) -> TestApp {
    let config = Config {
        webhook_allow: Networks::parse(networks).unwrap(),
        ..(*app.config).clone()
    };
    app.configured(Arc::new(config)).await
}

/// Olga, a project of a client, and webhooks that may reach this machine.
pub(super) struct Agency {
    pub(super) app: TestApp,
    pub(super) olga: Actor,
    pub(super) project: String,
}

impl Agency {
    pub(super) async fn found(app: &TestApp) -> Self {
        let app = reaching(app, "127.0.0.0/8").await;
        let client = app.insert(rows::client("Orchard", app.now())).await;
        let project = app
            .insert(rows::project(client.id, "Site", app.now()))
            .await;
        Self {
            olga: app.owner().await,
            project: meridian::global_id::Kind::Project.text(project.id),
            app,
        }
    }

    /// A webhook for changes of projects: its id and its secret.
    pub(super) async fn webhook(&self, receiver: &Receiver) -> (String, String) {
        self.webhook_for(receiver, &["PROJECT_UPDATED"]).await
    }

    pub(super) async fn webhook_for(
        &self,
        receiver: &Receiver,
        events: &[&str],
    ) -> (String, String) {
        let input = json!({ "url": receiver.url(), "events": events });
        let made = self
            .app
            .done(&self.olga, "webhookCreate", input, "webhook { id } secret")
            .await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["webhook"]["id"]), text(&made["secret"]))
    }

    /// Something happens to the project.
    pub(super) async fn rename(&self, name: &str) {
        let input = json!({ "id": self.project, "name": name });
        self.app
            .done(&self.olga, "projectUpdate", input, "project { id }")
            .await;
    }

    /// Sends all that is due. Answers how many attempts were made.
    pub(super) async fn deliver(&self) -> usize {
        deliver(&self.app).await
    }

    /// What was, is and will be delivered, the latest first.
    pub(super) async fn log(&self) -> Vec<Value> {
        let document = "{ webhookDeliveries(first: 45) { totalCount nodes { id event body state reason nextAttemptAt expiresAt
            endedAt createdAt webhook { id } attempts { status answer problem startedAt durationMilliseconds replica } } } }";
        let mut data = self.app.ask(&self.olga, document, json!({})).await;
        let Value::Array(nodes) = data["webhookDeliveries"]["nodes"].take() else {
            panic!("deliveries are a list");
        };
        nodes
    }

    /// The one delivery there is.
    pub(super) async fn one(&self) -> Value {
        let mut log = self.log().await;
        assert_eq!(log.len(), 1, "{log:#?}");
        log.remove(0)
    }

    /// The webhook as its owner sees it.
    pub(super) async fn read(&self, id: &str) -> Value {
        let document = "query ($id: ID!) { node(id: $id) { ... on Webhook { url events enabled disabledReason version
            oldSecretUntil history { nodes { by fields { name } } } } } }";
        let mut data = self
            .app
            .ask(&self.olga, document, json!({ "id": id }))
            .await;
        data["node"].take()
    }
}

pub(super) fn courier(app: &TestApp, replica: &str) -> Courier {
    Courier::new(App::clone(app), replica)
}

pub(super) async fn deliver(app: &TestApp) -> usize {
    let mut courier = courier(app, "a story");
    let mut attempts = 0;
    loop {
        let begun = courier.step().await.unwrap();
        courier.finish().await;
        if begun == 0 {
            return attempts;
        }
        attempts += begun;
    }
}

/// An instant that the API told.
pub(super) fn instant(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}
