//! An owner's word about a mail that failed, is held, or should not leave.

use jiff::SignedDuration;
use meridian::email::memory::Failure;
use meridian::entity::{EmailState, email, suppressed_address};
use meridian::graphql::id::Kind;
use meridian::jobs::maintenance;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use crate::letters::{Agency, approved, read};
use crate::support::app::{Actor, TestApp, on_both_databases};

on_both_databases!(
    a_mail_that_failed_is_sent_to_the_address_of_today,
    a_mail_whose_time_has_passed_is_not_tried_again,
    nothing_is_tried_again_for_an_address_that_is_not_written_to,
    a_mail_that_failed_in_doubt_is_tried_again_with_the_same_bytes,
    a_mail_is_called_off_for_a_reason,
    a_held_letter_leaves_on_an_owners_explicit_word,
    a_held_letter_whose_time_has_passed_is_not_released,
    a_held_letter_that_is_called_off_is_not_written_again,
    only_owners_decide_about_mails,
);

pub(super) const MAIL: &str = "email { id state reason toAddress messageId resendOf { id } }";

/// A test mail from the owner to somebody, that was not sent yet.
pub(crate) async fn test_mail(app: &TestApp, olga: &Actor, to: &Actor) -> Value {
    let input = json!({ "personId": Kind::Person.text(to.person.id) });
    let mut payload = app.done(olga, "emailTest", input, MAIL).await;
    payload["email"].take()
}

/// What was refused, each with field, code and sentence.
pub(super) async fn refused(app: &TestApp, by: &Actor, mutation: &str, input: Value) -> String {
    let payload = app.change(by, mutation, input, MAIL).await;
    assert_eq!(payload["email"], Value::Null, "{payload}");
    let errors = payload["userErrors"].as_array().unwrap().iter();
    let told = errors.map(|error| {
        let word = |name: &str| error[name].as_str().unwrap().to_owned();
        format!(
            "{} {}: {}",
            error["field"][0].as_str().unwrap(),
            word("code"),
            word("message")
        )
    });
    told.collect::<Vec<_>>().join(" | ")
}

/// The mail as the API shows it.
pub(super) async fn mail(app: &TestApp, by: &Actor, id: &Value) -> Value {
    let document =
        "query ($id: ID!) { node(id: $id) { ... on Email { id state reason toAddress messageId
        attempts { outcome } timeline { what at by detail attempt { outcome } }
        history { nodes { action by fields { name before after } } } } } }";
    app.ask(by, document, json!({ "id": id })).await["node"].take()
}

async fn a_mail_that_failed_is_sent_to_the_address_of_today(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let sent = test_mail(app, &olga, &dana).await;
    app.memory().fail_next(1, Failure::MessageRefused);
    assert_eq!(app.drain().await.len(), 0);
    let failed = mail(app, &olga, &sent["id"]).await;
    assert_eq!(failed["state"], "FAILED");

    let change = json!({ "id": Kind::Person.text(dana.person.id), "email": "dana@new.example" });
    app.done(&olga, "personUpdate", change, "person { id }")
        .await;
    let payload = app
        .done(&olga, "emailRetry", json!({ "id": sent["id"] }), MAIL)
        .await;
    assert_eq!(payload["email"]["state"], "PENDING");
    assert_eq!(payload["email"]["reason"], Value::Null);
    let taken = app.drain().await;
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].envelope.to()[0].to_string(), "dana@new.example");
    let after = mail(app, &olga, &sent["id"]).await;
    assert_eq!(
        (&after["state"], &after["messageId"]),
        (&json!("SENT"), &failed["messageId"])
    );
    let again = refused(app, &olga, "emailRetry", json!({ "id": sent["id"] })).await;
    assert_eq!(
        again,
        "id NOT_ALLOWED_NOW: It was sent: send it once more if it did not arrive."
    );
}

async fn a_mail_whose_time_has_passed_is_not_tried_again(app: &TestApp) {
    let olga = app.owner().await;
    let failed = test_mail(app, &olga, &olga).await;
    app.memory().fail_next(1, Failure::MessageRefused);
    app.drain().await;
    let expired = test_mail(app, &olga, &olga).await;
    app.set_clock("2026-11-23T08:59:00Z");
    maintenance::run(app).await.unwrap();
    let passed = "Its time passed at 2026-11-23T08:59:00Z: it is not worth sending any more.";
    let refusal = refused(app, &olga, "emailRetry", json!({ "id": failed["id"] })).await;
    assert_eq!(refusal, format!("id NOT_ALLOWED_NOW: {passed}"));
    let refusal = refused(app, &olga, "emailRetry", json!({ "id": expired["id"] })).await;
    let why = "Its time has passed: it is not worth sending any more.";
    assert_eq!(refusal, format!("id NOT_ALLOWED_NOW: {why}"));
    app.tick().await;
    app.drain().await;
}

