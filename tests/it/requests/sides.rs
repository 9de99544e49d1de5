//! Who may raise and answer what a client asks for: whoever holds the side on that day.

use meridian::domain::client_requests::{self, Unanswered};
use meridian::entity::{Access, Day, RoleSide, new_id, time_off};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::{Agency, code, read};
use crate::support::app::{TestApp, on_both_databases};
use crate::support::rows;
use crate::support::work::hold_project;

on_both_databases!(
    only_those_who_hold_the_sides_may_raise_and_answer,
    one_person_who_holds_both_sides_raises_and_answers_and_it_says_so,
    a_request_follows_whoever_is_accountable_and_is_late_after_two_working_days,
    a_delegate_answers_for_whoever_is_away,
    requests_are_not_for_members,
);

/// Half the agency is split and half is not: each may do what goes with what they hold.
async fn only_those_who_hold_the_sides_may_raise_and_answer(app: &TestApp) {
    let agency = Agency::found(app).await;
    let of_acme = json!({ "clientId": Kind::Client.text(agency.acme.id), "title": "A shop" });
    for by in [&agency.pia, &agency.uma] {
        assert_eq!(
            code(app, by, "clientRequestRaise", of_acme.clone()).await,
            "FORBIDDEN"
        );
    }
    let whole = agency.raise(app, &agency.ada, json!({})).await;
    for (mutation, more) in [
        ("clientRequestAccept", json!({ "id": whole })),
        (
            "clientRequestObject",
            json!({ "id": whole, "answer": "No." }),
        ),
    ] {
        for by in [&agency.ada, &agency.uma] {
            assert_eq!(code(app, by, mutation, more.clone()).await, "FORBIDDEN");
        }
    }
    assert_eq!(
        code(
            app,
            &agency.pia,
            "clientRequestWithdraw",
            json!({ "id": whole })
        )
        .await,
        "FORBIDDEN"
    );
    // Whoever holds the project side of one of the client's projects may answer for the client as a whole.
    let other = app
        .insert(rows::project(agency.acme.id, "Acme shop", app.now()))
        .await;
    hold_project(app, &other, RoleSide::Project, &agency.uma.person).await;
    app.done(
        &agency.uma,
        "clientRequestAccept",
        json!({ "id": whole }),
        "",
    )
    .await;
    let owners = agency
        .raise(app, &agency.olga, agency.about_the_site())
        .await;
    app.done(
        &agency.olga,
        "clientRequestAccept",
        json!({ "id": owners }),
        "",
    )
    .await;
}

async fn one_person_who_holds_both_sides_raises_and_answers_and_it_says_so(app: &TestApp) {
    let agency = Agency::found(app).await;
    let bolt = json!({ "clientId": Kind::Client.text(agency.bolt.id), "title": "A film" });
    let payload = app
        .done(
            &agency.uma,
            "clientRequestRaise",
            bolt,
            "clientRequest { id }",
        )
        .await;
    let id = &payload["clientRequest"]["id"];
    app.set_clock("2026-11-23T10:00:00Z");
    app.done(
        &agency.uma,
        "clientRequestObject",
        json!({ "id": id, "answer": "Not before spring." }),
        "",
    )
    .await;
    let selection = "answeredByWhoeverRaised speaker { name } mustAnswer { name } history(first: 1) { nodes { fields { name after } } }";
    let read = read(app, &agency.olga, id, selection).await;
    assert_eq!(read["answeredByWhoeverRaised"], true);
    assert_eq!(read["speaker"], read["mustAnswer"]);
    let why = json!({ "name": "reason", "after": "\"Uma raised it and answered it, holding both sides.\"" });
    let fields = read["history"]["nodes"][0]["fields"].as_array().unwrap();
    assert!(fields.contains(&why), "{fields:#?}");
}

