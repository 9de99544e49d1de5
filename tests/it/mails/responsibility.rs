//! Prompts follow whoever is accountable.

use jiff::civil::date;
use meridian::email::memory::Failure;
use meridian::entity::{Day, RoleSide, TouchpointKind};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::json;

use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::{the, told};
use crate::support::outbox::{emails, of, prompts, standing, summaries};
use crate::support::work::{client_of, contact, due_client_of, hold, production_led_project, role};

on_both_databases!(
    a_new_account_manager_is_prompted_from_then_on_and_no_client_twice_a_week,
    the_production_manager_of_a_production_led_project_is_asked_for_facts,
    whoever_left_gets_nothing,
    whoever_leaves_between_the_plan_and_the_sending_gets_nothing,
    whoever_leaves_while_the_mail_server_is_down_gets_nothing,
);

async fn a_new_account_manager_is_prompted_from_then_on_and_no_client_twice_a_week(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await;
    let sam = app.manager("Sam").await;
    let acme = due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    let bell = client_of(app, "Bell", RoleSide::Client, &dana.person).await;
    contact(app, &bell, None, TouchpointKind::Call, date(2026, 11, 18)).await;

    let monday = app.mails_at("2026-11-23T08:00:00Z").await;
    let prompt = the(&monday, "dana", false);
    assert!(
        prompt.text.contains("Acme") && !prompt.text.contains("Bell"),
        "{}",
        prompt.text
    );

    app.set_clock("2026-11-24T09:00:00Z");
    let account_manager = Kind::Role.text(role(app, RoleSide::Client).await.id);
    for client in [&acme, &bell] {
        let move_to_sam = json!({
            "roleId": account_manager, "of": { "clientId": Kind::Client.text(client.id) },
            "personId": Kind::Person.text(sam.person.id), "fromOn": "2026-11-24", "reason": "Dana has too much.",
        });
        app.done(&olga, "assignmentSet", move_to_sam, "assignment { id }")
            .await;
    }
    let wednesday = app.mails_at("2026-11-25T08:00:00Z").await;
    assert_eq!(told(&wednesday), ["sam@example.com prompt"]);
    let prompt = &wednesday[0];
    assert!(prompt.text.contains("Bell"), "{}", prompt.text);
    assert!(
        !prompt.text.contains("Acme"),
        "Acme was prompted for on Monday: {}",
        prompt.text
    );
    let thursday = app.mails_at("2026-11-26T08:00:00Z").await;
    assert_eq!(
        told(&thursday),
        ["olga@example.com prompt", "sam@example.com prompt"],
        "overdue: the owner, with Sam in copy"
    );
    assert_eq!(
        told(&app.mails_at("2026-11-27T08:00:00Z").await),
        [""; 0],
        "nothing new until the week is over"
    );
    let monday = app.mails_at("2026-11-30T08:00:00Z").await;
    let prompt = the(&monday, "sam", false);
    assert!(
        prompt.text.contains("Acme") && prompt.text.contains("Bell"),
        "{}",
        prompt.text
    );
    assert!(!told(&monday).contains(&"dana@example.com prompt".to_owned()));
}

async fn the_production_manager_of_a_production_led_project_is_asked_for_facts(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let sam = app.manager("Sam").await;
    let pat = app.manager("Pat").await;
    let acme = due_client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    hold(app, &acme, RoleSide::Project, &sam.person).await;
    production_led_project(app, &acme, "Ledger").await;
    // A joint project asks its production manager for nothing.
    let bell = due_client_of(app, "Bell", RoleSide::Client, &dana.person).await;
    hold(app, &bell, RoleSide::Project, &pat.person).await;

    let letters = app.mails_at("2026-11-23T08:00:00Z").await;
    let facts = the(&letters, "sam", false);
    assert_eq!(facts.subject, "1 project needs your facts: Ledger");
    for expected in [
        "FACTS NEEDED FROM YOU Ledger http",
        "Dana writes the update to Acme, due Mon 23 Nov.",
        "What is at risk",
    ] {
        assert!(
            facts.words().contains(expected),
            "{expected}: {}",
            facts.text
        );
    }
    assert!(!facts.text.contains("CLIENT UPDATES DUE"), "{}", facts.text);
    let updates = the(&letters, "dana", false);
    assert!(
        updates.subject.starts_with("2 client updates due: "),
        "{}",
        updates.subject
    );
    assert!(!updates.text.contains("FACTS NEEDED"), "{}", updates.text);
    assert!(standing(of(&prompts(app, &pat).await, "Pat")).starts_with("SKIPPED_EMPTY: "));
}

async fn whoever_left_gets_nothing(app: &TestApp) {
    let olga = app.owner().await;
    let lea = app.manager("Lea").await;
    due_client_of(app, "Acme", RoleSide::Both, &lea.person).await;
    last_day(app, &lea.person, "2026-11-22").await;
    let letters = app.mails_at("2026-11-23T08:00:00Z").await;
    assert_eq!(told(&letters), ["olga@example.com summary"]);
    let rows = emails(app, &olga).await;
    assert!(
        rows.iter().all(|row| row["recipient"]["name"] != "Lea"),
        "{rows:#?}"
    );
}

async fn whoever_leaves_between_the_plan_and_the_sending_gets_nothing(app: &TestApp) {
    let olga = app.owner().await;
    let lea = app.manager("Lea").await;
    due_client_of(app, "Acme", RoleSide::Both, &lea.person).await;
    app.set_clock("2026-11-23T08:00:00Z");
    app.tick().await;
    last_day(app, &lea.person, "2026-11-22").await;
    assert_eq!(app.drain().await.len(), 1, "Olga's summary");
    let rows = emails(app, &olga).await;
    let of_lea: Vec<String> = rows
        .iter()
        .filter(|row| row["recipient"]["name"] == "Lea")
        .map(standing)
        .collect();
    assert_eq!(of_lea, ["CANCELLED: Lea does not work here any more."; 2]);
}

async fn last_day(app: &TestApp, person: &meridian::entity::person::Model, day: &str) {
    let mut row = person.clone().into_active_model();
    row.employed_until = Set(Some(Day(day.parse().unwrap())));
    let tx = app.db.begin().await.unwrap();
    row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn whoever_leaves_while_the_mail_server_is_down_gets_nothing(app: &TestApp) {
    let lea = app.manager("Lea").await;
    client_of(app, "Acme", RoleSide::Project, &lea.person).await;
    app.memory().fail_next(1, Failure::TryLater);
    assert_eq!(told(&app.mails_at("2026-11-23T08:00:00Z").await), [""; 0]);
    let olga = app.owner().await;
    let waiting = of(&summaries(app, &olga).await, "Lea").clone();
    assert_eq!(
        (
            standing(&waiting),
            waiting["attempts"][0]["outcome"].clone()
        ),
        ("PENDING".to_owned(), json!("REFUSED_FOR_NOW"))
    );
    last_day(app, &lea.person, "2026-11-22").await;
    assert_eq!(told(&app.mails_at("2026-11-23T09:00:00Z").await), [""; 0]);
    assert_eq!(
        standing(of(&summaries(app, &olga).await, "Lea")),
        "CANCELLED: Lea does not work here any more."
    );
}
