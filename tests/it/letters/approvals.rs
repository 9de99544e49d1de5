//! Two people, of the same text, one of them a manager whom it is about.

use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{Agency, LETTER, refusals};
use crate::support::app::{TestApp, on_both_databases};

on_both_databases!(
    two_people_approve_one_of_them_of_the_two_managers,
    nobody_approves_twice,
    an_edit_voids_what_was_approved_before,
    a_member_and_an_archived_contact_stop_it,
);

async fn two_people_approve_one_of_them_of_the_two_managers(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    assert_eq!(
        letter["stillNeeded"],
        "Two approvals, one of them by the manager who hands over or the one who takes over."
    );
    let one_of_the_two = "The approval of the manager who hands over or the one who takes over.";
    for by in [&agency.olga, &agency.pat] {
        let payload = agency.approve(app, by, &letter).await;
        assert_eq!(refusals(&payload), [""; 0]);
        assert_eq!(payload["letter"]["state"], "DRAFT");
        assert_eq!(payload["letter"]["stillNeeded"], one_of_the_two);
    }
    assert_eq!(app.drain().await.len(), 0, "nothing leaves before");
    let payload = agency.approve(app, &agency.sam, &letter).await;
    assert_eq!(payload["letter"]["state"], "APPROVED");
    assert_eq!(payload["letter"]["stillNeeded"], Value::Null);
    assert_eq!(payload["letter"]["email"]["state"], "PENDING");
    let names = payload["letter"]["approvals"].as_array().unwrap();
    assert_eq!(names.len(), 3);
    let payload = agency.approve(app, &agency.dana, &letter).await;
    assert_eq!(
        refusals(&payload),
        ["id NOT_ALLOWED_NOW: It has the approvals it needs already."]
    );
    assert_eq!(app.drain().await.len(), 1);
}

async fn nobody_approves_twice(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    let payload = agency.approve(app, &agency.dana, &letter).await;
    assert_eq!(
        payload["letter"]["stillNeeded"],
        "The approval of one more owner or manager."
    );
    let payload = agency.approve(app, &agency.dana, &letter).await;
    assert_eq!(
        refusals(&payload),
        ["id NOT_ALLOWED_NOW: You have approved this text already: somebody else has to."]
    );
    assert_eq!(app.drain().await.len(), 0);
}

async fn an_edit_voids_what_was_approved_before(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    agency.approve(app, &agency.dana, &letter).await;
    let input = json!({ "id": letter["id"], "body": "Dear Mara,\n\nSam takes over.\n\nDana" });
    let payload = app.done(&agency.sam, "letterUpdate", input, LETTER).await;
    assert_eq!(payload["letter"]["approvals"], json!([]));
    let stale = agency.approve(app, &agency.olga, &letter).await;
    assert_eq!(
        stale["userErrors"][0]["code"], "STALE_VERSION",
        "who read the old text approves nothing"
    );
    let edited = &payload["letter"];
    agency.approve(app, &agency.olga, edited).await;
    assert_eq!(
        app.drain().await.len(),
        0,
        "Dana's word was of another text"
    );
    let payload = agency.approve(app, &agency.dana, edited).await;
    assert_eq!(payload["letter"]["state"], "APPROVED");
    let change = json!({ "id": letter["id"], "subject": "Wait" });
    let payload = app
        .change(&agency.sam, "letterUpdate", change, LETTER)
        .await;
    assert_eq!(
        refusals(&payload),
        ["id NOT_ALLOWED_NOW: Two people have approved it and it is on its way."]
    );
    assert_eq!(app.drain().await.len(), 1);
}

async fn a_member_and_an_archived_contact_stop_it(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = agency.drafted(app).await;
    let document =
        "mutation ($input: LetterApproveInput!) { letterApprove(input: $input) { letter { id } } }";
    let input = json!({ "input": { "id": letter["id"], "expectedVersion": 1 } });
    let answer = app.graphql(&agency.mia, document, input).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    agency.approve(app, &agency.dana, &letter).await;
    let archive = json!({ "id": Kind::Contact.text(agency.mara.id) });
    app.done(&agency.olga, "contactArchive", archive, "contact { id }")
        .await;
    let payload = agency.approve(app, &agency.olga, &letter).await;
    assert_eq!(
        refusals(&payload),
        [
            "id NOT_ALLOWED_NOW: Mara Holm is archived and gets no letters: choose another contact of the client."
        ]
    );
    assert_eq!(app.drain().await.len(), 0);
}
