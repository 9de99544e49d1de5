//! Forward one stage at a time, or cancelled (R8).

use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{Agency, advance, advance_to, created, global, refusal};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_handover_goes_forward_one_stage_at_a_time_and_only_transferring_moves_anybody,
    a_stage_that_is_not_the_next_is_refused,
    owners_and_the_two_people_of_it_move_it_on_and_nobody_else,
    cancelling_says_why_and_leaves_everything_as_it_was,
    what_has_moved_is_not_cancelled_but_handed_back,
    of_two_who_move_it_on_at_once_one_is_told_to_read_again,
    what_nobody_may_see_is_not_there,
);

async fn a_handover_goes_forward_one_stage_at_a_time_and_only_transferring_moves_anybody(
    app: &TestApp,
) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let before = agency.assignments(app).await;
    for stage in ["ANNOUNCED", "INTRODUCED", "SHADOWING"] {
        let payload = advance(app, &agency.dana, &handover, stage).await;
        assert_eq!(payload["handover"]["stage"], stage, "{payload:#}");
        assert_eq!(agency.assignments(app).await, before, "{stage}");
    }
    app.set_clock("2026-12-21T09:00:00Z");
    advance_to_next(app, &agency, &handover, "TRANSFERRED").await;
    assert_ne!(agency.assignments(app).await, before);
    app.set_clock("2026-12-21T10:00:00Z");
    let input = json!({ "id": handover["id"], "stage": "CONFIRMED", "note": "They are content." });
    let selection = "handover { stage points transferredOn nextStep { id }
        steps { stage owner { name } dueOn reachedOn reachedBy { name } history { nodes { action } } }
        history(first: 1) { nodes { by fields { name after } } } }";
    let payload = app
        .done(&agency.sam, "handoverAdvance", input, selection)
        .await;
    let told = &payload["handover"];
    assert_eq!(
        (
            &told["stage"],
            &told["points"],
            &told["transferredOn"],
            &told["nextStep"]
        ),
        (
            &json!("CONFIRMED"),
            &json!(100),
            &json!("2026-12-21"),
            &Value::Null
        )
    );
    let steps: Vec<String> = told["steps"].as_array().unwrap().iter().map(step).collect();
    assert_eq!(
        steps,
        [
            "ANNOUNCED by Dana, due 2026-11-23, reached 2026-11-23",
            "INTRODUCED by Dana, due 2026-11-30, reached 2026-11-23",
            "SHADOWING by Dana, due 2026-12-07, reached 2026-11-23",
            "TRANSFERRED by Dana, due 2026-12-21, reached 2026-12-21",
            "CONFIRMED by Sam, due 2027-01-04, reached 2026-12-21",
        ]
    );
    let history = &told["history"]["nodes"][0];
    assert_eq!(history["by"], "Sam");
    let fields = history["fields"].as_array().unwrap();
    let note = json!({ "name": "reason", "after": "\"They are content.\"" });
    assert!(fields.contains(&note), "{history:#}");
}

async fn advance_to_next(app: &TestApp, agency: &Agency, handover: &Value, stage: &str) {
    let payload = advance(app, &agency.olga, handover, stage).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
}

fn step(step: &Value) -> String {
    let text = |name: &str| step[name].as_str().unwrap_or("never").to_owned();
    format!(
        "{} by {}, due {}, reached {}",
        text("stage"),
        step["owner"]["name"].as_str().unwrap(),
        text("dueOn"),
        text("reachedOn")
    )
}

async fn a_stage_that_is_not_the_next_is_refused(app: &TestApp) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    for (stage, why) in [
        (
            "INTRODUCED",
            "It is PLANNED: ANNOUNCED comes next, one stage at a time.",
        ),
        (
            "TRANSFERRED",
            "It is PLANNED: ANNOUNCED comes next, one stage at a time.",
        ),
        (
            "PLANNED",
            "It is PLANNED: ANNOUNCED comes next, one stage at a time.",
        ),
        (
            "CANCELLED",
            "It is PLANNED: ANNOUNCED comes next, one stage at a time.",
        ),
    ] {
        assert_eq!(
            refusal(&advance(app, &agency.olga, &handover, stage).await),
            ("stage", why)
        );
    }
    advance_to(app, &agency.olga, &handover, "SHADOWING").await;
    let back = advance(app, &agency.olga, &handover, "INTRODUCED").await;
    let why = "It is SHADOWING: TRANSFERRED comes next, one stage at a time.";
    assert_eq!(refusal(&back), ("stage", why));
    app.set_clock("2026-11-25T09:00:00Z");
    for (on, why) in [
        ("2026-11-26", "It is only 2026-11-25."),
        (
            "2026-11-24",
            "Accountability moves on the day this is noted: today, 2026-11-25.",
        ),
    ] {
        let input = json!({ "id": handover["id"], "stage": "TRANSFERRED", "on": on });
        let payload = app
            .change(&agency.olga, "handoverAdvance", input, "handover { id }")
            .await;
        assert_eq!(refusal(&payload), ("on", why));
    }
    for stage in ["TRANSFERRED", "CONFIRMED"] {
        advance_to_next(app, &agency, &handover, stage).await;
    }
    let over = advance(app, &agency.olga, &handover, "CONFIRMED").await;
    assert_eq!(
        refusal(&over),
        ("stage", "It is CONFIRMED and goes no further.")
    );
}

