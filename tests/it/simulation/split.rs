//! The demo agency, asked what its split would come to; and an agency of which half is split.

use meridian::entity::Side;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::simulate;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::figures::WEEK;

on_both_databases!(
    before_is_what_capacity_says_and_changing_nothing_changes_nothing,
    two_unsplit_managers_would_come_to_the_golden_case,
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
    let selection = format!("people {{ nodes {{ name weeks {{ before {{ {FIGURES} }} }} }} }}");
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

/// Each client of the two keeps whoever speaks for it on one side and gets the other of them on the other.
async fn two_unsplit_managers_would_come_to_the_golden_case(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let clients = "{ clients(first: 100) { nodes { id } } }";
    let clients = app.ask(&demo.eleanor, clients, json!({})).await;
    let clients = clients["clients"]["nodes"].as_array().unwrap().clone();
    let to = |client: &Value, side: Side| {
        let person = match side {
            Side::Client => &demo.dana,
            Side::Project => &demo.sam,
        };
        json!({ "reassign": { "of": { "clientId": client["id"] }, "side": side.word(),
            "personId": Kind::Person.text(person.person.id) } })
    };
    let half: Vec<Value> = clients[..7]
        .iter()
        .flat_map(|client| [to(client, Side::Client), to(client, Side::Project)])
        .collect();
    let selection = format!(
        "people {{ nodes {{ name weeks {{ before {{ {FIGURES} }} after {{ {FIGURES} }} }} }} }} team {{ before {{ clientSideMinutes projectSideMinutes }} after {{ clientSideMinutes projectSideMinutes }} }}"
    );
    let halfway = simulate(app, &demo.eleanor, json!(half), &selection).await;
    let week = &halfway["team"][0];
    assert_eq!(
        week["before"], week["after"],
        "what half the agency hands over, the other half does not lose"
    );
    let mixes: Vec<&Value> = halfway["people"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["weeks"][0]["after"]["roleMixBp"])
        .collect();
    assert!(
        mixes
            .iter()
            .all(|mix| (1..9333).contains(&mix.as_i64().unwrap())),
        "{mixes:?}"
    );

    let in_one_go: Vec<Value> = clients
        .iter()
        .map(|client| to(client, Side::Client))
        .collect();
    let all = simulate(app, &demo.eleanor, json!(in_one_go), &selection).await;
    assert_eq!(
        all["people"]["nodes"][0]["weeks"][0]["before"]["load"]["confirmedBp"],
        10_000
    );
    assert_eq!(
        all["people"]["nodes"][0]["weeks"][0]["before"]["roleMixBp"],
        9_333
    );
}
