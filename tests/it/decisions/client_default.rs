//! The default of a client, which its projects follow until they are decided themselves.

use serde_json::{Value, json};

use super::agency::{Agency, refusals, sentence};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;
use crate::support::tables::contents;

on_both_databases!(
    projects_without_a_decision_of_their_own_follow_their_client,
    a_default_is_recommended_on_the_client_alone,
    a_default_is_flagged_and_refused_as_a_decision_is,
);

const CLIENT: &str = "client { version decision { leadMode recommended reason client { name } project { name } scores { complexity } } }";

async fn by_default(agency: &Agency<'_>, lead_mode: Value, reason: &str) -> Value {
    let input = json!({ "id": agency.client(), "leadMode": lead_mode, "reason": reason });
    agency
        .app
        .done(&agency.dana, "clientLeadDecide", input, CLIENT)
        .await
}

/// Lead mode, whose decision it rests on, and the version.
async fn led(agency: &Agency<'_>, project: &str) -> (String, Value, Value) {
    let selection = "leadMode version decision { client { name } project { name } }";
    let shown = agency.sees(project, selection).await;
    let of = match &shown["decision"] {
        Value::Null => Value::Null,
        decision if decision["project"].is_null() => decision["client"]["name"].clone(),
        decision => decision["project"]["name"].clone(),
    };
    (
        shown["leadMode"].as_str().unwrap().to_owned(),
        of,
        shown["version"].clone(),
    )
}

async fn projects_without_a_decision_of_their_own_follow_their_client(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    let own = agency.project("Own").await;
    agency.decides(&own, "JOINT", "").await;
    let ran_before = app
        .insert(rows::project(agency.acme.id, "Ran before", app.now()))
        .await;
    let ran_before = meridian::graphql::id::Kind::Project.text(ran_before.id);

    let payload = by_default(&agency, json!("ACCOUNT_LED"), "They like to talk.").await;
    assert_eq!(
        payload["client"],
        json!({ "version": 2, "decision": {
            "leadMode": "ACCOUNT_LED", "recommended": "JOINT", "reason": "They like to talk.",
            "client": { "name": "Acme" }, "project": null, "scores": { "complexity": null },
        } })
    );
    let led_by = |mode: &str, of: Value, version: i64| (mode.to_owned(), of, json!(version));
    assert_eq!(
        led(&agency, &web).await,
        led_by("ACCOUNT_LED", json!("Acme"), 2)
    );
    assert_eq!(led(&agency, &own).await, led_by("JOINT", json!("Own"), 2));
    assert_eq!(
        led(&agency, &ran_before).await,
        led_by("JOINT", Value::Null, 1)
    );
    let later = agency.project("Later").await;
    assert_eq!(
        led(&agency, &later).await,
        led_by("ACCOUNT_LED", json!("Acme"), 1)
    );

    by_default(&agency, json!("PRODUCTION_LED"), "They stopped.").await;
    assert_eq!(
        led(&agency, &web).await,
        led_by("PRODUCTION_LED", json!("Acme"), 3)
    );
    agency.decides(&later, "JOINT", "").await;
    app.set_clock("2026-11-24T09:00:00Z");
    by_default(&agency, Value::Null, "One by one.").await;
    assert_eq!(led(&agency, &web).await, led_by("JOINT", Value::Null, 4));
    assert_eq!(
        led(&agency, &later).await,
        led_by("JOINT", json!("Later"), 3)
    );

    let document = "query ($id: ID!) { project(id: $id) { history(first: 1) { nodes { by fields { name after } } } } }";
    let told = app.ask(&agency.olga, document, json!({ "id": web })).await;
    let told = &told["project"]["history"]["nodes"][0];
    assert_eq!(told["by"], "Dana");
    let reason = json!({ "name": "reason", "after": "\"No default of Acme. One by one.\"" });
    assert!(
        told["fields"].as_array().unwrap().contains(&reason),
        "{told:#}"
    );
}

async fn a_default_is_recommended_on_the_client_alone(app: &TestApp) {
    let agency = Agency::of(app).await;
    agency
        .project_with(
            "Hard",
            json!({ "complexity": 5, "delivery": 5, "volatility": 5 }),
        )
        .await;
    agency.profile(json!({ "communication": 5 })).await;
    let document = "query ($id: ID!) { client(id: $id) { decision { id } recommendation { leadMode delta standing } } }";
    let client = json!({ "id": agency.client() });
    let shown = app.ask(&agency.mia, document, client.clone()).await;
    let recommendation = json!({ "leadMode": "ACCOUNT_LED", "delta": 20, "standing": null });
    assert_eq!(
        shown["client"],
        json!({ "decision": null, "recommendation": recommendation })
    );
    by_default(&agency, json!("ACCOUNT_LED"), "").await;
    let shown = app.ask(&agency.mia, document, client).await;
    assert_eq!(shown["client"]["recommendation"]["standing"], "ACCOUNT_LED");
}

async fn a_default_is_flagged_and_refused_as_a_decision_is(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    let input = |lead_mode: Value| json!({ "id": agency.client(), "leadMode": lead_mode });
    let before = contents(app).await;
    let refused = agency
        .try_to("clientLeadDecide", input(json!("ACCOUNT_LED")))
        .await;
    assert_eq!(refusals(&refused), [("reason", "INVALID")]);
    let refused = agency.try_to("clientLeadDecide", input(Value::Null)).await;
    assert_eq!(refusals(&refused), [("leadMode", "NOT_ALLOWED_NOW")]);
    assert_eq!(sentence(&refused), "Acme has no default to take back.");
    assert_eq!(contents(app).await, before);

    by_default(&agency, json!("JOINT"), "").await;
    let stale = json!({ "id": agency.client(), "leadMode": "JOINT", "expectedVersion": 1 });
    let refused = app
        .change(
            &agency.dana,
            "clientLeadDecide",
            stale,
            "client { version }",
        )
        .await;
    assert_eq!(refusals(&refused), [("expectedVersion", "STALE_VERSION")]);
    assert_eq!(refused["client"]["version"], 2);
    agency
        .profile(json!({ "communication": 5, "growth": 4 }))
        .await;
    let flagged = agency
        .sees(&web, "decision { reDecide { recommended } }")
        .await;
    assert_eq!(
        flagged["decision"]["reDecide"],
        json!({ "recommended": "ACCOUNT_LED" })
    );
    let document = "{ projects(filter: { reDecide: true }) { nodes { name } } }";
    let listed = app.ask(&agency.mia, document, json!({})).await;
    assert_eq!(listed["projects"]["nodes"], json!([{ "name": "Web" }]));
}
