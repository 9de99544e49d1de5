//! What a draft says, who may make, read and change it.

use jiff::civil::date;
use meridian::entity::{Access, HandoverStage, Moment, RoleSide, Side};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::json;

use super::agency::{Agency, LETTER, refusals};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::handover::{handover, primary_contact, step};
use crate::support::work::client_of;

on_both_databases!(
    a_draft_tells_the_client_who_what_why_and_from_when,
    a_draft_needs_somebody_to_write_to_and_something_to_tell,
    a_letter_follows_the_day_on_which_the_accountability_moves,
    a_letter_is_seen_by_whoever_sees_its_handover,
    others_managers_do_not_write_it,
    a_letter_is_not_written_to_another_client_s_people,
);

async fn a_draft_tells_the_client_who_what_why_and_from_when(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    assert_eq!(letter["subject"], "Your new account manager: Sam");
    assert_eq!(
        letter["body"],
        "Dear Mara Holm,\n\n\
        I am writing to you about a change in how we look after Acme.\n\n\
        One person can no longer both speak for you and run the work.\n\n\
        You get somebody whose only task is to know your business.\n\n\
        Nothing you have agreed with us changes.\n\n\
        From Monday, 28 December 2026 on, Sam (sam@example.com) will be your account manager and the one to call or write to. This is about all that we do for you: Acme site.\n\n\
        Until then I remain your contact, and you will have met before anything changes.\n\n\
        If anything about this worries you, simply reply: your answer comes to me.\n\n\
        Kind regards,\nDana"
    );
    assert_eq!(letter["state"], "DRAFT");
    assert_eq!(letter["contact"]["name"], "Mara Holm");
    assert_eq!(letter["from"]["name"], "Dana");
    let preview = letter["preview"]["html"].as_str().unwrap();
    assert!(
        preview.contains("<p style=\"margin:0 0 14px\">Dear Mara Holm,</p>"),
        "{preview}"
    );
    let node = app
        .ask(&agency.olga, "query ($id: ID!) { node(id: $id) { __typename ... on Letter { state history { nodes { action by } } } } letters { nodes { id } } }", json!({ "id": letter["id"] }))
        .await;
    assert_eq!(
        node["node"],
        json!({ "__typename": "Letter", "state": "DRAFT", "history": { "nodes": [{ "action": "CREATED", "by": "Dana" }] } })
    );
    assert_eq!(node["letters"]["nodes"][0]["id"], letter["id"]);

    let again = json!({ "handoverId": Kind::Handover.text(agency.handover.id) });
    let payload = app.change(&agency.sam, "letterDraft", again, LETTER).await;
    assert_eq!(
        refusals(&payload),
        ["handoverId TAKEN: This handover has a letter already: change that one."]
    );
}

async fn a_letter_follows_the_day_on_which_the_accountability_moves(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    let approve = json!({ "id": letter["id"], "expectedVersion": letter["version"] });
    app.done(&agency.olga, "letterApprove", approve.clone(), LETTER)
        .await;
    let later = json!({ "id": Kind::Handover.text(agency.handover.id), "stage": "TRANSFERRED", "dueOn": "2027-01-04" });
    app.done(&agency.dana, "handoverStepSet", later, "handover { id }")
        .await;

    let document = format!(
        "query ($id: ID!) {{ {} }}",
        LETTER.replacen("letter", "letter(id: $id)", 1)
    );
    let data = app
        .ask(&agency.dana, &document, json!({ "id": letter["id"] }))
        .await;
    let body = data["letter"]["body"].as_str().unwrap();
    assert!(
        body.contains("From Monday, 4 January 2027 on, Sam"),
        "{body}"
    );
    assert_eq!(data["letter"]["approvals"], json!([]), "of another day");
    let payload = app
        .change(&agency.dana, "letterApprove", approve, LETTER)
        .await;
    assert!(
        refusals(&payload)[0].starts_with("expectedVersion STALE_VERSION"),
        "{payload:#}"
    );
}

