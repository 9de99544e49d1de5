//! What a programme says of itself, changed while it runs.

use serde_json::{Value, json};

use super::agency::{asked, started};
use crate::handovers::{Agency, refusal};
use crate::support::app::{Actor, TestApp, on_both_databases};

on_both_databases!(
    an_owner_words_a_running_programme_anew_and_its_history_says_so,
    what_is_over_or_empty_or_changed_meanwhile_is_refused,
);

async fn update(app: &TestApp, by: &Actor, programme: &Value, edit: Value) -> Value {
    let mut input = json!({ "id": programme["id"] });
    let fields = input.as_object_mut().unwrap();
    fields.extend(edit.as_object().unwrap().clone());
    let selection = "programme { name reason benefit wayForward version }";
    app.change(by, "programmeUpdate", input, selection).await
}

async fn an_owner_words_a_running_programme_anew_and_its_history_says_so(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = started(app, &agency.olga, "2026-11-23").await;
    app.set_clock("2026-11-24T09:00:00Z");
    let edit = json!({ "benefit": " One person who answers. ", "expectedVersion": 1 });
    let payload = update(app, &agency.olga, &programme, edit).await;
    let expected = json!({
        "name": "The split", "reason": "Two halves of one job pull against each other.",
        "benefit": "One person who answers.", "wayForward": "You call whom you call today, until we meet.",
        "version": 2,
    });
    assert_eq!(payload["programme"], expected, "{payload:#}");
    app.set_clock("2026-11-24T10:00:00Z");
    let edit = json!({ "name": "Two hats", "reason": "Why not?", "wayForward": "As ever." });
    let payload = update(app, &agency.olga, &programme, edit).await;
    assert_eq!(payload["programme"]["name"], "Two hats", "{payload:#}");
    let selection = "reason benefit wayForward history(first: 2) { nodes { action by fields { name before after } } }";
    let told = asked(app, &agency.dana, &programme, selection).await;
    assert_eq!(
        (&told["reason"], &told["benefit"], &told["wayForward"]),
        (
            &json!("Why not?"),
            &json!("One person who answers."),
            &json!("As ever.")
        )
    );
    let first = &told["history"]["nodes"][1];
    assert_eq!(
        (&first["action"], &first["by"]),
        (&json!("UPDATED"), &json!("Olga"))
    );
    let benefit = json!({
        "name": "benefit", "before": "\"You have somebody who has time for you.\"", "after": "\"One person who answers.\"",
    });
    let fields = first["fields"].as_array().unwrap();
    assert!(fields.contains(&benefit), "{first:#}");
}

async fn what_is_over_or_empty_or_changed_meanwhile_is_refused(app: &TestApp) {
    let agency = Agency::of(app).await;
    let programme = started(app, &agency.olga, "2026-11-23").await;
    let edit = json!({ "name": " ", "reason": "", "benefit": "x".repeat(5_001) });
    let payload = update(app, &agency.olga, &programme, edit).await;
    let errors = payload["userErrors"].as_array().unwrap().iter();
    let fields: Vec<&Value> = errors.map(|error| &error["field"][0]).collect();
    assert_eq!(fields, ["name", "reason", "benefit"]);

    let edit = json!({ "name": "Two hats", "expectedVersion": 7 });
    let stale = update(app, &agency.olga, &programme, edit).await;
    assert_eq!(stale["userErrors"][0]["code"], "STALE_VERSION");
    assert_eq!(stale["programme"]["name"], "The split");

    let document = "mutation ($input: ProgrammeUpdateInput!) { programmeUpdate(input: $input) { programme { id } } }";
    let input = json!({ "input": { "id": programme["id"], "name": "Mine" } });
    let answer = app.graphql(&agency.dana, document, input).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");

    let cancel = json!({ "id": programme["id"], "reason": "Not this year." });
    app.done(&agency.olga, "programmeCancel", cancel, "").await;
    let late = json!({ "name": "Two hats" });
    let payload = update(app, &agency.olga, &programme, late).await;
    assert_eq!(
        refusal(&payload),
        ("id", "It is over: its texts no longer change.")
    );
}
