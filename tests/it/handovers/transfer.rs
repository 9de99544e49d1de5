//! TRANSFERRED: who is accountable afterwards, and for what everybody else still is.

use meridian::entity::RoleSide;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{Agency, advance, advance_to, created, global, refusal};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::told;
use crate::support::work::due_client_of;

on_both_databases!(
    a_client_moves_as_a_whole_and_whoever_wore_both_hats_keeps_the_other,
    the_outgoing_persons_rows_of_projects_end_and_other_peoples_stay,
    a_project_moves_alone,
    what_is_no_longer_theirs_is_not_transferred,
    every_prompt_follows_at_once,
);

async fn a_client_moves_as_a_whole_and_whoever_wore_both_hats_keeps_the_other(app: &TestApp) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    assert_eq!(
        agency.accountable(app, &agency.shop).await,
        ["CLIENT Dana", "PROJECT Dana"]
    );
    advance_to(app, &agency.olga, &handover, "TRANSFERRED").await;
    for project in [&agency.shop, &agency.blog] {
        assert_eq!(
            agency.accountable(app, project).await,
            ["CLIENT Sam", "PROJECT Dana"]
        );
    }
    let rows = agency.assignments(app).await;
    let row = |name: &str, side: &str, from: &str, until: Value, source: &str, reason: &str| {
        json!({
            "person": { "name": name }, "role": { "side": side }, "client": { "name": "Acme" }, "project": null,
            "fromOn": from, "untilOn": until, "source": source, "reason": reason,
        })
    };
    // What a plan or an owner weighed is not for everybody who may read assignments.
    let why = "Sam took over from Dana.";
    let kept =
        "Keeps this side, held in the unsplit role since 2024-01-01; Sam took over the other.";
    for expected in [
        row("Sam", "CLIENT", "2026-11-23", Value::Null, "HANDOVER", why),
        row(
            "Dana",
            "PROJECT",
            "2026-11-23",
            Value::Null,
            "HANDOVER",
            kept,
        ),
        row(
            "Dana",
            "BOTH",
            "2024-01-01",
            json!("2026-11-23"),
            "PERSON",
            "knows them best",
        ),
    ] {
        assert!(
            rows.as_array().unwrap().contains(&expected),
            "{expected} in {rows:#}"
        );
    }
    assert_eq!(rows.as_array().unwrap().len(), 3, "{rows:#}");

    // The other side follows later, from a hat that is clean by now.
    app.set_clock("2027-02-01T09:00:00Z");
    let mut other = agency.dana_to_sam("PROJECT");
    other["startsOn"] = json!("2027-02-01");
    let other = created(app, &agency.olga, other).await;
    advance_to(app, &agency.olga, &other, "TRANSFERRED").await;
    assert_eq!(
        agency.accountable(app, &agency.shop).await,
        ["CLIENT Sam", "PROJECT Sam"]
    );
}

async fn the_outgoing_persons_rows_of_projects_end_and_other_peoples_stay(app: &TestApp) {
    let agency = Agency::of(app).await;
    let pat = app.manager("Pat").await;
    agency
        .assign(app, RoleSide::Both, &agency.shop, Some(&agency.dana.person))
        .await;
    agency
        .assign(app, RoleSide::Client, &agency.blog, Some(&pat.person))
        .await;
    app.set_clock("2026-11-24T09:00:00Z");
    let mut input = agency.dana_to_sam("CLIENT");
    input["startsOn"] = json!("2026-11-24");
    let selection = "handover { id weightMinutes projects { nodes { name } } }";
    let payload = app
        .done(&agency.olga, "handoverCreate", input, selection)
        .await;
    let handover = &payload["handover"];
    assert_eq!(handover["projects"]["nodes"], json!([{ "name": "Shop" }]));
    assert_eq!(handover["weightMinutes"], 130);
    advance_to(app, &agency.olga, handover, "TRANSFERRED").await;
    assert_eq!(
        agency.accountable(app, &agency.shop).await,
        ["CLIENT Sam", "PROJECT Dana"]
    );
    assert_eq!(
        agency.accountable(app, &agency.blog).await,
        ["CLIENT Pat", "PROJECT Dana"]
    );
    let rows = agency.assignments(app).await;
    let both_are_over = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["role"]["side"] == "BOTH")
        .all(|row| row["untilOn"] == "2026-11-24");
    assert!(both_are_over, "{rows:#}");
}

