//! What cannot be is refused with the field and a sentence, and nothing is changed.

use jiff::civil::date;
use meridian::entity::{Day, Moment, RoleSide, client, person, skill};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use crate::support::app::{Actor, TestApp, on_both_databases};
use crate::support::rows;
use crate::support::tables::contents;
use crate::support::work::{client_of, role};

on_both_databases!(
    every_bad_input_is_refused_with_its_field_and_changes_nothing,
    a_cursor_of_another_list_and_a_page_that_cannot_be_are_refused,
    a_value_that_is_none_of_its_type_is_refused_before_anything_happens,
);

/// What the table below speaks of.
struct Agency {
    olga: Actor,
    dana: String,
    lea: String,
    acme: String,
    gone: String,
    web: String,
    account_manager: String,
    skill: String,
}

impl Agency {
    async fn found(app: &TestApp) -> Self {
        let olga = app.owner().await;
        let dana = app.manager("Dana").await.person;
        let lea = left(app, app.manager("Lea").await.person).await;
        let acme = client_of(app, "Acme", RoleSide::Both, &dana).await;
        let web = app.insert(rows::project(acme.id, "Web", app.now())).await;
        let gone = app
            .insert(client::Model {
                archived_at: Some(Moment(app.now())),
                ..rows::client("Gone", app.now())
            })
            .await;
        let skill = skill::Model {
            id: meridian::entity::new_id(app.now()),
            name: "Testing".to_owned(),
        };
        Self {
            olga,
            dana: Kind::Person.text(dana.id),
            lea: Kind::Person.text(lea.id),
            acme: Kind::Client.text(acme.id),
            gone: Kind::Client.text(gone.id),
            web: Kind::Project.text(web.id),
            account_manager: Kind::Role.text(role(app, RoleSide::Client).await.id),
            skill: Kind::Skill.text(app.insert(skill).await.id),
        }
    }

