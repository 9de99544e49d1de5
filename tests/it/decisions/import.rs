//! What a spreadsheet says of who leads (R3, R4).

use indicatif::ProgressBar;
use meridian::import::{File, Kind, Report, import};
use serde_json::json;
use tempfile::TempDir;

use super::agency::Agency;
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    a_spreadsheet_decides_once_and_agrees_with_itself,
    what_a_person_decided_is_not_overwritten_by_a_spreadsheet,
);

/// Imports projects.csv; what it found, and how many rows it created, updated and left.
async fn imported(app: &TestApp, rows: &str) -> (Vec<String>, [u64; 3]) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("projects.csv");
    std::fs::write(
        &path,
        format!("client,name,status,complexity,lead_mode\n{rows}"),
    )
    .unwrap();
    let file = File {
        kind: Kind::Projects,
        path,
    };
    let bar = ProgressBar::hidden();
    let report: Report = import(&app.db, &app.operator(), vec![file], false, &bar)
        .await
        .unwrap();
    let told = |finding: &meridian::import::Finding| {
        let column = finding.column.clone().unwrap_or_default();
        format!("{}:{column}: {}", finding.line.unwrap(), finding.reason)
    };
    let counts = report.sheets[0].counts;
    (
        report.findings.iter().map(told).collect(),
        [counts.created, counts.updated, counts.unchanged],
    )
}

async fn a_spreadsheet_decides_once_and_agrees_with_itself(app: &TestApp) {
    let agency = Agency::of(app).await;
    let undecided = "Acme,Web,PROPOSED,3,\nAcme,Shop,ACTIVE,3,\n";
    let (found, _) = imported(app, undecided).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("3:lead_mode: A project becomes ACTIVE with a role decision"));

    let decided =
        "Acme,Web,PROPOSED,5,ACCOUNT_LED\nAcme,Shop,ACTIVE,3,JOINT\nAcme,Blog,BACK_BURNER,3,\n";
    assert_eq!(imported(app, decided).await, (vec![], [3, 0, 0]));
    assert_eq!(imported(app, decided).await, (vec![], [0, 0, 3]));
    let document = "{ projects { nodes { id name leadMode decision { leadMode recommended source reason kickedOffOn scores { complexity } decidedBy { id } } } } }";
    let shown = app.ask(&agency.mia, document, json!({})).await;
    let projects = shown["projects"]["nodes"].as_array().unwrap();
    assert_eq!(projects[0]["decision"], json!(null), "Blog");
    let by_import = |lead_mode, recommended, kicked_off_on, complexity| {
        json!({
            "leadMode": lead_mode, "recommended": recommended, "source": "IMPORT", "reason": "Imported from projects.csv",
            "kickedOffOn": kicked_off_on, "scores": { "complexity": complexity }, "decidedBy": null,
        })
    };
    let none = json!(null);
    assert_eq!(
        projects[1]["decision"],
        by_import("JOINT", "JOINT", json!("2026-11-23"), 3)
    );
    assert_eq!(
        projects[2]["decision"],
        by_import("ACCOUNT_LED", "PRODUCTION_LED", none.clone(), 5)
    );

    // A changed mind of the spreadsheet is a decision on the profile that it brings along; a kick-off needs none of its own.
    let changed = "Acme,Web,ACTIVE,1,\nAcme,Blog,ACTIVE,3,joint\n";
    assert_eq!(imported(app, changed).await, (vec![], [0, 2, 0]));
    app.set_clock("2026-11-24T09:00:00Z");
    let changed = "Acme,Web,,4,JOINT\n";
    assert_eq!(imported(app, changed).await, (vec![], [0, 1, 0]));
    let web = projects[2]["id"].as_str().unwrap();
    let selection = "leadMode decisions { nodes { leadMode kickedOffOn scores { complexity } } }";
    let decision = |lead_mode, complexity| json!({ "leadMode": lead_mode, "kickedOffOn": "2026-11-23", "scores": { "complexity": complexity } });
    assert_eq!(
        agency.sees(web, selection).await,
        json!({ "leadMode": "JOINT", "decisions": { "nodes": [decision("JOINT", 4), decision("ACCOUNT_LED", 5)] } })
    );
}

async fn what_a_person_decided_is_not_overwritten_by_a_spreadsheet(app: &TestApp) {
    let agency = Agency::of(app).await;
    let web = agency.project("Web").await;
    agency
        .decides(&web, "ACCOUNT_LED", "They like to talk.")
        .await;
    let agreeing = "Acme,Web,ACTIVE,3,ACCOUNT_LED\n";
    assert_eq!(imported(app, agreeing).await, (vec![], [0, 1, 0]));
    let sentence = "Somebody decided ACCOUNT_LED by hand on 2026-11-23: “They like to talk.”. Decide it anew by hand.";
    for row in ["Acme,Web,,3,JOINT\n", "Acme,Web,BACK_BURNER,3,JOINT\n"] {
        let (found, _) = imported(app, row).await;
        assert_eq!(found, [format!("2:lead_mode: {sentence}")], "{row}");
    }
    let burner = json!({ "id": web, "status": "BACK_BURNER" });
    agency.does("projectStatusSet", burner).await;
    let (found, _) = imported(app, "Acme,Web,ACTIVE,3,JOINT\n").await;
    assert_eq!(found, [format!("2:lead_mode: {sentence}")]);
    // It may say again what was said, and so re-confirm it for this kick-off.
    assert_eq!(imported(app, agreeing).await, (vec![], [0, 1, 0]));

    // A client's default is a person's word too.
    let shop = agency.project("Shop").await;
    let default = json!({ "id": agency.client(), "leadMode": "JOINT" });
    agency.does("clientLeadDecide", default).await;
    let (found, _) = imported(app, "Acme,Shop,,3,ACCOUNT_LED\n").await;
    let sentence = "Somebody decided JOINT by hand on 2026-11-23: as its profile recommended. Decide it anew by hand.";
    assert_eq!(found, [format!("2:lead_mode: {sentence}")]);
    let shown = agency.sees(&shop, "leadMode version").await;
    assert_eq!(shown, json!({ "leadMode": "JOINT", "version": 2 }));
}
