//! A suppressed address gets nothing, the owners are told, and an owner lifts it.

use meridian::domain::suppressions;
use meridian::email::memory::Failure;
use meridian::entity::{Access, ProjectStatus, RoleSide, person, project};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::post_office::suppressed;
use crate::statements::{SPLIT, cost};
use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::handover::primary_contact;
use crate::support::letter::{the, told};
use crate::support::outbox::{of, prompts, standing, summaries};
use crate::support::rows;
use crate::support::work::{client_of, hold, site_of};

on_both_databases!(
    an_owner_is_told_of_it_in_the_next_mail_and_once_a_week,
    whoever_gets_another_address_is_written_to_there,
    an_address_in_capitals_is_the_same_address,
    what_waits_behind_a_refused_mail_is_not_sent_to_its_address,
    of_an_owner_s_address_the_other_owners_are_told,
    a_contact_s_address_is_told_with_the_client,
    an_owner_lifts_it_and_mails_go_there_again,
    only_owners_lift_it_and_members_do_not_see_it,
    a_list_of_them_costs_as_many_statements_as_one,
);

const MONDAY: &str = "2026-11-23T08:00:00Z";
const TUESDAY: &str = "2026-11-24T08:00:00Z";
const WEDNESDAY: &str = "2026-11-25T08:00:00Z";
const NEXT_MONDAY: &str = "2026-11-30T08:00:00Z";
const ZOE: &str = "zoe@example.com";

/// Zoe runs production of a client on the back burner, to whom nothing is due, and her summary was refused: there is no such
/// user.
async fn zoe_refused(app: &TestApp) -> person::Model {
    let zoe = app.manager("Zoe").await.person;
    let acme = app.insert(rows::client("Acme", app.now())).await;
    let quiet = project::Model {
        status: ProjectStatus::BackBurner,
        ..rows::project(acme.id, "Site", app.now())
    };
    app.insert(quiet).await;
    hold(app, &acme, RoleSide::Project, &zoe).await;
    app.memory().fail_next(1, Failure::UnknownRecipient);
    assert_eq!(told(&app.mails_at(MONDAY).await), [""; 0]);
    zoe
}

async fn an_owner_is_told_of_it_in_the_next_mail_and_once_a_week(app: &TestApp) {
    zoe_refused(app).await;
    let olga = app.owner().await;
    let letters = app.mails_at(TUESDAY).await;
    assert_eq!(told(&letters), ["olga@example.com prompt"]);
    assert_eq!(letters[0].subject, "1 address gets no mail: Zoe");
    let words = letters[0].words();
    for expected in [
        "MAIL THAT DOES NOT ARRIVE Zoe Nothing is sent to zoe@example.com since Mon 23 Nov: The mail server refused when \
         naming a recipient zoe@example.com: 550 5.1.1 no such user. Ask them for an address that works and enter it;",
        "lift the suppression in the API (suppressedAddressLift).",
        "You get this because you look after the whole agency.",
    ] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    assert!(
        letters[0]
            .html
            .contains("Nothing is sent to zoe@example.com since Mon 23 Nov")
    );
    assert_eq!(told(&app.mails_at(WEDNESDAY).await), [""; 0]);
    let letters = app.mails_at(NEXT_MONDAY).await;
    assert_eq!(
        told(&letters),
        ["olga@example.com prompt", "olga@example.com summary"],
        "until it is mended, and nothing to Zoe"
    );
    let words = the(&letters, "olga", true).words();
    let line =
        "Mail that does not arrive: - Zoe: nothing is sent to zoe@example.com since Mon 23 Nov.";
    assert!(words.contains(line), "{words}");
    assert_eq!(suppressed(app, &olga).await.len(), 1);
}

async fn whoever_gets_another_address_is_written_to_there(app: &TestApp) {
    let zoe = zoe_refused(app).await;
    let olga = app.owner().await;
    let moved = json!({ "id": Kind::Person.text(zoe.id), "email": "zoe.new@example.com" });
    app.done(&olga, "personUpdate", moved, "person { id }")
        .await;
    assert_eq!(
        told(&app.mails_at(TUESDAY).await),
        [""; 0],
        "nothing is left to tell"
    );
    let letters = app.mails_at(NEXT_MONDAY).await;
    assert_eq!(
        told(&letters),
        ["olga@example.com summary", "zoe.new@example.com summary"]
    );
    // The old address stays suppressed, whose it may be now.
    let listed = suppressed(app, &olga).await;
    assert_eq!(
        (&listed[0]["address"], &listed[0]["people"]),
        (&json!(ZOE), &json!([]))
    );
}

