//! Four people in a database of their own, and questions to its API.

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
use meridian::domain::people::{self, NewPerson};
use meridian::email::mail_transport::MailTransport;
use meridian::email::mailer::Mailer;
use meridian::entity::{Access, change, person};
use meridian::graphql::context::prepare;
use meridian::graphql::error::mask;
use meridian::graphql::id::Kind;
use meridian::graphql::{MeridianSchema, schema};
use sea_orm::{EntityTrait, PaginatorTrait, QueryOrder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::postgres::Cluster;

/// Olga owns the agency, Dana and Sam are managers, Mia is a member. It is Monday 2026-11-23, 09:00 UTC.
pub(super) struct Agency {
    pub(super) app: App,
    pub(super) olga: person::Model,
    pub(super) dana: person::Model,
    pub(super) sam: person::Model,
    pub(super) mia: person::Model,
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
        clock: Clock::manual("2026-11-23T09:00:00Z".parse().unwrap()),
        config: Arc::new(Settings::parse_from(["meridian"]).config),
        mailer: Mailer::try_new(MailTransport::Memory).unwrap(),
        plans: meridian::domain::plans::Running::default(),
        watch: meridian::watch::Watch::default(),
    }
}

async fn agency_for(url: &str) -> Agency {
    let app = app_for(url).await;
    Agency {
        olga: taken_on(&app, "Olga", Access::Owner).await,
        dana: taken_on(&app, "Dana", Access::Manager).await,
        sam: taken_on(&app, "Sam", Access::Manager).await,
        mia: taken_on(&app, "Mia", Access::Member).await,
        app,
        schema: schema(),
    }
}

async fn taken_on(app: &App, name: &str, access: Access) -> person::Model {
    let new = NewPerson {
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase()),
        time_zone: "Europe/London".to_owned(),
        access: Some(access),
        preference: None,
        holiday_calendar_id: None,
        standing_delegate_id: None,
        employed_from: date(2024, 1, 1),
        employed_until: None,
    };
    let system = Caller::system("test", app.clock.now());
    people::create(&app.db, &system, new).await.unwrap()
}

impl Agency {
    /// The whole answer to a document: `data` and `errors` as a client reads them.
    pub(super) async fn ask(&self, by: &person::Model, document: &str, variables: Value) -> Value {
        let request = Request::new(document).variables(Variables::from_json(variables));
        let request = prepare(request, &self.app, self.caller(by));
        let mut response = self.schema.execute(request).await;
        mask(&mut response, "test");
        serde_json::to_value(response).unwrap()
    }

    /// The payload of a mutation, or the whole answer when it failed.
    pub(super) async fn change(
        &self,
        by: &person::Model,
        mutation: &str,
        input: Value,
        selection: &str,
    ) -> Value {
        let kind = mutation[..1].to_uppercase() + &mutation[1..];
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ field code message }} }} }}"
        );
        let mut answer = self.ask(by, &document, json!({ "input": input })).await;
        if answer.get("errors").is_some() {
            return answer;
        }
        answer["data"][mutation].take()
    }

    /// As [`Self::change`], for one that must succeed.
    pub(super) async fn done(
        &self,
        by: &person::Model,
        mutation: &str,
        input: Value,
        selection: &str,
    ) -> Value {
        let payload = self.change(by, mutation, input, selection).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        payload
    }

    /// The history, oldest first, as "CREATED person by Olga".
    pub(super) async fn history(&self) -> Vec<String> {
        let rows = change::Entity::find()
            .order_by_asc(change::Column::ChangedAt)
            .all(&self.app.db.read)
            .await
            .unwrap();
        let told =
            |row: change::Model| format!("{} {} by {}", row.action, row.subject_kind, row.actor);
        rows.into_iter().map(told).collect()
    }

    pub(super) async fn changes(&self) -> u64 {
        let all = change::Entity::find();
        all.count(&self.app.db.read).await.unwrap()
    }

    pub(super) fn caller(&self, person: &person::Model) -> Caller {
        Caller {
            person_id: Some(person.id),
            name: person.name.clone(),
            access: person.access.unwrap(),
            now: self.app.clock.now(),
            zone: TimeZone::get(&person.time_zone).unwrap(),
        }
    }

    pub(super) fn set_clock(&self, now: &str) {
        self.app.clock.set(now.parse::<Timestamp>().unwrap());
    }
}

/// The global id of a person.
pub(super) fn id(person: &person::Model) -> String {
    Kind::Person.text(person.id)
}

/// The user errors of a payload as "field CODE message".
pub(super) fn refusals(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array();
    let errors = errors.unwrap_or_else(|| panic!("{payload:#}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|error| {
            let field: Vec<String> = error["field"]
                .as_array()
                .unwrap()
                .iter()
                .map(text)
                .collect();
            format!(
                "{} {} {}",
                field.join("."),
                text(&error["code"]),
                text(&error["message"])
            )
        })
        .collect()
}

/// The code of an answer's only error.
pub(super) fn code(answer: &Value) -> &str {
    let errors = answer["errors"].as_array();
    let errors = errors.unwrap_or_else(|| panic!("{answer:#}"));
    assert_eq!(errors.len(), 1, "{answer:#}");
    errors[0]["extensions"]["code"].as_str().unwrap()
}
