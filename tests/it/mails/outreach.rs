//! Proactive outreach is asked for inside the update prompt: of active clients every 30 days, on the back burner every 90.

use jiff::civil::{Date, date};
use meridian::entity::{ProjectStatus, RoleSide, TouchpointKind, client, person, project};

use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::told;
use crate::support::rows;
use crate::support::work::{contact, due_client_of, hold};

on_both_databases!(outreach_stands_in_the_account_manager_s_prompt_when_it_is_due);

/// A client whose only project stands so, last given an idea on a day, and told how things stand on Friday.
async fn client_with(
    app: &TestApp,
    name: &str,
    holder: &person::Model,
    status: ProjectStatus,
    last_idea: Date,
) -> client::Model {
    let client = app.insert(rows::client(name, app.now())).await;
    let project = project::Model {
        status,
        ..rows::project(client.id, &format!("{name} site"), app.now())
    };
    app.insert(project).await;
    hold(app, &client, RoleSide::Client, holder).await;
    contact(app, &client, None, TouchpointKind::ReachOut, last_idea).await;
    let friday = date(2026, 11, 20);
    contact(app, &client, None, TouchpointKind::Call, friday).await;
    client
}

async fn outreach_stands_in_the_account_manager_s_prompt_when_it_is_due(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    let (active, back_burner) = (ProjectStatus::Active, ProjectStatus::BackBurner);
    client_with(app, "Bell", &dana, active, date(2026, 10, 24)).await;
    client_with(app, "Cody", &dana, back_burner, date(2026, 8, 25)).await;
    // A day less each.
    client_with(app, "Dell", &dana, active, date(2026, 10, 25)).await;
    client_with(app, "Eton", &dana, back_burner, date(2026, 8, 26)).await;
    let letters = app.mails_at("2026-11-23T08:00:00Z").await;
    assert_eq!(
        told(&letters),
        ["dana@example.com prompt"],
        "one mail with all of it"
    );
    let words = letters[0].words();
    let (updates, ideas) = words.split_once("REACH OUT WITH AN IDEA").unwrap();
    assert!(updates.contains("CLIENT UPDATES DUE Acme"), "{words}");
    assert!(
        ideas.contains("Bell") && ideas.contains("One every 30 days."),
        "{words}"
    );
    assert!(
        ideas.contains("Cody") && ideas.contains("One every 90 days."),
        "{words}"
    );
    for name in ["Dell", "Eton"] {
        assert!(!words.contains(name), "{name}: {words}");
    }
    let tuesday = app.mails_at("2026-11-24T08:00:00Z").await;
    assert_eq!(tuesday.len(), 1);
    let words = tuesday[0].words();
    assert!(
        words.contains("Dell") && words.contains("Eton") && !words.contains("Bell"),
        "{words}"
    );
}
