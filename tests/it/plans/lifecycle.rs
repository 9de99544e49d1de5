//! A plan from its question to its approval, and the ways it ends otherwise.

use std::time::{Duration, Instant};

use jiff::civil::date;
use meridian::entity::{Day, Moment, PlanKind, PlanState, RoleSide, new_id, plan};
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::agency::{Agency, PLAN, client, id, refusals};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::DemoAgency;
use crate::support::work::role;

on_both_databases!(
    an_owner_approves_a_plan_once,
    a_plan_is_refused_after_somebody_else_took_over,
    a_plan_that_is_called_off_stays_called_off,
    a_plan_is_worked_out_though_nobody_waits_for_it,
    a_plan_of_a_process_that_is_gone_fails,
    a_plan_that_ends_at_this_moment_is_not_forgotten,
    members_see_no_plan_and_make_none,
);

const QUIET: &str = "2027-02-01";

async fn an_owner_approves_a_plan_once(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let (owner, dana) = (&agency.demo.eleanor, &agency.demo.dana);
    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 2 }));
    let plan = app.done(dana, "planCreate", question, PLAN).await["plan"].take();
    assert_eq!(
        (&plan["state"], &plan["version"]),
        (&json!("READY"), &json!(2))
    );

    let approve = |version: i64| json!({ "id": plan["id"], "expectedVersion": version });
    let document =
        "mutation ($input: PlanApproveInput!) { planApprove(input: $input) { plan { id } } }";
    let refused = app
        .graphql(dana, document, json!({ "input": approve(2) }))
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let stale = app
        .change(owner, "planApprove", approve(1), "plan { state version }")
        .await;
    assert_eq!(stale["userErrors"][0]["code"], "STALE_VERSION");
    assert_eq!(stale["plan"], json!({ "state": "READY", "version": 2 }));

    app.set_clock("2026-11-24T09:00:00Z");
    let selection = "plan { state approvedAt approvedBy { id } madeBy { id } history { nodes { action fields { name } } } }";
    let approved = app.done(owner, "planApprove", approve(2), selection).await;
    assert_eq!(approved["plan"]["state"], "APPROVED");
    assert_eq!(approved["plan"]["approvedAt"], "2026-11-24T09:00:00Z");
    assert_eq!(approved["plan"]["approvedBy"]["id"], id(&owner.person));
    assert_eq!(approved["plan"]["madeBy"]["id"], id(&dana.person));
    let history = approved["plan"]["history"]["nodes"].as_array().unwrap();
    let actions: Vec<&Value> = history.iter().map(|change| &change["action"]).collect();
    assert_eq!(actions, ["UPDATED", "UPDATED", "CREATED"]);
    // What was worked out stands in the plan, not again in each of its changes.
    assert!(
        !history
            .iter()
            .any(|change| change.to_string().contains("outcome"))
    );

    let again = app.change(owner, "planApprove", approve(3), PLAN).await;
    assert_eq!(
        refusals(&again),
        ["id NOT_ALLOWED_NOW It is APPROVED: only a plan that is READY can be approved."]
    );
    let listed = "{ plans(states: [APPROVED], kinds: [REASSIGNMENT]) { totalCount nodes { name } } none: plans(states: [SOLVING]) { totalCount } }";
    let listed = app.ask(dana, listed, json!({})).await;
    assert_eq!(
        listed["plans"],
        json!({ "totalCount": 1, "nodes": [{ "name": "Even out the books" }] })
    );
    assert_eq!(listed["none"]["totalCount"], 0);
}

async fn a_plan_is_refused_after_somebody_else_took_over(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let owner = &agency.demo.eleanor;
    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 2 }));
    let plan = agency.plan(app, question).await;
    let account_manager = Kind::Role.text(role(app, RoleSide::Client).await.id);
    let larkstone = client(app, "Larkstone Theatre").await;
    let assign = json!({ "roleId": account_manager, "of": { "clientId": Kind::Client.text(larkstone.id) },
        "personId": id(&agency.nora.person), "reason": "They know each other." });
    app.done(owner, "assignmentSet", assign, "").await;
    let approve = json!({ "id": plan["id"] });
    let payload = app
        .change(owner, "planApprove", approve.clone(), PLAN)
        .await;
    assert_eq!(
        refusals(&payload),
        [
            "id NOT_ALLOWED_NOW The agency is not any more as this plan found it: \
          the client side of Box office reports (Larkstone Theatre) has passed to others; \
          the client side of Membership renewals (Larkstone Theatre) has passed to others; \
          the client side of Season launch microsite (Larkstone Theatre) has passed to others. Make the plan again."
        ]
    );

    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 2 }));
    let plan = agency.plan(app, question).await;
    let payload = app
        .done(
            owner,
            "planApprove",
            json!({ "id": plan["id"] }),
            "plan { state }",
        )
        .await;
    assert_eq!(payload["plan"]["state"], "APPROVED");
}

