//! An update past its three working days goes to the owners, with whoever speaks for the client in copy (domain.md §6).

use jiff::civil::date;
use meridian::entity::{Access, RoleSide, TouchpointKind};

use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::{the, told};
use crate::support::work::{away, client_of, contact, due_client_of};

on_both_databases!(
    after_three_working_days_the_owner_is_told_once_with_the_account_manager_in_copy,
    an_update_in_time_is_told_to_nobody,
    a_prompt_that_says_it_needs_no_copy,
    a_prompt_about_another_client_leaves_the_copy,
    a_client_without_an_account_manager_is_told_to_the_owner,
    an_owner_s_stand_in_is_told_and_another_owner_not_twice,
    a_copy_waits_for_whoever_is_away,
);

const MONDAY: &str = "2026-11-23T08:00:00Z";
const WEDNESDAY: &str = "2026-11-25T08:00:00Z";
const THURSDAY: &str = "2026-11-26T08:00:00Z";
const FRIDAY: &str = "2026-11-27T08:00:00Z";

async fn after_three_working_days_the_owner_is_told_once_with_the_account_manager_in_copy(
    app: &TestApp,
) {
    app.owner().await;
    let dana = app.manager("Dana").await.person;
    due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    let letters = app.mails_at(MONDAY).await;
    assert_eq!(
        told(&letters),
        ["dana@example.com prompt", "olga@example.com summary"]
    );
    assert_eq!(told(&app.mails_at(WEDNESDAY).await), [""; 0]);

    let letters = app.mails_at(THURSDAY).await;
    assert_eq!(
        told(&letters),
        ["dana@example.com prompt", "olga@example.com prompt"]
    );
    for (name, sentence, why) in [
        (
            "olga",
            "Dana has this in copy.",
            "you look after the whole agency",
        ),
        (
            "dana",
            "Told to Olga, with you in copy.",
            "you are the account manager of a client that waits",
        ),
    ] {
        let prompt = the(&letters, name, false);
        assert_eq!(prompt.subject, "1 client update overdue: Acme");
        let words = prompt.words();
        assert!(
            words.contains("CLIENT UPDATES OVERDUE Acme http"),
            "{words}"
        );
        let sentence = format!("Due Mon 23 Nov, 3 days late. {sentence}");
        assert!(words.contains(&sentence), "{words}");
        assert!(
            words.contains(&format!("You get this because {why}.")),
            "{words}"
        );
        assert!(!words.contains("CLIENT UPDATES DUE"), "{words}");
        assert!(prompt.html.contains(&sentence), "{}", prompt.html);
    }
    assert_eq!(told(&app.mails_at(FRIDAY).await), [""; 0], "once");
    let letters = app.mails_at("2026-11-30T08:00:00Z").await;
    assert_eq!(
        told(&letters),
        ["dana@example.com prompt", "olga@example.com summary"],
        "from then on it stands in the weekly summary"
    );
    assert!(
        the(&letters, "olga", true)
            .text
            .contains("Client updates overdue:")
    );
    assert!(
        !the(&letters, "dana", false)
            .text
            .contains("CLIENT UPDATES OVERDUE")
    );
}

async fn an_update_in_time_is_told_to_nobody(app: &TestApp) {
    app.owner().await;
    let dana = app.manager("Dana").await.person;
    let acme = due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    app.mails_at(MONDAY).await;
    let wednesday = date(2026, 11, 25);
    contact(app, &acme, Some(dana.id), TouchpointKind::Call, wednesday).await;
    assert_eq!(told(&app.mails_at(THURSDAY).await), [""; 0]);
}

