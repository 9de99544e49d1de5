//! A client is handed over as a whole only when nothing of it stays.

use meridian::domain::plans;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{id, worked_out};
use crate::handovers::Agency;
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_client_of_which_a_project_stays_is_not_handed_over_as_a_whole,
    only_owners_set_guards_aside,
);

/// The client side of these projects of Acme is to go from Dana to Sam.
fn to_sam(agency: &Agency, projects: &[&str]) -> Value {
    let sam = id(&agency.sam.person);
    let pin = |project: &&str| json!({ "of": { "projectId": project }, "side": "CLIENT", "personId": sam });
    json!({
        "kind": "REASSIGNMENT", "name": "To Sam", "projectIds": projects,
        "receivers": [{ "personId": id(&agency.dana.person) }, { "personId": sam }],
        "pins": projects.iter().map(pin).collect::<Vec<_>>(),
    })
}

async fn a_client_of_which_a_project_stays_is_not_handed_over_as_a_whole(app: &TestApp) {
    let agency = Agency::of(app).await;
    let (shop, blog) = (&*agency.shop, &*agency.blog);
    for (projects, whole) in [(&[shop][..], false), (&[shop, blog], true)] {
        let plan = worked_out(app, &agency.olga, to_sam(&agency, projects)).await;
        assert_eq!(plan["state"], "READY", "{plan:#}");
        let approve = json!({ "id": plan["id"] });
        app.done(&agency.olga, "planApprove", approve, "").await;
        let plan_id = plan["id"].as_str().unwrap();
        let plan_id = Kind::Plan.named(&plan_id.into()).unwrap();
        let moves = plans::approved_moves(&app.db.read, plan_id).await.unwrap();
        let of_client: Vec<_> = moves
            .iter()
            .filter(|one| one.to_person_id == agency.sam.person.id)
            .filter(|one| one.side == meridian::entity::Side::Client)
            .map(|one| (one.whole_client, one.project_ids.len()))
            .collect();
        assert_eq!(of_client, [(whole, projects.len())]);
    }
}

async fn only_owners_set_guards_aside(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mut input = to_sam(&agency, &[&agency.shop]);
    input["guardOverrides"] = json!([{ "of": { "projectId": agency.shop }, "guard": "LAUNCH_SOON", "reason": "They asked." }]);
    let document = "mutation ($input: PlanCreateInput!) { planCreate(input: $input) { plan { state } userErrors { code } } }";
    let variables = json!({ "input": input });
    let refused = app.graphql(&agency.dana, document, variables).await;
    let code = &refused["errors"][0]["extensions"]["code"];
    assert_eq!(code, "FORBIDDEN", "{refused:#}");
    let plans = app
        .ask(&agency.olga, "{ plans { totalCount } }", json!({}))
        .await;
    assert_eq!(plans["plans"]["totalCount"], 0);
    let plan = worked_out(app, &agency.olga, input).await;
    assert_eq!(plan["state"], "READY", "{plan:#}");
}