    /// Each line: a mutation, its input, and the field and code of what is wrong with it.
    fn table(&self) -> Vec<(&'static str, Value, &'static str, &'static str)> {
        let Self {
            dana,
            lea,
            acme,
            gone,
            web,
            account_manager,
            skill,
            ..
        } = self;
        let long = "x".repeat(5_000);
        let booking = |more: Value| {
            merged(
                json!({ "personId": dana, "projectId": web, "startsOn": "2026-11-23",
            "endsOn": "2026-11-27", "method": "PER_DAY", "value": 60 }),
                more,
            )
        };
        let person = |more: Value| {
            merged(
                json!({ "name": "Ines", "email": "ines@example.com", "timeZone": "UTC" }),
                more,
            )
        };
        let hours = |more: Value| {
            merged(
                json!({ "personId": dana, "effectiveFrom": "2026-12-01", "mondayMinutes": 450,
            "tuesdayMinutes": 450, "wednesdayMinutes": 450, "thursdayMinutes": 450, "fridayMinutes": 450,
            "saturdayMinutes": 0, "sundayMinutes": 0, "factorBp": 8_000 }),
                more,
            )
        };
        let off = |more: Value| {
            merged(
                json!({ "personId": dana, "startsOn": "2026-12-01", "endsOn": "2026-12-02" }),
                more,
            )
        };
        let holds = |more: Value| {
            merged(
                json!({ "roleId": account_manager, "of": { "clientId": acme }, "personId": dana, "reason": "why" }),
                more,
            )
        };
        vec![
            // Unknown zones.
            (
                "personCreate",
                person(json!({ "timeZone": "Europe/Lodnon" })),
                "timeZone",
                "INVALID",
            ),
            (
                "personUpdate",
                json!({ "id": dana, "timeZone": "" }),
                "timeZone",
                "INVALID",
            ),
            (
                "scheduleSet",
                json!({ "personId": dana, "kind": "CLIENT_UPDATE", "timeZone": "Mars/Base" }),
                "timeZone",
                "INVALID",
            ),
            // Days of no sane year, and ends before starts.
            (
                "clientCreate",
                json!({ "name": "New", "startsOn": "1800-01-01" }),
                "startsOn",
                "INVALID",
            ),
            (
                "personCreate",
                person(json!({ "employedFrom": "9000-01-01" })),
                "employedFrom",
                "INVALID",
            ),
            (
                "personCreate",
                person(json!({ "employedFrom": "2026-12-02", "employedUntil": "2026-12-01" })),
                "employedUntil",
                "INVALID",
            ),
            (
                "timeOffCreate",
                off(json!({ "endsOn": "2026-11-30" })),
                "endsOn",
                "INVALID",
            ),
            (
                "bookingCreate",
                booking(json!({ "endsOn": "2026-11-22" })),
                "endsOn",
                "INVALID",
            ),
            (
                "workScheduleSet",
                hours(json!({ "effectiveFrom": "1900-01-01" })),
                "effectiveFrom",
                "INVALID",
            ),
            // Negative and absurd minutes and shares.
            (
                "bookingCreate",
                booking(json!({ "value": -1 })),
                "value",
                "INVALID",
            ),
            (
                "bookingCreate",
                booking(json!({ "value": 100_000 })),
                "value",
                "INVALID",
            ),
            (
                "bookingCreate",
                booking(json!({ "probabilityBp": 10_001 })),
                "probabilityBp",
                "INVALID",
            ),
            (
                "workScheduleSet",
                hours(json!({ "mondayMinutes": -1 })),
                "mondayMinutes",
                "INVALID",
            ),
            (
                "workScheduleSet",
                hours(json!({ "fridayMinutes": 1_441 })),
                "fridayMinutes",
                "INVALID",
            ),
            (
                "workScheduleSet",
                hours(json!({ "factorBp": 10_001 })),
                "factorBp",
                "INVALID",
            ),
            (
                "timeOffCreate",
                off(json!({ "minutesPerDay": 0 })),
                "minutesPerDay",
                "INVALID",
            ),
            (
                "timeOffCreate",
                off(json!({ "minutesPerDay": 1_441 })),
                "minutesPerDay",
                "INVALID",
            ),
            (
                "scheduleSet",
                json!({ "personId": dana, "kind": "CLIENT_UPDATE", "minuteOfDay": 1_440 }),
                "minuteOfDay",
                "INVALID",
            ),
            (
                "scheduleSet",
                json!({ "personId": dana, "kind": "CAPACITY_SUMMARY", "weekday": 8 }),
                "weekday",
                "INVALID",
            ),
            (
                "scheduleSet",
                json!({ "personId": dana, "kind": "CLIENT_UPDATE", "weekday": 1 }),
                "weekday",
                "INVALID",
            ),
            // Weights off the scale.
            (
                "clientCreate",
                json!({ "name": "New", "communication": 0 }),
                "communication",
                "INVALID",
            ),
            (
                "clientUpdate",
                json!({ "id": acme, "sensitivity": 6 }),
                "sensitivity",
                "INVALID",
            ),
            (
                "clientUpdate",
                json!({ "id": acme, "growth": -3 }),
                "growth",
                "INVALID",
            ),
            (
                "clientUpdate",
                json!({ "id": acme, "cadenceDays": 0 }),
                "cadenceDays",
                "INVALID",
            ),
            (
                "projectUpdate",
                json!({ "id": web, "complexity": 6 }),
                "complexity",
                "INVALID",
            ),
            (
                "projectUpdate",
                json!({ "id": web, "delivery": 0 }),
                "delivery",
                "INVALID",
            ),
            (
                "projectUpdate",
                json!({ "id": web, "volatility": 99 }),
                "volatility",
                "INVALID",
            ),
            (
                "personSkillSet",
                json!({ "personId": dana, "skillId": skill, "level": 6 }),
                "level",
                "INVALID",
            ),
            // Empty and overlong texts.
            ("clientCreate", json!({ "name": " " }), "name", "INVALID"),
            ("clientCreate", json!({ "name": long }), "name", "INVALID"),
            (
                "projectUpdate",
                json!({ "id": web, "name": "" }),
                "name",
                "INVALID",
            ),
            (
                "projectUpdate",
                json!({ "id": web, "name": "two\nlines" }),
                "name",
                "INVALID",
            ),
            (
                "personUpdate",
                json!({ "id": dana, "name": long }),
                "name",
                "INVALID",
            ),
            ("roleCreate", json!({ "name": "" }), "name", "INVALID"),
            ("skillCreate", json!({ "name": long }), "name", "INVALID"),
            (
                "responsibilityCreate",
                json!({ "name": " ", "side": "CLIENT" }),
                "name",
                "INVALID",
            ),
            (
                "holidayCalendarCreate",
                json!({ "name": "" }),
                "name",
                "INVALID",
            ),
            (
                "contactCreate",
                json!({ "clientId": acme, "name": "", "email": "z@example.com" }),
                "name",
                "INVALID",
            ),
            (
                "bookingCreate",
                booking(json!({ "note": long })),
                "note",
                "INVALID",
            ),
            (
                "touchpointLog",
                json!({ "clientId": acme, "kind": "CALL", "note": "x".repeat(50_000) }),
                "note",
                "INVALID",
            ),
            (
                "assignmentSet",
                holds(json!({ "reason": " " })),
                "reason",
                "INVALID",
            ),
            // Addresses.
            (
                "personCreate",
                person(json!({ "email": "DANA@example.com" })),
                "email",
                "TAKEN",
            ),
            (
                "personUpdate",
                json!({ "id": dana, "email": "olga@example.com" }),
                "email",
                "TAKEN",
            ),
            (
                "personCreate",
                person(json!({ "email": "no address" })),
                "email",
                "INVALID",
            ),
            (
                "contactCreate",
                json!({ "clientId": acme, "name": "Zoe", "email": "zoe@" }),
                "email",
                "INVALID",
            ),
            // What is archived, and who left.
            (
                "projectCreate",
                json!({ "clientId": gone, "name": "New" }),
                "clientId",
                "NOT_ALLOWED_NOW",
            ),
            (
                "clientUpdate",
                json!({ "id": gone, "name": "Back" }),
                "id",
                "NOT_ALLOWED_NOW",
            ),
            (
                "touchpointLog",
                json!({ "clientId": gone, "kind": "CALL" }),
                "clientId",
                "NOT_ALLOWED_NOW",
            ),
            (
                "bookingCreate",
                booking(json!({ "personId": lea })),
                "personId",
                "NOT_ALLOWED_NOW",
            ),
            (
                "assignmentSet",
                holds(json!({ "personId": lea })),
                "personId",
                "NOT_ALLOWED_NOW",
            ),
            (
                "timeOffCreate",
                off(json!({ "delegateId": lea })),
                "delegateId",
                "NOT_ALLOWED_NOW",
            ),
            // Ids of another kind, and of nothing.
            (
                "projectCreate",
                json!({ "clientId": web, "name": "New" }),
                "clientId",
                "NOT_FOUND",
            ),
            (
                "bookingCreate",
                booking(json!({ "personId": acme })),
                "personId",
                "NOT_FOUND",
            ),
            (
                "bookingCreate",
                booking(json!({ "projectId": format!("prj_{}", "0".repeat(32)) })),
                "projectId",
                "NOT_FOUND",
            ),
            (
                "assignmentSet",
                holds(json!({ "roleId": dana })),
                "roleId",
                "NOT_FOUND",
            ),
            (
                "personUpdate",
                json!({ "id": dana, "standingDelegateId": acme }),
                "standingDelegateId",
                "NOT_FOUND",
            ),
            (
                "personSkillSet",
                json!({ "personId": dana, "skillId": "rubbish", "level": 3 }),
                "skillId",
                "NOT_FOUND",
            ),
            // Stale versions.
            (
                "clientUpdate",
                json!({ "id": acme, "name": "Acme 2", "expectedVersion": 7 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
            (
                "projectUpdate",
                json!({ "id": web, "name": "Web 2", "expectedVersion": 0 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
            (
                "personUpdate",
                json!({ "id": dana, "name": "D", "expectedVersion": 2 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
            (
                "clientArchive",
                json!({ "id": acme, "expectedVersion": 2 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
            (
                "projectStatusSet",
                json!({ "id": web, "status": "BACK_BURNER", "expectedVersion": 9 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
            (
                "scheduleSet",
                json!({ "personId": dana, "kind": "CLIENT_UPDATE", "paused": true, "expectedVersion": 5 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
        ]
    }
}

fn merged(mut whole: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        whole[key] = value.clone();
    }
    whole
}

async fn left(app: &TestApp, person: person::Model) -> person::Model {
    let mut row = person.into_active_model();
    row.employed_until = Set(Some(Day(date(2026, 11, 20))));
    let tx = app.db.begin().await.unwrap();
    let person = row.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
    person
}

async fn every_bad_input_is_refused_with_its_field_and_changes_nothing(app: &TestApp) {
    let agency = Agency::found(app).await;
    app.ask(&agency.olga, "{ viewer { name } }", json!({}))
        .await;
    let before = contents(app).await;
    let mut wrong = Vec::new();
    for (mutation, input, field, code) in agency.table() {
        let kind = mutation[..1].to_uppercase() + &mutation[1..];
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ field code message }} }} }}"
        );
        let answer = app
            .graphql(&agency.olga, &document, json!({ "input": input }))
            .await;
        let errors = answer["data"][mutation]["userErrors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = errors.iter().any(|error| {
            let sentence = error["message"].as_str().unwrap_or_default();
            error["field"][0] == field
                && error["code"] == code
                && sentence.len() > 10
                && sentence.ends_with(['.', '?'])
        });
        if !found {
            wrong.push(format!(
                "{mutation} {field} {code}: {:.160} -> {answer}",
                input.to_string()
            ));
        }
    }
    assert_eq!(wrong, [""; 0], "{}", wrong.join("\n"));
    assert_eq!(contents(app).await, before);
}

async fn a_cursor_of_another_list_and_a_page_that_cannot_be_are_refused(app: &TestApp) {
    let agency = Agency::found(app).await;
    let cursor = app
        .ask(
            &agency.olga,
            "{ people(first: 1) { pageInfo { endCursor } } }",
            json!({}),
        )
        .await;
    let cursor = cursor["people"]["pageInfo"]["endCursor"].as_str().unwrap();
    for arguments in [
        format!("first: 2, after: \"{cursor}\""),
        format!("last: 2, before: \"{cursor}\""),
        "first: 2, after: \"rubbish\"".to_owned(),
        "first: 0".to_owned(),
        "first: -1".to_owned(),
        "first: 101".to_owned(),
        "first: 1, last: 1".to_owned(),
    ] {
        for list in ["clients", "projects", "touchpoints", "emails"] {
            let document = format!("{{ {list}({arguments}) {{ nodes {{ id }} }} }}");
            let answer = app.graphql(&agency.olga, &document, json!({})).await;
            let error = &answer["errors"][0];
            assert_eq!(
                error["extensions"]["code"], "BAD_USER_INPUT",
                "{document}: {answer}"
            );
            assert!(error["message"].as_str().unwrap().len() > 10, "{answer}");
        }
    }
}

async fn a_value_that_is_none_of_its_type_is_refused_before_anything_happens(app: &TestApp) {
    let agency = Agency::found(app).await;
    app.ask(&agency.olga, "{ viewer { name } }", json!({}))
        .await;
    let before = contents(app).await;
    for (mutation, input) in [
        (
            "clientCreate",
            json!({ "name": "New", "startsOn": "2026-02-30" }),
        ),
        (
            "clientCreate",
            json!({ "name": "New", "startsOn": "yesterday" }),
        ),
        ("clientCreate", json!({ "name": 7 })),
        (
            "clientCreate",
            json!({ "name": "New", "communication": 2.5 }),
        ),
        ("clientCreate", json!({})),
        ("clientCreate", json!({ "name": "New", "colour": "red" })),
        (
            "touchpointLog",
            json!({ "clientId": agency.acme, "kind": "TEA" }),
        ),
        (
            "touchpointLog",
            json!({ "clientId": agency.acme, "kind": "CALL", "occurredAt": "2026-11-23T25:00:00Z" }),
        ),
    ] {
        let kind = mutation[..1].to_uppercase() + &mutation[1..];
        let document = format!(
            "mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ userErrors {{ message }} }} }}"
        );
        let answer = app
            .graphql(&agency.olga, &document, json!({ "input": input }))
            .await;
        assert!(
            answer["errors"][0]["message"]
                .as_str()
                .is_some_and(|message| message.len() > 10),
            "{input}: {answer}"
        );
    }
    assert_eq!(contents(app).await, before);
}
