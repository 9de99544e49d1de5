//! Two unsplit managers become an account manager and a production manager.

use meridian::entity::RoleSide;
use serde_json::json;

use super::agency::{Agency, PLAN, figures, id, moves, refusals};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::work::client_of;

on_both_databases!(
    whoever_prefers_clients_gets_every_client_side,
    only_two_unsplit_managers_can_be_split,
);

async fn whoever_prefers_clients_gets_every_client_side(app: &TestApp) {
    let agency = Agency::fill(app).await;
    let (dana, sam) = (&agency.demo.dana.person, &agency.demo.sam.person);
    let input = json!({ "kind": "SPLIT", "name": "Split Dana and Sam", "startsOn": "2027-02-01",
        "splitBetween": [id(sam), id(dana)] });
    let plan = agency.plan(app, input).await;
    assert_eq!(plan["state"], "READY", "{plan:#}");
    assert_eq!(plan["outcome"]["proven"], true, "{plan:#}");
    // 18 project sides from Dana to Sam, 18 client sides from Sam to Dana.
    assert_eq!(plan["outcome"]["moves"]["totalCount"], 36);
    for one in moves(&plan) {
        let to = if one["side"] == "CLIENT" {
            &dana.name
        } else {
            &sam.name
        };
        assert_eq!(one["to"]["name"], **to, "{one:#}");
    }
    let after = |name| {
        let figures = figures(&plan, name, "after");
        (
            figures["utilisationBp"].as_i64().unwrap(),
            figures["roleMixBp"].as_i64().unwrap(),
        )
    };
    assert_eq!((after("Dana"), after("Sam")), ((10_666, 0), (9_333, 0)));
    assert_eq!(figures(&plan, "Dana", "after")["activeProjects"], 12);
}

async fn only_two_unsplit_managers_can_be_split(app: &TestApp) {
    let agency = Agency::fill(app).await;
    client_of(app, "Acme", RoleSide::Client, &agency.nora.person).await;
    let dana = id(&agency.demo.dana.person);
    let split = async |between: serde_json::Value| {
        let input = json!({ "kind": "SPLIT", "name": "Split", "splitBetween": between });
        let payload = app
            .change(&agency.demo.eleanor, "planCreate", input, PLAN)
            .await;
        refusals(&payload)
    };
    let two =
        "splitBetween INVALID A SPLIT plan names exactly two people, and no other plan names any.";
    assert_eq!(split(json!([dana])).await, [two]);
    assert_eq!(split(json!([dana, dana])).await, [two]);
    assert_eq!(
        split(json!([dana, id(&agency.nora.person)])).await,
        [
            "splitBetween.1 NOT_ALLOWED_NOW This person holds nothing as an unsplit manager on 2026-11-23."
        ]
    );
}