async fn nothing_is_tried_again_for_an_address_that_is_not_written_to(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let sent = test_mail(app, &olga, &dana).await;
    app.memory().fail_next(1, Failure::UnknownRecipient);
    app.drain().await;
    let refusal = refused(app, &olga, "emailRetry", json!({ "id": sent["id"] })).await;
    assert!(
        refusal.starts_with("id NOT_ALLOWED_NOW: Nothing is sent to dana@example.com any more: "),
        "{refusal}"
    );
    let to_dana = json!({ "personId": Kind::Person.text(dana.person.id) });
    let refusal = refused(app, &olga, "emailTest", to_dana).await;
    assert!(
        refusal.contains("Nothing is sent to dana@example.com any more"),
        "{refusal}"
    );
    let suppressed = suppressed_address::Entity::find().all(&app.db.read).await;
    assert_eq!(suppressed.unwrap().len(), 1);
}

async fn a_mail_that_failed_in_doubt_is_tried_again_with_the_same_bytes(app: &TestApp) {
    let olga = app.owner().await;
    let sent = test_mail(app, &olga, &olga).await;
    app.memory().fail_next(1, Failure::LostAfterAcceptance);
    app.drain().await;
    // The server thinks otherwise of the second copy.
    app.set_clock("2026-11-23T08:15:00Z");
    maintenance::run(app).await.unwrap();
    app.memory().fail_next(1, Failure::MessageRefused);
    assert_eq!(app.drain().await.len(), 1);
    assert_eq!(mail(app, &olga, &sent["id"]).await["state"], "FAILED");

    let doubt = "mayArriveTwice NOT_ALLOWED_NOW: It may have arrived already: ask the recipient, or say that it may arrive twice.";
    let refusal = refused(app, &olga, "emailRetry", json!({ "id": sent["id"] })).await;
    assert_eq!(refusal, doubt);
    let confirmed = json!({ "id": sent["id"], "mayArriveTwice": true });
    app.done(&olga, "emailRetry", confirmed, MAIL).await;
    let taken = app.drain().await;
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].raw, taken[1].raw);
}

async fn a_mail_is_called_off_for_a_reason(app: &TestApp) {
    let olga = app.owner().await;
    let sent = test_mail(app, &olga, &olga).await;
    let nothing = json!({ "id": sent["id"], "reason": "  " });
    let refusal = refused(app, &olga, "emailCancel", nothing).await;
    assert_eq!(refusal, "reason INVALID: Say why it is called off.");
    let input = json!({ "id": sent["id"], "reason": "Told her on the phone." });
    let payload = app.done(&olga, "emailCancel", input.clone(), MAIL).await;
    let cancelled = &payload["email"];
    assert_eq!(
        (&cancelled["state"], &cancelled["reason"]),
        (
            &json!("CANCELLED"),
            &json!("Called off by Olga: Told her on the phone.")
        )
    );
    assert_eq!(app.drain().await.len(), 0);
    let refusal = refused(app, &olga, "emailCancel", input).await;
    assert_eq!(
        refusal,
        "id NOT_ALLOWED_NOW: It has ended already and is not sent."
    );
    let shown = mail(app, &olga, &sent["id"]).await;
    let changes: Vec<&Value> = shown["history"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    let told: Vec<_> = changes
        .iter()
        .map(|change| (&change["action"], &change["by"]))
        .collect();
    let olga_s = json!("Olga");
    assert_eq!(
        told,
        [(&json!("UPDATED"), &olga_s), (&json!("CREATED"), &olga_s)]
    );
}

async fn held_letter(app: &TestApp, agency: &Agency) -> Value {
    let letter = approved(app, agency).await;
    app.memory().fail_next(1, Failure::LostAfterAcceptance);
    app.drain().await;
    app.set_clock("2026-11-23T12:00:00Z");
    maintenance::run(app).await.unwrap();
    let held = read(app, agency, &letter).await;
    assert_eq!(held["state"], "IN_DOUBT");
    held
}

/// The mail of the only letter.
async fn mail_of_letter(app: &TestApp) -> email::Model {
    let rows = email::Entity::find().all(&app.db.read).await.unwrap();
    let mut letters = rows.into_iter().filter(|row| row.contact_id.is_some());
    letters.next().unwrap()
}

async fn a_held_letter_leaves_on_an_owners_explicit_word(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = held_letter(app, &agency).await;
    let id = Kind::Email.text(mail_of_letter(app).await.id);
    let refusal = refused(app, &agency.olga, "emailRelease", json!({ "id": id })).await;
    assert!(
        refusal.starts_with("mayArriveTwice NOT_ALLOWED_NOW"),
        "{refusal}"
    );
    let retry = json!({ "id": id, "mayArriveTwice": true });
    let refusal = refused(app, &agency.olga, "emailRetry", retry.clone()).await;
    assert!(
        refusal.contains("It is held because it may have arrived"),
        "{refusal}"
    );
    assert_eq!(app.drain().await.len(), 1, "not yet");

    app.done(&agency.olga, "emailRelease", retry.clone(), MAIL)
        .await;
    assert_eq!(read(app, &agency, &letter).await["state"], "APPROVED");
    let taken = app.drain().await;
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].raw, taken[1].raw, "the same letter");
    let released = read(app, &agency, &letter).await;
    assert_eq!(released["state"], "SENT");
    assert_eq!(
        refused(app, &agency.olga, "emailRelease", retry.clone()).await,
        "id NOT_ALLOWED_NOW: It is not held."
    );
    let refusal = refused(app, &agency.olga, "emailResend", retry).await;
    assert!(
        refusal.contains("A client is not written to twice"),
        "{refusal}"
    );
    assert_eq!(app.drain().await.len(), 2);
}

