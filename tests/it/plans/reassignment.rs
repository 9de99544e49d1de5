//! Better shares of the work.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meridian::entity::{AssignmentSource, Day, Moment, RoleSide, assignment, new_id, relationship};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, Set};
use serde_json::{Value, json};

use super::agency::{Agency, PLAN, client, figures, id, moves, project, refusals};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;
use crate::support::work::role;

on_both_databases!(
    more_moves_buy_a_lower_peak_and_nobody_moves_by_it,
    the_same_question_has_the_same_answer,
    a_pin_holds_whatever_the_plan_would_gain,
    what_is_guarded_stays_unless_an_owner_says_why_it_may_move,
    constraints_that_clash_are_named,
    a_plan_costs_as_many_statements_for_a_large_agency_as_for_a_small_one,
);

/// A day after the demo's last launch: nothing is guarded.
const QUIET: &str = "2027-02-01";

async fn more_moves_buy_a_lower_peak_and_nobody_moves_by_it(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let before = contents(app).await;
    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 6 }));
    let plan = agency.plan(app, question).await;
    assert_eq!(plan["state"], "READY", "{plan:#}");
    assert_eq!(figures(&plan, "Dana", "before")["utilisationBp"], 10_000);
    assert_eq!(figures(&plan, "Sam", "before")["roleMixBp"], 9_333);
    assert_eq!(figures(&plan, "Nora", "before")["utilisationBp"], 0);

    let frontier = plan["outcome"]["frontier"].as_array().unwrap();
    let points: Vec<(i64, i64)> = frontier
        .iter()
        .map(|point| {
            (
                point["moves"].as_i64().unwrap(),
                point["peakBp"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(points[0], (0, 10_000));
    assert!(
        points.is_sorted_by(|a, b| a.0 < b.0 && a.1 >= b.1),
        "{points:?}"
    );
    assert!(points.last().unwrap().1 < 10_000 && points.last().unwrap().0 <= 6);
    assert!((1..=6).contains(&moves(&plan).len()), "{plan:#}");
    let peak = ["Dana", "Sam", "Nora"]
        .map(|name| {
            figures(&plan, name, "after")["utilisationBp"]
                .as_i64()
                .unwrap()
        })
        .into_iter()
        .max();
    assert!(peak.unwrap() < 10_000, "{plan:#}");
    for one in moves(&plan) {
        assert!(!one["reason"].as_str().unwrap().is_empty());
        let on: Date = one["on"].as_str().unwrap().parse().unwrap();
        let wave = one["wave"].as_i64().unwrap();
        assert_eq!(on, date(2027, 2, 1).checked_add((7 * wave).days()).unwrap());
    }

    // The plan and its history are all that was written (R11).
    let after = contents(app).await;
    for (table, rows) in &before {
        let written = after[table].len() - rows.len();
        let expected = match &**table {
            "plan" => 1,
            "change" => 2,
            _ => 0,
        };
        assert_eq!(written, expected, "{table}");
        assert!(rows.iter().all(|row| after[table].contains(row)), "{table}");
    }
}

async fn the_same_question_has_the_same_answer(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 4 }));
    let mut plans = [
        agency.plan(app, question.clone()).await,
        agency.plan(app, question).await,
    ];
    assert_ne!(plans[0]["id"], plans[1]["id"]);
    for plan in &mut plans {
        plan["id"].take();
    }
    assert_eq!(plans[0], plans[1]);
}

async fn a_pin_holds_whatever_the_plan_would_gain(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let collections = project(app, "Collections website").await;
    let pin = json!([{ "of": { "projectId": Kind::Project.text(collections.id) }, "side": "CLIENT", "personId": id(&agency.nora.person) }]);
    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 1, "pins": pin }));
    let plan = agency.plan(app, question).await;
    let [only] = moves(&plan) else {
        panic!("{plan:#}");
    };
    assert_eq!(
        (
            &only["project"]["name"],
            &only["side"],
            &only["to"]["name"],
            &only["minutes"]
        ),
        (
            &json!("Collections website"),
            &json!("CLIENT"),
            &json!("Nora"),
            &json!(130)
        )
    );
}

