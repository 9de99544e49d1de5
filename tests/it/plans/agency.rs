//! The demo agency with a third manager who has room.

use std::time::{Duration, Instant};

use meridian::entity::{client, person, project};
use meridian::graphql::id::Kind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp};
use crate::support::demo_agency::DemoAgency;

/// What stories look at of a plan.
pub(super) const PLAN: &str = "plan { id state version problem outcome { proven gapBp nodes
    cost { relationship misfit over peak total bound }
    frontier { moves peakBp proven gapBp broken { person { name } client { name } points } }
    broken { person { name } client { name } points }
    moves(first: 100) { totalCount nodes { project { name } client { name } side from { name } to { name } minutes wave on reason } }
    kept(first: 100) { totalCount nodes { project { name } client { name } side person { name } reasons } }
    people { person { name } before { utilisationBp roleMixBp activeProjects backBurnerProjects }
             after { utilisationBp roleMixBp clientMinutes projectMinutes activeProjects backBurnerProjects } } } }";

/// Dana and Sam are full; Nora has nothing yet.
pub(super) struct Agency {
    pub(super) demo: DemoAgency,
    pub(super) nora: Actor,
}

impl Agency {
    pub(super) async fn fill(app: &TestApp) -> Self {
        Self {
            demo: DemoAgency::fill(app, 1).await,
            nora: app.manager("Nora").await,
        }
    }

    /// The three managers, who may be given either side.
    pub(super) fn receivers(&self) -> Value {
        let people = [&self.demo.dana, &self.demo.sam, &self.nora];
        let receivers: Vec<Value> = people
            .iter()
            .map(|one| json!({ "personId": id(&one.person) }))
            .collect();
        json!(receivers)
    }

    /// [`worked_out`] for the owner.
    pub(super) async fn plan(&self, app: &TestApp, input: Value) -> Value {
        worked_out(app, &self.demo.eleanor, input).await
    }

    /// A REASSIGNMENT among the three, with more to say about it.
    pub(super) fn question(&self, more: Value) -> Value {
        let mut question = json!({ "kind": "REASSIGNMENT", "name": "Even out the books", "receivers": self.receivers() });
        let fields = question.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        question
    }
}

/// Asks for a plan, and waits until it is worked out: a busy machine may take longer than a request does.
pub(super) async fn worked_out(app: &TestApp, owner: &Actor, input: Value) -> Value {
    let mut payload = app.done(owner, "planCreate", input, PLAN).await;
    let document = format!(
        "query ($id: ID!) {{ {} }}",
        PLAN.replacen("plan", "plan(id: $id)", 1)
    );
    let begun = Instant::now();
    while payload["plan"]["state"] == "SOLVING" {
        assert!(begun.elapsed() < Duration::from_secs(120), "{payload:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        payload = app
            .ask(owner, &document, json!({ "id": payload["plan"]["id"] }))
            .await;
    }
    payload["plan"].take()
}

pub(super) fn id(person: &person::Model) -> String {
    Kind::Person.text(person.id)
}

pub(super) async fn project(app: &TestApp, name: &str) -> project::Model {
    let found = project::Entity::find().filter(project::Column::Name.eq(name));
    found.one(&app.db.read).await.unwrap().unwrap()
}

pub(super) async fn client(app: &TestApp, name: &str) -> client::Model {
    let found = client::Entity::find().filter(client::Column::Name.eq(name));
    found.one(&app.db.read).await.unwrap().unwrap()
}

/// The nodes of a plan's moves.
pub(super) fn moves(plan: &Value) -> &[Value] {
    plan["outcome"]["moves"]["nodes"].as_array().unwrap()
}

/// What a plan says of a person: before or after.
pub(super) fn figures<'a>(plan: &'a Value, name: &str, when: &str) -> &'a Value {
    let people = plan["outcome"]["people"].as_array().unwrap();
    let is_theirs = |one: &&Value| one["person"]["name"].as_str().unwrap().starts_with(name);
    &people.iter().find(is_theirs).unwrap()[when]
}

/// "field CODE message" of each user error.
pub(super) fn refusals(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| {
            let field: Vec<&str> = error["field"]
                .as_array()
                .unwrap()
                .iter()
                .map(|part| part.as_str().unwrap())
                .collect();
            let text = |name: &str| error[name].as_str().unwrap();
            format!("{} {} {}", field.join("."), text("code"), text("message"))
        })
        .collect()
}
