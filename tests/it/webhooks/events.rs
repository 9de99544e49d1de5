//! What is told of what happens to the agency, and what is not.

use jiff::SignedDuration;
use meridian::domain::history;
use meridian::email::memory::Failure;
use meridian::entity::{RoleSide, project, webhook_delivery};
use meridian::global_id::Kind;
use meridian::jobs::maintenance;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::agency::{Agency, reaching};
use super::receiver::Receiver;
use crate::handovers::{Agency as Handovers, advance_to, created};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::work::role;

on_both_databases!(
    changes_are_told_by_the_ids_of_the_api,
    handovers_are_told_stage_by_stage,
    mails_are_told_when_they_were_sent_and_when_they_were_not,
    what_is_private_to_a_person_is_told_to_nobody,
    nothing_is_kept_of_what_no_webhook_asks_for,
);

/// Everything there is.
const ALL: [&str; 13] = [
    "PROJECT_CREATED",
    "PROJECT_UPDATED",
    "PROJECT_ARCHIVED",
    "CLIENT_CREATED",
    "CLIENT_UPDATED",
    "CLIENT_ARCHIVED",
    "HANDOVER_CREATED",
    "HANDOVER_ADVANCED",
    "HANDOVER_COMPLETED",
    "HANDOVER_CANCELLED",
    "CAPACITY_CHANGED",
    "EMAIL_SENT",
    "EMAIL_FAILED",
];

/// Types and data of what was heard since `before` were heard, sorted.
async fn told(agency: &Agency, receiver: &Receiver, before: usize) -> Vec<Value> {
    agency.deliver().await;
    let heard = receiver.heard();
    let mut told: Vec<Value> = heard[before..]
        .iter()
        .map(|heard| {
            let body = heard.body();
            json!([body["type"], body["data"]])
        })
        .collect();
    told.sort_by_key(Value::to_string);
    told
}

async fn changes_are_told_by_the_ids_of_the_api(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook_for(&receiver, &ALL).await;
    let (app, olga) = (&agency.app, &agency.olga);
    let done = async |mutation: &str, input: Value, selection: &str| {
        let before = receiver.heard().len();
        let payload = app.done(olga, mutation, input, selection).await;
        (payload, told(&agency, &receiver, before).await)
    };
    let everybody = json!(["capacity.changed", { "personId": null }]);

    let (made, heard) = done("clientCreate", json!({ "name": "Acme" }), "client { id }").await;
    let client = made["client"]["id"].clone();
    let of_client = |what: &str| json!([what, { "clientId": client }]);
    assert_eq!(heard, [everybody.clone(), of_client("client.created")]);
    let input = json!({ "id": client, "growth": 4 });
    let (_, heard) = done("clientUpdate", input, "").await;
    assert_eq!(heard, [everybody.clone(), of_client("client.updated")]);

    let input = json!({ "clientId": client, "name": "Shop" });
    let (made, heard) = done("projectCreate", input, "project { id }").await;
    let project = made["project"]["id"].clone();
    let of_project = |what: &str| json!([what, { "projectId": project }]);
    assert_eq!(heard, [everybody.clone(), of_project("project.created")]);
    let input = json!({ "id": project, "complexity": 4 });
    let (_, heard) = done("projectUpdate", input, "").await;
    assert_eq!(heard, [everybody.clone(), of_project("project.updated")]);
    let skill = app
        .done(
            olga,
            "skillCreate",
            json!({ "name": "Rust" }),
            "skill { id }",
        )
        .await;
    let input = json!({ "projectId": project, "skills": [{ "skillId": skill["skill"]["id"], "level": 2 }] });
    let (_, heard) = done("projectSkillsSet", input, "").await;
    assert_eq!(heard, [of_project("project.updated")]);
    let role = Kind::Role.text(role(app, RoleSide::Client).await.id);
    let me = Kind::Person.text(olga.person.id);
    for (of, event) in [
        (json!({ "clientId": client }), of_client("client.updated")),
        (
            json!({ "projectId": project }),
            of_project("project.updated"),
        ),
    ] {
        let input = json!({ "roleId": role, "of": of, "personId": me, "reason": "She can." });
        let (_, heard) = done("assignmentSet", input, "").await;
        assert_eq!(heard, [everybody.clone(), event]);
    }

    let mine = json!(["capacity.changed", { "personId": me }]);
    let booking = |day: &str| {
        json!({ "create": { "personId": me, "projectId": project, "startsOn": day, "endsOn": day,
            "method": "PER_DAY", "value": 60 } })
    };
    let two = json!({ "items": [booking("2026-12-01"), booking("2026-12-02")] });
    let (_, heard) = done("bookingsChange", two, "").await;
    assert_eq!(heard, std::slice::from_ref(&mine), "once a transaction");
    let input = json!({ "personId": me, "startsOn": "2026-12-07", "endsOn": "2026-12-07" });
    let (_, heard) = done("timeOffCreate", input, "").await;
    assert_eq!(heard, [mine]);

    let input = json!({ "id": project, "status": "CANCELLED" });
    let (_, heard) = done("projectStatusSet", input, "").await;
    assert_eq!(heard, [everybody.clone(), of_project("project.updated")]);
    let (_, heard) = done("projectArchive", json!({ "id": project }), "").await;
    assert_eq!(heard, [everybody.clone(), of_project("project.archived")]);
    agency.app.set_clock("2026-11-24T08:00:00Z");
    let input = json!({ "roleId": role, "of": { "clientId": client }, "personId": null, "reason": "Done." });
    done("assignmentSet", input, "").await;
    let (_, heard) = done("clientArchive", json!({ "id": client }), "").await;
    assert!(heard.contains(&of_client("client.archived")), "{heard:?}");
    agency.app.drain().await;
    agency.app.stop().await;
}