async fn a_project_moves_alone(app: &TestApp) {
    let agency = Agency::of(app).await;
    agency
        .assign(app, RoleSide::Both, &agency.blog, Some(&agency.dana.person))
        .await;
    app.set_clock("2026-11-24T09:00:00Z");
    let mut input = agency.dana_to_sam("PROJECT");
    input["startsOn"] = json!("2026-11-24");
    input["projectIds"] = json!([agency.shop]);
    let shop = created(app, &agency.olga, input.clone()).await;
    input["projectIds"] = json!([agency.blog]);
    let blog = created(app, &agency.olga, input).await;
    advance_to(app, &agency.dana, &shop, "TRANSFERRED").await;
    assert_eq!(
        agency.accountable(app, &agency.shop).await,
        ["CLIENT Dana", "PROJECT Sam"]
    );
    assert_eq!(
        agency.accountable(app, &agency.blog).await,
        ["CLIENT Dana", "PROJECT Dana"]
    );
    // Blog has rows of its own, in the unsplit hat.
    advance_to(app, &agency.sam, &blog, "TRANSFERRED").await;
    assert_eq!(
        agency.accountable(app, &agency.blog).await,
        ["CLIENT Dana", "PROJECT Sam"]
    );

    let document =
        "query ($id: ID!) { project(id: $id) { handovers { nodes { stage wholeClient } } } }";
    let data = app
        .ask(&agency.sam, document, json!({ "id": agency.shop }))
        .await;
    let expected = json!([{ "stage": "TRANSFERRED", "wholeClient": false }]);
    assert_eq!(data["project"]["handovers"]["nodes"], expected);
}

async fn what_is_no_longer_theirs_is_not_transferred(app: &TestApp) {
    let agency = Agency::of(app).await;
    let pat = app.manager("Pat").await;
    let mut input = agency.dana_to_sam("CLIENT");
    input["projectIds"] = json!([agency.shop, agency.blog]);
    let handover = created(app, &agency.olga, input).await;
    advance_to(app, &agency.olga, &handover, "SHADOWING").await;
    agency
        .assign(app, RoleSide::Client, &agency.blog, Some(&pat.person))
        .await;
    let before = agency.assignments(app).await;
    let payload = advance(app, &agency.olga, &handover, "TRANSFERRED").await;
    let why = "Dana is no longer accountable for the CLIENT side of Blog. Cancel this handover, and make one for what is left.";
    assert_eq!(refusal(&payload), ("stage", why));
    assert_eq!(agency.assignments(app).await, before);
    // What is finished is nobody's any more, and does not hold up the rest.
    let input = json!({ "id": agency.blog, "status": "COMPLETED" });
    app.done(&agency.olga, "projectStatusSet", input, "project { id }")
        .await;
    let payload = advance(app, &agency.olga, &handover, "TRANSFERRED").await;
    assert_eq!(payload["handover"]["stage"], "TRANSFERRED", "{payload:#}");
    assert_eq!(
        agency.accountable(app, &agency.shop).await,
        ["CLIENT Sam", "PROJECT Dana"]
    );
}

async fn every_prompt_follows_at_once(app: &TestApp) {
    let olga = app.owner().await;
    let (dana, sam) = (app.manager("Dana").await, app.manager("Sam").await);
    let acme = due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    let client = global(Kind::Client, acme.id);
    let input = json!({
        "clientId": client, "side": "CLIENT", "startsOn": "2026-11-23", "reason": "Dana has too much.",
        "fromPersonId": global(Kind::Person, dana.person.id), "toPersonId": global(Kind::Person, sam.person.id),
    });
    let log = json!({ "clientId": client, "kind": "CALL", "note": "Hello." });
    let mutation = "mutation ($input: TouchpointLogInput!) { touchpointLog(input: $input) { touchpoint { id } } }";
    let may_log = async |by| {
        let answer = app.graphql(by, mutation, json!({ "input": log })).await;
        answer.get("errors").is_none()
    };
    let handover = created(app, &olga, input).await;
    advance_to(app, &dana, &handover, "SHADOWING").await;
    assert!(!may_log(&sam).await, "Sam only looks on yet");
    advance_to_transferred(app, &sam, &handover).await;

    let letters = app.mails_at("2026-11-23T08:00:00Z").await;
    let prompts: Vec<String> = told(&letters)
        .into_iter()
        .filter(|mail| mail.ends_with("prompt"))
        .collect();
    assert_eq!(prompts, ["sam@example.com prompt"]);
    assert!(!may_log(&dana).await, "Dana has handed over");
    assert!(may_log(&sam).await);
    let document = "query ($id: ID!) { client(id: $id) { accountable { side person { name } }
        responsibilities { responsibility { side } accountable { person { name } } } } }";
    let data = app.ask(&olga, document, json!({ "id": client })).await;
    let expected = json!([{ "side": "CLIENT", "person": { "name": "Sam" } }]);
    assert_eq!(data["client"]["accountable"], expected);
    let of_client_side = data["client"]["responsibilities"]
        .as_array()
        .unwrap()
        .iter();
    let of_client_side: Vec<&Value> = of_client_side
        .filter(|line| line["responsibility"]["side"] == "CLIENT")
        .collect();
    assert!(!of_client_side.is_empty());
    for line in of_client_side {
        assert_eq!(line["accountable"]["person"]["name"], "Sam", "{line:#}");
    }
}

async fn advance_to_transferred(app: &TestApp, by: &crate::support::app::Actor, handover: &Value) {
    let payload = advance(app, by, handover, "TRANSFERRED").await;
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
}
