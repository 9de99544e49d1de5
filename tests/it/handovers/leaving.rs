//! A handover that somebody's last day rests on (R7).

use meridian::entity::RoleSide;
use meridian::graphql::id::Kind;
use serde_json::json;

use super::agency::{Agency, created, global, refusal};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::work::role;

on_both_databases!(what_a_last_day_rests_on_is_not_taken_away);

async fn what_a_last_day_rests_on_is_not_taken_away(app: &TestApp) {
    let agency = Agency::of(app).await;
    let client_side = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let mut other = agency.dana_to_sam("PROJECT");
    other["overrideReason"] = json!("Dana leaves.");
    created(app, &agency.olga, other).await;
    let leave = json!({
        "id": global(Kind::Person, agency.dana.person.id), "employedUntil": "2026-12-31",
    });
    app.done(&agency.olga, "personUpdate", leave, "").await;

    let why = "Dana is here until 2026-12-31, and hands over the CLIENT side of Blog, Shop by this until then. \
               Assign somebody else from 2027-01-01 on, or change the last day, first.";
    let cancel = json!({ "id": client_side["id"], "reason": "Acme wants to wait." });
    let payload = app
        .change(
            &agency.olga,
            "handoverCancel",
            cancel.clone(),
            "handover { id }",
        )
        .await;
    assert_eq!(refusal(&payload), ("id", why));
    let due =
        |stage: &str, on: &str| json!({ "id": client_side["id"], "stage": stage, "dueOn": on });
    let step = due("CONFIRMED", "2027-01-20");
    app.done(&agency.olga, "handoverStepSet", step, "").await;
    let late = due("TRANSFERRED", "2027-01-04");
    let payload = app
        .change(&agency.olga, "handoverStepSet", late, "handover { id }")
        .await;
    assert_eq!(refusal(&payload), ("dueOn", why));
    let in_time = due("TRANSFERRED", "2026-12-30");
    app.done(&agency.olga, "handoverStepSet", in_time, "").await;

    let somebody_else = json!({
        "roleId": global(Kind::Role, role(app, RoleSide::Client).await.id),
        "of": { "clientId": global(Kind::Client, agency.acme.id) }, "fromOn": "2027-01-01",
        "personId": global(Kind::Person, agency.sam.person.id), "reason": "Dana leaves.",
    });
    app.done(&agency.olga, "assignmentSet", somebody_else, "")
        .await;
    app.done(&agency.olga, "handoverCancel", cancel, "").await;
}
