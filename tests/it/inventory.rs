//! The inventory: every client and project, who holds them since when, written out, kept and compared.

mod snapshots;
mod written_out;

use jiff::civil::{Date, date};
use meridian::entity::{
    Day, ProjectStatus, RoleSide, TouchpointKind, assignment, client, person, project,
};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::statements::{SPLIT, cost};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::rows;
use crate::support::work::{contact, role};

on_both_databases!(
    a_line_says_who_holds_what_since_when_and_how_well_they_know_the_client,
    a_client_with_nothing_that_runs_has_a_line_of_its_own,
    a_project_s_own_holder_comes_before_the_client_s,
    a_side_is_held_since_it_was_last_somebody_else_s,
    on_a_past_day_who_held_it_then_is_named,
    a_line_says_that_its_decision_is_to_be_made_again,
    the_minutes_of_all_lines_are_the_load_of_the_agency,
    the_inventory_of_the_demo_costs_as_many_statements,
    as_that_of_ten_times_as_many,
    members_are_refused_at_every_door,
);

/// Acme's website, held by Dana as account manager for three years without a break, and by Sam in production.
pub(super) struct Acme {
    pub(super) client: client::Model,
    pub(super) site: project::Model,
    pub(super) olga: Actor,
    pub(super) dana: Actor,
    pub(super) sam: Actor,
}

pub(super) async fn acme(app: &TestApp) -> Acme {
    let olga = app.owner().await;
    let (dana, sam) = (app.manager("Dana").await, app.manager("Sam").await);
    let client = app.insert(rows::client("Acme", app.now())).await;
    let site = app
        .insert(rows::project(client.id, "Site", app.now()))
        .await;
    let split_on = date(2026, 3, 1);
    held(
        app,
        &client,
        RoleSide::Both,
        &dana.person,
        date(2023, 11, 23),
        Some(split_on),
    )
    .await;
    held(app, &client, RoleSide::Client, &dana.person, split_on, None).await;
    held(
        app,
        &client,
        RoleSide::Project,
        &sam.person,
        date(2026, 8, 23),
        None,
    )
    .await;
    for day in 10..18 {
        let day = date(2026, 11, day);
        contact(
            app,
            &client,
            Some(dana.person.id),
            TouchpointKind::Call,
            day,
        )
        .await;
    }
    Acme {
        client,
        site,
        olga,
        dana,
        sam,
    }
}

async fn held(
    app: &TestApp,
    client: &client::Model,
    side: RoleSide,
    holder: &person::Model,
    from_on: Date,
    until_on: Option<Date>,
) {
    let row = assignment::Model {
        from_on: Day(from_on),
        until_on: until_on.map(Day),
        ..rows::assignment(role(app, side).await.id, client.id, holder.id, app.now())
    };
    app.insert(row).await;
}

/// The lines on a day, with what is asked of each.
pub(super) async fn lines(
    app: &TestApp,
    by: &Actor,
    on: Option<&str>,
    selection: &str,
) -> Vec<Value> {
    let document = format!(
        "query ($on: Date) {{ inventory(on: $on, first: 100) {{ nodes {{ {selection} }} }} }}"
    );
    let data = app.ask(by, &document, json!({ "on": on })).await;
    data["inventory"]["nodes"].as_array().unwrap().clone()
}

async fn a_line_says_who_holds_what_since_when_and_how_well_they_know_the_client(app: &TestApp) {
    let acme = acme(app).await;
    let selection = "client { name } clientName project { name } projectName status size communication sensitivity growth complexity
        delivery volatility leadMode decided reDecide clientSide { person { name } personName roleName since why strength warmth }
        projectSide { personName roleName since strength warmth } clientMinutes projectMinutes lastUpdateOn updateDueOn
        updateState inTroubleSince";
    assert_eq!(
        lines(app, &acme.dana, None, selection).await,
        [json!({
            "client": { "name": "Acme" }, "clientName": "Acme", "project": { "name": "Site" }, "projectName": "Site",
            "status": "ACTIVE", "size": "M", "communication": 3, "sensitivity": 3, "growth": 3,
            "complexity": 3, "delivery": 3, "volatility": 3, "leadMode": "JOINT", "decided": false, "reDecide": false,
            "clientSide": { "person": { "name": "Dana" }, "personName": "Dana", "roleName": "Account manager",
                "since": "2023-11-23", "why": "Account manager of this client since 2026-03-01: knows them best",
                "strength": 88, "warmth": "STRONG" },
            "projectSide": { "personName": "Sam", "roleName": "Production manager", "since": "2026-08-23",
                "strength": 6, "warmth": "COOL" },
            "clientMinutes": 130, "projectMinutes": 120,
            "lastUpdateOn": "2026-11-17", "updateDueOn": "2026-11-24", "updateState": "AHEAD", "inTroubleSince": null,
        })]
    );
    app.set_clock("2026-11-27T09:00:00Z");
    let state = lines(app, &acme.olga, None, "updateState").await;
    assert_eq!(state, [json!({ "updateState": "OVERDUE" })]);
}