async fn a_prompt_that_says_it_needs_no_copy(app: &TestApp) {
    app.owner().await;
    let dana = app.manager("Dana").await.person;
    let acme = client_of(app, "Acme", RoleSide::Client, &dana).await;
    contact(app, &acme, None, TouchpointKind::Call, date(2026, 11, 9)).await;
    let letters = app.mails_at(MONDAY).await;
    let dana_s = the(&letters, "dana", false);
    assert!(
        dana_s.text.contains("7 days late: overdue.") && !dana_s.text.contains("in copy"),
        "{}",
        dana_s.text
    );
    let olga_s = the(&letters, "olga", false);
    assert_eq!(olga_s.subject, "1 client update overdue: Acme");
    assert_eq!(
        told(&app.mails_at(WEDNESDAY).await),
        [""; 0],
        "nor another day"
    );
}

async fn a_prompt_about_another_client_leaves_the_copy(app: &TestApp) {
    app.owner().await;
    let dana = app.manager("Dana").await.person;
    due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    let borders = client_of(app, "Borders", RoleSide::Client, &dana).await;
    contact(
        app,
        &borders,
        None,
        TouchpointKind::Call,
        date(2026, 11, 19),
    )
    .await;
    app.mails_at(MONDAY).await;
    let letters = app.mails_at(THURSDAY).await;
    let dana_s = the(&letters, "dana", false);
    assert!(
        dana_s.text.contains("\nBorders\n") && dana_s.text.contains("with you in copy"),
        "{}",
        dana_s.text
    );
}

async fn a_client_without_an_account_manager_is_told_to_the_owner(app: &TestApp) {
    app.owner().await;
    let sam = app.person("Sam", None).await;
    let acme = client_of(app, "Acme", RoleSide::Project, &sam).await;
    contact(app, &acme, None, TouchpointKind::Call, date(2026, 11, 9)).await;
    let letters = app.mails_at(MONDAY).await;
    let words = the(&letters, "olga", false).words();
    let sentence = "Due Mon 16 Nov, 7 days late. It has no account manager.";
    assert!(words.contains(sentence), "{words}");
}

async fn an_owner_s_stand_in_is_told_and_another_owner_not_twice(app: &TestApp) {
    let olga = app.owner().await.person;
    let otto = app.person("Otto", Some(Access::Owner)).await;
    app.person("Otis", Some(Access::Owner)).await;
    let del = app.manager("Del").await.person;
    let dana = app.manager("Dana").await.person;
    due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    app.mails_at(MONDAY).await;
    let thursday = date(2026, 11, 26);
    // Olga names somebody; for Otto an owner would stand in, and Otis is told himself.
    away(app, &olga, (thursday, thursday), Some(&del)).await;
    away(app, &otto, (thursday, thursday), None).await;
    let letters = app.mails_at(THURSDAY).await;
    assert_eq!(
        told(&letters),
        [
            "dana@example.com prompt",
            "del@example.com prompt",
            "otis@example.com prompt"
        ]
    );
    let words = the(&letters, "del", false).words();
    assert!(
        words.contains("COVERING FOR OLGA (UNTIL THU 26 NOV) CLIENT UPDATES OVERDUE Acme"),
        "{words}"
    );
    let words = the(&letters, "otis", false).words();
    assert!(!words.contains("COVERING FOR"), "{words}");
    assert_eq!(
        words.matches("Dana has this in copy.").count(),
        1,
        "{words}"
    );
    // Otto is back, and has not been told.
    assert_eq!(
        told(&app.mails_at(FRIDAY).await),
        ["otto@example.com prompt"]
    );
}

async fn a_copy_waits_for_whoever_is_away(app: &TestApp) {
    app.owner().await;
    let dana = app.manager("Dana").await.person;
    let del = app.manager("Del").await.person;
    due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    app.mails_at(MONDAY).await;
    let thursday = date(2026, 11, 26);
    away(app, &dana, (thursday, thursday), Some(&del)).await;
    assert_eq!(
        told(&app.mails_at(THURSDAY).await),
        ["olga@example.com prompt"]
    );
    assert_eq!(
        told(&app.mails_at(FRIDAY).await),
        ["dana@example.com prompt"]
    );
}
