//! A decision is flagged when it is to be made again.

use meridian::entity::setting;
use serde_json::json;

use super::agency::Agency;
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_decision_stands_until_the_profile_passes_the_threshold_by_the_hysteresis,
    an_override_is_not_flagged_for_being_one,
    a_decision_is_flagged_when_it_is_a_year_old,
    an_owner_may_set_after_how_many_months,
);

const FLAGGED: &str = "decision { reDecide { recommended why } }";

async fn listed(agency: &Agency<'_>, re_decide: bool) -> Vec<String> {
    let document =
        "query ($filter: ProjectFilter!) { projects(filter: $filter) { nodes { name } } }";
    let filter = json!({ "filter": { "reDecide": re_decide } });
    let data = agency.app.ask(&agency.mia, document, filter).await;
    let nodes = data["projects"]["nodes"].as_array().unwrap();
    let name = |node: &serde_json::Value| node["name"].as_str().unwrap().to_owned();
    nodes.iter().map(name).collect()
}

async fn a_decision_stands_until_the_profile_passes_the_threshold_by_the_hysteresis(app: &TestApp) {
    let agency = Agency::of(app).await;
    let (web, other) = (agency.project("Web").await, agency.project("Other").await);
    // 70 against 50.
    agency.profile(json!({ "communication": 5 })).await;
    agency.decides(&web, "ACCOUNT_LED", "").await;
    for (scores, delta, flagged) in [
        (json!({ "sensitivity": 2 }), 12, false),
        (json!({ "communication": 4 }), 2, true),
        (json!({ "communication": 5 }), 12, false),
    ] {
        agency.profile(scores).await;
        let shown = agency
            .sees(
                &web,
                "recommendation { delta } decision { reDecide { recommended why } }",
            )
            .await;
        assert_eq!(shown["recommendation"]["delta"], delta);
        let re_decide = &shown["decision"]["reDecide"];
        assert_eq!(!re_decide.is_null(), flagged, "{shown:#}");
        let expected: &[&str] = if flagged { &["Web"] } else { &[] };
        assert_eq!(listed(&agency, true).await, expected);
        if flagged {
            assert_eq!(re_decide["recommended"], "JOINT");
            let why =
                "The profile recommends JOINT now; when it was decided it recommended ACCOUNT_LED.";
            assert_eq!(re_decide["why"], why);
            assert_eq!(listed(&agency, false).await, ["Other"]);
        }
    }

    // Of another that nothing was decided for, 12 is not enough.
    let undecided = agency.sees(&other, "recommendation { leadMode }").await;
    assert_eq!(undecided["recommendation"]["leadMode"], "JOINT");

    // Made again on the profile as it is, it is flagged no more; nor is that of a finished project.
    agency.profile(json!({ "communication": 4 })).await;
    agency.decides(&web, "JOINT", "").await;
    assert!(agency.sees(&web, FLAGGED).await["decision"]["reDecide"].is_null());
    agency
        .profile(json!({ "communication": 5, "sensitivity": 5 }))
        .await;
    assert_eq!(listed(&agency, true).await, ["Web"]);
    agency
        .does(
            "projectStatusSet",
            json!({ "id": web, "status": "CANCELLED" }),
        )
        .await;
    assert_eq!(listed(&agency, true).await, [""; 0]);
    assert!(agency.sees(&web, FLAGGED).await["decision"]["reDecide"].is_null());
}

async fn an_override_is_not_flagged_for_being_one(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    agency.profile(json!({ "communication": 5 })).await;
    agency.decides(&web, "JOINT", "The founder is shy.").await;
    agency.profile(json!({ "sensitivity": 2 })).await;
    let shown = agency
        .sees(
            &web,
            "recommendation { leadMode standing } decision { reDecide { why } }",
        )
        .await;
    assert_eq!(
        shown,
        json!({ "recommendation": { "leadMode": "ACCOUNT_LED", "standing": "ACCOUNT_LED" }, "decision": { "reDecide": null } })
    );
}

async fn a_decision_is_flagged_when_it_is_a_year_old(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    agency.decides(&web, "JOINT", "").await;
    app.set_clock("2027-11-22T23:59:59Z");
    assert!(agency.sees(&web, FLAGGED).await["decision"]["reDecide"].is_null());
    assert_eq!(listed(&agency, true).await, [""; 0]);
    app.set_clock("2027-11-23T00:00:00Z");
    let flagged = agency.sees(&web, FLAGGED).await;
    assert_eq!(
        flagged["decision"]["reDecide"],
        json!({ "recommended": "JOINT", "why": "It was decided on 2026-11-23, and is to be decided anew after 12 months." })
    );
    assert_eq!(listed(&agency, true).await, ["Web"]);
    agency.decides(&web, "JOINT", "").await;
    assert_eq!(listed(&agency, true).await, [""; 0]);
}

async fn an_owner_may_set_after_how_many_months(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    agency.decides(&web, "JOINT", "").await;
    app.insert(setting::Model {
        name: "arithmetic".to_owned(),
        value: json!({ "decisions": { "redecide_after_months": 3 } }),
    })
    .await;
    app.set_clock("2027-02-22T12:00:00Z");
    assert_eq!(listed(&agency, true).await, [""; 0]);
    app.set_clock("2027-02-23T12:00:00Z");
    assert_eq!(listed(&agency, true).await, ["Web"]);
}