/// Each guard keeps a project from a person to whom it is pinned, until an owner sets it aside.
async fn what_is_guarded_stays_unless_an_owner_says_why_it_may_move(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let seasonal = project(app, "Seasonal campaign").await;
    let (museum, school) = (
        client(app, "Tidewick Museum").await,
        client(app, "St Orrin's Choir School").await,
    );
    trouble(app, museum.id).await;
    moved_lately(app, &agency, school.id).await;
    pinned(app, &agency, client(app, "Larkstone Theatre").await.id).await;
    let larkstone = client(app, "Larkstone Theatre").await;
    let cases = [
        (
            "LAUNCH_SOON",
            json!({ "of": { "projectId": Kind::Project.text(seasonal.id) } }),
            "2026-11-23",
            "Seasonal campaign launches on 2026-12-01",
        ),
        (
            "CLIENT_IN_TROUBLE",
            json!({ "of": { "clientId": Kind::Client.text(museum.id) } }),
            QUIET,
            "Tidewick Museum has been in trouble since 2026-11-02",
        ),
        (
            "MOVED_LATELY",
            json!({ "of": { "clientId": Kind::Client.text(school.id) } }),
            QUIET,
            "changed hands on 2026-10-01",
        ),
        (
            "PINNED_RELATIONSHIP",
            json!({ "of": { "clientId": Kind::Client.text(larkstone.id) } }),
            QUIET,
            "Larkstone Theatre",
        ),
    ];
    for (guard, subject, starts_on, said) in cases {
        let with = |more: Value| {
            let mut subject = subject.clone();
            subject
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            json!([subject])
        };
        let pins = with(json!({ "side": "CLIENT", "personId": id(&agency.nora.person) }));
        let question =
            agency.question(json!({ "startsOn": starts_on, "pins": pins, "mostMoves": 4 }));
        let plan = agency.plan(app, question.clone()).await;
        assert_eq!(plan["state"], "INFEASIBLE", "{guard}: {plan:#}");
        let problem = plan["problem"].as_str().unwrap();
        assert!(problem.contains(said), "{guard}: {problem}");

        let free = agency.question(json!({ "startsOn": starts_on, "mostMoves": 4 }));
        let plan = agency.plan(app, free).await;
        assert!(kept(&plan).contains(said), "{guard}: {plan:#}");

        let mut aside = question;
        aside["guardOverrides"] = with(json!({ "guard": guard, "reason": "They asked for Nora." }));
        let plan = agency.plan(app, aside.clone()).await;
        assert_eq!(plan["state"], "READY", "{guard}: {plan:#}");
        assert!(!kept(&plan).contains(said), "{guard}: {plan:#}");
        let history = app
            .ask(
                &agency.demo.eleanor,
                "query ($id: ID!) { plan(id: $id) { terms { guardOverrides { guard reason } }
                   history { nodes { action fields { name after } } } } }",
                json!({ "id": plan["id"] }),
            )
            .await;
        assert_eq!(
            history["plan"]["terms"]["guardOverrides"],
            json!([{ "guard": guard, "reason": "They asked for Nora." }])
        );
        assert!(
            history["plan"]["history"]
                .to_string()
                .contains("They asked for Nora.")
        );
        let refused = app
            .graphql(
                &agency.demo.dana,
                "mutation ($input: PlanCreateInput!) { planCreate(input: $input) { plan { id } } }",
                json!({ "input": aside }),
            )
            .await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    }
}

/// Why whatever a plan's guards keep stays where it is.
fn kept(plan: &Value) -> String {
    let nodes = plan["outcome"]["kept"]["nodes"].as_array().unwrap();
    assert!(nodes.iter().all(|one| one["person"]["name"].is_string()));
    nodes.iter().map(|one| one["reasons"].to_string()).collect()
}

