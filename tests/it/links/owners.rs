//! What owners are told of updates that are late and were put off, handed over or are not needed.

use jiff::civil::date;
use meridian::entity::{Access, RoleSide, TouchpointKind, client, person};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::json;

use super::agency::MONDAY;
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::letter::{Letter, the};
use crate::support::work::{client_of, contact};

on_both_databases!(
    a_late_update_that_was_put_off_is_told_with_why,
    what_is_not_needed_is_told_and_not_counted,
);

/// A client whose update has been due since Monday a week ago.
async fn late(app: &TestApp, name: &str, holder: &person::Model) -> client::Model {
    let client = client_of(app, name, RoleSide::Client, holder).await;
    let long_ago = date(2026, 11, 9);
    contact(app, &client, None, TouchpointKind::Update, long_ago).await;
    client
}

async fn choose(
    app: &TestApp,
    by: &Actor,
    client: &client::Model,
    how: &str,
    reason: Option<&str>,
) {
    let mut input = json!({ "clientId": Kind::Client.text(client.id) });
    if let Some(reason) = reason {
        input["reason"] = reason.into();
    }
    app.done(by, how, input, "choice { kind }").await;
}

async fn owner_s(app: &TestApp) -> Letter {
    let letters = app.mails_at(MONDAY).await;
    the(&letters, "olga", true).clone()
}

async fn a_late_update_that_was_put_off_is_told_with_why(app: &TestApp) {
    app.owner().await;
    let dana = app.manager("Dana").await;
    let ned = app.person("Ned", Some(Access::Member)).await;
    let mut row = dana.person.clone().into_active_model();
    row.standing_delegate_id = Set(Some(ned.id));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let [acme, bell, _] = [
        late(app, "Acme", &dana.person).await,
        late(app, "Bell", &dana.person).await,
        late(app, "Cody", &dana.person).await,
    ];
    choose(app, &dana, &acme, "updatePromptSnooze", None).await;
    choose(app, &dana, &bell, "updatePromptHandOver", None).await;
    let mail = owner_s(app).await;
    let words = mail.words();
    for line in [
        "- Acme (Dana). Due Mon 16 Nov, 7 days late: put off until Wed 25 Nov by Dana.",
        "- Bell (Dana). Due Mon 16 Nov, 7 days late: handed to Ned by Dana.",
        "- Cody (Dana). Due Mon 16 Nov, 7 days late.",
        "3 client updates are overdue",
    ] {
        assert!(words.contains(line), "{line}: {}", mail.text);
    }
    // Once it has run out, it says nothing.
    let letters = app.mails_at("2026-11-30T08:00:00Z").await;
    let words = the(&letters, "olga", true).words();
    assert!(
        words.contains("- Acme (Dana). Due Mon 16 Nov, 14 days late."),
        "{words}"
    );
}

async fn what_is_not_needed_is_told_and_not_counted(app: &TestApp) {
    app.owner().await;
    let dana = app.manager("Dana").await;
    let acme = late(app, "Acme", &dana.person).await;
    choose(
        app,
        &dana,
        &acme,
        "updatePromptDismiss",
        Some("They are closed until December."),
    )
    .await;
    let mail = owner_s(app).await;
    let words = mail.words();
    let line = "- Acme (Dana). Due Mon 16 Nov, 7 days late: not needed, says Dana: They are closed until December.";
    assert!(words.contains(line), "{}", mail.text);
    assert!(!words.contains("overdue."), "{}", mail.text);
}