async fn a_client_with_nothing_that_runs_has_a_line_of_its_own(app: &TestApp) {
    let acme = acme(app).await;
    let bolt = app.insert(rows::client("bolt", app.now())).await;
    let coda = app.insert(rows::client("Coda", app.now())).await;
    for (client, name, status) in [
        (&acme.client, "App", ProjectStatus::BackBurner),
        (&acme.client, "Done", ProjectStatus::Completed),
        (&bolt, "Perhaps", ProjectStatus::Proposed),
    ] {
        let row = rows::project(client.id, name, app.now());
        app.insert(project::Model { status, ..row }).await;
    }
    let gone = client::Model {
        archived_at: Some(coda.created_at),
        ..rows::client("Gone", app.now())
    };
    app.insert(gone).await;
    let selection =
        "clientName projectName status clientMinutes projectMinutes clientSide { personName }";
    let named = |client: &str, project: Value, status: Value, minutes: [i64; 2], holder: Value| {
        json!({ "clientName": client, "projectName": project, "status": status, "clientMinutes": minutes[0],
            "projectMinutes": minutes[1], "clientSide": holder })
    };
    let dana = json!({ "personName": "Dana" });
    assert_eq!(
        lines(app, &acme.olga, None, selection).await,
        [
            named(
                "Acme",
                json!("App"),
                json!("BACK_BURNER"),
                [15, 10],
                dana.clone()
            ),
            named("Acme", json!("Site"), json!("ACTIVE"), [130, 120], dana),
            named("bolt", Value::Null, Value::Null, [15, 0], Value::Null),
            named(
                "bolt",
                json!("Perhaps"),
                json!("PROPOSED"),
                [0, 0],
                Value::Null
            ),
            named("Coda", Value::Null, Value::Null, [15, 0], Value::Null),
        ]
    );
}

async fn a_project_s_own_holder_comes_before_the_client_s(app: &TestApp) {
    let acme = acme(app).await;
    let shop = app
        .insert(rows::project(acme.client.id, "Shop", app.now()))
        .await;
    let input = json!({ "roleId": Kind::Role.text(role(app, RoleSide::Client).await.id), "reason": "she built it",
        "of": { "projectId": Kind::Project.text(shop.id) }, "personId": Kind::Person.text(acme.olga.person.id) });
    app.done(&acme.olga, "assignmentSet", input, "").await;
    let found = lines(
        app,
        &acme.olga,
        None,
        "projectName clientSide { personName why }",
    )
    .await;
    let line = |project: &str, person: &str, why: &str| json!({ "projectName": project, "clientSide": { "personName": person, "why": why } });
    assert_eq!(
        found,
        [
            line(
                "Shop",
                "Olga",
                "Account manager of this project since 2026-11-23: she built it"
            ),
            line(
                "Site",
                "Dana",
                "Account manager of this client since 2026-03-01: knows them best"
            ),
        ]
    );
}

/// Dana speaks for Acme all along, but Olga spoke for its website in April.
async fn a_side_is_held_since_it_was_last_somebody_else_s(app: &TestApp) {
    let acme = acme(app).await;
    let own = assignment::Model {
        client_id: None,
        project_id: Some(acme.site.id),
        from_on: Day(date(2026, 4, 1)),
        until_on: Some(Day(date(2026, 5, 1))),
        ..rows::assignment(
            role(app, RoleSide::Client).await.id,
            acme.client.id,
            acme.olga.person.id,
            app.now(),
        )
    };
    app.insert(own).await;
    let since = |line: &Value| line["clientSide"]["since"].as_str().unwrap().to_owned();
    for (on, expected) in [
        ("2026-03-31", "2023-11-23"),
        ("2026-04-30", "2026-04-01"),
        ("2026-05-01", "2026-05-01"),
        ("2026-11-23", "2026-05-01"),
    ] {
        let lines = lines(app, &acme.olga, Some(on), "clientSide { since }").await;
        assert_eq!(since(&lines[0]), expected, "{on}");
    }
}

async fn on_a_past_day_who_held_it_then_is_named(app: &TestApp) {
    let acme = acme(app).await;
    let selection = "clientSide { roleName since strength } projectSide { personName roleName }";
    assert_eq!(
        lines(app, &acme.olga, Some("2026-02-28"), selection).await,
        [json!({
            "clientSide": { "roleName": "Project manager", "since": "2023-11-23", "strength": 50 },
            "projectSide": { "personName": "Dana", "roleName": "Project manager" },
        })]
    );
    let before_anybody = lines(app, &acme.olga, Some("2023-11-22"), selection).await;
    assert_eq!(
        before_anybody,
        [json!({ "clientSide": null, "projectSide": null })]
    );
}

