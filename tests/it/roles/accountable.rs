//! Who is accountable, why, and who stands in; and whatever has an id.

use async_graphql::{Context, EmptyMutation, EmptySubscription, ID, Object, Result, Schema};
use jiff::civil::date;
use meridian::entity::{Day, ProjectStatus, new_id, person, project, time_off};
use meridian::graphql::accountable::{self, Accountable, ResponsibilityHeld};
use meridian::graphql::id::Kind;
use meridian::graphql::loaders::the;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::agency::{Agency, a_project, code, done, now, on_both, person_id, written};

/// Asks about projects as the edges of a project do.
struct Projects;

#[Object]
impl Projects {
    async fn accountable(&self, ctx: &Context<'_>, id: ID, on: Day) -> Result<Vec<Accountable>> {
        let project = the::<project::Entity>(ctx, Kind::Project.named(&id)?).await?;
        accountable::of_project(ctx, &project, on.0).await
    }

    async fn responsibilities(
        &self,
        ctx: &Context<'_>,
        id: ID,
        on: Day,
    ) -> Result<Vec<ResponsibilityHeld>> {
        let project = the::<project::Entity>(ctx, Kind::Project.named(&id)?).await?;
        accountable::responsibilities_of_project(ctx, &project, on.0).await
    }
}

async fn ask(agency: &Agency, document: &str) -> Value {
    ask_as(agency, &agency.olga, document).await
}

async fn ask_as(agency: &Agency, caller: &person::Model, document: &str) -> Value {
    let schema = Schema::new(Projects, EmptyMutation, EmptySubscription);
    let response = schema
        .execute(agency.request(caller, document, json!({})))
        .await;
    assert_eq!(response.errors, []);
    response.data.into_json().unwrap()
}

