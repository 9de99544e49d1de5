//! A client's request that nobody answers stands in both weekly mails, and one that production objected to in the owner's.

use jiff::civil::{Date, date};
use meridian::entity::{Day, Moment, RequestState, RoleSide, client, client_request, new_id};
use meridian::graphql::id::Kind;
use serde_json::json;

use crate::support::app::{TestApp, on_both_databases};
use crate::support::letter::the;
use crate::support::work::{client_of, hold};

on_both_databases!(what_waits_too_long_stands_in_both_weekly_mails);

async fn request(
    app: &TestApp,
    client: &client::Model,
    title: &str,
    on: Date,
    state: RequestState,
) {
    let row = client_request::Model {
        id: new_id(app.now()),
        client_id: client.id,
        project_id: None,
        title: title.to_owned(),
        detail: String::new(),
        minutes: None,
        wanted_by: None,
        state,
        raised_by_id: None,
        raised_on: Day(on),
        raised_at: Moment(app.now()),
        answered_by_id: None,
        answered_at: (state == RequestState::Objected).then(|| Moment(app.now())),
        answer: (state == RequestState::Objected).then(|| "No room.".to_owned()),
        against: None,
        decided_by_id: None,
        decided_at: None,
        decision_reason: None,
        version: 1,
        updated_at: Moment(app.now()),
    };
    app.insert(row).await;
}

async fn what_waits_too_long_stands_in_both_weekly_mails(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await;
    let sam = app.manager("Sam").await;
    let acme = client_of(app, "Acme", RoleSide::Client, &dana.person).await;
    hold(app, &acme, RoleSide::Project, &sam.person).await;
    request(
        app,
        &acme,
        "Faster checkout",
        date(2026, 11, 18),
        RequestState::Raised,
    )
    .await;
    request(
        app,
        &acme,
        "Still fresh",
        date(2026, 11, 20),
        RequestState::Raised,
    )
    .await;
    request(
        app,
        &acme,
        "A second shop",
        date(2026, 11, 11),
        RequestState::Objected,
    )
    .await;

    let letters = app.mails_at("2026-11-23T08:00:00Z").await;
    let waits = "REQUESTS THAT WAIT - Acme, “Faster checkout”: raised on Wed 18 Nov, waits for Sam's answer.";
    let dana_s = the(&letters, "dana", true);
    assert_eq!(dana_s.subject, "Week 48: 1 request waits");
    assert!(
        dana_s.words().contains(waits) && !dana_s.text.contains("YOUR BOOK"),
        "{}",
        dana_s.text
    );
    assert!(
        dana_s
            .words()
            .contains("You get this because a client's request waits.")
    );
    let sam_s = the(&letters, "sam", true);
    assert!(
        sam_s.words().contains(waits) && sam_s.text.contains("YOUR BOOK"),
        "{}",
        sam_s.text
    );
    assert!(sam_s.html.contains("Requests that wait"));
    let olga_s = the(&letters, "olga", true);
    let decide = "- Acme, “A second shop”: raised on Wed 11 Nov, production objected, waits for an owner's decision.";
    assert!(olga_s.words().contains(decide), "{}", olga_s.text);
    for letter in [dana_s, sam_s] {
        assert!(!letter.text.contains("A second shop"), "{}", letter.text);
    }
    for letter in &letters {
        assert!(!letter.text.contains("Still fresh"), "{}", letter.text);
    }
    let preview =
        "query ($id: ID!) { emailPreview(kind: CAPACITY_SUMMARY, personId: $id) { subject } }";
    let id = json!({ "id": Kind::Person.text(dana.person.id) });
    let again = app.ask(&olga, preview, id).await;
    assert_eq!(again["emailPreview"]["subject"], "Week 48: 1 request waits");
}
