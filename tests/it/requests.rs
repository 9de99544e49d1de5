//! What clients ask for: raised, answered or objected to with the capacity that stands against it, and decided.

use meridian::domain::client_requests::{self, Unanswered};
use meridian::entity::{
    Access, BookingMethod, Day, RoleSide, booking, client, new_id, person, project, time_off,
};
use meridian::graphql::id::Kind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::rows;
use crate::support::tables::contents;
use crate::support::work::{client_of, hold};

on_both_databases!(
    a_request_is_raised_by_the_account_side_and_accepted_by_production,
    an_objection_keeps_the_capacity_that_stands_against_it_and_an_owner_decides,
    what_is_settled_is_not_answered_decided_or_withdrawn_again,
    only_those_who_hold_the_sides_may_raise_and_answer,
    one_person_who_holds_both_sides_raises_and_answers_and_it_says_so,
    a_request_follows_whoever_is_accountable_and_is_late_after_two_working_days,
    a_delegate_answers_for_whoever_is_away,
    a_request_that_cannot_be_is_refused_with_its_fields,
    requests_are_not_for_members,
);

/// Acme is split between Ada, its account manager, and Pia, its production manager. Uma holds both sides of Bolt, unsplit.
struct Agency {
    olga: Actor,
    ada: Actor,
    pia: Actor,
    uma: Actor,
    acme: client::Model,
    site: project::Model,
    bolt: client::Model,
}

impl Agency {
    async fn found(app: &TestApp) -> Self {
        let olga = app.owner().await;
        let ada = app.manager("Ada").await;
        let pia = app.manager("Pia").await;
        let uma = app.manager("Uma").await;
        let acme = client_of(app, "Acme", RoleSide::Client, &ada.person).await;
        hold(app, &acme, RoleSide::Project, &pia.person).await;
        let bolt = client_of(app, "Bolt", RoleSide::Both, &uma.person).await;
        let site = site_of(app, &acme).await;
        Self {
            olga,
            ada,
            pia,
            uma,
            acme,
            site,
            bolt,
        }
    }

    async fn raise(&self, app: &TestApp, by: &Actor, more: Value) -> Value {
        let mut input = json!({ "clientId": Kind::Client.text(self.acme.id), "title": "A shop" });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let selection = "clientRequest { id state version }";
        let payload = app.done(by, "clientRequestRaise", input, selection).await;
        payload["clientRequest"]["id"].clone()
    }

    fn about_the_site(&self) -> Value {
        json!({ "projectId": Kind::Project.text(self.site.id) })
    }
}

async fn site_of(app: &TestApp, client: &client::Model) -> project::Model {
    let of = project::Entity::find().filter(project::Column::ClientId.eq(client.id));
    of.one(&app.db.read).await.unwrap().unwrap()
}

async fn read(app: &TestApp, by: &Actor, id: &Value, selection: &str) -> Value {
    let document = format!("query ($id: ID!) {{ clientRequest(id: $id) {{ {selection} }} }}");
    app.ask(by, &document, json!({ "id": id })).await["clientRequest"].take()
}

