//! What of the split stands in the daily mails: a decision before a kick-off, a handover's step, a milestone.

use jiff::civil::date;
use meridian::entity::{
    Day, HandoverStage, Moment, ProjectStatus, RoleSide, Side, TouchpointKind, client,
    handover_step, person, programme_milestone, project,
};
use meridian::graphql::id::Kind;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::json;

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::handover::{handover, programme, step};
use crate::support::letter::{the, told};
use crate::support::outbox::{of, prompts, standing};
use crate::support::rows;
use crate::support::work::{away, client_of, contact, hold};

on_both_databases!(
    a_kick_off_nobody_decided_is_told_to_both_sides_and_the_owner,
    a_handover_s_next_step_stands_in_its_owner_s_mail_once_a_week,
    a_milestone_is_told_to_an_owner_once,
    news_waits_for_an_owner_for_whom_nobody_stands_in,
    whoever_takes_over_is_told_though_they_held_nothing_before,
);

const MONDAY: &str = "2026-11-23T08:00:00Z";
const TUESDAY: &str = "2026-11-24T08:00:00Z";
const NEXT_MONDAY: &str = "2026-11-30T08:00:00Z";

/// A client that was called on Friday: no update is due this week.
async fn quiet_client(app: &TestApp, name: &str, holder: &person::Model) -> client::Model {
    let client = client_of(app, name, RoleSide::Client, holder).await;
    contact(app, &client, None, TouchpointKind::Call, date(2026, 11, 20)).await;
    client
}

async fn kick_off(
    app: &TestApp,
    client: &client::Model,
    name: &str,
    on: jiff::civil::Date,
) -> project::Model {
    let row = project::Model {
        status: ProjectStatus::Proposed,
        kicked_off_on: None,
        kick_off_planned_on: Some(Day(on)),
        ..rows::project(client.id, name, app.now())
    };
    app.insert(row).await
}

/// The input type of this mutation has another name than most.
async fn decide(app: &TestApp, by: &Actor, input: serde_json::Value) {
    let document = "mutation ($input: ProjectLeadDecideInput!) { projectLeadDecide(input: $input) { userErrors { message } } }";
    let answer = app.ask(by, document, json!({ "input": input })).await;
    assert_eq!(answer["projectLeadDecide"]["userErrors"], json!([]));
}

async fn a_kick_off_nobody_decided_is_told_to_both_sides_and_the_owner(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await.person;
    let sam = app.manager("Sam").await.person;
    app.manager("Pat").await;
    let acme = quiet_client(app, "Acme", &dana).await;
    hold(app, &acme, RoleSide::Project, &sam).await;
    let website = kick_off(app, &acme, "Website", date(2026, 11, 30)).await;
    kick_off(app, &acme, "Later", date(2026, 12, 1)).await;
    let letters = app.mails_at(MONDAY).await;
    for name in ["dana", "olga", "sam"] {
        let prompt = the(&letters, name, false);
        assert_eq!(prompt.subject, "Decide before kick-off: Website (Acme)");
        let words = prompt.words();
        assert!(
            words.contains("DECISIONS AND HANDOVERS Website (Acme) http"),
            "{words}"
        );
        assert!(
            words.contains("It kicks off on Mon 30 Nov: decide which side leads."),
            "{words}"
        );
        assert!(!words.contains("Later"), "{words}");
    }
    assert!(!told(&letters).contains(&"pat@example.com prompt".to_owned()));
    let decided = json!({ "id": Kind::Project.text(website.id), "leadMode": "JOINT", "reason": "Both matter." });
    let tuesday = told(&app.mails_at(TUESDAY).await);
    // The other kick-off is seven days away now, and the first was told this week.
    assert_eq!(
        tuesday,
        [
            "dana@example.com prompt",
            "olga@example.com prompt",
            "sam@example.com prompt"
        ]
    );
    decide(app, &olga, decided).await;
    let letters = app.mails_at(NEXT_MONDAY).await;
    let prompt = the(&letters, "olga", false);
    assert_eq!(prompt.subject, "Decide before kick-off: Later (Acme)");
}

