//! A small agency in a database of its own, and questions to its API.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use clap::Parser;
use jiff::civil::date;
use jiff::{Timestamp, tz::TimeZone};
use meridian::app::App;
use meridian::clock::Clock;
use meridian::config::Config;
use meridian::db::Db;
use meridian::domain::access::Caller;
use meridian::email::mail_transport::MailTransport;
use meridian::email::mailer::Mailer;
use meridian::entity::{
    Access, AssignmentSource, Day, Moment, RoleSide, assignment, change, client, client_contact,
    new_id, person, role, work_schedule,
};
use meridian::graphql::context::prepare;
use meridian::graphql::error::mask;
use meridian::graphql::id::Kind;
use meridian::graphql::{MeridianSchema, schema};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait,
    IntoActiveModel, ModelTrait, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::postgres::Cluster;

/// Olga owns the agency. Dana is Acme's account manager; Sam manages nothing of Acme's and lives in Los Angeles. Mia is a
/// member who works eight hours a day from Monday to Friday, 80 % of them for clients, from 2026 to mid-2027. Acme has the
/// contact Ann; Bolt has the contact Bob. There are no projects.
pub(super) struct Agency {
    pub(super) app: App,
    pub(super) olga: person::Model,
    pub(super) dana: person::Model,
    pub(super) sam: person::Model,
    pub(super) mia: person::Model,
    pub(super) acme: String,
    pub(super) bolt: String,
    pub(super) ann: client_contact::Model,
    pub(super) bob: client_contact::Model,
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

/// The configuration as the command line has it.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    config: Config,
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

async fn agency_for(url: &str) -> Agency {
    let app = app_for(url).await;
    let tx = app.db.begin().await.unwrap();
    let acme = written(&tx, a_client("Acme")).await;
    let bolt = written(&tx, a_client("Bolt")).await;
    let dana = written(&tx, a_person("Dana", Access::Manager)).await;
    let sam = person::Model {
        time_zone: "America/Los_Angeles".to_owned(),
        ..a_person("Sam", Access::Manager)
    };
    let mia = person::Model {
        employed_until: Some(Day(date(2027, 6, 30))),
        ..a_person("Mia", Access::Member)
    };
    let mia = written(&tx, mia).await;
    written(&tx, full_time(mia.id)).await;
    let account_manager = role::Entity::find()
        .filter(role::Column::Side.eq(RoleSide::Client))
        .one(&tx)
        .await
        .unwrap()
        .unwrap();
    written(&tx, held(account_manager.id, acme.id, dana.id)).await;
    let agency = Agency {
        app: app.clone(),
        olga: written(&tx, a_person("Olga", Access::Owner)).await,
        sam: written(&tx, sam).await,
        dana,
        mia,
        ann: written(&tx, a_contact(acme.id, "Ann")).await,
        bob: written(&tx, a_contact(bolt.id, "Bob")).await,
        acme: Kind::Client.text(acme.id),
        bolt: Kind::Client.text(bolt.id),
        schema: schema(),
    };
    tx.commit().await.unwrap();
    agency
}

/// Monday 2026-11-23, 09:00 in London.
pub(super) fn now() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
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

fn a_client(name: &str) -> client::Model {
    client::Model {
        id: new_id(now()),
        name: name.to_owned(),
        starts_on: Day(date(2024, 1, 1)),
        communication: 2,
        sensitivity: 2,
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

fn a_contact(client_id: Uuid, name: &str) -> client_contact::Model {
    client_contact::Model {
        id: new_id(now()),
        client_id,
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase()),
        job_title: None,
        is_primary: true,
        version: 1,
        archived_at: None,
    }
}

fn a_person(name: &str, access: Access) -> person::Model {
    person::Model {
        id: new_id(now()),
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase()),
        time_zone: "Europe/London".to_owned(),
        access: Some(access),
        preference: None,
        holiday_calendar_id: None,
        standing_delegate_id: None,
        employed_from: Day(date(2026, 1, 1)),
        employed_until: None,
        version: 1,
        created_at: Moment(now()),
        updated_at: Moment(now()),
        archived_at: None,
    }
}

fn full_time(person_id: Uuid) -> work_schedule::Model {
    work_schedule::Model {
        id: new_id(now()),
        person_id,
        effective_from: Day(date(2026, 1, 1)),
        monday_minutes: 480,
        tuesday_minutes: 480,
        wednesday_minutes: 480,
        thursday_minutes: 480,
        friday_minutes: 480,
        saturday_minutes: 0,
        sunday_minutes: 0,
        factor_bp: 8_000,
        version: 1,
    }
}

fn held(role_id: Uuid, client_id: Uuid, person_id: Uuid) -> assignment::Model {
    assignment::Model {
        id: new_id(now()),
        role_id,
        client_id: Some(client_id),
        project_id: None,
        person_id,
        from_on: Day(date(2026, 1, 1)),
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

impl Agency {
    /// The whole answer to a document: `data` and `errors` as a client reads them.
    pub(super) async fn ask(&self, by: &person::Model, document: &str, variables: Value) -> Value {
        let caller = Caller {
            person_id: Some(by.id),
            name: by.name.clone(),
            access: by.access.unwrap(),
            now: self.app.clock.now(),
            zone: TimeZone::get(&by.time_zone).unwrap(),
        };
        let request = Request::new(document).variables(Variables::from_json(variables));
        let request = prepare(request, &self.app, caller);
        let mut response = self.schema.execute(request).await;
        mask(&mut response, "test");
        serde_json::to_value(response).unwrap()
    }

    /// What a query without errors answers.
    pub(super) async fn read(&self, by: &person::Model, document: &str) -> Value {
        let mut answer = self.ask(by, document, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// The payload of a mutation; the whole answer when it has errors.
    pub(super) async fn change(
        &self,
        by: &person::Model,
        mutation: &str,
        selection: &str,
        input: Value,
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

    /// Creates a project of Acme as Olga; answers its id.
    pub(super) async fn project(&self, name: &str) -> String {
        let input = json!({ "clientId": self.acme, "name": name });
        let payload = self
            .change(&self.olga, "projectCreate", "project { id }", input)
            .await;
        id_of(&payload, "project")
    }

    /// Moves a project as Olga.
    pub(super) async fn stand(&self, project: &str, status: &str) {
        let input =
            json!({ "id": project, "status": status, "leadMode": "JOINT", "reason": "As agreed." });
        done(
            &self
                .change(&self.olga, "projectStatusSet", "project { id }", input)
                .await,
        );
    }

    /// The history, oldest first.
    pub(super) async fn history(&self) -> Vec<change::Model> {
        change::Entity::find()
            .order_by_asc(change::Column::ChangedAt)
            .all(&self.app.db.read)
            .await
            .unwrap()
    }
}

/// The id of a payload's object.
pub(super) fn id_of(payload: &Value, object: &str) -> String {
    done(payload);
    payload[object]["id"].as_str().unwrap().to_owned()
}

pub(super) fn done(payload: &Value) {
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
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

/// The code of an answer's only error.
pub(super) fn code(answer: &Value) -> &str {
    let errors = answer["errors"].as_array();
    let errors = errors.unwrap_or_else(|| panic!("{answer:#}"));
    assert_eq!(errors.len(), 1, "{answer:#}");
    errors[0]["extensions"]["code"].as_str().unwrap()
}