/// Raised on a Thursday: Friday and Monday are Pia's next working days, and on Monday it has waited too long.
async fn a_request_follows_whoever_is_accountable_and_is_late_after_two_working_days(
    app: &TestApp,
) {
    let agency = Agency::found(app).await;
    app.set_clock("2026-11-26T10:00:00Z");
    let id = agency
        .raise(app, &agency.ada, agency.about_the_site())
        .await;
    let answered = agency.raise(app, &agency.ada, json!({})).await;
    app.done(
        &agency.pia,
        "clientRequestAccept",
        json!({ "id": answered }),
        "",
    )
    .await;
    assert_eq!(
        read(app, &agency.ada, &id, "lateOn").await,
        json!({ "lateOn": "2026-11-30" })
    );
    assert_eq!(late(app, 29).await.len(), 0, "Sunday");
    let on_monday = late(app, 30).await;
    let [one] = &on_monday[..] else {
        panic!("{on_monday:?}");
    };
    assert_eq!(Value::from(Kind::ClientRequest.text(one.request.id)), id);
    assert_eq!(one.standing.speaker_id, Some(agency.ada.person.id));
    assert_eq!(one.standing.must_answer_id, Some(agency.pia.person.id));

    hold_project(app, &agency.site, RoleSide::Project, &agency.uma.person).await;
    let moved = late(app, 30).await;
    assert_eq!(moved[0].standing.must_answer_id, Some(agency.uma.person.id));
    assert_eq!(
        read(app, &agency.ada, &id, "mustAnswer { name }").await,
        json!({ "mustAnswer": { "name": "Uma" } })
    );
    assert_eq!(
        code(app, &agency.pia, "clientRequestAccept", json!({ "id": id })).await,
        "FORBIDDEN"
    );
    app.done(&agency.uma, "clientRequestAccept", json!({ "id": id }), "")
        .await;
    assert_eq!(late(app, 30).await.len(), 0);
}

async fn a_delegate_answers_for_whoever_is_away(app: &TestApp) {
    let agency = Agency::found(app).await;
    let id = agency
        .raise(app, &agency.ada, agency.about_the_site())
        .await;
    let input = json!({ "id": id });
    assert_eq!(
        code(app, &agency.uma, "clientRequestAccept", input.clone()).await,
        "FORBIDDEN"
    );
    let today = Day("2026-11-23".parse().unwrap());
    app.insert(time_off::Model {
        id: new_id(app.now()),
        person_id: agency.pia.person.id,
        starts_on: today,
        ends_on: today,
        minutes_per_day: None,
        delegate_id: Some(agency.uma.person.id),
        note: String::new(),
        version: 1,
    })
    .await;
    app.done(&agency.uma, "clientRequestAccept", input, "")
        .await;
}

async fn requests_are_not_for_members(app: &TestApp) {
    let agency = Agency::found(app).await;
    let id = agency.raise(app, &agency.ada, json!({})).await;
    let mia = app
        .sign_in(app.person("Mia", Some(Access::Member)).await)
        .await;
    assert_eq!(read(app, &mia, &id, "id").await, json!(null));
    let node = app
        .ask(
            &mia,
            "query ($id: ID!) { node(id: $id) { id } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(node["node"], json!(null));
    for list in [
        "clientRequests { nodes { id } }",
        "clients { nodes { requests { nodes { id } } } }",
    ] {
        let answer = app.graphql(&mia, &format!("{{ {list} }}"), json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
            "{answer:#}"
        );
    }
    let raise = json!({ "clientId": Kind::Client.text(agency.acme.id), "title": "A shop" });
    assert_eq!(
        code(app, &mia, "clientRequestRaise", raise).await,
        "FORBIDDEN"
    );
    assert_eq!(
        code(app, &mia, "clientRequestAccept", json!({ "id": id })).await,
        "FORBIDDEN"
    );
}

async fn late(app: &TestApp, day: i8) -> Vec<Unanswered> {
    let day = jiff::civil::date(2026, 11, day);
    client_requests::unanswered(&app.db.read, day)
        .await
        .unwrap()
}
