//! What may not be handed over, and not at once.

use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{Agency, advance_to, created, global, refusal};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    both_sides_of_a_client_stay_two_weeks_apart_unless_the_owner_says_why,
    nothing_is_handed_over_twice_at_once,
    only_what_somebody_is_accountable_for_is_handed_over,
    a_handover_is_refused_with_every_reason_at_once,
);

async fn both_sides_of_a_client_stay_two_weeks_apart_unless_the_owner_says_why(app: &TestApp) {
    let agency = Agency::of(app).await;
    created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let mut other = agency.dana_to_sam("PROJECT");
    let why = "The client's other side moves within 14 days of this. Choose a later day, or say in `overrideReason` why both may move at once.";
    for day in ["2026-11-23", "2026-11-30", "2026-12-04"] {
        other["startsOn"] = json!(day);
        let payload = app
            .change(
                &agency.olga,
                "handoverCreate",
                other.clone(),
                "handover { id }",
            )
            .await;
        assert_eq!(refusal(&payload), ("startsOn", why), "{day}");
    }
    let mut at_once = other.clone();
    at_once["overrideReason"] = json!("Dana leaves.");
    let payload = app
        .done(
            &agency.olga,
            "handoverCreate",
            at_once,
            "handover { id reason }",
        )
        .await;
    assert_eq!(
        payload["handover"]["reason"],
        "Each does what suits them.\nBoth sides within 14 days: Dana leaves."
    );
    let cancel = json!({ "id": payload["handover"]["id"], "reason": "Dana stays." });
    app.done(&agency.olga, "handoverCancel", cancel, "").await;
    other["startsOn"] = json!("2026-12-07");
    created(app, &agency.olga, other).await;
}

async fn nothing_is_handed_over_twice_at_once(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mut shop = agency.dana_to_sam("CLIENT");
    shop["projectIds"] = json!([agency.shop]);
    let first = created(app, &agency.olga, shop.clone()).await;
    let why = "Some of this is being handed over already: move that handover on, or cancel it.";
    for again in [shop.clone(), agency.dana_to_sam("CLIENT")] {
        let payload = app
            .change(&agency.olga, "handoverCreate", again, "handover { id }")
            .await;
        assert_eq!(refusal(&payload), ("clientId", why));
    }
    let mut blog = shop.clone();
    blog["projectIds"] = json!([agency.blog]);
    created(app, &agency.olga, blog).await;
    // Once it has transferred it may go on to somebody else, before the client has confirmed.
    advance_to(app, &agency.olga, &first, "TRANSFERRED").await;
    let pat = app.manager("Pat").await;
    shop["fromPersonId"] = json!(global(Kind::Person, agency.sam.person.id));
    shop["toPersonId"] = json!(global(Kind::Person, pat.person.id));
    created(app, &agency.olga, shop).await;
}

async fn only_what_somebody_is_accountable_for_is_handed_over(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mut from_sam = agency.dana_to_sam("PROJECT");
    from_sam["fromPersonId"] = json!(global(Kind::Person, agency.sam.person.id));
    from_sam["toPersonId"] = json!(global(Kind::Person, agency.dana.person.id));
    let payload = app
        .change(
            &agency.olga,
            "handoverCreate",
            from_sam.clone(),
            "handover { id }",
        )
        .await;
    let why = "This person is not accountable today for the PROJECT side of Acme.";
    assert_eq!(refusal(&payload), ("fromPersonId", why));
    from_sam["projectIds"] = json!([agency.shop, agency.blog]);
    let payload = app
        .change(&agency.olga, "handoverCreate", from_sam, "handover { id }")
        .await;
    let why = "This person is not accountable today for the PROJECT side of Blog, Shop.";
    assert_eq!(refusal(&payload), ("fromPersonId", why));
}

async fn a_handover_is_refused_with_every_reason_at_once(app: &TestApp) {
    let agency = Agency::of(app).await;
    let dana = global(Kind::Person, agency.dana.person.id);
    let wrong = json!({
        "clientId": global(Kind::Client, agency.acme.id), "side": "CLIENT", "startsOn": "2026-11-20",
        "fromPersonId": dana, "toPersonId": dana, "reason": " ", "projectIds": [],
    });
    let payload = app
        .change(&agency.olga, "handoverCreate", wrong, "handover { id }")
        .await;
    let fields: Vec<&Value> = payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["field"][0])
        .collect();
    assert_eq!(fields, ["startsOn", "toPersonId", "projectIds", "reason"]);
    for (by, code) in [(&agency.dana, "FORBIDDEN"), (&agency.sam, "FORBIDDEN")] {
        let document = "mutation ($input: HandoverCreateInput!) { handoverCreate(input: $input) { handover { id } } }";
        let input = json!({ "input": agency.dana_to_sam("CLIENT") });
        let answer = app.graphql(by, document, input).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], code,
            "{answer:#}"
        );
    }
}
