//! What clients ask for: raised, answered or objected to with the capacity that stands against it, and decided.

mod reading;
mod sides;

use meridian::entity::{RoleSide, client, project};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::tables::contents;
use crate::support::work::{book, client_of, hold, site_of};

on_both_databases!(
    a_request_is_raised_by_the_account_side_and_accepted_by_production,
    an_objection_keeps_the_capacity_that_stands_against_it_and_an_owner_decides,
    what_is_settled_is_not_answered_decided_or_withdrawn_again,
    a_request_that_cannot_be_is_refused_with_its_fields,
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
    book(
        app,
        &mia,
        &agency.site,
        400,
        jiff::civil::date(2026, 12, 31),
    )
    .await;
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
async fn changed(
    app: &TestApp,
    before: std::collections::BTreeMap<String, Vec<String>>,
) -> Vec<String> {
    let after = contents(app).await;
    after
        .into_iter()
        .filter(|(table, rows)| before.get(table) != Some(rows))
        .map(|(table, _)| table)
        .collect()
}
