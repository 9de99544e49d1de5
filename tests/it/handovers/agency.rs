//! What these stories begin with, and what they ask.

use meridian::entity::{RoleSide, client, person};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::app::{Actor, TestApp};
use crate::support::rows;
use crate::support::work::{hold, role};

/// Olga owns the agency. Dana wears both hats for Acme, which has the projects Shop and Blog; Sam manages nothing yet.
pub(crate) struct Agency {
    pub(crate) olga: Actor,
    pub(crate) dana: Actor,
    pub(crate) sam: Actor,
    pub(crate) acme: client::Model,
    pub(crate) shop: String,
    pub(crate) blog: String,
}

impl Agency {
    pub(crate) async fn of(app: &TestApp) -> Self {
        let olga = app.owner().await;
        let (dana, sam) = (app.manager("Dana").await, app.manager("Sam").await);
        let acme = app.insert(rows::client("Acme", app.now())).await;
        hold(app, &acme, RoleSide::Both, &dana.person).await;
        let shop = app.insert(rows::project(acme.id, "Shop", app.now())).await;
        let blog = app.insert(rows::project(acme.id, "Blog", app.now())).await;
        Self {
            shop: Kind::Project.text(shop.id),
            blog: Kind::Project.text(blog.id),
            acme,
            olga,
            dana,
            sam,
        }
    }

    /// Acme's side goes from Dana to Sam, beginning on Monday.
    pub(crate) fn dana_to_sam(&self, side: &str) -> Value {
        json!({
            "clientId": global(Kind::Client, self.acme.id), "side": side, "startsOn": "2026-11-23",
            "fromPersonId": global(Kind::Person, self.dana.person.id),
            "toPersonId": global(Kind::Person, self.sam.person.id),
            "reason": "Each does what suits them.",
        })
    }

    /// Who is accountable for a project: `["CLIENT Sam", "PROJECT Dana"]`.
    pub(crate) async fn accountable(&self, app: &TestApp, project: &str) -> Vec<String> {
        let document =
            "query ($id: ID!) { project(id: $id) { accountable { side person { name } } } }";
        let data = app
            .ask(&self.olga, document, json!({ "id": project }))
            .await;
        let held = data["project"]["accountable"].as_array().unwrap();
        let told = |one: &Value| {
            let name = one["person"]["name"].as_str().unwrap();
            format!("{} {name}", one["side"].as_str().unwrap())
        };
        held.iter().map(told).collect()
    }

    /// Gives a role of a side for one project to somebody.
    pub(crate) async fn assign(
        &self,
        app: &TestApp,
        side: RoleSide,
        project: &str,
        to: Option<&person::Model>,
    ) {
        let input = json!({
            "roleId": global(Kind::Role, role(app, side).await.id), "of": { "projectId": project },
            "personId": to.map(|person| global(Kind::Person, person.id)), "reason": "as before",
        });
        app.done(&self.olga, "assignmentSet", input, "closed { id }")
            .await;
    }

    /// Every assignment as the API tells it, the latest first.
    pub(crate) async fn assignments(&self, app: &TestApp) -> Value {
        let document = "{ assignments(first: 100) { nodes { person { name } role { side } client { name } project { name }
            fromOn untilOn source reason } } }";
        app.ask(&self.olga, document, json!({})).await["assignments"]["nodes"].take()
    }
}

/// A row's id as the API has it.
pub(crate) fn global(kind: Kind, id: Uuid) -> String {
    kind.text(id)
}

/// A handover that is made without more ado.
pub(crate) async fn created(app: &TestApp, by: &Actor, input: Value) -> Value {
    let selection = "handover { id version stage }";
    let mut payload = app.done(by, "handoverCreate", input, selection).await;
    payload["handover"].take()
}

/// The payload of moving a handover on.
pub(crate) async fn advance(app: &TestApp, by: &Actor, handover: &Value, stage: &str) -> Value {
    let input = json!({ "id": handover["id"], "stage": stage });
    app.change(by, "handoverAdvance", input, "handover { stage }")
        .await
}

/// Moves a handover on through all stages to this one.
pub(crate) async fn advance_to(app: &TestApp, by: &Actor, handover: &Value, stage: &str) {
    let stages = [
        "ANNOUNCED",
        "INTRODUCED",
        "SHADOWING",
        "TRANSFERRED",
        "CONFIRMED",
    ];
    let last = stages.iter().position(|one| *one == stage).unwrap();
    for stage in &stages[..=last] {
        let payload = advance(app, by, handover, stage).await;
        assert_eq!(payload["userErrors"], json!([]), "{stage}: {payload:#}");
    }
}

/// Field and sentence of a payload's only user error.
pub(crate) fn refusal(payload: &Value) -> (&str, &str) {
    let errors = payload["userErrors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{payload:#}");
    (
        errors[0]["field"][0].as_str().unwrap(),
        errors[0]["message"].as_str().unwrap(),
    )
}
