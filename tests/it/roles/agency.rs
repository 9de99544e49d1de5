//! A small agency in a database of its own, and questions to its API.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use clap::Parser;
use jiff::civil::{Date, date};
use jiff::{Timestamp, tz::TimeZone};
use meridian::app::App;
use meridian::clock::Clock;
use meridian::config::Config;
use meridian::db::Db;
use meridian::domain::access::Caller;
use meridian::email::mail_transport::MailTransport;
use meridian::email::mailer::Mailer;
use meridian::entity::{
    Access, AssignmentSource, Day, LeadMode, Moment, ProjectSize, ProjectStatus, RoleSide,
    assignment, change, client, new_id, person, project, role,
};
use meridian::graphql::context::prepare;
use meridian::graphql::error::mask;
use meridian::graphql::id::Kind;
use meridian::graphql::{MeridianSchema, schema};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait,
    IntoActiveModel, ModelTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::postgres::Cluster;

/// Monday 2026-11-23, 09:00 in London.
pub(super) const NOW: &str = "2026-11-23T09:00:00Z";

/// Olga owns the agency, Dana and Sam are managers, Mia is a member, Lea leaves at the end of the year. Acme has the
/// projects Web (active) and Old (completed). Nobody holds anything.
pub(super) struct Agency {
    pub(super) app: App,
    pub(super) olga: person::Model,
    pub(super) dana: person::Model,
    pub(super) sam: person::Model,
    pub(super) mia: person::Model,
    pub(super) lea: person::Model,
    pub(super) acme: client::Model,
    pub(super) web: project::Model,
    pub(super) old: project::Model,
    pub(super) account_manager: role::Model,
    pub(super) production_manager: role::Model,
    pub(super) project_manager: role::Model,
    schema: MeridianSchema,
}

/// Tells a story on SQLite and on PostgreSQL.
pub(super) async fn on_both(story: impl AsyncFn(&Agency)) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("agency.db");
    let agency = agency_for(&format!("sqlite://{}?mode=rwc", file.display())).await;
    story(&agency).await;
    agency.app.db.close().await.unwrap();
    if let Some(cluster) = Cluster::get() {
        let url = cluster.create_database(None);
        let agency = agency_for(&url).await;
        story(&agency).await;
        agency.app.db.close().await.unwrap();
        cluster.drop_database(&url);
    }
}

async fn app_for(url: &str) -> App {
    let db = Db::connect(url).await.unwrap();
    db.migrate().await.unwrap();
    App {
        db,
        clock: Clock::manual(now()),
        config: Arc::new(Settings::parse_from(["meridian"]).config),
        mailer: Mailer::try_new(MailTransport::Memory).unwrap(),
        plans: meridian::domain::plans::Running::default(),
        watch: meridian::watch::Watch::default(),
    }
}

/// The configuration as the command line has it.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
}

async fn agency_for(url: &str) -> Agency {
    let app = app_for(url).await;
    let tx = app.db.begin().await.unwrap();
    let acme = written(&tx, a_client("Acme")).await;
    let web = written(&tx, a_project(acme.id, "Web", ProjectStatus::Active)).await;
    let old = written(&tx, a_project(acme.id, "Old", ProjectStatus::Completed)).await;
    let lea = person::Model {
        employed_until: Some(Day(date(2026, 12, 31))),
        ..a_person("Lea", Some(Access::Manager))
    };
    let (mut sam, mut dana) = (
        a_person("Sam", Some(Access::Manager)),
        a_person("Dana", Some(Access::Manager)),
    );
    dana.time_zone = "Europe/London".to_owned();
    sam.time_zone = "America/New_York".to_owned();
    let agency = Agency {
        olga: written(&tx, a_person("Olga", Some(Access::Owner))).await,
        dana: written(&tx, dana).await,
        sam: written(&tx, sam).await,
        mia: written(&tx, a_person("Mia", Some(Access::Member))).await,
        lea: written(&tx, lea).await,
        acme,
        web,
        old,
        account_manager: the_role(&tx, RoleSide::Client).await,
        production_manager: the_role(&tx, RoleSide::Project).await,
        project_manager: the_role(&tx, RoleSide::Both).await,
        app: app.clone(),
        schema: schema(),
    };
    tx.commit().await.unwrap();
    agency
}

/// Inserts a row as it stands.
pub(super) async fn written<M, A>(conn: &impl ConnectionTrait, row: M) -> M
where
    M: ModelTrait + IntoActiveModel<A>,
    M::Entity: EntityTrait<Model = M>,
    A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
{
    let row = row.into_active_model().reset_all();
    row.insert(conn).await.unwrap()
}

async fn the_role(conn: &impl ConnectionTrait, side: RoleSide) -> role::Model {
    role::Entity::find()
        .filter(role::Column::Side.eq(side))
        .one(conn)
        .await
        .unwrap()
        .unwrap()
}