async fn staffed(agency: &Agency) {
    let tx = agency.app.db.begin().await.unwrap();
    let unsplit = agency.held(&agency.project_manager, &agency.dana, date(2025, 3, 1));
    written(&tx, unsplit).await;
    let mut own = agency.held(&agency.production_manager, &agency.sam, date(2026, 11, 1));
    (own.client_id, own.project_id) = (None, Some(agency.web.id));
    written(&tx, own).await;
    let away = time_off::Model {
        id: new_id(now()),
        person_id: agency.dana.id,
        starts_on: Day(date(2026, 11, 24)),
        ends_on: Day(date(2026, 11, 25)),
        minutes_per_day: None,
        delegate_id: Some(agency.olga.id),
        note: String::new(),
        version: 1,
    };
    written(
        &tx,
        time_off::Model {
            id: new_id(now()),
            starts_on: Day(date(2026, 11, 26)),
            ends_on: Day(date(2026, 11, 26)),
            minutes_per_day: Some(60),
            ..away.clone()
        },
    )
    .await;
    written(
        &tx,
        time_off::Model {
            id: new_id(now()),
            starts_on: Day(date(2026, 11, 27)),
            ends_on: Day(date(2026, 11, 27)),
            delegate_id: None,
            ..away.clone()
        },
    )
    .await;
    written(&tx, away).await;
    let mut dana = agency.dana.clone().into_active_model();
    dana.standing_delegate_id = Set(Some(agency.mia.id));
    dana.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_project_says_who_is_accountable_why_and_who_stands_in() {
    on_both(async |agency| {
        staffed(agency).await;
        let web = Kind::Project.text(agency.web.id);
        let document = |on: &str| {
            format!("{{ accountable(id: \"{web}\", on: \"{on}\") {{ side person {{ name }} role {{ name }} assignment {{ fromOn }} why delegate {{ name }} }} }}")
        };
        assert_eq!(
            ask(agency, &document("2026-11-23")).await["accountable"],
            json!([
                {
                    "side": "CLIENT", "person": { "name": "Dana" }, "role": { "name": "Project manager" },
                    "assignment": { "fromOn": "2025-03-01" }, "delegate": null,
                    "why": "Project manager of this client since 2025-03-01: knows them best",
                },
                {
                    "side": "PROJECT", "person": { "name": "Sam" }, "role": { "name": "Production manager" },
                    "assignment": { "fromOn": "2026-11-01" }, "delegate": null,
                    "why": "Production manager of this project since 2026-11-01: knows them best",
                },
            ])
        );
        // Named for the absence; an hour off is no absence; else the standing delegate.
        for (on, delegate) in [
            ("2026-11-25", json!({ "name": "Olga" })),
            ("2026-11-26", Value::Null),
            ("2026-11-27", json!({ "name": "Mia" })),
        ] {
            assert_eq!(ask(agency, &document(on)).await["accountable"][0]["delegate"], delegate, "{on}");
        }
        let to_a_member = ask_as(agency, &agency.mia, &document("2026-11-25")).await;
        assert_eq!(to_a_member["accountable"][0]["delegate"], Value::Null, "absences are not for members");
        assert_eq!(ask(agency, &document("2025-02-28")).await["accountable"], json!([]));

        let document = format!("{{ responsibilities(id: \"{web}\", on: \"2026-11-23\") {{ responsibility {{ side }} accountable {{ person {{ name }} }} }} }}");
        let answer = ask(agency, &document).await;
        let lines = answer["responsibilities"].as_array().unwrap();
        assert_eq!(lines.len(), 14);
        for line in lines {
            let name = if line["responsibility"]["side"] == "CLIENT" { "Dana" } else { "Sam" };
            assert_eq!(line["accountable"]["person"]["name"], name);
        }
    })
    .await;
}

#[tokio::test]
async fn ten_projects_cost_as_many_statements_as_one() {
    on_both(async |agency| {
        staffed(agency).await;
        let tx = agency.app.db.begin().await.unwrap();
        let mut ids = vec![Kind::Project.text(agency.web.id)];
        for number in 1..10 {
            let row = a_project(
                agency.acme.id,
                &format!("Web {number}"),
                ProjectStatus::Active,
            );
            ids.push(Kind::Project.text(written(&tx, row).await.id));
        }
        tx.commit().await.unwrap();
        let counted = async |ids: &[String], field: &str, selection: &str| {
            let edges: Vec<String> = ids
                .iter()
                .map(|id| {
                    format!("{id}: {field}(id: \"{id}\", on: \"2026-11-25\") {{ {selection} }}")
                })
                .collect();
            let before = agency.app.db.statements();
            ask(agency, &format!("{{ {} }}", edges.join(" "))).await;
            agency.app.db.statements() - before
        };
        // The projects; roles and assignments; people; time off and who has no delegate there; delegates.
        let selection = "person { name } delegate { name }";
        assert_eq!(counted(&ids[..1], "accountable", selection).await, 7);
        assert_eq!(counted(&ids, "accountable", selection).await, 7);
        // The projects; roles and assignments; exceptions; the catalogue; people.
        let selection = "accountable { person { name } }";
        assert_eq!(counted(&ids[..1], "responsibilities", selection).await, 6);
        assert_eq!(counted(&ids, "responsibilities", selection).await, 6);
    })
    .await;
}

#[tokio::test]
async fn nodes_come_in_the_order_asked_and_hide_what_the_caller_may_not_see() {
    on_both(async |agency| {
        let input = json!({ "personId": person_id(&agency.dana), "kind": "CLIENT_UPDATE" });
        let set = agency.change(&agency.olga, "scheduleSet", input, "schedule { id }").await;
        done(&set);
        let schedule = set["schedule"]["id"].clone();
        let client = Kind::Client.text(agency.acme.id);
        let role = Kind::Role.text(agency.project_manager.id);
        let ids = json!([role, client, "nonsense", Kind::Role.text(agency.acme.id), schedule]);
        let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let expected = |schedule: Value| {
            json!([
                { "__typename": "Role", "id": role }, { "__typename": "Client", "id": client }, null, null, schedule,
            ])
        };
        let seen = json!({ "__typename": "Schedule", "id": schedule });
        for (caller, schedule) in [(&agency.sam, seen), (&agency.mia, Value::Null)] {
            let before = agency.app.db.statements();
            let answer = agency.ask(caller, document, json!({ "ids": ids })).await;
            assert_eq!(answer["data"]["nodes"], expected(schedule));
            assert_eq!(agency.app.db.statements() - before, 3);
        }

        let one = "query ($id: ID!) { node(id: $id) { ... on Client { name } } }";
        let answer = agency.ask(&agency.mia, one, json!({ "id": client })).await;
        assert_eq!(answer["data"]["node"], json!({ "name": "Acme" }));
        let answer = agency.ask(&agency.mia, one, json!({ "id": schedule })).await;
        assert_eq!(answer, json!({ "data": { "node": null } }));
        let answer = agency.ask(&agency.mia, one, json!({ "id": "nonsense" })).await;
        assert_eq!(code(&answer), "NOT_FOUND");
        let many = json!({ "ids": vec![client; 101] });
        assert!(agency.ask(&agency.mia, document, many).await["errors"].is_array());
    })
    .await;
}