async fn owners_and_the_two_people_of_it_move_it_on_and_nobody_else(app: &TestApp) {
    let agency = Agency::of(app).await;
    let (pat, mia) = (app.manager("Pat").await, app.member("Mia").await);
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let mutation = "mutation ($input: HandoverAdvanceInput!) { handoverAdvance(input: $input) { handover { id } } }";
    let input = json!({ "input": { "id": handover["id"], "stage": "ANNOUNCED" } });
    for (by, code) in [(&pat, "FORBIDDEN"), (&mia, "NOT_FOUND")] {
        let answer = app.graphql(by, mutation, input.clone()).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], code,
            "{answer:#}"
        );
    }
    for (by, stage) in [
        (&agency.dana, "ANNOUNCED"),
        (&agency.sam, "INTRODUCED"),
        (&agency.olga, "SHADOWING"),
        // Sam is accountable for nothing of Acme's yet: the handover itself lets him take over.
        (&agency.sam, "TRANSFERRED"),
    ] {
        let payload = advance(app, by, &handover, stage).await;
        assert_eq!(payload["handover"]["stage"], stage, "{payload:#}");
    }
    let cancel = "mutation ($input: HandoverCancelInput!) { handoverCancel(input: $input) { handover { id } } }";
    let input = json!({ "input": { "id": handover["id"], "reason": "no" } });
    let answer = app.graphql(&agency.dana, cancel, input).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
        "{answer:#}"
    );
}

async fn cancelling_says_why_and_leaves_everything_as_it_was(app: &TestApp) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let before = agency.assignments(app).await;
    advance_to(app, &agency.olga, &handover, "SHADOWING").await;
    let input = json!({ "id": handover["id"], "reason": "Acme asked for Dana." });
    let selection = "handover { stage cancelReason }";
    let payload = app
        .done(&agency.olga, "handoverCancel", input.clone(), selection)
        .await;
    assert_eq!(
        payload["handover"],
        json!({ "stage": "CANCELLED", "cancelReason": "Acme asked for Dana." })
    );
    assert_eq!(agency.assignments(app).await, before);
    let again = app
        .change(&agency.olga, "handoverCancel", input, "handover { id }")
        .await;
    assert_eq!(refusal(&again), ("id", "It is cancelled already."));
    let on = advance(app, &agency.olga, &handover, "TRANSFERRED").await;
    assert_eq!(
        refusal(&on),
        ("stage", "It is CANCELLED and goes no further.")
    );
    // What was called off stands in nobody's way.
    created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
}

async fn what_has_moved_is_not_cancelled_but_handed_back(app: &TestApp) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    advance_to(app, &agency.olga, &handover, "TRANSFERRED").await;
    let input = json!({ "id": handover["id"], "reason": "Acme asked for Dana." });
    let payload = app
        .change(&agency.olga, "handoverCancel", input, "handover { id }")
        .await;
    let why = "The accountability has moved already. To undo it, make a handover back.";
    assert_eq!(refusal(&payload), ("id", why));

    let mut back = agency.dana_to_sam("CLIENT");
    back["fromPersonId"] = json!(global(Kind::Person, agency.sam.person.id));
    back["toPersonId"] = json!(global(Kind::Person, agency.dana.person.id));
    let back = created(app, &agency.olga, back).await;
    advance_to(app, &agency.olga, &back, "CONFIRMED").await;
    assert_eq!(
        agency.accountable(app, &agency.shop).await,
        ["CLIENT Dana", "PROJECT Dana"]
    );
}

async fn of_two_who_move_it_on_at_once_one_is_told_to_read_again(app: &TestApp) {
    let agency = Agency::of(app).await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let replica = app.started_again().await;
    let input = json!({
        "id": handover["id"], "stage": "ANNOUNCED", "expectedVersion": handover["version"],
    });
    let selection = "handover { version stage }";
    let (one, other) = tokio::join!(
        app.change(&agency.dana, "handoverAdvance", input.clone(), selection),
        replica.change(&agency.sam, "handoverAdvance", input, selection),
    );
    replica.stop().await;
    let done = |payload: &Value| payload["userErrors"] == json!([]);
    assert!(done(&one) != done(&other), "{one:#} {other:#}");
    let late = if done(&one) { other } else { one };
    assert_eq!(late["userErrors"][0]["code"], "STALE_VERSION", "{late:#}");
    assert_eq!(
        late["handover"],
        json!({ "version": 2, "stage": "ANNOUNCED" })
    );
}

async fn what_nobody_may_see_is_not_there(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mia = app.member("Mia").await;
    let handover = created(app, &agency.olga, agency.dana_to_sam("CLIENT")).await;
    let document = "query ($id: ID!, $client: ID!) { handover(id: $id) { id } node(id: $id) { id }
        handovers { totalCount } client(id: $client) { handovers { totalCount } } }";
    let client = global(Kind::Client, agency.acme.id);
    let variables = json!({ "id": handover["id"], "client": client });
    let seen = app.ask(&agency.dana, document, variables.clone()).await;
    assert_eq!(seen["handover"]["id"], handover["id"]);
    assert_eq!(seen["node"]["id"], handover["id"]);
    assert_eq!(seen["handovers"]["totalCount"], 1);
    assert_eq!(seen["client"]["handovers"]["totalCount"], 1);
    let hidden = app.ask(&mia, document, variables).await;
    assert_eq!(
        hidden,
        json!({
            "handover": null, "node": null, "handovers": { "totalCount": 0 },
            "client": { "handovers": { "totalCount": 0 } },
        })
    );
}