async fn an_address_in_capitals_is_the_same_address(app: &TestApp) {
    let mut zoe = zoe_refused(app).await.into_active_model();
    zoe.email = Set("Zoe@Example.com".to_owned());
    let tx = app.db.begin().await.unwrap();
    zoe.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(told(&app.mails_at(NEXT_MONDAY).await), [""; 0]);
}

async fn what_waits_behind_a_refused_mail_is_not_sent_to_its_address(app: &TestApp) {
    let (olga, dana) = (app.owner().await, app.manager("Dana").await);
    for _ in 0..2 {
        let to_dana = json!({ "personId": Kind::Person.text(dana.person.id) });
        app.done(&olga, "emailTest", to_dana, "email { id }").await;
    }
    app.memory().fail_next(1, Failure::UnknownRecipient);
    assert_eq!(app.drain().await.len(), 0, "claimed together");
    assert_eq!(suppressed(app, &olga).await.len(), 1);
}

async fn of_an_owner_s_address_the_other_owners_are_told(app: &TestApp) {
    let olga = app.owner().await;
    let otto = app.person("Otto", Some(Access::Owner)).await;
    let otto = app.sign_in(otto).await;
    suppress(app, "Olga@Example.com").await;
    let letters = app.mails_at(MONDAY).await;
    assert_eq!(
        told(&letters),
        ["otto@example.com prompt", "otto@example.com summary"]
    );
    let otto_s = the(&letters, "otto", false);
    assert_eq!(otto_s.subject, "1 address gets no mail: Olga");
    let nothing = "FAILED: Nothing is sent to olga@example.com any more: no such user";
    for rows in [prompts(app, &otto).await, summaries(app, &otto).await] {
        assert_eq!(standing(of(&rows, "Olga")), nothing);
    }
    assert_eq!(suppressed(app, &olga).await.len(), 1, "the API tells her");
}

async fn suppress(app: &TestApp, address: &str) {
    let tx = app.db.begin().await.unwrap();
    let is_new = suppressions::suppress(&tx, address, "no such user", app.now()).await;
    assert!(is_new.unwrap());
    tx.commit().await.unwrap();
}

async fn a_contact_s_address_is_told_with_the_client(app: &TestApp) {
    let dana = app.person("Dana", None).await;
    let acme = client_of(app, "Acme", RoleSide::Client, &dana).await;
    let mut quiet = site_of(app, &acme).await.into_active_model();
    quiet.status = Set(ProjectStatus::BackBurner);
    let tx = app.db.begin().await.unwrap();
    quiet.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    let mara = primary_contact(app, &acme, "Mara Holm").await;
    suppress(app, &mara.email).await;
    let olga = app.owner().await;
    let letters = app.mails_at(MONDAY).await;
    let olga_s = the(&letters, "olga", false);
    assert_eq!(olga_s.subject, "1 address gets no mail: Mara Holm (Acme)");
    let listed = suppressed(app, &olga).await;
    assert_eq!(
        listed[0]["contacts"],
        json!([{ "name": "Mara Holm", "client": { "name": "Acme" } }])
    );
}

/// Lifts the suppression of an id; the payload.
async fn lift(app: &TestApp, by: &Actor, id: &Value, version: i64, reason: &str) -> Value {
    let input = json!({ "id": id, "expectedVersion": version, "reason": reason });
    let selection = "suppressedAddress { address liftedAt liftedBy { name } liftedReason version
        history { nodes { action by fields { name after } } } }";
    app.change(by, "suppressedAddressLift", input, selection)
        .await
}

fn refused(payload: &Value) -> (Value, Value) {
    let error = &payload["userErrors"][0];
    (error["field"].clone(), error["code"].clone())
}

