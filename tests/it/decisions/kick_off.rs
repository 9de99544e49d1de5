//! A project becomes ACTIVE only with a decision made or re-confirmed at its kick-off (R3).

use serde_json::{Value, json};

use super::agency::{Agency, refusals, sentence};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;

on_both_databases!(
    no_way_leads_to_active_without_a_decision,
    a_decision_opens_the_gate_for_one_kick_off,
    a_decision_that_the_profile_has_outrun_does_not_open_it,
    a_word_at_the_kick_off_makes_or_confirms_the_decision,
    a_client_s_default_does_not_open_the_gate,
    what_is_decided_while_a_project_runs_does_not_serve_its_next_kick_off,
    a_kick_off_logs_a_touchpoint_and_starts_the_cadence,
);

async fn stand(agency: &Agency<'_>, project: &str, status: &str) {
    let input = json!({ "id": project, "status": status });
    agency.does("projectStatusSet", input).await;
}

async fn kick_off(agency: &Agency<'_>, project: &str) -> Value {
    let input = json!({ "id": project, "status": "ACTIVE" });
    agency.try_to("projectStatusSet", input).await
}

async fn no_way_leads_to_active_without_a_decision(app: &TestApp) {
    let agency = Agency::of(app).await;
    let mut ways = Vec::new();
    for (name, statuses) in [
        ("Proposed", vec![]),
        ("Back burner", vec!["BACK_BURNER"]),
        ("Completed", vec!["BACK_BURNER", "COMPLETED"]),
        ("Cancelled", vec!["CANCELLED"]),
    ] {
        let project = agency.project(name).await;
        for status in statuses {
            stand(&agency, &project, status).await;
        }
        ways.push(project);
    }
    let before = contents(app).await;
    for project in &ways {
        let refused = kick_off(&agency, project).await;
        assert_eq!(refusals(&refused), [("leadMode", "INVALID")]);
        let said = sentence(&refused);
        assert!(said.contains("say which side leads"), "{said}");
        assert!(said.ends_with("Its profile recommends JOINT."), "{said}");
    }
    let create = json!({ "clientId": agency.client(), "name": "At once", "status": "ACTIVE" });
    let refused = agency.try_to("projectCreate", create).await;
    assert_eq!(refusals(&refused), [("leadMode", "INVALID")]);
    assert_eq!(contents(app).await, before);

    for project in &ways {
        agency.decides(project, "JOINT", "").await;
        let payload = kick_off(&agency, project).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
    }
}

async fn a_decision_opens_the_gate_for_one_kick_off(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    agency
        .decides(&web, "ACCOUNT_LED", "They like to talk.")
        .await;
    stand(&agency, &web, "ACTIVE").await;
    let selection = "leadMode kickedOffOn decision { kickedOffOn history { totalCount } } decisions { totalCount }";
    let document = format!("query ($id: ID!) {{ project(id: $id) {{ {selection} }} }}");
    let shown = app.ask(&agency.olga, &document, json!({ "id": web })).await;
    assert_eq!(
        shown["project"],
        json!({
            "leadMode": "ACCOUNT_LED", "kickedOffOn": "2026-11-23",
            "decision": { "kickedOffOn": "2026-11-23", "history": { "totalCount": 2 } }, "decisions": { "totalCount": 1 },
        })
    );

    stand(&agency, &web, "BACK_BURNER").await;
    let refused = kick_off(&agency, &web).await;
    assert_eq!(refusals(&refused), [("leadMode", "INVALID")]);
    let served = "ACCOUNT_LED was decided for the kick-off of 2026-11-23.";
    assert!(sentence(&refused).ends_with(served), "{refused:#}");
    app.set_clock("2026-12-01T10:00:00Z");
    agency.decides(&web, "ACCOUNT_LED", "They still do.").await;
    stand(&agency, &web, "ACTIVE").await;
    let shown = agency
        .sees(&web, "decisions { nodes { kickedOffOn reason } }")
        .await;
    assert_eq!(
        shown["decisions"]["nodes"],
        json!([
            { "kickedOffOn": "2026-12-01", "reason": "They still do." },
            { "kickedOffOn": "2026-11-23", "reason": "They like to talk." },
        ])
    );
}

async fn a_decision_that_the_profile_has_outrun_does_not_open_it(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    agency.decides(&web, "JOINT", "As recommended.").await;
    let harder = json!({ "id": web, "complexity": 5, "delivery": 5, "volatility": 5 });
    app.done(&agency.olga, "projectUpdate", harder, "project { id }")
        .await;
    let refused = kick_off(&agency, &web).await;
    assert_eq!(refusals(&refused), [("leadMode", "INVALID")]);
    let changed = "The profile has changed since JOINT was decided on 2026-11-23: it recommends PRODUCTION_LED now.";
    assert!(sentence(&refused).starts_with(changed), "{refused:#}");
    agency
        .decides(&web, "PRODUCTION_LED", "It has grown.")
        .await;
    stand(&agency, &web, "ACTIVE").await;
}

