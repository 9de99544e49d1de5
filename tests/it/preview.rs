//! A preview is the mail: the same words, and nothing is written.

use std::collections::BTreeMap;
use std::process::Command;

use meridian::entity::{EmailKind, RoleSide};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::demo_agency::{DemoAgency, EIGHT, EIGHT_IN_NEW_YORK};
use crate::support::letter::{Letter, the};
use crate::support::tables::contents;
use crate::support::work::{away, due_client_of};

on_both_databases!(
    a_preview_is_what_is_sent_at_that_instant_to_the_last_byte,
    the_command_prints_the_same,
    a_preview_of_a_stand_in_s_mail_covers_the_absent_too,
    a_preview_writes_nothing,
);

const PREVIEW: &str = "query ($kind: EmailKind!, $id: ID!, $at: DateTime) {
    emailPreview(kind: $kind, personId: $id, at: $at) { subject html text skippedAs reason } }";

async fn preview(app: &TestApp, by: &Actor, of: &Actor, kind: EmailKind, at: &str) -> Value {
    let variables = json!({ "kind": kind.word(), "id": Kind::Person.text(of.person.id), "at": at });
    app.ask(by, PREVIEW, variables).await["emailPreview"].take()
}

/// A mail's words. Its links are those of a preview, which do nothing: others than the person may see it.
fn words_of(letter: &Letter) -> Value {
    let Letter { subject, .. } = letter;
    let (html, text) = (previewed(&letter.html), previewed(&letter.text));
    json!({ "subject": subject, "html": html, "text": text, "skippedAs": null, "reason": null })
}

fn previewed(words: &str) -> String {
    let mut links = words.split("/a/");
    let mut previewed = links.next().unwrap().to_owned();
    for rest in links {
        let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        previewed += "/a/preview";
        previewed += rest.trim_start_matches(is_token);
    }
    previewed
}

async fn a_preview_is_what_is_sent_at_that_instant_to_the_last_byte(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    let cases = [
        (&demo.dana, "dana", EmailKind::CapacitySummary, EIGHT),
        (&demo.dana, "dana", EmailKind::ClientUpdate, EIGHT),
        (&demo.sam, "sam", EmailKind::CapacitySummary, EIGHT),
        (&demo.sam, "sam", EmailKind::ClientUpdate, EIGHT),
        (
            &demo.eleanor,
            "eleanor",
            EmailKind::CapacitySummary,
            EIGHT_IN_NEW_YORK,
        ),
        (
            &demo.eleanor,
            "eleanor",
            EmailKind::ClientUpdate,
            EIGHT_IN_NEW_YORK,
        ),
    ];
    let mut previews = Vec::new();
    for (person, _, kind, at) in cases {
        // A link works for 14 days from when it was asked for.
        app.set_clock(at);
        previews.push(preview(app, &demo.eleanor, person, kind, at).await);
    }
    let mut letters = app.mails_at(EIGHT).await;
    letters.extend(app.mails_at(EIGHT_IN_NEW_YORK).await);
    assert_eq!(letters.len(), cases.len());
    for ((_, address, kind, _), preview) in cases.iter().zip(&previews) {
        let letter = the(&letters, address, *kind == EmailKind::CapacitySummary);
        assert_eq!(*preview, words_of(letter));
    }
    // Whether it was sent or not makes no difference.
    app.set_clock(EIGHT);
    let again = preview(
        app,
        &demo.eleanor,
        &demo.sam,
        EmailKind::ClientUpdate,
        EIGHT,
    )
    .await;
    assert_eq!(again, previews[3]);
}

async fn the_command_prints_the_same(app: &TestApp) {
    DemoAgency::fill(app, 1).await;
    let run = |kind: &str, part: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meridian"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MERIDIAN_")) {
            command.env_remove(name);
        }
        let person = [
            "--person",
            "sam@halyard.example",
            "--at",
            EIGHT,
            "--database-url",
            app.database_url(),
        ];
        let output = command
            .args(["preview", "--kind", kind, "--part", part])
            .args(person)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let mut printed = Vec::new();
    for kind in ["capacity-summary", "client-update"] {
        printed.push((run(kind, "text"), run(kind, "html"), run(kind, "message")));
    }
    let letters = app.mails_at(EIGHT).await;
    for ((text, html, message), summary) in printed.iter().zip([true, false]) {
        let letter = the(&letters, "sam", summary);
        let (subject, sent) = (&letter.subject, previewed(&letter.text));
        assert_eq!(*text, format!("{subject}\n\n{sent}"));
        assert_eq!(*html, previewed(&letter.html));
        let printed = Letter::parse(message.as_bytes(), &letter.to);
        assert_eq!(words_of(&printed), words_of(letter));
        let stop = |letter: &Letter| previewed(letter.header("List-Unsubscribe"));
        assert_eq!(stop(&printed), stop(letter));
    }
}

async fn a_preview_of_a_stand_in_s_mail_covers_the_absent_too(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let sam = app.manager("Sam").await;
    due_client_of(app, "Acme", RoleSide::Both, &dana.person).await;
    due_client_of(app, "Bell", RoleSide::Both, &sam.person).await;
    let monday = jiff::civil::date(2026, 11, 23);
    away(app, &dana.person, (monday, monday), Some(&sam.person)).await;
    for kind in [EmailKind::CapacitySummary, EmailKind::ClientUpdate] {
        let absent = preview(app, &dana, &dana, kind, EIGHT).await;
        assert_eq!(absent["skippedAs"], "SKIPPED_ABSENT", "{absent:#}");
        assert!(
            absent["reason"]
                .as_str()
                .unwrap()
                .contains("goes to Sam, the delegate named on the time off.")
        );
    }
    app.set_clock(EIGHT);
    let mut previews = Vec::new();
    for kind in [EmailKind::CapacitySummary, EmailKind::ClientUpdate] {
        previews.push(preview(app, &sam, &sam, kind, EIGHT).await);
    }
    let letters = app.mails_at(EIGHT).await;
    for (preview, summary) in previews.iter().zip([true, false]) {
        assert_eq!(*preview, words_of(the(&letters, "sam", summary)));
        assert!(
            preview["text"]
                .as_str()
                .unwrap()
                .contains("COVERING FOR DANA")
        );
    }
}

async fn a_preview_writes_nothing(app: &TestApp) {
    let demo = DemoAgency::fill(app, 1).await;
    app.ask(&demo.eleanor, "{ viewer { name } }", json!({}))
        .await;
    let before: BTreeMap<String, Vec<String>> = contents(app).await;
    for person in [&demo.eleanor, &demo.dana, &demo.sam] {
        preview(
            app,
            &demo.eleanor,
            person,
            EmailKind::CapacitySummary,
            EIGHT,
        )
        .await;
    }
    for person in [&demo.dana, &demo.sam] {
        preview(
            app,
            &demo.eleanor,
            person,
            EmailKind::ClientUpdate,
            "2026-12-07T08:00:00Z",
        )
        .await;
    }
    assert_eq!(contents(app).await, before);
}
