//! The same of what the split is made of.

use meridian::entity::{Day, Moment, PlanKind, PlanState, new_id, plan};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::{SPLIT, cost};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;

on_both_databases!(what_the_split_is_made_of_costs_the_same_whatever_the_page);

/// Of handovers, decisions and plans.
const MANY: usize = 12;

/// Of programmes.
const PROGRAMMES: usize = 4;

/// Each line: a list, a small page of it and a large one.
const LISTS: [(&str, i64, i64, &str); 6] = [
    ("plans(first: $first)", 2, 12, "nodes { name state leaver { name } madeBy { name } approvedBy { name } }"),
    (
        "programmes(first: $first)",
        1,
        4,
        "nodes { name progress { bp stages { count } explain { handover { client { name } } } } milestones { percent } startedBy { name } plan { name }
         handovers(first: 3) { nodes { stage client { name } fromPerson { name } nextStep { owner { name } } } }
         reviews(first: 2) { nodes { dueOn decidedBy { name } } } }",
    ),
    (
        "handovers(first: $first)",
        2,
        12,
        "nodes { side client { name } fromPerson { name } toPerson { name } programme { name } points
         projects(first: 3) { nodes { name } } steps { owner { name } dueOn reachedBy { name } } nextStep { stage } }",
    ),
    (
        "inventory(first: $first)",
        2,
        60,
        "nodes { client { name } project { name } reDecide clientSide { person { name } strength } projectSide { person { name } } }",
    ),
    (
        "clients(first: $first)",
        2,
        12,
        "nodes { name relationships(first: 3) { nodes { points pinned explain person { name } note { reason } } }
         handovers(first: 2) { nodes { stage } } }",
    ),
    (
        "clients(first: $first)",
        2,
        12,
        "nodes { decision { decidedBy { name } client { name } reDecide { why } }
         projects(first: 3) { nodes { decision { leadMode decidedBy { name } client { name } project { name } reDecide { why } }
             decisions(first: 2) { nodes { decidedBy { name } } } } } }",
    ),
];

async fn what_the_split_is_made_of_costs_the_same_whatever_the_page(app: &TestApp) {
    let demo = DemoAgency::fill(app, 10).await;
    fill(app, &demo).await;
    for (list, small, large, nodes) in LISTS {
        let document = format!("query ($first: Int!) {{ {list} {{ {nodes} }} }}");
        let few = cost(app, &demo.eleanor, &document, json!({ "first": small })).await;
        let many = cost(app, &demo.eleanor, &document, json!({ "first": large })).await;
        assert!(
            many <= few + SPLIT,
            "{list}: {few} for {small}, {many} for {large} {nodes}"
        );
        assert!((1..=30).contains(&many), "{list}: {many}");
    }
}

async fn fill(app: &TestApp, demo: &DemoAgency) {
    let owner = &demo.eleanor;
    let mut programmes = Vec::new();
    for number in 0..PROGRAMMES {
        let input = json!({
            "name": format!("Part {number}"), "reason": "Two jobs.", "benefit": "More time.", "wayForward": "As ever.",
        });
        let mut payload = app
            .done(owner, "programmeStart", input, "programme { id }")
            .await;
        programmes.push(payload["programme"]["id"].take());
    }
    let document =
        "query ($first: Int!) { clients(first: $first) { nodes { id projects(first: 1) { nodes {
        id accountable { side person { id } } } } } } }";
    let data = app.ask(owner, document, json!({ "first": MANY })).await;
    let clients = data["clients"]["nodes"].as_array().unwrap();
    assert_eq!(clients.len(), MANY);
    let to = app.manager("Nora").await.person.id;
    for (number, client) in clients.iter().enumerate() {
        let project = &client["projects"]["nodes"][0];
        let holder = &project["accountable"][0];
        let input = json!({
            "programmeId": programmes[number % PROGRAMMES], "clientId": client["id"], "projectIds": [project["id"]], "side": holder["side"],
            "fromPersonId": holder["person"]["id"], "toPersonId": Kind::Person.text(to), "startsOn": "2026-11-30",
            "reason": "Each does what suits them.",
        });
        app.done(owner, "handoverCreate", input, "").await;
        let input =
            json!({ "id": client["id"], "leadMode": "JOINT", "reason": "Both are needed." });
        app.done(owner, "clientLeadDecide", input, "").await;
        app.insert(a_plan(app, demo, number)).await;
    }
}

fn a_plan(app: &TestApp, demo: &DemoAgency, number: usize) -> plan::Model {
    let people = [&demo.eleanor, &demo.dana, &demo.sam];
    let one = |ahead: usize| Some(people[(number + ahead) % people.len()].person.id);
    plan::Model {
        id: new_id(app.now()),
        kind: PlanKind::Leaver,
        name: format!("Plan {number}"),
        state: PlanState::Cancelled,
        leaver_id: one(0),
        starts_on: Day("2026-11-30".parse().unwrap()),
        input: Value::Null,
        outcome: None,
        problem: None,
        made_by_id: one(1),
        approved_by_id: one(2),
        approved_at: None,
        version: 1,
        created_at: Moment(app.now()),
        updated_at: Moment(app.now()),
    }
}
