//! During a handover prompts go to whoever hands over until SHADOWING, then to both, and from TRANSFERRED on to whoever
//! took over (domain.md §6).

use jiff::civil::date;
use meridian::entity::{HandoverStage, RoleSide, Side, person};

use crate::support::app::{TestApp, on_both_databases};
use crate::support::handover::handover;
use crate::support::letter::{the, told};
use crate::support::work::{away, due_client_of, hold, production_led_project};

on_both_databases!(
    prompts_follow_the_stage_of_a_handover,
    facts_are_asked_in_copy_too,
    nobody_stands_in_for_a_copy,
);

const MONDAY: &str = "2026-11-23T08:00:00Z";

async fn handed_over(
    app: &TestApp,
    name: &str,
    side: Side,
    holder: &person::Model,
    to: &person::Model,
    stage: HandoverStage,
) {
    let client = due_client_of(app, name, RoleSide::Client, holder).await;
    let from = if holder.id == to.id {
        &app.person("Una", None).await
    } else {
        holder
    };
    handover(app, None, &client, side, (from, to), stage).await;
}

async fn prompts_follow_the_stage_of_a_handover(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let sam = app.manager("Sam").await.person;
    for (name, stage) in [
        ("Acme", HandoverStage::Planned),
        ("Bell", HandoverStage::Introduced),
        ("Cody", HandoverStage::Shadowing),
        ("Eton", HandoverStage::Cancelled),
    ] {
        handed_over(app, name, Side::Client, &dana, &sam, stage).await;
    }
    // Of another side, though of a client that Dana speaks for.
    handed_over(
        app,
        "Fern",
        Side::Project,
        &dana,
        &sam,
        HandoverStage::Shadowing,
    )
    .await;
    handed_over(
        app,
        "Dell",
        Side::Client,
        &sam,
        &sam,
        HandoverStage::Transferred,
    )
    .await;

    let letters = app.mails_at(MONDAY).await;
    assert_eq!(
        told(&letters),
        ["dana@example.com prompt", "sam@example.com prompt"]
    );
    let dana_s = the(&letters, "dana", false);
    for name in ["Acme", "Bell", "Cody", "Eton", "Fern"] {
        assert!(dana_s.text.contains(name), "{name}: {}", dana_s.text);
    }
    assert!(
        !dana_s.text.contains("Dell") && !dana_s.text.contains("IN COPY"),
        "{}",
        dana_s.text
    );
    let sam_s = the(&letters, "sam", false);
    let (own, copy) = sam_s.text.split_once("IN COPY: SHADOWING DANA").unwrap();
    assert!(own.contains("Dell") && !own.contains("Cody"), "{own}");
    for name in ["Acme", "Bell", "Eton", "Fern", "Dell site"] {
        assert!(!copy.contains(name), "{name}: {copy}");
    }
    assert!(
        copy.contains("Cody") && copy.contains("CLIENT UPDATES DUE"),
        "{copy}"
    );
    assert_eq!(sam_s.subject, "1 client update due: Dell");
    assert!(sam_s.html.contains("In copy: shadowing Dana"));

    assert_eq!(
        told(&app.mails_at("2026-11-24T08:00:00Z").await),
        [""; 0],
        "once a week"
    );
}

async fn facts_are_asked_in_copy_too(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let rob = app.manager("Rob").await.person;
    let pat = app.manager("Pat").await.person;
    let acme = due_client_of(app, "Acme", RoleSide::Client, &dana).await;
    hold(app, &acme, RoleSide::Project, &rob).await;
    production_led_project(app, &acme, "Ledger").await;
    handover(
        app,
        None,
        &acme,
        Side::Project,
        (&rob, &pat),
        HandoverStage::Shadowing,
    )
    .await;
    let letters = app.mails_at(MONDAY).await;
    assert_eq!(
        the(&letters, "rob", false).subject,
        "1 project needs your facts: Ledger"
    );
    let pat_s = the(&letters, "pat", false);
    assert_eq!(pat_s.subject, "In copy, shadowing: Rob");
    let words = pat_s.words();
    assert!(
        words.contains("IN COPY: SHADOWING ROB FACTS NEEDED FROM YOU Ledger"),
        "{words}"
    );
    assert!(
        words.contains("You get this because you are about to take clients over."),
        "{words}"
    );
}

async fn nobody_stands_in_for_a_copy(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let sam = app.manager("Sam").await.person;
    let pat = app.manager("Pat").await.person;
    handed_over(
        app,
        "Cody",
        Side::Client,
        &dana,
        &sam,
        HandoverStage::Shadowing,
    )
    .await;
    let day = date(2026, 11, 23);
    away(app, &sam, (day, day), Some(&pat)).await;
    let letters = app.mails_at(MONDAY).await;
    assert_eq!(told(&letters), ["dana@example.com prompt"]);
}