/// The message of a refusal.
async fn refused(app: &TestApp, by: &Actor, mutation: &str, input: Value) -> String {
    let payload = app
        .change(by, mutation, input, "clientRequest { id }")
        .await;
    assert_eq!(payload["clientRequest"], json!(null), "{payload:#}");
    payload["userErrors"][0]["message"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The code of an answer that is an error.
async fn code(app: &TestApp, by: &Actor, mutation: &str, input: Value) -> String {
    let kind = mutation[..1].to_uppercase() + &mutation[1..];
    let document = format!(
        "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ message }} }} }}"
    );
    let answer = app.graphql(by, &document, json!({ "input": input })).await;
    let code = &answer["errors"][0]["extensions"]["code"];
    code.as_str()
        .unwrap_or_else(|| panic!("{answer:#}"))
        .to_owned()
}

async fn a_request_is_raised_by_the_account_side_and_accepted_by_production(app: &TestApp) {
    let agency = Agency::found(app).await;
    let more = json!({ "projectId": Kind::Project.text(agency.site.id), "detail": "With a basket.",
        "minutes": 600, "wantedBy": "2026-12-18" });
    let id = agency.raise(app, &agency.ada, more).await;
    let all = "title detail minutes wantedBy state raisedBy { name } raisedOn client { name } project { name }
        speaker { name } mustAnswer { name } lateOn answeredBy { name } answer against { sentence } answeredByWhoeverRaised";
    assert_eq!(
        read(app, &agency.pia, &id, all).await,
        json!({ "title": "A shop", "detail": "With a basket.", "minutes": 600, "wantedBy": "2026-12-18",
            "state": "RAISED", "raisedBy": { "name": "Ada" }, "raisedOn": "2026-11-23", "client": { "name": "Acme" },
            "project": { "name": "Acme site" }, "speaker": { "name": "Ada" }, "mustAnswer": { "name": "Pia" },
            "lateOn": "2026-11-25", "answeredBy": null, "answer": null, "against": null, "answeredByWhoeverRaised": false })
    );
    app.set_clock("2026-11-23T10:00:00Z");
    let input = json!({ "id": id, "expectedVersion": 1, "answer": "With pleasure." });
    app.done(&agency.pia, "clientRequestAccept", input, "")
        .await;
    assert_eq!(
        read(
            app,
            &agency.ada,
            &id,
            "state version answer answeredBy { name } answeredAt lateOn"
        )
        .await,
        json!({ "state": "ACCEPTED", "version": 2, "answer": "With pleasure.", "answeredBy": { "name": "Pia" },
            "answeredAt": "2026-11-23T10:00:00Z", "lateOn": null })
    );
    let told = read(
        app,
        &agency.olga,
        &id,
        "history { nodes { action by fields { name after } } }",
    )
    .await;
    assert_eq!(told["history"]["nodes"][0]["by"], "Pia");
    assert_eq!(told["history"]["nodes"][1]["action"], "CREATED");

    let listed = "query ($id: ID!) { waiting: clientRequests(filter: { waiting: true }) { totalCount }
        settled: clientRequests(filter: { waiting: false, clientId: { eq: $id }, state: { eq: ACCEPTED } }) { nodes { title } }
        client(id: $id) { requests { nodes { state } } projects { nodes { requests { nodes { state } } } } } }";
    let acme = json!({ "id": Kind::Client.text(agency.acme.id) });
    assert_eq!(
        app.ask(&agency.uma, listed, acme).await,
        json!({ "waiting": { "totalCount": 0 }, "settled": { "nodes": [{ "title": "A shop" }] },
            "client": { "requests": { "nodes": [{ "state": "ACCEPTED" }] },
                "projects": { "nodes": [{ "requests": { "nodes": [{ "state": "ACCEPTED" }] } }] } } })
    );
}

/// Pia has 1440 minutes a week less the 120 of the project side. Mia is booked for 400 minutes a day, of her 360.
async fn an_objection_keeps_the_capacity_that_stands_against_it_and_an_owner_decides(
    app: &TestApp,
) {
    let agency = Agency::found(app).await;
    let mia = app.person("Mia", None).await;
    book(app, &mia, &agency.site, 400).await;
    let more = json!({ "projectId": Kind::Project.text(agency.site.id), "minutes": 6000, "wantedBy": "2026-12-01" });
    let id = agency.raise(app, &agency.ada, more).await;
    let input = json!({ "id": id, "answer": "Mia is full until Christmas." });
    app.done(&agency.pia, "clientRequestObject", input, "")
        .await;

    let selection = "state answer against { sentence benchMinutes overMinutes people { person { name } holdsProjectSide
        weeks { week availabilityMinutes loadMinutes benchMinutes overMinutes } } }";
    let pias = |week| {
        json!({ "week": week, "availabilityMinutes": 1800, "loadMinutes": 120,
            "benchMinutes": 1680, "overMinutes": 0 })
    };
    let mias = |week| {
        json!({ "week": week, "availabilityMinutes": 1800, "loadMinutes": 2000,
            "benchMinutes": 0, "overMinutes": 200 })
    };
    let objected = read(app, &agency.ada, &id, selection).await;
    assert_eq!(
        objected,
        json!({ "state": "OBJECTED", "answer": "Mia is full until Christmas.", "against": {
            "sentence": "Until 2026-12-06 Pia and Mia have 3360 min free and 400 min too much: 2640 of the 6000 min asked for do not fit.",
            "benchMinutes": 3360, "overMinutes": 400,
            "people": [
                { "person": { "name": "Pia" }, "holdsProjectSide": true, "weeks": [pias("2026-W48"), pias("2026-W49")] },
                { "person": { "name": "Mia" }, "holdsProjectSide": false, "weeks": [mias("2026-W48"), mias("2026-W49")] },
            ] } })
    );
    let capacity = "query ($id: ID!) { person(id: $id) { capacity(weeks: 2) { availabilityMinutes overMinutes load { confirmedMinutes } } } }";
    let of_mia = app
        .ask(
            &agency.olga,
            capacity,
            json!({ "id": Kind::Person.text(mia.id) }),
        )
        .await;
    assert_eq!(
        of_mia["person"]["capacity"][1],
        json!({ "availabilityMinutes": 1800, "overMinutes": 200, "load": { "confirmedMinutes": 2000 } }),
        "the same engine"
    );

    let input = json!({ "id": id, "grant": true, "reason": "The client is worth it.", "expectedVersion": 2 });
    assert_eq!(
        code(app, &agency.pia, "clientRequestDecide", input.clone()).await,
        "FORBIDDEN"
    );
    app.done(&agency.olga, "clientRequestDecide", input, "")
        .await;
    let decided = read(
        app,
        &agency.ada,
        &id,
        "state decidedBy { name } decidedAt decisionReason against { benchMinutes }",
    )
    .await;
    assert_eq!(
        decided,
        json!({ "state": "GRANTED", "decidedBy": { "name": "Olga" }, "decidedAt": "2026-11-23T07:59:00Z",
            "decisionReason": "The client is worth it.", "against": { "benchMinutes": 3360 } })
    );
}