async fn trouble(app: &TestApp, client_id: uuid::Uuid) {
    let tx = app.db.begin().await.unwrap();
    let row = meridian::entity::client::ActiveModel {
        id: Set(client_id),
        in_trouble_since: Set(Some(Day(date(2026, 11, 2)))),
        in_trouble_reason: Set(Some("They complained twice.".to_owned())),
        ..Default::default()
    };
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Sam spoke for the school until October.
async fn moved_lately(app: &TestApp, agency: &Agency, client_id: uuid::Uuid) {
    let october = date(2026, 10, 1);
    for name in ["Admissions site", "Concert archive", "Alumni newsletter"] {
        let project = project(app, name).await;
        assert_eq!(project.client_id, client_id);
        let role = role(app, RoleSide::Client).await;
        let held = |person_id, from: Date, until: Option<Date>| assignment::Model {
            id: new_id(app.now()),
            role_id: role.id,
            client_id: None,
            project_id: Some(project.id),
            person_id,
            from_on: Day(from),
            until_on: until.map(Day),
            source: AssignmentSource::Person,
            written_by_id: None,
            reason: "Somebody decided so.".to_owned(),
            created_at: Moment(app.now()),
            closed_at: None,
            closed_by_id: None,
            closed_reason: None,
        };
        let sam = held(agency.demo.sam.person.id, date(2026, 9, 1), Some(october));
        app.insert(sam).await;
        app.insert(held(agency.demo.dana.person.id, october, None))
            .await;
    }
}

async fn pinned(app: &TestApp, agency: &Agency, client_id: uuid::Uuid) {
    let row = relationship::Model {
        id: new_id(app.now()),
        person_id: agency.demo.dana.person.id,
        client_id,
        override_points: None,
        pinned: true,
        reason: "They came for her.".to_owned(),
        version: 1,
        updated_at: Moment(app.now()),
    };
    app.insert(row).await;
}

async fn constraints_that_clash_are_named(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let collections = project(app, "Collections website").await;
    let pin = json!([{ "of": { "projectId": Kind::Project.text(collections.id) }, "side": "PROJECT", "personId": id(&agency.nora.person) }]);
    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 0, "pins": pin }));
    let plan = agency.plan(app, question).await;
    assert_eq!(
        (&plan["state"], &plan["outcome"]),
        (&json!("INFEASIBLE"), &Value::Null)
    );
    let problem = plan["problem"].as_str().unwrap();
    assert!(
        problem.starts_with("These cannot all be kept: "),
        "{problem}"
    );
    assert!(
        problem.contains("Collections website") && problem.contains("Nora"),
        "{problem}"
    );
    let approve = json!({ "id": plan["id"] });
    let payload = app
        .change(&agency.demo.eleanor, "planApprove", approve, PLAN)
        .await;
    assert_eq!(
        refusals(&payload),
        ["id NOT_ALLOWED_NOW It is INFEASIBLE: only a plan that is READY can be approved."]
    );
}

async fn a_plan_costs_as_many_statements_for_a_large_agency_as_for_a_small_one(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let ask = async |projects: &[&str]| {
        let mut ids = Vec::new();
        for name in projects {
            ids.push(Kind::Project.text(project(app, name).await.id));
        }
        let input =
            agency.question(json!({ "startsOn": QUIET, "projectIds": ids, "mostMoves": 1 }));
        let before = app.db.statements();
        let document =
            "mutation ($input: PlanCreateInput!) { planCreate(input: $input) { plan { state } } }";
        let answer = app
            .ask(&agency.demo.eleanor, document, json!({ "input": input }))
            .await;
        assert_eq!(answer["planCreate"]["plan"]["state"], "READY");
        app.db.statements() - before
    };
    // The first use of a token is noted.
    ask(&["Loyalty card"]).await;
    let few = ask(&["Audio guide"]).await;
    let many = ask(&[
        "Audio guide",
        "Ticketing",
        "Star map",
        "Recipe blog",
        "Loyalty card",
        "Tenant survey",
    ])
    .await;
    assert_eq!(few, many);
    assert!(few < 45, "{few}");
}