async fn a_draft_needs_somebody_to_write_to_and_something_to_tell(app: &TestApp) {
    let agency = Agency::found(app).await;
    let bell = client_of(app, "Bell", RoleSide::Both, &agency.dana.person).await;
    let both = (&agency.dana.person, &agency.sam.person);
    let nobody = handover(
        app,
        None,
        &bell,
        Side::Project,
        both,
        HandoverStage::Planned,
    )
    .await;
    let input = json!({ "handoverId": Kind::Handover.text(nobody.id) });
    let payload = app
        .change(&agency.dana, "letterDraft", input.clone(), LETTER)
        .await;
    assert_eq!(
        refusals(&payload),
        [
            "handoverId NOT_ALLOWED_NOW: Bell has no primary contact to write to: make one of its contacts primary first."
        ]
    );
    primary_contact(app, &bell, "Ben Bell").await;
    let payload = app.done(&agency.dana, "letterDraft", input, LETTER).await;
    let body = payload["letter"]["body"].as_str().unwrap();
    assert!(
        body.contains("Soon, Sam (sam@example.com) will be your production manager"),
        "{body}"
    );

    let cancelled = handover(
        app,
        None,
        &bell,
        Side::Client,
        both,
        HandoverStage::Cancelled,
    )
    .await;
    let input = json!({ "handoverId": Kind::Handover.text(cancelled.id) });
    let payload = app.change(&agency.dana, "letterDraft", input, LETTER).await;
    assert_eq!(
        refusals(&payload),
        [
            "handoverId NOT_ALLOWED_NOW: The handover was cancelled: there is nothing to tell the client."
        ]
    );
}

async fn a_letter_is_seen_by_whoever_sees_its_handover(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    let stage = HandoverStage::Introduced;
    let mia = &agency.mia.person;
    let task = step(app, &agency.handover, stage, mia, date(2026, 12, 7)).await;
    let read = "query ($id: ID!, $step: ID!) { letter(id: $id) { subject body email { state } } node(id: $id) { id }
        letters { totalCount } step: node(id: $step) { ... on HandoverStep { handover { letter { id } } } } }";
    let variables = json!({ "id": letter["id"], "step": Kind::HandoverStep.text(task.id) });
    let nothing = json!({ "letter": null, "node": null, "letters": { "totalCount": 0 },
        "step": null });
    assert_eq!(app.ask(&agency.mia, read, variables.clone()).await, nothing);
    agency.approve(app, &agency.dana, &letter).await;
    agency.approve(app, &agency.olga, &letter).await;
    app.drain().await;
    assert_eq!(app.ask(&agency.mia, read, variables.clone()).await, nothing);

    let mut sam = agency.sam.person.clone().into_active_model();
    sam.access = Set(Some(Access::Member));
    let tx = app.db.begin().await.unwrap();
    sam.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let seen = app.ask(&agency.sam, read, variables).await;
    let itself = json!({ "subject": letter["subject"], "body": letter["body"], "email": null });
    assert_eq!(seen["letter"], itself, "the mail itself is not for members");
    assert_eq!(seen["node"]["id"], letter["id"]);
    assert_eq!(seen["letters"]["totalCount"], 1);
}

async fn others_managers_do_not_write_it(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    for (mutation, input) in [
        (
            "letterUpdate",
            json!({ "id": letter["id"], "subject": "Hello" }),
        ),
        (
            "letterDraft",
            json!({ "handoverId": Kind::Handover.text(agency.handover.id) }),
        ),
    ] {
        let kind = mutation[..1].to_uppercase() + &mutation[1..];
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ letter {{ id }} }} }}"
        );
        let variables = json!({ "input": input });
        let answer = app.graphql(&agency.pat, &document, variables).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{answer:#}"
        );
    }
    let input = json!({ "id": letter["id"], "subject": "Hello", "expectedVersion": 1 });
    let payload = app
        .done(&agency.sam, "letterUpdate", input.clone(), LETTER)
        .await;
    assert_eq!(payload["letter"]["version"], 2);
    let stale = app.change(&agency.sam, "letterUpdate", input, LETTER).await;
    assert_eq!(stale["userErrors"][0]["code"], "STALE_VERSION");
    assert_eq!(stale["letter"]["subject"], "Hello");
}

async fn a_letter_is_not_written_to_another_client_s_people(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    let bell = client_of(app, "Bell", RoleSide::Both, &agency.dana.person).await;
    let ben = primary_contact(app, &bell, "Ben Bell").await;
    let mut gone = agency.mara.clone().into_active_model();
    gone.archived_at = Set(Some(Moment(app.now())));
    let tx = app.db.begin().await.unwrap();
    gone.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    for (contact, refusal) in [
        (&ben, "contactId NOT_FOUND: The client has no such contact."),
        (
            &agency.mara,
            "contactId NOT_ALLOWED_NOW: Mara Holm is archived and gets no letters: choose another contact of the client.",
        ),
    ] {
        let input = json!({ "id": letter["id"], "contactId": Kind::Contact.text(contact.id) });
        let payload = app
            .change(&agency.dana, "letterUpdate", input, LETTER)
            .await;
        assert_eq!(refusals(&payload), [refusal]);
    }
    let input = json!({ "id": letter["id"], "subject": " ", "body": "x".repeat(20_001) });
    let payload = app
        .change(&agency.dana, "letterUpdate", input, LETTER)
        .await;
    assert_eq!(
        payload["userErrors"].as_array().unwrap().len(),
        2,
        "{payload:#}"
    );
}
