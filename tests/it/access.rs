//! Who may see and do what: at the root, in nested fields, and by `node`. The stories below this one go through the whole
//! of `docs/access.md`.

mod changes;
mod filters;
mod heard;
mod inputs;
mod questions;
mod reader;
mod schema;
mod sight;
mod table;
mod things;
mod world;

use axum::body::Body;
use axum::http::Request;
use jiff::SignedDuration;
use meridian::domain::tokens;
use meridian::entity::RoleSide;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::tables::contents;
use crate::support::work::{away, client_of, role};

on_both_databases!(
    without_a_token_that_counts_everything_is_unauthenticated,
    a_member_sees_nobody_else_s_work_by_no_way_round,
    a_manager_writes_only_what_they_are_accountable_for,
    what_is_private_is_null_with_an_error_at_its_path,
);

async fn without_a_token_that_counts_everything_is_unauthenticated(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await;
    let soon = app.now() + SignedDuration::from_mins(1);
    let expiring = tokens::create(
        &app.db,
        &app.operator(),
        olga.person.id,
        "short",
        Some(soon),
    )
    .await
    .unwrap();
    let of_dana = tokens::list(&app.db.read, &app.operator(), Some(dana.person.id))
        .await
        .unwrap();
    tokens::revoke(&app.db, &app.operator(), of_dana[0].id)
        .await
        .unwrap();
    app.clock.set(soon);
    let tokens = [
        None,
        Some(String::new()),
        Some(format!("mer_{}", "x".repeat(43))),
        Some(dana.token),
        Some(expiring.plain_text),
    ];
    for token in tokens {
        for document in [
            "{ viewer { name } }",
            "{ __schema { types { name } } }",
            "mutation { nothing }",
        ] {
            let mut request = Request::post("/graphql").header("content-type", "application/json");
            if let Some(token) = &token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let body = json!({ "query": document }).to_string();
            let answer = app.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, 401, "{token:?}");
            assert_eq!(
                answer.json()["errors"][0]["extensions"]["code"],
                "UNAUTHENTICATED"
            );
            assert_eq!(answer.json().get("data"), None);
        }
    }
    assert_eq!(
        app.ask(&olga, "{ viewer { name } }", json!({})).await["viewer"]["name"],
        "Olga"
    );
}

async fn a_member_sees_nobody_else_s_work_by_no_way_round(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let mia = app.member("Mia").await;
    client_of(app, "Acme", RoleSide::Both, &dana.person).await;
    let monday = jiff::civil::date(2026, 11, 23);
    away(app, &dana.person, (monday, monday), None).await;

    for document in [
        "{ teamCapacity { total { band } } }",
        "{ updatesDue { nodes { dueOn } } }",
        "{ unstaffed { nodes { side } } }",
    ] {
        let answer = app.graphql(&mia, document, json!({})).await;
        assert_eq!(code(&answer), "FORBIDDEN", "{document}");
    }
    // The same fields of somebody, reached in three ways; of oneself they are open.
    let fields = "capacity(weeks: 1) { band } book { activeProjects } timeOff { startsOn } workSchedules { factorBp } schedules { kind }";
    let ways = [
        (
            format!("query ($id: ID!) {{ person(id: $id) {{ {fields} }} }}"),
            "/person",
        ),
        (
            format!("query ($id: ID!) {{ node(id: $id) {{ ... on Person {{ {fields} }} }} }}"),
            "/node",
        ),
        (
            format!(
                "query ($id: ID!) {{ people(filter: {{ id: {{ eq: $id }} }}) {{ nodes {{ {fields} }} }} }}"
            ),
            "/people/nodes/0",
        ),
    ];
    for (document, path) in ways {
        let answer = app
            .graphql(&mia, &document, json!({ "id": id(&dana) }))
            .await;
        let found = answer["data"].pointer(path).unwrap_or(&Value::Null);
        for field in ["capacity", "book", "timeOff", "workSchedules", "schedules"] {
            assert!(found[field].is_null(), "{document} {field}: {answer}");
        }
        assert!(
            answer["errors"]
                .as_array()
                .is_some_and(|errors| errors.iter().all(is_forbidden)),
            "{answer}"
        );
        let own = app.ask(&mia, &document, json!({ "id": id(&mia) })).await;
        assert!(own.pointer(path).unwrap()["capacity"].is_array(), "{own}");
    }
    // Nor is there a node of what belongs to somebody else's work.
    let rows = "query ($id: ID!) { person(id: $id) { timeOff { id } workSchedules { id } schedules { id } } }";
    let rows = app.ask(&dana, rows, json!({ "id": id(&dana) })).await;
    for list in ["timeOff", "workSchedules", "schedules"] {
        let one = &rows["person"][list][0]["id"];
        let asked = "query ($id: ID!) { node(id: $id) { id } }";
        assert_eq!(
            app.ask(&dana, asked, json!({ "id": one })).await["node"]["id"],
            *one
        );
        assert_eq!(
            app.ask(&mia, asked, json!({ "id": one })).await["node"],
            Value::Null,
            "{list}"
        );
    }
    let nested = app.graphql(&mia, "{ projects { nodes { name accountable { person { capacity(weeks: 1) { band } } } } } }", json!({})).await;
    assert_eq!(nested["data"]["projects"]["nodes"][0]["name"], "Acme site");
    assert!(
        nested["errors"]
            .as_array()
            .unwrap()
            .iter()
            .all(is_forbidden),
        "{nested}"
    );
}