async fn an_owner_lifts_it_and_mails_go_there_again(app: &TestApp) {
    zoe_refused(app).await;
    let olga = app.owner().await;
    let id = suppressed(app, &olga).await[0]["id"].clone();
    for (id, version, reason, field, code) in [
        (
            &id,
            2,
            "They mended it.",
            "expectedVersion",
            "STALE_VERSION",
        ),
        (&id, 1, "  ", "reason", "INVALID"),
        (
            &json!(Kind::SuppressedAddress.text(uuid::Uuid::from_u128(7))),
            1,
            "Mended.",
            "id",
            "NOT_FOUND",
        ),
        (
            &json!(Kind::Person.text(olga.person.id)),
            1,
            "Mended.",
            "id",
            "NOT_FOUND",
        ),
    ] {
        let payload = lift(app, &olga, id, version, reason).await;
        assert_eq!(
            refused(&payload),
            (json!([field]), json!(code)),
            "{payload}"
        );
    }
    assert_eq!(suppressed(app, &olga).await.len(), 1);

    let payload = lift(app, &olga, &id, 1, "Their server was set up wrongly.").await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let lifted = &payload["suppressedAddress"];
    assert_eq!(lifted["liftedAt"], MONDAY);
    assert_eq!(
        (&lifted["liftedBy"]["name"], &lifted["version"]),
        (&json!("Olga"), &json!(2))
    );
    let history = &lifted["history"]["nodes"];
    assert_eq!(
        (
            &history[0]["action"],
            &history[0]["by"],
            &history[1]["action"],
            &history[1]["by"]
        ),
        (
            &json!("UPDATED"),
            &json!("Olga"),
            &json!("CREATED"),
            &json!("a mail server's refusal")
        )
    );
    assert_eq!(suppressed(app, &olga).await, [Value::Null; 0]);
    let again = lift(app, &olga, &id, 2, "Once more.").await;
    assert_eq!(refused(&again), (json!(["id"]), json!("NOT_ALLOWED_NOW")));

    assert_eq!(
        told(&app.mails_at(TUESDAY).await),
        [""; 0],
        "nothing is left to tell"
    );
    app.memory().fail_next(1, Failure::UnknownRecipient);
    let letters = app.mails_at(NEXT_MONDAY).await;
    assert_eq!(
        told(&letters).len(),
        1,
        "one of the two was refused: {:?}",
        told(&letters)
    );
    // Zoe's subscription is the older one, so hers was: the address is suppressed anew.
    let lists = "{ lifted: suppressedAddresses(filter: { lifted: true }) { totalCount }
        anew: suppressedAddresses(filter: { address: { eq: \"ZOE@example.com\" } }) { totalCount } }";
    let data = app.ask(&olga, lists, json!({})).await;
    assert_eq!(
        (&data["lifted"]["totalCount"], &data["anew"]["totalCount"]),
        (&json!(1), &json!(1))
    );
}

async fn only_owners_lift_it_and_members_do_not_see_it(app: &TestApp) {
    zoe_refused(app).await;
    let dana = app.manager("Dana").await;
    let mia = app.member("Mia").await;
    let id = suppressed(app, &dana).await[0]["id"].clone();
    let lift = "mutation ($id: ID!) { suppressedAddressLift(input: { id: $id, reason: \"Mended.\" }) { userErrors { message } } }";
    for by in [&dana, &mia] {
        let answer = app.graphql(by, lift, json!({ "id": id })).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{answer}"
        );
    }
    let answer = app
        .graphql(&mia, "{ suppressedAddresses { totalCount } }", json!({}))
        .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
        "{answer}"
    );
    let node = "query ($id: ID!) { node(id: $id) { ... on SuppressedAddress { address } } }";
    let found = app.ask(&dana, node, json!({ "id": id })).await;
    assert_eq!(found["node"]["address"], ZOE);
    let hidden = app.ask(&mia, node, json!({ "id": id })).await;
    assert!(hidden["node"].is_null(), "{hidden}");
    assert_eq!(suppressed(app, &dana).await.len(), 1);
}

async fn a_list_of_them_costs_as_many_statements_as_one(app: &TestApp) {
    let olga = app.owner().await;
    for number in 0..30 {
        let name = format!("Manager {number}");
        let person = app.insert(rows::person(&name, None, app.now())).await;
        suppress(app, &person.email).await;
    }
    let document = "query ($first: Int!) { suppressedAddresses(first: $first) { nodes { address people { name }
        contacts { name client { name } } liftedBy { name } history(first: 2) { nodes { action } } } } }";
    let one = cost(app, &olga, document, json!({ "first": 1 })).await;
    let many = cost(app, &olga, document, json!({ "first": 30 })).await;
    assert!(
        many <= one + SPLIT && many < 20,
        "{one} for one, {many} for thirty"
    );
    app.drain().await;
}
