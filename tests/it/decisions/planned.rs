//! A kick-off that is planned, and what is not decided for it.

use jiff::civil::date;
use meridian::domain::role_decisions::undecided_kick_offs;
use serde_json::{Value, json};

use super::agency::{Agency, refusals};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_kick_off_is_planned_moved_and_cleared,
    what_kicks_off_soon_and_is_undecided_is_listed,
);

async fn a_kick_off_is_planned_moved_and_cleared(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency
        .project_with("Web", json!({ "kickOffPlannedOn": "2026-11-23" }))
        .await;
    let plan = |day: Value| json!({ "id": web, "kickOffPlannedOn": day });
    for (day, field, code) in [
        ("2026-11-22", "kickOffPlannedOn", "INVALID"),
        ("2201-01-01", "kickOffPlannedOn", "INVALID"),
    ] {
        let refused = agency.try_to("projectUpdate", plan(json!(day))).await;
        assert_eq!(refusals(&refused), [(field, code)], "{day}");
    }
    let planned = async || agency.sees(&web, "kickOffPlannedOn").await["kickOffPlannedOn"].clone();
    agency
        .does("projectUpdate", plan(json!("2026-12-01")))
        .await;
    assert_eq!(planned().await, "2026-12-01");
    agency.does("projectUpdate", plan(Value::Null)).await;
    assert_eq!(planned().await, Value::Null);
    agency
        .does("projectUpdate", plan(json!("2026-12-01")))
        .await;

    // What has passed stays as long as nobody touches it.
    app.set_clock("2026-12-02T10:00:00Z");
    let renamed = json!({ "id": web, "name": "Site", "kickOffPlannedOn": "2026-12-01" });
    agency.does("projectUpdate", renamed).await;
    let active = json!({ "id": web, "status": "ACTIVE", "leadMode": "JOINT" });
    agency.does("projectStatusSet", active).await;
    assert_eq!(planned().await, Value::Null);
    let refused = agency
        .try_to("projectUpdate", plan(json!("2026-12-24")))
        .await;
    assert_eq!(
        refusals(&refused),
        [("kickOffPlannedOn", "NOT_ALLOWED_NOW")]
    );
    let create = json!({
        "clientId": agency.client(), "name": "At once", "status": "ACTIVE", "leadMode": "JOINT",
        "kickOffPlannedOn": "2026-12-24",
    });
    let refused = agency.try_to("projectCreate", create).await;
    assert_eq!(
        refusals(&refused),
        [("kickOffPlannedOn", "NOT_ALLOWED_NOW")]
    );
}

async fn what_kicks_off_soon_and_is_undecided_is_listed(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mut projects = Vec::new();
    for (name, day) in [
        ("Tomorrow", json!("2026-11-24")),
        ("Today", json!("2026-11-23")),
        ("In a week", json!("2026-11-30")),
        ("In eight days", json!("2026-12-01")),
        ("Some day", Value::Null),
        ("Decided", json!("2026-11-25")),
        ("By default", json!("2026-11-26")),
        ("Again", json!("2026-11-27")),
        ("Given up", json!("2026-11-25")),
    ] {
        let plan = json!({ "kickOffPlannedOn": day });
        projects.push(agency.project_with(name, plan).await);
    }
    let default = json!({ "id": agency.client(), "leadMode": "JOINT" });
    agency.does("clientLeadDecide", default).await;
    agency.decides(&projects[5], "JOINT", "").await;
    // It was kicked off once, with a decision that served.
    let again = &projects[7];
    let active = json!({ "id": again, "status": "ACTIVE", "leadMode": "JOINT" });
    agency.does("projectStatusSet", active).await;
    let burner = json!({ "id": again, "status": "BACK_BURNER" });
    agency.does("projectStatusSet", burner).await;
    let plan = json!({ "id": again, "kickOffPlannedOn": "2026-11-27" });
    agency.does("projectUpdate", plan).await;
    let cancelled = json!({ "id": projects[8], "status": "CANCELLED" });
    agency.does("projectStatusSet", cancelled).await;

    let listed = async |days: Value| {
        let document = "query ($days: Int! = 7) { kickOffsToDecide(withinDays: $days) { totalCount nodes { name } } }";
        let variables = if days.is_null() {
            json!({})
        } else {
            json!({ "days": days })
        };
        let data = app.ask(&agency.mia, document, variables).await;
        let nodes = data["kickOffsToDecide"]["nodes"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!(data["kickOffsToDecide"]["totalCount"], nodes.len());
        let name = |node: &Value| node["name"].as_str().unwrap().to_owned();
        nodes.iter().map(name).collect::<Vec<_>>()
    };
    let week = ["Today", "Tomorrow", "By default", "Again", "In a week"];
    assert_eq!(listed(Value::Null).await, week);
    assert_eq!(listed(json!(0)).await, ["Today"]);
    let rows = undecided_kick_offs(&app.db.read, date(2026, 11, 24), date(2026, 12, 1)).await;
    let names: Vec<String> = rows.unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(
        names,
        [
            "Tomorrow",
            "By default",
            "Again",
            "In a week",
            "In eight days"
        ]
    );

    // What was missed is not forgotten.
    app.set_clock("2026-11-25T10:00:00Z");
    assert_eq!(listed(json!(0)).await, ["Today", "Tomorrow"]);
    let answer = app
        .graphql(
            &agency.mia,
            "{ kickOffsToDecide(withinDays: 367) { totalCount } }",
            json!({}),
        )
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}
