//! How well people know clients: reckoned, noted by hand, pinned.

mod reading;

use jiff::civil::{Date, date};
use meridian::domain::relationships::StrengthLimits;
use meridian::domain::responsibilities::Scope;
use meridian::domain::strengths::Strengths;
use meridian::entity::{Day, RoleSide, TouchpointKind, assignment, client, person, relationship};
use meridian::graphql::id::Kind;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::rows;
use crate::support::work::{contact, role};

on_both_databases!(
    a_manager_who_became_account_manager_is_no_stranger_the_day_after,
    a_break_in_the_assignments_starts_the_months_anew,
    an_override_wins_says_why_and_can_be_taken_back,
    a_pin_stands_beside_the_reckoned_strength,
    a_note_is_refused_with_every_reason_at_once,
    a_stale_note_is_refused_and_shows_the_relationship_as_it_is,
);

const SHOWN: &str =
    "nodes { person { name } client { name } points tenurePoints frequencyPoints recencyPoints
    warmth overridden pinned explain }";

/// Acme, held by Dana without a break for three years, first with both hats and then as account manager, whom she had eight
/// contacts with, the last six days ago; and by Sam, whom the worked numbers make a stranger, for three months.
struct Acme {
    client: client::Model,
    olga: Actor,
    dana: Actor,
    sam: Actor,
}

async fn acme(app: &TestApp) -> Acme {
    let olga = app.owner().await;
    let (dana, sam) = (app.manager("Dana").await, app.manager("Sam").await);
    let client = app.insert(rows::client("Acme", app.now())).await;
    let split_on = date(2026, 3, 1);
    held(
        app,
        &client,
        RoleSide::Both,
        &dana.person,
        (date(2023, 11, 23), Some(split_on)),
    )
    .await;
    held(
        app,
        &client,
        RoleSide::Client,
        &dana.person,
        (split_on, None),
    )
    .await;
    held(
        app,
        &client,
        RoleSide::Project,
        &sam.person,
        (date(2026, 8, 23), None),
    )
    .await;
    for day in 10..18 {
        talked(app, &client, &dana.person, date(2026, 11, day)).await;
    }
    for day in [1, 14] {
        talked(app, &client, &sam.person, date(2026, 10, day)).await;
    }
    Acme {
        client,
        olga,
        dana,
        sam,
    }
}

async fn held(
    app: &TestApp,
    client: &client::Model,
    side: RoleSide,
    holder: &person::Model,
    (from_on, until_on): (Date, Option<Date>),
) {
    let row = assignment::Model {
        from_on: Day(from_on),
        until_on: until_on.map(Day),
        ..rows::assignment(role(app, side).await.id, client.id, holder.id, app.now())
    };
    app.insert(row).await;
}

async fn talked(app: &TestApp, client: &client::Model, by: &person::Model, on: Date) {
    contact(app, client, Some(by.id), TouchpointKind::Call, on).await;
}

async fn shown(app: &TestApp, by: &Actor, client: &client::Model, selection: &str) -> Value {
    let document =
        format!("query ($id: ID!) {{ client(id: $id) {{ relationships {{ {selection} }} }} }}");
    let id = Kind::Client.text(client.id);
    let mut data = app.ask(by, &document, json!({ "id": id })).await;
    data["client"]["relationships"]["nodes"].take()
}

impl Acme {
    fn note(&self, person: &person::Model, note: Value) -> Value {
        let mut input = json!({ "personId": Kind::Person.text(person.id), "clientId": Kind::Client.text(self.client.id),
            "reason": "They went to school together." });
        input
            .as_object_mut()
            .unwrap()
            .extend(note.as_object().unwrap().clone());
        input
    }
}

async fn a_manager_who_became_account_manager_is_no_stranger_the_day_after(app: &TestApp) {
    let acme = acme(app).await;
    assert_eq!(
        shown(app, &acme.olga, &acme.client, SHOWN).await,
        json!([
            {
                "person": { "name": "Dana" }, "client": { "name": "Acme" }, "points": 88, "tenurePoints": 50,
                "frequencyPoints": 20, "recencyPoints": 18, "warmth": "STRONG", "overridden": false, "pinned": false,
                "explain": ["Months held: 50 of 50", "Touchpoints in the last 90 days: 20 of 30",
                    "How fresh the last touchpoint is: 18 of 20"],
            },
            {
                "person": { "name": "Sam" }, "client": { "name": "Acme" }, "points": 22, "tenurePoints": 6,
                "frequencyPoints": 5, "recencyPoints": 11, "warmth": "COOL", "overridden": false, "pinned": false,
                "explain": ["Months held: 6 of 50", "Touchpoints in the last 90 days: 5 of 30",
                    "How fresh the last touchpoint is: 11 of 20"],
            },
        ])
    );
    let document = "query ($id: ID!) { person(id: $id) { relationships { nodes { client { name } points } } } }";
    let id = Kind::Person.text(acme.sam.person.id);
    let data = app.ask(&acme.dana, document, json!({ "id": id })).await;
    let expected = json!([{ "client": { "name": "Acme" }, "points": 22 }]);
    assert_eq!(data["person"]["relationships"]["nodes"], expected);
}

