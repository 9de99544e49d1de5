//! The demo agency, asked what its split would come to; and an agency of which half is split.

use std::collections::BTreeMap;

use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::simulate;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::figures::WEEK;

on_both_databases!(
    before_is_what_capacity_says_and_changing_nothing_changes_nothing,
    two_unsplit_managers_would_come_to_the_golden_case,
    a_plan_that_nobody_has_approved_shows_what_it_would_do,
);

const FIGURES: &str = "availabilityMinutes benchMinutes overMinutes band roleMixBp clientSideMinutes projectSideMinutes
    activeProjects backBurnerProjects load { confirmedMinutes expectedMinutes worstMinutes confirmedBp expectedBp worstBp }";

async fn before_is_what_capacity_says_and_changing_nothing_changes_nothing(app: &TestApp) {
    let demo = DemoAgency::fill(app, 2).await;
    let dana = Kind::Person.text(demo.dana.person.id);
    let ill_before_it_matters = json!([{ "personFallsIll": { "personId": dana, "fromOn": "2026-11-28", "untilOn": "2026-11-29" } }]);
    let selection = format!(
        "people {{ nodes {{ name }} }} team {{ week before {{ {FIGURES} }} after {{ {FIGURES} }} }}"
    );
    let simulated = simulate(app, &demo.eleanor, ill_before_it_matters, &selection).await;
    assert_eq!(simulated["people"]["nodes"], json!([]), "a weekend");
    for week in simulated["team"].as_array().unwrap() {
        assert_eq!(week["before"], week["after"]);
        let document = format!(
            "query ($week: String) {{ teamCapacity(week: $week) {{ total {{ {WEEK} }} }} }}"
        );
        let team = app
            .ask(&demo.eleanor, &document, json!({ "week": week["week"] }))
            .await;
        assert_eq!(week["before"], team["teamCapacity"]["total"]);
    }

    let all_of_december =
        json!([{ "personFallsIll": { "personId": dana, "untilOn": "2026-12-31" } }]);
    let selection =
        format!("people(first: 1) {{ nodes {{ name weeks {{ before {{ {FIGURES} }} }} }} }}");
    let simulated = simulate(app, &demo.eleanor, all_of_december, &selection).await;
    let document =
        format!("query ($id: ID!) {{ person(id: $id) {{ capacity(weeks: 2) {{ {WEEK} }} }} }}");
    let capacity = app
        .ask(&demo.eleanor, &document, json!({ "id": dana }))
        .await;
    let weeks = simulated["people"]["nodes"][0]["weeks"].as_array().unwrap();
    let before: Vec<&Value> = weeks.iter().map(|week| &week["before"]).collect();
    assert_eq!(json!(before), capacity["person"]["capacity"]);
}

/// What one of the two held alone is split: Dana speaks for every client and Sam runs every production. Every project is
/// still JOINT.
async fn two_unsplit_managers_would_come_to_the_golden_case(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let (dana, sam) = (
        Kind::Person.text(demo.dana.person.id),
        Kind::Person.text(demo.sam.person.id),
    );
    let document =
        "{ projects(first: 50) { nodes { client { id } accountable { person { id } } } } }";
    let projects = app.ask(&demo.eleanor, document, json!({})).await;
    let mut operations: BTreeMap<(String, &str), Value> = BTreeMap::new();
    for project in projects["projects"]["nodes"].as_array().unwrap() {
        let client = project["client"]["id"].as_str().unwrap().to_owned();
        let (side, to) = match &project["accountable"][0]["person"]["id"] {
            holder if *holder == dana => ("PROJECT", &sam),
            holder if *holder == sam => ("CLIENT", &dana),
            _ => continue,
        };
        let operation =
            json!({ "reassign": { "of": { "clientId": client }, "side": side, "personId": to } });
        operations.insert((client, side), operation);
    }
    let operations: Vec<Value> = operations.into_values().collect();
    let selection = "people(first: 3) { nodes { name weeks { before { load { confirmedBp } roleMixBp }
        after { load { confirmedBp } roleMixBp activeProjects backBurnerProjects } } } }
        team { before { clientSideMinutes projectSideMinutes } after { clientSideMinutes projectSideMinutes } }
        unstaffedAfter { totalCount } becomesOver { name after } warnings";
    let halfway = simulate(app, &demo.eleanor, json!(operations[..7]), selection).await;
    assert_eq!(
        halfway["team"][0]["before"], halfway["team"][0]["after"],
        "nothing is lost half-way"
    );
    for one in halfway["people"]["nodes"].as_array().unwrap() {
        let mix = one["weeks"][0]["after"]["roleMixBp"].as_i64().unwrap();
        assert!((1..9_333).contains(&mix), "split in part: {one:#}");
    }

    let whole = simulate(app, &demo.eleanor, json!(operations), selection).await;
    let week = |one: usize| whole["people"]["nodes"][one]["weeks"][0].clone();
    let unsplit = json!({ "load": { "confirmedBp": 10_000 }, "roleMixBp": 9_333 });
    assert_eq!(
        (&week(0)["before"], &week(1)["before"]),
        (&unsplit, &unsplit)
    );
    assert_eq!(
        (week(0)["after"].take(), week(1)["after"].take()),
        (
            json!({ "load": { "confirmedBp": 10_666 }, "roleMixBp": 0, "activeProjects": 12, "backBurnerProjects": 24 }),
            json!({ "load": { "confirmedBp": 9_333 }, "roleMixBp": 0, "activeProjects": 12, "backBurnerProjects": 24 }),
        )
    );
    assert_eq!(whole["team"][0]["before"], whole["team"][0]["after"]);
    assert_eq!(whole["unstaffedAfter"]["totalCount"], 0);
    assert_eq!(
        whole["becomesOver"][0],
        json!({ "name": "Dana Okafor", "after": "OVER" })
    );
    assert_eq!(
        whole["warnings"].as_array().unwrap().len(),
        2,
        "counts are past their limits: {:#}",
        whole["warnings"]
    );
}

async fn a_plan_that_nobody_has_approved_shows_what_it_would_do(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let two = [&demo.dana, &demo.sam].map(|one| Kind::Person.text(one.person.id));
    let input = json!({ "kind": "SPLIT", "name": "Split Dana and Sam", "startsOn": "2027-02-01", "splitBetween": two });
    let payload = app
        .done(&demo.eleanor, "planCreate", input, "plan { id state }")
        .await;
    assert_eq!(payload["plan"]["state"], "READY");
    let selection =
        "people(first: 3) { nodes { weeks { after { load { confirmedBp } roleMixBp } } } }";
    let applied =
        |on: &str| json!([{ "applyPlan": { "planId": payload["plan"]["id"], "on": on } }]);
    let simulated = simulate(app, &demo.eleanor, applied("2026-11-23"), selection).await;
    let after = |one: usize| simulated["people"]["nodes"][one]["weeks"][0]["after"].clone();
    assert_eq!(
        after(0),
        json!({ "load": { "confirmedBp": 10_666 }, "roleMixBp": 0 })
    );
    assert_eq!(
        after(1),
        json!({ "load": { "confirmedBp": 9_333 }, "roleMixBp": 0 })
    );
    let later = simulate(app, &demo.eleanor, applied("2027-02-01"), selection).await;
    assert_eq!(
        later["people"]["nodes"],
        json!([]),
        "these weeks come before it"
    );
}