async fn a_manager_writes_only_what_they_are_accountable_for(app: &TestApp) {
    let dana = app.manager("Dana").await;
    let sam = app.manager("Sam").await;
    let mia = app.member("Mia").await;
    let acme = client_of(app, "Acme", RoleSide::Both, &dana.person).await;
    let client = Kind::Client.text(acme.id);
    let account_manager = Kind::Role.text(role(app, RoleSide::Client).await.id);
    let projects = app
        .ask(&sam, "{ projects { nodes { id } } }", json!({}))
        .await;
    let project = projects["projects"]["nodes"][0]["id"].clone();
    for by in [&sam, &mia] {
        app.ask(by, "{ viewer { name } }", json!({})).await;
    }
    let before = contents(app).await;
    let writes = [
        ("clientUpdate", json!({ "id": client, "name": "Mine" })),
        ("clientArchive", json!({ "id": client })),
        (
            "contactCreate",
            json!({ "clientId": client, "name": "Zoe", "email": "zoe@example.com" }),
        ),
        (
            "projectCreate",
            json!({ "clientId": client, "name": "Mine" }),
        ),
        ("projectUpdate", json!({ "id": project, "size": "XL" })),
        (
            "projectStatusSet",
            json!({ "id": project, "status": "COMPLETED" }),
        ),
        (
            "projectLeadDecide",
            json!({ "id": project, "leadMode": "JOINT" }),
        ),
        (
            "clientLeadDecide",
            json!({ "id": client, "leadMode": "JOINT" }),
        ),
        (
            "clientTroubleSet",
            json!({ "id": client, "reason": "none" }),
        ),
        (
            "touchpointLog",
            json!({ "clientId": client, "kind": "CALL" }),
        ),
        (
            "assignmentSet",
            json!({ "roleId": account_manager, "of": { "clientId": client }, "personId": id(&sam), "reason": "mine" }),
        ),
        (
            "bookingCreate",
            json!({ "personId": id(&mia), "projectId": project, "startsOn": "2026-11-23",
            "endsOn": "2026-11-23", "method": "PER_DAY", "value": 60 }),
        ),
        ("personUpdate", json!({ "id": id(&dana), "name": "Nobody" })),
        (
            "scheduleSet",
            json!({ "personId": id(&dana), "kind": "CLIENT_UPDATE", "paused": true }),
        ),
        (
            "timeOffCreate",
            json!({ "personId": id(&dana), "startsOn": "2026-12-01", "endsOn": "2026-12-01" }),
        ),
        ("roleCreate", json!({ "name": "Hat" })),
        (
            "responsibilityCreate",
            json!({ "name": "Line", "side": "CLIENT" }),
        ),
        ("holidayCalendarCreate", json!({ "name": "Town" })),
        ("skillCreate", json!({ "name": "Juggling" })),
    ];
    for (mutation, input) in writes {
        let kind = mutation[..1].to_uppercase() + &mutation[1..];
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ message }} }} }}"
        );
        for by in [&sam, &mia] {
            let answer = app.graphql(by, &document, json!({ "input": input })).await;
            assert_eq!(
                code(&answer),
                "FORBIDDEN",
                "{mutation} by {}: {answer}",
                by.person.name
            );
            assert_eq!(answer["errors"][0]["path"], json!([mutation]));
        }
    }
    assert_eq!(contents(app).await, before);
    app.done(
        &dana,
        "clientUpdate",
        json!({ "id": client, "name": "Acme Ltd" }),
        "client { name }",
    )
    .await;
}

async fn what_is_private_is_null_with_an_error_at_its_path(app: &TestApp) {
    let olga = app.owner().await;
    let dana = app.manager("Dana").await;
    let sam = app.manager("Sam").await;
    app.done(
        &dana,
        "personUpdate",
        json!({ "id": id(&dana), "preference": "CLIENT" }),
        "person { id }",
    )
    .await;
    let off = json!({ "personId": id(&dana), "startsOn": "2026-12-01", "endsOn": "2026-12-01", "note": "Clinic" });
    app.done(&dana, "timeOffCreate", off, "timeOff { id }")
        .await;
    let document =
        "query ($id: ID!) { person(id: $id) { name preference timeOff { startsOn note } } }";
    for by in [&olga, &dana] {
        let open = app.ask(by, document, json!({ "id": id(&dana) })).await;
        assert_eq!(open["person"]["preference"], "CLIENT");
        assert_eq!(open["person"]["timeOff"][0]["note"], "Clinic");
    }
    let answer = app
        .graphql(&sam, document, json!({ "id": id(&dana) }))
        .await;
    let person = &answer["data"]["person"];
    assert_eq!(
        *person,
        json!({ "name": "Dana", "preference": null, "timeOff": [{ "startsOn": "2026-12-01", "note": null }] })
    );
    let mut paths: Vec<String> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["path"].to_string())
        .collect();
    paths.sort();
    assert_eq!(
        paths,
        [
            r#"["person","preference"]"#,
            r#"["person","timeOff",0,"note"]"#
        ]
    );
    assert!(
        answer["errors"]
            .as_array()
            .unwrap()
            .iter()
            .all(is_forbidden)
    );
}

fn id(actor: &Actor) -> String {
    Kind::Person.text(actor.person.id)
}

fn is_forbidden(error: &Value) -> bool {
    error["extensions"]["code"] == "FORBIDDEN"
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer:#}"))
}