async fn a_plan_that_is_called_off_stays_called_off(app: &TestApp) {
    let demo = DemoAgency::fill(app, 10).await;
    let question = json!({ "kind": "REASSIGNMENT", "name": "A long one", "startsOn": QUIET, "nodeLimit": 100_000,
        "mostMoves": 300, "targetBp": 9_000 });
    let asked = Instant::now();
    let payload = app
        .done(
            &demo.dana,
            "planCreate",
            question,
            "plan { id state problem }",
        )
        .await;
    assert_eq!(payload["plan"]["state"], "SOLVING", "{payload:#}");
    assert!(asked.elapsed() < Duration::from_secs(20));
    let cancel = json!({ "id": payload["plan"]["id"] });
    let document =
        "mutation ($input: PlanCancelInput!) { planCancel(input: $input) { plan { id } } }";
    let refused = app
        .graphql(&demo.sam, document, json!({ "input": cancel }))
        .await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let payload = app
        .done(
            &demo.dana,
            "planCancel",
            cancel.clone(),
            "plan { state version }",
        )
        .await;
    assert_eq!(
        payload["plan"],
        json!({ "state": "CANCELLED", "version": 2 })
    );

    // The search ends, and what it has found is not written.
    let row = settled(app, &cancel["id"]).await;
    assert_eq!(
        (row.state, row.outcome, row.version),
        (PlanState::Cancelled, None, 2)
    );
    let again = app.change(&demo.eleanor, "planCancel", cancel, PLAN).await;
    assert_eq!(
        refusals(&again),
        ["id NOT_ALLOWED_NOW It is CANCELLED: only a plan that is SOLVING can be called off."]
    );
}

/// The row of a plan once nobody works on it any more.
async fn settled(app: &TestApp, id: &Value) -> plan::Model {
    let (_, id) = meridian::global_id::parse(id.as_str().unwrap()).unwrap();
    let begun = Instant::now();
    loop {
        let row = plan::Entity::find_by_id(id)
            .one(&app.db.read)
            .await
            .unwrap()
            .unwrap();
        if row.state != PlanState::Solving && app.plans.is_idle() {
            return row;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", row.state);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_plan_is_worked_out_though_nobody_waits_for_it(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 2 }));
    let request = app.change(&agency.demo.eleanor, "planCreate", question, "plan { id }");
    // The client hangs up as soon as the plan stands in the database.
    let written = async {
        while plan::Entity::find()
            .one(&app.db.read)
            .await
            .unwrap()
            .is_none()
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        _ = request => {}
        () = written => {}
    }
    let row = plan::Entity::find()
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap();
    let row = settled(app, &json!(Kind::Plan.text(row.id))).await;
    assert_eq!((row.state, row.outcome.is_some()), (PlanState::Ready, true));
}

async fn a_plan_of_a_process_that_is_gone_fails(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let id = app.insert(solving(app, &agency.demo.dana)).await.id;
    let state = async || {
        plan::Entity::find_by_id(id)
            .one(&app.db.read)
            .await
            .unwrap()
            .unwrap()
    };
    app.set_clock("2026-11-23T08:14:45Z");
    maintenance::run(app).await.unwrap();
    assert_eq!(state().await.state, PlanState::Solving);
    app.set_clock("2026-11-23T08:14:46Z");
    maintenance::run(app).await.unwrap();
    let row = state().await;
    assert_eq!(row.state, PlanState::Failed);
    assert!(row.problem.unwrap().contains("Make the plan again."));
}

async fn a_plan_that_ends_at_this_moment_is_not_forgotten(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let row = app.insert(solving(app, &agency.demo.dana)).await;
    app.set_clock("2026-11-23T09:00:00Z");
    let tx = app.db.begin().await.unwrap();
    let mut ready = row.clone().into_active_model();
    ready.state = Set(PlanState::Ready);
    ready.outcome = Set(Some(json!({})));
    ready.update(&tx).await.unwrap();
    let commit = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tx.commit().await.unwrap();
    };
    let (ran, ()) = tokio::join!(maintenance::run(app), commit);
    ran.unwrap();
    let found = plan::Entity::find_by_id(row.id).one(&app.db.read).await;
    assert_eq!(found.unwrap().unwrap().state, PlanState::Ready);
}

/// As a process leaves it that was stopped hard.
fn solving(app: &TestApp, by: &Actor) -> plan::Model {
    plan::Model {
        id: new_id(app.now()),
        kind: PlanKind::Reassignment,
        name: "A plan".to_owned(),
        state: PlanState::Solving,
        leaver_id: None,
        starts_on: Day(date(2026, 11, 23)),
        input: json!({}),
        outcome: None,
        problem: None,
        made_by_id: Some(by.person.id),
        approved_by_id: None,
        approved_at: None,
        version: 1,
        created_at: Moment(app.now()),
        updated_at: Moment(app.now()),
    }
}

async fn members_see_no_plan_and_make_none(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let mel = app.member("Mel").await;
    let question = agency.question(json!({ "startsOn": QUIET, "mostMoves": 1 }));
    let plan = agency.plan(app, question.clone()).await;
    let look = "query ($id: ID!) { plan(id: $id) { id } node(id: $id) { id } }";
    let seen = json!({ "plan": { "id": plan["id"] }, "node": { "id": plan["id"] } });
    let id = json!({ "id": plan["id"] });
    assert_eq!(app.ask(&agency.demo.sam, look, id.clone()).await, seen);
    assert_eq!(
        app.ask(&mel, look, id.clone()).await,
        json!({ "plan": null, "node": null })
    );
    let forbidden = [
        ("{ plans { totalCount } }", json!({})),
        (
            "mutation ($input: PlanCreateInput!) { planCreate(input: $input) { plan { id } } }",
            json!({ "input": question }),
        ),
        (
            "mutation ($input: PlanCancelInput!) { planCancel(input: $input) { plan { id } } }",
            json!({ "input": id }),
        ),
        (
            "mutation ($input: PlanApproveInput!) { planApprove(input: $input) { plan { id } } }",
            json!({ "input": id }),
        ),
    ];
    for (document, variables) in forbidden {
        let refused = app.graphql(&mel, document, variables).await;
        assert_eq!(
            refused["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{document}"
        );
    }
}
