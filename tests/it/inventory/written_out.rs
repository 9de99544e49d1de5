//! The inventory as a spreadsheet and as a page.

use std::process::Command;

use meridian::entity::{client, project};
use serde_json::json;

use super::{Acme, acme};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;

on_both_databases!(
    the_spreadsheet_has_every_field_and_no_formula,
    the_page_can_be_read,
    the_command_prints_the_same,
);

async fn exported(app: &TestApp, acme: &Acme, format: &str) -> String {
    let document = format!("{{ inventoryExport(format: {format}) }}");
    let data = app.ask(&acme.olga, &document, json!({})).await;
    data["inventoryExport"].as_str().unwrap().to_owned()
}

/// Acme, and a client whose name is a formula and has all that a table might trip over.
async fn with_a_hostile_client(app: &TestApp) -> Acme {
    let acme = acme(app).await;
    let hostile = rows::client("=HYPERLINK(\"http://evil\",\"a|b, *c*\")", app.now());
    let hostile = app
        .insert(client::Model {
            communication: 5,
            ..hostile
        })
        .await;
    let row = project::Model {
        complexity: 1,
        ..rows::project(hostile.id, "@site", app.now())
    };
    app.insert(row).await;
    acme
}

async fn the_spreadsheet_has_every_field_and_no_formula(app: &TestApp) {
    let acme = with_a_hostile_client(app).await;
    let text = exported(app, &acme, "CSV").await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    let value = |row: &csv::StringRecord, column: &str| {
        let place = columns.iter().position(|name| name == column);
        row[place.unwrap_or_else(|| panic!("{column}"))].to_owned()
    };
    assert_eq!(
        value(&rows[0], "clientName"),
        "'=HYPERLINK(\"http://evil\",\"a|b, *c*\")"
    );
    assert_eq!(value(&rows[0], "projectName"), "'@site");
    assert_eq!(value(&rows[0], "clientSide"), "");
    for (column, expected) in [
        ("clientName", "Acme"),
        ("projectName", "Site"),
        ("status", "ACTIVE"),
        ("size", "M"),
        ("leadMode", "JOINT"),
        ("decided", "false"),
        ("reDecide", "false"),
        ("communication", "3"),
        ("clientSide", "Dana"),
        ("clientSideRole", "Account manager"),
        ("clientSideSince", "2023-11-23"),
        (
            "clientSideWhy",
            "Account manager of this client since 2026-03-01: knows them best",
        ),
        ("clientSideStrength", "88"),
        ("projectSide", "Sam"),
        ("clientMinutes", "130"),
        ("projectMinutes", "120"),
        ("lastUpdateOn", "2026-11-17"),
        ("updateDueOn", "2026-11-24"),
        ("updateState", "AHEAD"),
        ("inTroubleSince", ""),
    ] {
        assert_eq!(value(&rows[1], column), expected, "{column}");
    }
}

async fn the_page_can_be_read(app: &TestApp) {
    let acme = with_a_hostile_client(app).await;
    let text = exported(app, &acme, "MARKDOWN").await;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "# Inventory on 2026-11-23");
    assert_eq!(
        lines[4],
        "| =HYPERLINK(\"http://evil\",\"a\\|b, \\*c\\*\") | @site | ACTIVE | M | 5/3/3 | 1/3/3 | JOINT, undecided | nobody | nobody \
         | 221 + 72 | none yet; overdue, due since 2024-01-08 |"
    );
    assert_eq!(
        lines[5],
        "| Acme | Site | ACTIVE | M | 3/3/3 | 3/3/3 | JOINT, undecided | Dana, Account manager, since 2023-11-23 (88) \
         | Sam, Production manager, since 2026-08-23 (6) | 130 + 120 | last 2026-11-17; next due 2026-11-24 |"
    );
}

async fn the_command_prints_the_same(app: &TestApp) {
    let acme = acme(app).await;
    for (format, word) in [("csv", "CSV"), ("markdown", "MARKDOWN")] {
        let run = Command::new(env!("CARGO_BIN_EXE_meridian"))
            .args([
                "inventory",
                "--format",
                format,
                "--on",
                "2026-11-23",
                "--database-url",
                app.database_url(),
            ])
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        assert_eq!(
            String::from_utf8(run.stdout).unwrap(),
            exported(app, &acme, word).await
        );
    }
}