async fn a_break_in_the_assignments_starts_the_months_anew(app: &TestApp) {
    let olga = app.owner().await;
    let client = app.insert(rows::client("Bolt", app.now())).await;
    let intervals = [
        (date(2023, 1, 1), Some(date(2026, 8, 22))),
        (date(2026, 8, 23), None),
    ];
    for interval in intervals {
        held(app, &client, RoleSide::Both, &olga.person, interval).await;
    }
    let nodes = shown(app, &olga, &client, "nodes { tenurePoints }").await;
    assert_eq!(nodes, json!([{ "tenurePoints": 6 }]), "three months of 24");
}

async fn an_override_wins_says_why_and_can_be_taken_back(app: &TestApp) {
    let acme = acme(app).await;
    let selection =
        "relationship { points overridden reason explain note { id strength version } }";
    let note = acme.note(&acme.sam.person, json!({ "strength": 95 }));
    let payload = app
        .done(&acme.dana, "relationshipSet", note, selection)
        .await;
    let id = payload["relationship"]["note"]["id"].clone();
    assert_eq!(
        payload["relationship"],
        json!({ "points": 95, "overridden": true, "reason": "They went to school together.",
            "explain": ["Set by hand: 95 of 100"], "note": { "id": id, "strength": 95, "version": 1 } })
    );
    let order = shown(
        app,
        &acme.olga,
        &acme.client,
        "nodes { person { name } points }",
    )
    .await;
    assert_eq!(
        order,
        json!([{ "person": { "name": "Sam" }, "points": 95 }, { "person": { "name": "Dana" }, "points": 88 }])
    );

    app.set_clock("2026-11-23T09:00:00Z");
    let mut back = acme.note(
        &acme.sam.person,
        json!({ "strength": null, "expectedVersion": 1 }),
    );
    back["reason"] = "They fell out.".into();
    let payload = app
        .done(&acme.olga, "relationshipSet", back, selection)
        .await;
    assert_eq!(payload["relationship"]["points"], 22);
    assert_eq!(payload["relationship"]["reason"], Value::Null);
    let document =
        "query ($id: ID!) { node(id: $id) { ... on RelationshipNote { strength pinned reason
        history { nodes { action by fields { name before after } } } } } }";
    let data = app.ask(&acme.olga, document, json!({ "id": id })).await;
    let node = &data["node"];
    assert_eq!(
        (&node["strength"], &node["reason"]),
        (&Value::Null, &json!("They fell out."))
    );
    let changes = node["history"]["nodes"].as_array().unwrap();
    assert_eq!(
        (&changes[0]["by"], &changes[1]["by"]),
        (&json!("Olga"), &json!("Dana"))
    );
    assert_eq!(
        changes[0]["fields"],
        json!([
            { "name": "overridePoints", "before": "95", "after": null },
            { "name": "reason", "before": "\"They went to school together.\"", "after": "\"They fell out.\"" },
        ])
    );
    a_history_is_read_in_pages(app, &acme.olga, &id).await;
}

async fn a_history_is_read_in_pages(app: &TestApp, olga: &Actor, id: &Value) {
    let document = "query ($id: ID!, $first: Int, $after: String, $last: Int) { node(id: $id) {
        ... on RelationshipNote { history(first: $first, after: $after, last: $last) {
        totalCount pageInfo { hasNextPage endCursor } nodes { action } } } } }";
    let read = |paging: Value| {
        let mut variables = paging;
        variables["id"] = id.clone();
        app.ask(olga, document, variables)
    };
    let newest = read(json!({ "first": 1 })).await["node"]["history"].take();
    assert_eq!(newest["nodes"], json!([{ "action": "UPDATED" }]));
    assert_eq!(newest["pageInfo"]["hasNextPage"], true);
    let all = newest["totalCount"].as_i64().unwrap();
    let cursor = &newest["pageInfo"]["endCursor"];
    let rest = read(json!({ "first": 100, "after": cursor })).await["node"]["history"].take();
    let older = i64::try_from(rest["nodes"].as_array().unwrap().len()).unwrap();
    assert_eq!((older, &rest["totalCount"]), (all - 1, &json!(all)));
    let first = read(json!({ "last": 1 })).await["node"]["history"].take();
    assert_eq!(first["nodes"], json!([{ "action": "CREATED" }]));
}