pub(super) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn a_client(name: &str) -> client::Model {
    client::Model {
        id: new_id(now()),
        name: name.to_owned(),
        starts_on: Day(date(2024, 1, 1)),
        communication: 3,
        sensitivity: 3,
        growth: 3,
        cadence_days: 7,
        decision_id: None,
        in_trouble_since: None,
        in_trouble_reason: None,
        version: 1,
        created_at: Moment(now()),
        updated_at: Moment(now()),
        archived_at: None,
    }
}

pub(super) fn a_project(client_id: Uuid, name: &str, status: ProjectStatus) -> project::Model {
    project::Model {
        id: new_id(now()),
        client_id,
        name: name.to_owned(),
        status,
        size: ProjectSize::M,
        complexity: 3,
        delivery: 3,
        volatility: 3,
        lead_mode: LeadMode::Joint,
        decision_id: None,
        kick_off_planned_on: None,
        kicked_off_on: None,
        launch_on: None,
        version: 1,
        created_at: Moment(now()),
        updated_at: Moment(now()),
        archived_at: None,
    }
}

fn a_person(name: &str, access: Option<Access>) -> person::Model {
    person::Model {
        id: new_id(now()),
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase()),
        time_zone: "UTC".to_owned(),
        access,
        preference: None,
        holiday_calendar_id: None,
        standing_delegate_id: None,
        employed_from: Day(date(2024, 1, 1)),
        employed_until: None,
        version: 1,
        created_at: Moment(now()),
        updated_at: Moment(now()),
        archived_at: None,
    }
}

impl Agency {
    pub(super) fn caller(&self, person: &person::Model) -> Caller {
        Caller {
            person_id: Some(person.id),
            name: person.name.clone(),
            access: person.access.unwrap(),
            now: self.app.clock.now(),
            zone: TimeZone::get(&person.time_zone).unwrap(),
        }
    }

    /// The whole answer to a document: `data` and `errors` as a client reads them.
    pub(super) async fn ask(&self, by: &person::Model, document: &str, variables: Value) -> Value {
        let request = self.request(by, document, variables);
        let mut response = self.schema.execute(request).await;
        mask(&mut response, "test");
        serde_json::to_value(response).unwrap()
    }

    /// The same request for a schema of the test's own.
    pub(super) fn request(&self, by: &person::Model, document: &str, variables: Value) -> Request {
        let request = Request::new(document).variables(Variables::from_json(variables));
        prepare(request, &self.app, self.caller(by))
    }

    /// The one field of a mutation's answer.
    pub(super) async fn change(
        &self,
        by: &person::Model,
        mutation: &str,
        input: Value,
        selection: &str,
    ) -> Value {
        let mut kind = mutation[..1].to_uppercase();
        kind.push_str(&mutation[1..]);
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ field code message }} }} }}"
        );
        let mut answer = self.ask(by, &document, json!({ "input": input })).await;
        if answer.get("errors").is_some() {
            return answer;
        }
        answer["data"][mutation].take()
    }

    /// How many rows the history has.
    pub(super) async fn changes(&self) -> u64 {
        change::Entity::find()
            .count(&self.app.db.read)
            .await
            .unwrap()
    }

    pub(super) async fn assignments(&self) -> Vec<assignment::Model> {
        assignment::Entity::find()
            .order_by_asc(assignment::Column::FromOn)
            .all(&self.app.db.read)
            .await
            .unwrap()
    }

    /// A row that says who held a role for Acme, written without the API.
    pub(super) fn held(
        &self,
        role: &role::Model,
        by: &person::Model,
        from_on: Date,
    ) -> assignment::Model {
        assignment::Model {
            id: new_id(now()),
            role_id: role.id,
            client_id: Some(self.acme.id),
            project_id: None,
            person_id: by.id,
            from_on: Day(from_on),
            until_on: None,
            source: AssignmentSource::Person,
            written_by_id: None,
            reason: "knows them best".to_owned(),
            created_at: Moment(now()),
            closed_at: None,
            closed_by_id: None,
            closed_reason: None,
        }
    }
}

/// The first user error of a payload: its field, code and sentence.
pub(super) fn refusal(payload: &Value) -> (String, String, String) {
    let errors = payload["userErrors"]
        .as_array()
        .unwrap_or_else(|| panic!("{payload:#}"));
    assert_eq!(errors.len(), 1, "{payload:#}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let field = errors[0]["field"].as_array().unwrap().iter().map(text);
    let field = field.collect::<Vec<_>>().join(".");
    (field, text(&errors[0]["code"]), text(&errors[0]["message"]))
}

/// The code of an answer's only error.
pub(super) fn code(answer: &Value) -> &str {
    let errors = answer["errors"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer:#}"));
    assert_eq!(errors.len(), 1, "{answer:#}");
    errors[0]["extensions"]["code"].as_str().unwrap()
}

pub(super) fn done(payload: &Value) {
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
}

pub(super) fn person_id(person: &person::Model) -> String {
    Kind::Person.text(person.id)
}
