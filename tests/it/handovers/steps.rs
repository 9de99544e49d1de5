//! Whose task a step is, when it is due, and who is told.

use jiff::civil::date;
use meridian::domain::handovers::{open_of, steps_due};
use meridian::entity::{HandoverStage, Side};
use meridian::graphql::id::Kind;
use serde_json::json;

use super::agency::{Agency, advance, advance_to, created, global, refusal};
use crate::statements::{SPLIT, cost};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;

on_both_databases!(
    a_step_changes_hands_and_days_but_not_its_place,
    the_next_step_is_due_and_no_later_one,
    a_page_of_handovers_costs_as_many_statements_as_one,
);

async fn a_step_changes_hands_and_days_but_not_its_place(app: &TestApp) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let set = |stage: &str, due_on: &str| json!({ "id": handover["id"], "stage": stage, "dueOn": due_on });
    let selection = "handover { version steps { stage owner { name } dueOn } }";
    let mut input = set("INTRODUCED", "2026-12-02");
    input["ownerId"] = json!(global(Kind::Person, agency.sam.person.id));
    let payload = app
        .done(&agency.dana, "handoverStepSet", input, selection)
        .await;
    assert_eq!(
        payload["handover"]["steps"][1],
        json!({ "stage": "INTRODUCED", "owner": { "name": "Sam" }, "dueOn": "2026-12-02" })
    );
    assert_eq!(payload["handover"]["version"], 2);
    for (day, why) in [
        ("2026-11-22", "ANNOUNCED comes before it, on 2026-11-23."),
        (
            "2026-12-08",
            "SHADOWING comes after it, on 2026-12-07: move that first.",
        ),
    ] {
        let input = set("INTRODUCED", day);
        let payload = app
            .change(&agency.dana, "handoverStepSet", input, "handover { id }")
            .await;
        assert_eq!(refusal(&payload), ("dueOn", why));
    }
    let mut input = set("INTRODUCED", "2026-12-02");
    input["ownerId"] = json!(global(Kind::Person, agency.olga.person.id));
    let payload = app
        .change(&agency.dana, "handoverStepSet", input, "handover { id }")
        .await;
    let theirs = "A step is the task of whoever hands over or of whoever takes over.";
    assert_eq!(refusal(&payload), ("ownerId", theirs));
    advance(app, &agency.olga, &handover, "ANNOUNCED").await;
    let input = set("ANNOUNCED", "2026-11-24");
    let payload = app
        .change(&agency.olga, "handoverStepSet", input, "handover { id }")
        .await;
    assert_eq!(
        refusal(&payload),
        ("stage", "ANNOUNCED is past: its step no longer changes.")
    );
}

async fn the_next_step_is_due_and_no_later_one(app: &TestApp) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let (dana, sam) = (agency.dana.person.id, agency.sam.person.id);
    let due = async |people: Option<&[uuid::Uuid]>, day| {
        let due = steps_due(&app.db.read, people, day).await.unwrap();
        let told = |one: meridian::domain::handovers::StepDue| {
            format!(
                "{} of {}: {}",
                one.step.stage.word(),
                one.client_name,
                one.owner.name
            )
        };
        due.into_iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(due(None, date(2026, 11, 22)).await, [""; 0]);
    assert_eq!(
        due(None, date(2026, 11, 30)).await,
        ["ANNOUNCED of Acme: Dana"]
    );
    advance_to(app, &agency.olga, &handover, "SHADOWING").await;
    assert_eq!(due(None, date(2026, 12, 20)).await, [""; 0]);
    assert_eq!(
        due(Some(&[dana]), date(2026, 12, 21)).await,
        ["TRANSFERRED of Acme: Dana"]
    );
    assert_eq!(due(Some(&[sam]), date(2027, 1, 4)).await, [""; 0]);

    let open = open_of(&app.db.read, &[agency.acme.id]).await.unwrap();
    let of_client: Vec<HandoverStage> = open
        .of_client(Side::Client, agency.acme.id)
        .map(|one| one.handover.stage)
        .collect();
    assert_eq!(of_client, [HandoverStage::Shadowing]);
    assert_eq!(open.of_client(Side::Project, agency.acme.id).count(), 0);
    advance(app, &agency.olga, &handover, "TRANSFERRED").await;
    assert_eq!(
        due(Some(&[sam]), date(2027, 1, 4)).await,
        ["CONFIRMED of Acme: Sam"]
    );

    let document = "query ($day: Date!) { handovers(filter: { dueBy: $day }) { nodes { nextStep { stage } } } }";
    for (day, expected) in [
        ("2027-01-03", json!([])),
        (
            "2027-01-04",
            json!([{ "nextStep": { "stage": "CONFIRMED" } }]),
        ),
    ] {
        let data = app.ask(&agency.dana, document, json!({ "day": day })).await;
        assert_eq!(data["handovers"]["nodes"], expected, "{day}");
    }
}

async fn a_page_of_handovers_costs_as_many_statements_as_one(app: &TestApp) {
    let agency = Agency::of(app).await;
    let document = "{ handovers { nodes { client { name } projects { nodes { name } } fromPerson { name } toPerson { name }
        steps { owner { name } reachedBy { name } handover { stage } } history { nodes { by } } programme { name } } } }";
    let mut input = agency.dana_to_sam("CLIENT");
    input["projectIds"] = json!([agency.shop]);
    created(app, &agency.olga, input.clone()).await;
    let of_one = cost(app, &agency.olga, document, json!({})).await;
    for index in 0..8 {
        let name = format!("Project {index}");
        let project = app
            .insert(rows::project(agency.acme.id, &name, app.now()))
            .await;
        input["projectIds"] = json!([global(Kind::Project, project.id)]);
        created(app, &agency.olga, input.clone()).await;
    }
    let of_nine = cost(app, &agency.olga, document, json!({})).await;
    assert!(of_nine <= of_one + SPLIT, "{of_one} and {of_nine}");
}