async fn a_handover_s_next_step_stands_in_its_owner_s_mail_once_a_week(app: &TestApp) {
    let dana = app.manager("Dana").await.person;
    let rob = app.manager("Rob").await.person;
    let sam = app.manager("Sam").await.person;
    let pat = app.manager("Pat").await.person;
    for (name, from) in [("Acme", &dana), ("Bell", &rob)] {
        let client = quiet_client(app, name, from).await;
        let row = handover(
            app,
            None,
            &client,
            Side::Client,
            (from, &sam),
            HandoverStage::Planned,
        )
        .await;
        step(
            app,
            &row,
            HandoverStage::Announced,
            from,
            date(2026, 11, 23),
        )
        .await;
        step(
            app,
            &row,
            HandoverStage::Introduced,
            from,
            date(2026, 11, 23),
        )
        .await;
    }
    away(
        app,
        &rob,
        (date(2026, 11, 23), date(2026, 11, 24)),
        Some(&pat),
    )
    .await;
    let letters = app.mails_at(MONDAY).await;
    assert_eq!(
        told(&letters),
        ["dana@example.com prompt", "pat@example.com prompt"]
    );
    let dana_s = the(&letters, "dana", false);
    assert_eq!(dana_s.subject, "1 handover step due: Acme");
    let words = dana_s.words();
    let task = "Tell the client that Sam takes over the client side from";
    assert!(
        words.contains(&format!("{task} Dana. Due today.")),
        "{words}"
    );
    assert!(
        !words.contains("Introduce Sam"),
        "one step at a time: {words}"
    );
    let words = the(&letters, "pat", false).words();
    assert!(
        words.contains("COVERING FOR ROB") && words.contains(&format!("{task} Rob.")),
        "{words}"
    );

    assert_eq!(told(&app.mails_at(TUESDAY).await), [""; 0]);
    let letters = app.mails_at(NEXT_MONDAY).await;
    let words = the(&letters, "dana", false).words();
    assert!(words.contains("Due Mon 23 Nov, 7 days late."), "{words}");
}

async fn a_milestone_is_told_to_an_owner_once(app: &TestApp) {
    let olga = app.owner().await.person;
    app.manager("Dana").await;
    let split = programme(app, date(2026, 11, 2)).await;
    let half = programme_milestone::Model {
        programme_id: split.id,
        percent: 50,
        reached_on: Day(date(2026, 11, 22)),
        reached_at: Moment(app.now()),
    };
    app.insert(half).await;
    // On Monday Olga is away: news waits for her, and nobody else is told in her place.
    let day = date(2026, 11, 23);
    let dana = app.person("Del", None).await;
    away(app, &olga, (day, day), Some(&dana)).await;
    assert!(
        !told(&app.mails_at(MONDAY).await)
            .iter()
            .any(|one| one.ends_with("prompt"))
    );
    let letters = app.mails_at(TUESDAY).await;
    assert_eq!(told(&letters), ["olga@example.com prompt"]);
    assert_eq!(letters[0].subject, "1 milestone passed: The split");
    assert!(
        letters[0]
            .words()
            .contains("More than half-way since Sun 22 Nov."),
        "{}",
        letters[0].text
    );
    for later in ["2026-11-25T08:00:00Z", NEXT_MONDAY] {
        assert!(!told(&app.mails_at(later).await).contains(&"olga@example.com prompt".to_owned()));
    }
    let mut split = split.into_active_model();
    split.name = Set("Renamed".to_owned());
    let tx = app.db.begin().await.unwrap();
    split.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(told(&app.mails_at("2026-12-01T08:00:00Z").await), [""; 0]);
}

async fn news_waits_for_an_owner_for_whom_nobody_stands_in(app: &TestApp) {
    let olga = app.owner().await;
    let split = programme(app, date(2026, 11, 2)).await;
    let half = programme_milestone::Model {
        programme_id: split.id,
        percent: 50,
        reached_on: Day(date(2026, 11, 22)),
        reached_at: Moment(app.now()),
    };
    app.insert(half).await;
    let monday = date(2026, 11, 23);
    away(app, &olga.person, (monday, monday), None).await;
    app.mails_at(MONDAY).await;
    let rows = prompts(app, &olga).await;
    assert_eq!(
        standing(of(&rows, "Olga")),
        "SKIPPED_ABSENT: Away, and nothing was due."
    );
    let letters = app.mails_at(TUESDAY).await;
    let words = the(&letters, "olga", false).words();
    assert!(
        words.contains("More than half-way since Sun 22 Nov."),
        "{words}"
    );
}

async fn whoever_takes_over_is_told_though_they_held_nothing_before(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await.person;
    let acme = quiet_client(app, "Acme", &dana).await;
    // Ned has no subscription: he is new.
    let ned = app.insert(rows::person("Ned", None, app.now())).await;
    app.insert(rows::work_schedule(ned.id, app.now())).await;
    let made = json!({
        "clientId": Kind::Client.text(acme.id), "side": "CLIENT", "fromPersonId": Kind::Person.text(dana.id),
        "toPersonId": Kind::Person.text(ned.id), "startsOn": "2026-11-23", "reason": "Dana is full.",
    });
    app.done(&olga, "handoverCreate", made, "handover { id }")
        .await;
    let tx = app.db.begin().await.unwrap();
    handover_step::Entity::update_many()
        .col_expr(handover_step::Column::OwnerId, Expr::value(ned.id))
        .exec(&tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let letters = app.mails_at(MONDAY).await;
    assert_eq!(
        the(&letters, "ned", false).subject,
        "1 handover step due: Acme"
    );
}