async fn a_held_letter_whose_time_has_passed_is_not_released(app: &TestApp) {
    let agency = Agency::found(app).await;
    held_letter(app, &agency).await;
    let row = mail_of_letter(app).await;
    app.clock.set(row.expires_at.0);
    let anyway = json!({ "id": Kind::Email.text(row.id), "mayArriveTwice": true });
    let refusal = refused(app, &agency.olga, "emailRelease", anyway).await;
    let passed = format!(
        "id NOT_ALLOWED_NOW: Its time passed at {}: it is not worth sending any more.",
        row.expires_at
    );
    assert_eq!(refusal, passed);
}

async fn a_held_letter_that_is_called_off_is_not_written_again(app: &TestApp) {
    let agency = Agency::found(app).await;
    let letter = held_letter(app, &agency).await;
    let row = mail_of_letter(app).await;
    let id = Kind::Email.text(row.id);
    let input = json!({ "id": id, "reason": "Mara has it." });
    app.done(&agency.olga, "emailCancel", input, MAIL).await;
    assert_eq!(read(app, &agency, &letter).await["state"], "FAILED");
    let change = json!({ "id": letter["id"], "subject": "News from us" });
    let payload = app
        .change(&agency.dana, "letterUpdate", change, "letter { id }")
        .await;
    let refusal = payload["userErrors"][0]["message"].as_str().unwrap();
    assert!(
        refusal.starts_with("Its mail may have arrived"),
        "{refusal}"
    );

    // A letter whose text is another one now is not tried again under the old approvals.
    let letters = meridian::entity::letter::Entity::find();
    let mut changed = letters
        .one(&app.db.read)
        .await
        .unwrap()
        .unwrap()
        .into_active_model();
    changed.email_id = Set(None);
    let tx = app.db.begin().await.unwrap();
    changed.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    for (state, mutation) in [
        (EmailState::Failed, "emailRetry"),
        (EmailState::Held, "emailRelease"),
    ] {
        let mut mail = row.clone().into_active_model();
        mail.state = Set(state);
        let tx = app.db.begin().await.unwrap();
        mail.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let anyway = json!({ "id": id, "mayArriveTwice": true });
        let refusal = refused(app, &agency.olga, mutation, anyway).await;
        assert!(
            refusal.contains("The letter was changed since"),
            "{mutation}: {refusal}"
        );
    }
}

async fn only_owners_decide_about_mails(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    let sent = test_mail(app, &olga, &dana).await;
    let id = sent["id"].as_str().unwrap();
    for (mutation, input) in [
        ("emailRetry", format!("{{ id: \"{id}\" }}")),
        ("emailRelease", format!("{{ id: \"{id}\" }}")),
        ("emailResend", format!("{{ id: \"{id}\" }}")),
        ("emailCancel", format!("{{ id: \"{id}\", reason: \"no\" }}")),
        ("emailTest", "{}".to_owned()),
    ] {
        let document = format!("mutation {{ {mutation}(input: {input}) {{ email {{ id }} }} }}");
        let answer = app.graphql(&dana, &document, json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{mutation}: {answer}"
        );
    }
    let gone = Kind::Email.text(meridian::entity::new_id(
        app.now() + SignedDuration::from_secs(1),
    ));
    let refusal = refused(app, &olga, "emailRetry", json!({ "id": gone })).await;
    assert_eq!(refusal, "id NOT_FOUND: There is no such mail.");
    app.drain().await;
}