async fn a_line_says_that_its_decision_is_to_be_made_again(app: &TestApp) {
    let acme = acme(app).await;
    let site = Kind::Project.text(acme.site.id);
    let decide = json!({ "id": site, "leadMode": "JOINT" });
    app.done(&acme.olga, "projectLeadDecide", decide, "").await;
    app.insert(rows::client("Bolt", app.now())).await;
    let selection = "decided reDecide";
    let said = |decided, re_decide| json!({ "decided": decided, "reDecide": re_decide });
    let nothing = said(Value::Null, Value::Null);
    assert_eq!(
        lines(app, &acme.dana, None, selection).await,
        [said(json!(true), json!(false)), nothing.clone()]
    );
    let before = snapshots::taken(app, &acme, "before").await;
    let profile = json!({ "id": site, "complexity": 5, "delivery": 5 });
    app.done(&acme.olga, "projectUpdate", profile, "").await;
    let again = [said(json!(true), json!(true)), nothing];
    assert_eq!(lines(app, &acme.dana, None, selection).await, again);
    let changed = snapshots::changed_since(app, &acme, &before).await;
    let change = json!({ "name": "reDecide", "before": "false", "after": "true" });
    let fields = changed[0]["fields"].as_array().unwrap();
    assert!(fields.contains(&change), "{changed:#}");
    let page = "{ inventoryExport(format: MARKDOWN) }";
    let page = app.ask(&acme.olga, page, json!({})).await;
    let page = page["inventoryExport"].as_str().unwrap();
    assert!(page.contains("| JOINT, to be decided again |"), "{page}");
    // In a year it is due whatever the profile says.
    let profile = json!({ "id": site, "complexity": 3, "delivery": 3 });
    app.done(&acme.olga, "projectUpdate", profile, "").await;
    for (day, re_decide) in [("2027-11-22", false), ("2027-11-23", true)] {
        let line = lines(app, &acme.dana, Some(day), selection).await;
        assert_eq!(line[0], said(json!(true), json!(re_decide)), "{day}");
    }
}

async fn the_minutes_of_all_lines_are_the_load_of_the_agency(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let lines = lines(app, &demo.sam, None, "clientMinutes projectMinutes").await;
    let minutes = |line: &Value| {
        line["clientMinutes"].as_i64().unwrap() + line["projectMinutes"].as_i64().unwrap()
    };
    let sum: i64 = lines.iter().map(minutes).sum();
    assert_eq!((lines.len(), sum), (36, 2 * 1800), "the golden case, twice");
}

/// What the inventory takes to read, and the clients and projects of a page.
const STATEMENTS: u64 = 22 + 2;

async fn the_inventory_of_the_demo_costs_as_many_statements(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    costs(app, &demo, &[1, 36]).await;
}

async fn as_that_of_ten_times_as_many(app: &TestApp) {
    let demo = DemoAgency::fill(app, 10).await;
    costs(app, &demo, &[100]).await;
}

async fn costs(app: &TestApp, demo: &DemoAgency, pages: &[i64]) {
    let document =
        "query ($first: Int!) { inventory(first: $first) { nodes { client { name } project { name }
        clientSide { personName strength } updateState } } }";
    for page in pages {
        let statements = cost(app, &demo.eleanor, document, json!({ "first": page })).await;
        let expected = STATEMENTS..=STATEMENTS + SPLIT;
        assert!(
            expected.contains(&statements),
            "a page of {page}: {statements}"
        );
    }
}

async fn members_are_refused_at_every_door(app: &TestApp) {
    let acme = acme(app).await;
    let mia = app.member("Mia").await;
    let taken = json!({ "name": "before the split" });
    let payload = app
        .done(
            &acme.dana,
            "inventorySnapshotTake",
            taken,
            "snapshot { id }",
        )
        .await;
    let id = payload["snapshot"]["id"].as_str().unwrap();
    for document in [
        "{ inventory { nodes { clientName } } }".to_owned(),
        "{ inventoryExport(format: CSV) }".to_owned(),
        "{ inventorySnapshots { nodes { id } } }".to_owned(),
        format!("{{ inventorySnapshot(id: \"{id}\") {{ id }} }}"),
        format!("{{ inventoryDifference(fromId: \"{id}\") {{ added {{ totalCount }} }} }}"),
        "mutation { inventorySnapshotTake(input: { name: \"x\" }) { userErrors { code } } }"
            .to_owned(),
    ] {
        let answer = app.graphql(&mia, &document, json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{document}: {answer}"
        );
    }
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    let hidden = app.ask(&mia, node, json!({ "id": id })).await;
    assert_eq!(hidden["node"], Value::Null);
    let seen = app.ask(&acme.sam, node, json!({ "id": id })).await;
    assert_eq!(seen["node"]["id"], id);
    assert!(Kind::InventorySnapshot.parse("id", &id.into()).is_ok());
}