async fn a_word_at_the_kick_off_makes_or_confirms_the_decision(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    let input = |lead_mode: &str, reason: Value| json!({ "id": web, "status": "ACTIVE", "leadMode": lead_mode, "reason": reason });
    let refused = agency
        .try_to("projectStatusSet", input("PRODUCTION_LED", Value::Null))
        .await;
    assert_eq!(refusals(&refused), [("reason", "INVALID")]);
    agency
        .does(
            "projectStatusSet",
            input("PRODUCTION_LED", json!("A rebuild.")),
        )
        .await;
    stand(&agency, &web, "BACK_BURNER").await;
    // Decided beforehand, and said again: the one decision serves.
    let shop = agency.project("Shop").await;
    agency.decides(&shop, "JOINT", "").await;
    // Decided beforehand, and something else said: that is another.
    let blog = agency.project("Blog").await;
    agency.decides(&blog, "JOINT", "").await;

    app.set_clock("2026-11-24T09:00:00Z");
    agency
        .does("projectStatusSet", input("JOINT", Value::Null))
        .await;

    let again = json!({ "id": shop, "status": "ACTIVE", "leadMode": "JOINT" });
    agency.does("projectStatusSet", again).await;
    let other = json!({ "id": blog, "status": "ACTIVE", "leadMode": "ACCOUNT_LED", "reason": "New buyers." });
    agency.does("projectStatusSet", other).await;
    let at_once = json!({ "status": "ACTIVE", "leadMode": "JOINT", "kickedOffOn": "2026-02-02" });
    let running = agency.project_with("Running", at_once).await;
    for (project, expected) in [
        (
            &web,
            json!([
                { "leadMode": "JOINT", "reason": "", "kickedOffOn": "2026-11-24" },
                { "leadMode": "PRODUCTION_LED", "reason": "A rebuild.", "kickedOffOn": "2026-11-23" },
            ]),
        ),
        (
            &shop,
            json!([{ "leadMode": "JOINT", "reason": "", "kickedOffOn": "2026-11-24" }]),
        ),
        (
            &blog,
            json!([
                { "leadMode": "ACCOUNT_LED", "reason": "New buyers.", "kickedOffOn": "2026-11-24" },
                { "leadMode": "JOINT", "reason": "", "kickedOffOn": null },
            ]),
        ),
        (
            &running,
            json!([{ "leadMode": "JOINT", "reason": "", "kickedOffOn": "2026-02-02" }]),
        ),
    ] {
        let selection = "leadMode decisions { nodes { leadMode reason kickedOffOn } }";
        let shown = agency.sees(project, selection).await;
        assert_eq!(shown["decisions"]["nodes"], expected);
        assert_eq!(shown["leadMode"], expected[0]["leadMode"]);
    }
}

async fn a_client_s_default_does_not_open_the_gate(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    let default = json!({ "id": agency.client(), "leadMode": "JOINT" });
    agency.does("clientLeadDecide", default).await;
    assert_eq!(
        refusals(&kick_off(&agency, &web).await),
        [("leadMode", "INVALID")]
    );
    let confirmed = json!({ "id": web, "status": "ACTIVE", "leadMode": "JOINT" });
    agency.does("projectStatusSet", confirmed).await;
    let shown = agency.sees(&web, "decision { project { name } }").await;
    assert_eq!(shown["decision"]["project"]["name"], "Web");
}

async fn what_is_decided_while_a_project_runs_does_not_serve_its_next_kick_off(app: &TestApp) {
    let agency = Agency::of(app).await;
    let running = json!({ "status": "ACTIVE", "leadMode": "JOINT" });
    let web = agency.project_with("Web", running).await;
    app.set_clock("2026-12-07T10:00:00Z");
    let decided = agency
        .decides(&web, "ACCOUNT_LED", "New people there.")
        .await;
    assert_eq!(decided["decision"]["kickedOffOn"], "2026-11-23");
    stand(&agency, &web, "BACK_BURNER").await;
    assert_eq!(
        refusals(&kick_off(&agency, &web).await),
        [("leadMode", "INVALID")]
    );
}

async fn a_kick_off_logs_a_touchpoint_and_starts_the_cadence(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    agency.decides(&web, "JOINT", "").await;
    let on = json!({ "id": web, "status": "ACTIVE", "on": "2026-11-20" });
    agency.does("projectStatusSet", on).await;
    let document = "{ touchpoints { nodes { kind occurredOn project { name } person { name } } } updatesDue { nodes { dueOn client { name } } } }";
    let shown = app.ask(&agency.olga, document, json!({})).await;
    assert_eq!(
        shown["touchpoints"]["nodes"],
        json!([{ "kind": "KICKOFF", "occurredOn": "2026-11-20", "project": { "name": "Web" }, "person": { "name": "Dana" } }])
    );
    app.set_clock("2026-11-27T10:00:00Z");
    let shown = app.ask(&agency.olga, document, json!({})).await;
    assert_eq!(
        shown["updatesDue"]["nodes"],
        json!([{ "dueOn": "2026-11-27", "client": { "name": "Acme" } }])
    );
}