async fn what_is_settled_is_not_answered_decided_or_withdrawn_again(app: &TestApp) {
    let agency = Agency::found(app).await;
    let objected = agency
        .raise(app, &agency.ada, agency.about_the_site())
        .await;
    app.done(
        &agency.pia,
        "clientRequestObject",
        json!({ "id": objected, "answer": "No." }),
        "",
    )
    .await;
    assert_eq!(
        refused(
            app,
            &agency.pia,
            "clientRequestAccept",
            json!({ "id": objected })
        )
        .await,
        "It is OBJECTED and cannot become ACCEPTED: it waits for an owner's decision."
    );
    let withdrawn = agency.raise(app, &agency.ada, json!({})).await;
    app.done(
        &agency.ada,
        "clientRequestWithdraw",
        json!({ "id": withdrawn, "reason": "They changed their mind." }),
        "",
    )
    .await;
    let before = contents(app).await;
    for (by, mutation, more) in [
        (&agency.pia, "clientRequestAccept", json!({})),
        (
            &agency.pia,
            "clientRequestObject",
            json!({ "answer": "No." }),
        ),
        (
            &agency.olga,
            "clientRequestDecide",
            json!({ "grant": false, "reason": "No." }),
        ),
        (&agency.ada, "clientRequestWithdraw", json!({})),
    ] {
        let mut input = json!({ "id": withdrawn });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let message = refused(app, by, mutation, input).await;
        assert!(
            message.starts_with("It is WITHDRAWN and cannot become "),
            "{message}"
        );
        assert!(
            message.ends_with("nothing more is done about it. Raise a new request."),
            "{message}"
        );
    }
    let stale = json!({ "id": objected, "expectedVersion": 1, "grant": false, "reason": "No." });
    let payload = app
        .change(
            &agency.olga,
            "clientRequestDecide",
            stale,
            "clientRequest { version }",
        )
        .await;
    assert_eq!(payload["userErrors"][0]["code"], "STALE_VERSION");
    assert_eq!(payload["clientRequest"]["version"], 2);
    assert_eq!(changed(app, before).await, Vec::<String>::new());
}

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

async fn a_request_that_cannot_be_is_refused_with_its_fields(app: &TestApp) {
    let agency = Agency::found(app).await;
    let acme = Kind::Client.text(agency.acme.id);
    let bolts = site_of(app, &agency.bolt).await;
    let input = json!({ "clientId": acme, "projectId": Kind::Project.text(bolts.id), "title": " ",
        "minutes": 0, "wantedBy": "2026-11-22" });
    let payload = app
        .change(
            &agency.ada,
            "clientRequestRaise",
            input,
            "clientRequest { id }",
        )
        .await;
    let wrong: Vec<&Value> = payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["field"][0])
        .collect();
    assert_eq!(wrong, ["projectId", "title", "minutes", "wantedBy"]);
    let id = agency.raise(app, &agency.ada, json!({})).await;
    for (by, mutation, input, field) in [
        (
            &agency.pia,
            "clientRequestObject",
            json!({ "id": id, "answer": " " }),
            "answer",
        ),
        (
            &agency.olga,
            "clientRequestDecide",
            json!({ "id": id, "grant": true, "reason": "" }),
            "reason",
        ),
        (
            &agency.pia,
            "clientRequestAccept",
            json!({ "id": acme }),
            "id",
        ),
    ] {
        let payload = app.change(by, mutation, input, "").await;
        assert_eq!(
            payload["userErrors"][0]["field"],
            json!([field]),
            "{payload:#}"
        );
    }
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

async fn changed(
    app: &TestApp,
    before: std::collections::BTreeMap<String, Vec<String>>,
) -> Vec<String> {
    let after = contents(app).await;
    // A token says when it was last used.
    after
        .into_iter()
        .filter(|(table, rows)| table != "api_token" && before.get(table) != Some(rows))
        .map(|(table, _)| table)
        .collect()
}

async fn book(app: &TestApp, person: &person::Model, project: &project::Model, minutes: i64) {
    app.insert(booking::Model {
        id: new_id(app.now()),
        person_id: person.id,
        project_id: project.id,
        starts_on: Day("2026-11-23".parse().unwrap()),
        ends_on: Day("2026-12-31".parse().unwrap()),
        method: BookingMethod::PerDay,
        value: minutes,
        probability_bp: None,
        note: String::new(),
        version: 1,
    })
    .await;
}

async fn hold_project(
    app: &TestApp,
    project: &project::Model,
    side: RoleSide,
    holder: &person::Model,
) {
    let role = crate::support::work::role(app, side).await;
    let row = meridian::entity::assignment::Model {
        client_id: None,
        project_id: Some(project.id),
        ..rows::assignment(role.id, project.client_id, holder.id, app.now())
    };
    app.insert(row).await;
}