async fn a_pin_stands_beside_the_reckoned_strength(app: &TestApp) {
    let acme = acme(app).await;
    let mia = app.member("Mia").await;
    for person in [&acme.dana.person, &mia.person] {
        let note = acme.note(person, json!({ "pinned": true }));
        app.done(&acme.olga, "relationshipSet", note, "").await;
    }
    assert_eq!(
        shown(
            app,
            &acme.olga,
            &acme.client,
            "nodes { points pinned overridden reason }"
        )
        .await,
        json!([
            { "points": 88, "pinned": true, "overridden": false, "reason": "They went to school together." },
            { "points": 22, "pinned": false, "overridden": false, "reason": null },
            { "points": 0, "pinned": true, "overridden": false, "reason": "They went to school together." },
        ])
    );
    let limits = StrengthLimits::default();
    let today = date(2026, 11, 23);
    for scope in [Scope::All, Scope::Clients(vec![acme.client.id])] {
        let strengths = Strengths::read(&app.db.read, &limits, &scope, today)
            .await
            .unwrap();
        let mut pinned: Vec<_> = strengths.pinned().collect();
        pinned.sort();
        let mut expected = vec![
            (acme.client.id, acme.dana.person.id),
            (acme.client.id, mia.person.id),
        ];
        expected.sort();
        assert_eq!(pinned, expected);
        assert_eq!(strengths.all().count(), 3);
        let points = |id| strengths.of(acme.client.id, id).map(|one| one.points);
        assert_eq!(points(acme.dana.person.id), Some(88));
        assert_eq!(points(acme.olga.person.id), None);
    }
    // What says nothing any more makes nobody known.
    let unpinned = acme.note(&mia.person, json!({ "pinned": false }));
    let payload = app
        .done(
            &acme.olga,
            "relationshipSet",
            unpinned,
            "relationship { points }",
        )
        .await;
    assert_eq!(payload["relationship"], Value::Null);
}

async fn a_note_is_refused_with_every_reason_at_once(app: &TestApp) {
    let acme = acme(app).await;
    let refused = async |note: Value| {
        let note = acme.note(&acme.sam.person, note);
        let payload = app
            .change(
                &acme.olga,
                "relationshipSet",
                note,
                "relationship { points }",
            )
            .await;
        assert_eq!(payload["relationship"], Value::Null);
        let errors = payload["userErrors"].as_array().unwrap().clone();
        errors
            .iter()
            .map(|error| {
                format!(
                    "{} {}",
                    error["field"][0].as_str().unwrap(),
                    error["code"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        refused(json!({ "strength": 101, "reason": " " })).await,
        ["strength INVALID", "reason INVALID"]
    );
    assert_eq!(
        refused(json!({ "strength": null })).await,
        ["strength NOT_ALLOWED_NOW"]
    );
    assert_eq!(
        refused(json!({ "pinned": false })).await,
        ["pinned NOT_ALLOWED_NOW"]
    );
    let nobody = Kind::Person.text(acme.client.id);
    assert_eq!(
        refused(json!({ "pinned": true, "personId": nobody })).await,
        ["personId NOT_FOUND"]
    );
    assert_eq!(
        relationship::Entity::find()
            .all(&app.db.read)
            .await
            .unwrap(),
        []
    );
}

async fn a_stale_note_is_refused_and_shows_the_relationship_as_it_is(app: &TestApp) {
    let acme = acme(app).await;
    let note = |strength| {
        acme.note(
            &acme.sam.person,
            json!({ "strength": strength, "expectedVersion": 0 }),
        )
    };
    app.done(&acme.olga, "relationshipSet", note(70), "").await;
    let payload = app
        .change(
            &acme.olga,
            "relationshipSet",
            note(80),
            "relationship { points }",
        )
        .await;
    assert_eq!(payload["userErrors"][0]["code"], "STALE_VERSION");
    assert_eq!(payload["relationship"]["points"], 70);
}
