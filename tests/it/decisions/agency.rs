//! A client of middling needs whose both sides Dana holds, and what is asked and changed there.

use meridian::entity::{RoleSide, client};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp};
use crate::support::{rows, work};

/// What is shown of a project's decision.
pub(super) const DECIDED: &str = "project { id leadMode version decision { leadMode recommended reason source kickedOffOn decidedOn
    decidedBy { name } project { name } client { name }
    scores { communication sensitivity growth complexity delivery volatility } } }";

/// Olga owns the agency, Dana holds Acme, Sam is a manager without clients, and Mia a member.
pub(super) struct Agency<'a> {
    pub(super) app: &'a TestApp,
    pub(super) olga: Actor,
    pub(super) dana: Actor,
    pub(super) sam: Actor,
    pub(super) mia: Actor,
    pub(super) acme: client::Model,
}

impl<'a> Agency<'a> {
    pub(super) async fn of(app: &'a TestApp) -> Self {
        let dana = app.manager("Dana").await;
        let acme = app.insert(rows::client("Acme", app.now())).await;
        work::hold(app, &acme, RoleSide::Both, &dana.person).await;
        Self {
            app,
            olga: app.owner().await,
            sam: app.manager("Sam").await,
            mia: app.member("Mia").await,
            dana,
            acme,
        }
    }

    /// Acme's global id.
    pub(super) fn client(&self) -> String {
        Kind::Client.text(self.acme.id)
    }

    /// Dana makes a PROPOSED project of Acme, about which nothing else is said; answers its id.
    pub(super) async fn project(&self, name: &str) -> String {
        self.project_with(name, json!({})).await
    }

    /// The same, with more said of it.
    pub(super) async fn project_with(&self, name: &str, more: Value) -> String {
        let mut input = json!({ "clientId": self.client(), "name": name });
        let more = more.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(more);
        let payload = self
            .app
            .done(&self.dana, "projectCreate", input, "project { id }")
            .await;
        payload["project"]["id"].as_str().unwrap().to_owned()
    }

    /// Dana tries something; the payload.
    pub(super) async fn try_to(&self, mutation: &str, input: Value) -> Value {
        self.app.change(&self.dana, mutation, input, "").await
    }

    /// Dana does something.
    pub(super) async fn does(&self, mutation: &str, input: Value) {
        self.app.done(&self.dana, mutation, input, "").await;
    }

    /// Dana decides which side leads a project; what is shown of it then.
    pub(super) async fn decides(&self, project: &str, lead_mode: &str, reason: &str) -> Value {
        let input = json!({ "id": project, "leadMode": lead_mode, "reason": reason });
        let mut payload = self
            .app
            .done(&self.dana, "projectLeadDecide", input, DECIDED)
            .await;
        payload["project"].take()
    }

    /// Dana changes Acme's profile.
    pub(super) async fn profile(&self, mut scores: Value) {
        scores["id"] = json!(self.client());
        self.does("clientUpdate", scores).await;
    }

    /// What Mia, who may only read, sees of a project.
    pub(super) async fn sees(&self, project: &str, selection: &str) -> Value {
        let document = format!("query ($id: ID!) {{ project(id: $id) {{ {selection} }} }}");
        let mut data = self
            .app
            .ask(&self.mia, &document, json!({ "id": project }))
            .await;
        data["project"].take()
    }
}

/// Field and code of every user error of a payload, in order.
pub(super) fn refusals(payload: &Value) -> Vec<(&str, &str)> {
    let errors = payload["userErrors"].as_array();
    let errors = errors.unwrap_or_else(|| panic!("{payload:#}"));
    errors
        .iter()
        .map(|error| {
            let field = error["field"][0].as_str().unwrap_or_default();
            (field, error["code"].as_str().unwrap())
        })
        .collect()
}

/// The first user error's sentence.
pub(super) fn sentence(payload: &Value) -> &str {
    payload["userErrors"][0]["message"]
        .as_str()
        .unwrap_or_else(|| panic!("{payload:#}"))
}
