//! What cannot be asked of a plan is told with its field, all of it at once.

use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{Agency, PLAN, id, project, refusals};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;

on_both_databases!(
    every_problem_is_told_at_once_and_nothing_is_written,
    each_kind_of_plan_has_words_of_its_own,
);

const NOBODY: &str = "per_00000000000000000000000000000000";

async fn every_problem_is_told_at_once_and_nothing_is_written(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let owner = &agency.demo.eleanor;
    let before = contents(app).await;
    let ids = json!({ "kind": "REASSIGNMENT", "name": "Wrong", "receivers": [{ "personId": "prj_1" }],
        "clientIds": ["cli_1"], "weights": { "peak": -1 }, "pins": [{ "of": { "projectId": "cli_1" }, "side": "CLIENT", "personId": NOBODY }] });
    let payload = app.change(owner, "planCreate", ids, PLAN).await;
    let fields = |payload: &Value| -> Vec<String> {
        let refusals = refusals(payload);
        let of = refusals
            .iter()
            .map(|one| one.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" "));
        of.collect()
    };
    assert_eq!(
        fields(&payload),
        [
            "clientIds.0 NOT_FOUND",
            "receivers.0.personId NOT_FOUND",
            "weights.peak INVALID",
            "pins.0.of.projectId NOT_FOUND",
        ]
    );
    let guide = Kind::Project.text(project(app, "Audio guide").await.id);
    let twice =
        json!({ "personId": id(&agency.nora.person), "clientSide": false, "projectSide": false });
    let values = json!({ "kind": "REASSIGNMENT", "name": " ", "startsOn": "2026-11-22", "mostMoves": -1, "targetBp": 0,
        "handoversAWeek": 0, "nodeLimit": 0, "mostActiveProjects": -1, "mostBackBurnerProjects": 1_001,
        "receivers": [twice, twice, { "personId": NOBODY }],
        "projectIds": ["prj_00000000000000000000000000000000"],
        "pins": [{ "of": { "projectId": guide }, "side": "CLIENT", "personId": NOBODY }],
        "guardOverrides": [{ "of": { "projectId": guide }, "guard": "PINNED_RELATIONSHIP", "reason": " " }] });
    let payload = app.change(owner, "planCreate", values, PLAN).await;
    assert_eq!(
        fields(&payload),
        [
            "name INVALID",
            "startsOn INVALID",
            "targetBp INVALID",
            "handoversAWeek INVALID",
            "mostMoves INVALID",
            "mostActiveProjects INVALID",
            "mostBackBurnerProjects INVALID",
            "nodeLimit INVALID",
            "projectIds.0 NOT_FOUND",
            "receivers.0 INVALID",
            "receivers.1.personId INVALID",
            "receivers.1 INVALID",
            "receivers.2.personId NOT_FOUND",
            "pins.0.personId NOT_FOUND",
            "guardOverrides.0.reason INVALID",
            "guardOverrides.0.of.projectId INVALID",
        ]
    );
    // What is no part of the plan cannot be pinned in it.
    let ticketing = Kind::Project.text(project(app, "Ticketing").await.id);
    let outside = json!({ "kind": "REASSIGNMENT", "name": "Outside", "projectIds": [ticketing],
        "pins": [{ "of": { "projectId": guide }, "side": "CLIENT", "personId": id(&agency.nora.person) }],
        "guardOverrides": [{ "of": { "projectId": guide }, "guard": "LAUNCH_SOON", "reason": "why" }] });
    let payload = app.change(owner, "planCreate", outside, PLAN).await;
    assert_eq!(
        refusals(&payload),
        [
            "pins.0.of.projectId NOT_ALLOWED_NOW Nothing of it is part of this plan.",
            "guardOverrides.0.of.projectId NOT_ALLOWED_NOW Nothing of it is part of this plan.",
        ]
    );
    assert_eq!(contents(app).await, before);
}

async fn each_kind_of_plan_has_words_of_its_own(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let (dana, sam) = (id(&agency.demo.dana.person), id(&agency.demo.sam.person));
    let guide = Kind::Project.text(project(app, "Audio guide").await.id);
    let leaves = "leaverId INVALID A LEAVER plan names who leaves, and no other plan does.";
    let two =
        "splitBetween INVALID A SPLIT plan names exactly two people, and no other plan names any.";
    let scope = "projectIds INVALID Only a REASSIGNMENT names what may move: the others move what their people hold.";
    let cases = [
        (json!({ "kind": "LEAVER" }), vec![leaves]),
        (
            json!({ "kind": "REASSIGNMENT", "leaverId": dana, "splitBetween": [dana, sam] }),
            vec![leaves, two],
        ),
        (
            json!({ "kind": "LEAVER", "leaverId": dana, "projectIds": [guide] }),
            vec![scope],
        ),
        (
            json!({ "kind": "LEAVER", "leaverId": NOBODY }),
            vec!["leaverId NOT_FOUND There is no such person."],
        ),
        (
            json!({ "kind": "LEAVER", "leaverId": dana, "receivers": [{ "personId": dana }] }),
            vec![
                "receivers.0.personId NOT_ALLOWED_NOW Dana Okafor leaves, and can be given nothing.",
            ],
        ),
        (
            json!({ "kind": "SPLIT", "splitBetween": [dana, sam], "receivers": [{ "personId": dana }] }),
            vec!["receivers INVALID In a SPLIT the two managers receive, and nobody else."],
        ),
    ];
    for (mut input, expected) in cases {
        input["name"] = json!("A plan");
        let payload = app
            .change(&agency.demo.eleanor, "planCreate", input.clone(), PLAN)
            .await;
        assert_eq!(refusals(&payload), expected, "{input}");
    }
}