async fn handovers_are_told_stage_by_stage(app: &TestApp) {
    let receiver = Receiver::start().await;
    let app = reaching(app, "127.0.0.0/8").await;
    let handovers = Handovers::of(&app).await;
    let agency = Agency {
        project: handovers.shop.clone(),
        olga: Actor {
            person: handovers.olga.person.clone(),
            token: handovers.olga.token.clone(),
        },
        app,
    };
    let events: Vec<&str> = ALL
        .into_iter()
        .filter(|one| one.starts_with("HANDOVER"))
        .collect();
    agency.webhook_for(&receiver, &events).await;
    let by = &agency.olga;
    let first = created(&agency.app, by, handovers.dana_to_sam("CLIENT")).await;
    advance_to(&agency.app, by, &first, "CONFIRMED").await;
    let mut input = handovers.dana_to_sam("PROJECT");
    input["overrideReason"] = json!("Both know the client.");
    let second = created(&agency.app, by, input).await;
    let cancel = json!({ "id": second["id"], "reason": "Not now." });
    agency.app.done(by, "handoverCancel", cancel, "").await;
    while agency.deliver().await > 0 {}
    let mut heard: Vec<Value> = receiver.heard().iter().map(|one| one.body()).collect();
    heard.sort_by_key(|body| body["id"].to_string());
    let told: Vec<Value> = heard
        .iter()
        .map(|body| json!([body["type"], body["data"]]))
        .collect();
    let one = |what: &str, of: &Value, stage: &str| json!([what, { "handoverId": of["id"], "stage": stage }]);
    assert_eq!(
        told,
        [
            one("handover.created", &first, "PLANNED"),
            one("handover.advanced", &first, "ANNOUNCED"),
            one("handover.advanced", &first, "INTRODUCED"),
            one("handover.advanced", &first, "SHADOWING"),
            one("handover.advanced", &first, "TRANSFERRED"),
            one("handover.completed", &first, "CONFIRMED"),
            one("handover.created", &second, "PLANNED"),
            one("handover.cancelled", &second, "CANCELLED"),
        ]
    );
    agency.app.stop().await;
}

async fn mails_are_told_when_they_were_sent_and_when_they_were_not(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency
        .webhook_for(&receiver, &["EMAIL_SENT", "EMAIL_FAILED"])
        .await;
    let app = &agency.app;
    let test = async || {
        let payload = app
            .done(&agency.olga, "emailTest", json!({}), "email { id }")
            .await;
        payload["email"]["id"].clone()
    };
    let of = |what: &str, id: &Value| json!([what, { "emailId": id }]);
    let sent = test().await;
    app.drain().await;
    assert_eq!(told(&agency, &receiver, 0).await, [of("email.sent", &sent)]);

    let expired = test().await;
    app.clock
        .set(app.now() + SignedDuration::from_hours(24 * 60));
    maintenance::take_back(app).await.unwrap();
    assert_eq!(
        told(&agency, &receiver, 1).await,
        [of("email.failed", &expired)]
    );

    // Refused by the mail server, and then not even tried, since the address is suppressed.
    app.memory().fail_next(1, Failure::UnknownRecipient);
    let mut failed = [test().await, test().await].map(|id| of("email.failed", &id));
    failed.sort_by_key(Value::to_string);
    app.drain().await;
    assert_eq!(told(&agency, &receiver, 2).await, failed);
    agency.app.drain().await;
    agency.app.stop().await;
}

async fn what_is_private_to_a_person_is_told_to_nobody(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    agency.webhook_for(&receiver, &ALL).await;
    let me = Kind::Person.text(agency.olga.person.id);
    for (mutation, input) in [
        (
            "timeOffCreate",
            json!({ "personId": me, "startsOn": "2026-12-07", "endsOn": "2026-12-07", "note": "Clinic" }),
        ),
        (
            "personUpdate",
            json!({ "id": me, "preference": "CLIENT", "name": "Olga Clinic" }),
        ),
    ] {
        agency.app.done(&agency.olga, mutation, input, "").await;
    }
    agency.deliver().await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 2);
    for heard in heard {
        assert_eq!(heard.body()["data"], json!({ "personId": me }));
        assert!(!heard.text.contains("Clinic") && !heard.text.contains("CLIENT"));
    }
    agency.app.stop().await;
}

async fn nothing_is_kept_of_what_no_webhook_asks_for(app: &TestApp) {
    let agency = Agency::found(app).await;
    let receiver = Receiver::start().await;
    let kept = async || {
        let count = webhook_delivery::Entity::find().count(&agency.app.db.read);
        count.await.unwrap()
    };
    // Another replica, which answers no requests and so sends nothing beside this.
    let other = reaching(&agency.app, "").await;
    let caller = agency.app.operator();
    let row = project::Entity::find().one(&other.db.read).await;
    let row = row.unwrap().unwrap();
    let spent = async || {
        let before = other.db.statements();
        let tx = other.db.begin().await.unwrap();
        for _ in 0..3 {
            history::updated(&tx, &caller, row.id, &row, &row)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        other.db.statements() - before
    };
    let with_none = spent().await;
    agency.webhook_for(&receiver, &["EMAIL_SENT"]).await;
    assert_eq!(spent().await, with_none);
    assert_eq!(kept().await, 0);
    agency.webhook(&receiver).await;
    assert_eq!(spent().await, with_none + 1);
    assert_eq!(kept().await, 1);
    agency.deliver().await;
    other.stop().await;
    agency.app.stop().await;
}
