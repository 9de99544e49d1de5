//! What a question about what might be asks of the database does not grow with the question or the agency.

use meridian::entity::RoleSide;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::statements::{SPLIT, cost};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::work::client_of;

on_both_databases!(a_larger_question_to_a_larger_agency_costs_as_many_statements);

const SIMULATE: &str = "query ($operations: [SimulationOperation!]!, $first: Int!) {
    simulate(operations: $operations, weeks: 4) { people(first: $first) { nodes { name person { name skills { level } }
        weeks { before { band } after { band } } } } unstaffedAfter(first: 2) { nodes { project { name client { name } } } } } }";

const CAN_ACCEPT: &str = "query ($project: ProjectDraftInput!) { canAccept(project: $project, from: \"2026-11-23\") {
    verdict carriers { person { name } } moves { project { name client { name } } from { name } to { name } }
    constraints { person { name } } } }";

async fn a_larger_question_to_a_larger_agency_costs_as_many_statements(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let few = costs(app, &demo, 1).await;
    for number in 0..30 {
        let manager = app.manager(&format!("Manager {number}")).await.person;
        client_of(app, &format!("Client {number}"), RoleSide::Both, &manager).await;
    }
    let many = costs(app, &demo, 5).await;
    for (few, many) in few.into_iter().zip(many) {
        assert!((1..=few + SPLIT).contains(&many), "{few} and {many}");
    }
}

/// What it costs to simulate and to ask whether a project with so many bookings can be taken on.
async fn costs(app: &TestApp, demo: &DemoAgency, size: usize) -> [u64; 2] {
    let by: &Actor = &demo.eleanor;
    let client = client(app, by).await;
    let sam = Kind::Person.text(demo.sam.person.id);
    let booking = json!({ "who": { "personId": sam }, "minutesAWeek": 10 });
    let draft =
        json!({ "client": { "id": client }, "size": "XL", "bookings": vec![booking; size] });
    let leaves = json!({ "personLeaves": { "personId": sam, "lastOn": "2026-11-29" } });
    let mut operations = vec![json!({ "takeOnProject": { "project": draft } }); size];
    operations.extend(vec![leaves; size]);
    let variables = json!({ "operations": operations, "first": 3 * size });
    [
        cost(app, by, SIMULATE, variables).await,
        cost(app, by, CAN_ACCEPT, json!({ "project": draft })).await,
    ]
}

async fn client(app: &TestApp, by: &Actor) -> Value {
    let data = app
        .ask(by, "{ clients(first: 1) { nodes { id } } }", json!({}))
        .await;
    data["clients"]["nodes"][0]["id"].clone()
}
