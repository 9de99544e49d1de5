//! Who may enter, change and read what about whom.

use jiff::civil::date;
use meridian::domain::{people, subscriptions};
use meridian::entity::EmailKind;
use meridian::error::Error;
use serde_json::{Value, json};
use uuid::Uuid;

use super::agency::{Agency, code, id, on_both, refusals};

#[tokio::test]
async fn an_owner_takes_a_person_on_and_everybody_reads_the_entry() {
    on_both(async |agency| {
        let before = agency.changes().await;
        let input = json!({
            "name": "  Ines  ", "email": "Ines@Example.com", "timeZone": "europe/lisbon",
            "access": "MANAGER", "preference": "CLIENT", "standingDelegateId": id(&agency.dana),
        });
        let payload = agency
            .done(&agency.olga, "personCreate", input, "person { id name version }")
            .await;
        assert_eq!(payload["person"]["name"], "Ines");
        assert_eq!(agency.changes().await, before + 1);
        assert!(agency.history().await.contains(&"CREATED person by Olga".to_owned()));

        let entry = "query ($id: ID!) { person(id: $id) { name email timeZone access employedFrom employedUntil
            standingDelegate { name } skills { level } version archivedAt } }";
        let found = agency
            .ask(&agency.mia, entry, json!({ "id": payload["person"]["id"] }))
            .await;
        assert_eq!(
            found["data"]["person"],
            json!({
                "name": "Ines", "email": "Ines@Example.com", "timeZone": "Europe/Lisbon", "access": "MANAGER",
                "employedFrom": "2026-11-23", "employedUntil": null, "standingDelegate": { "name": "Dana" },
                "skills": [], "version": 1, "archivedAt": null,
            })
        );
        let viewer = agency.ask(&agency.mia, "{ viewer { name } }", json!({})).await;
        assert_eq!(viewer["data"]["viewer"]["name"], "Mia");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_entry_is_refused_with_every_field_and_nothing_is_written() {
    on_both(async |agency| {
        let before = agency.changes().await;
        let nobody = format!("per_{}", Uuid::nil().simple());
        for (input, expected) in [
            (
                json!({ "email": "DANA@example.com" }),
                "email TAKEN Somebody has this address already. Change that person, or give another address.",
            ),
            (
                json!({ "timeZone": "Europe/Lodnon" }),
                "timeZone INVALID There is no time zone \"Europe/Lodnon\". Did you mean \"Europe/London\"?",
            ),
            (json!({ "name": " " }), "name INVALID Give it a name: this one is empty."),
            (
                json!({ "email": "ines" }),
                "email INVALID “ines” is not an email address; write one like ana@example.com.",
            ),
            (
                json!({ "employedUntil": "2026-11-01" }),
                "employedUntil INVALID It ends on 2026-11-01, before it starts on 2026-11-02.",
            ),
            (
                json!({ "standingDelegateId": nobody }),
                "standingDelegateId NOT_FOUND There is no such person.",
            ),
            (
                json!({ "holidayCalendarId": nobody }),
                "holidayCalendarId NOT_FOUND There is no such holiday calendar: the id of a holiday calendar starts with `cal_`.",
            ),
        ] {
            let mut whole = json!({
                "name": "Ines", "email": "ines@example.com", "timeZone": "Europe/Lisbon", "employedFrom": "2026-11-02",
            });
            merge(&mut whole, &input);
            let payload = agency.change(&agency.olga, "personCreate", whole, "person { id }").await;
            assert_eq!(refusals(&payload), [expected]);
            assert_eq!(payload["person"], Value::Null);
        }
        let both = json!({ "name": "", "email": "x", "timeZone": "Mars" });
        let payload = agency.change(&agency.olga, "personCreate", both, "person { id }").await;
        assert_eq!(refusals(&payload).len(), 3);
        assert_eq!(agency.changes().await, before);
    })
    .await;
}

fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().unwrap() {
        into[key] = value.clone();
    }
}

#[tokio::test]
async fn people_change_some_of_their_own_entry_and_nothing_of_others() {
    on_both(async |agency| {
        let own = |person: &_| {
            json!({
                "id": id(person), "timeZone": "America/New_York", "preference": "PROJECT",
                "standingDelegateId": id(&agency.olga),
            })
        };
        for person in [&agency.dana, &agency.mia] {
            let selection = "person { name timeZone preference standingDelegate { name } version }";
            let payload = agency
                .done(person, "personUpdate", own(person), selection)
                .await;
            assert_eq!(
                payload["person"],
                json!({
                    "name": person.name, "timeZone": "America/New_York", "preference": "PROJECT",
                    "standingDelegate": { "name": "Olga" }, "version": 2,
                })
            );
        }
        let before = agency.changes().await;
        for (by, input) in [
            (
                &agency.dana,
                json!({ "id": id(&agency.sam), "preference": "CLIENT" }),
            ),
            (
                &agency.mia,
                json!({ "id": id(&agency.sam), "timeZone": "UTC" }),
            ),
            (
                &agency.dana,
                json!({ "id": id(&agency.dana), "access": "OWNER" }),
            ),
            (
                &agency.dana,
                json!({ "id": id(&agency.dana), "email": "d@example.com" }),
            ),
            (
                &agency.mia,
                json!({ "id": id(&agency.mia), "employedUntil": "2027-01-31" }),
            ),
        ] {
            let answer = agency
                .change(by, "personUpdate", input, "person { id }")
                .await;
            assert_eq!(code(&answer), "FORBIDDEN");
        }
        for by in [&agency.dana, &agency.mia] {
            let new = json!({ "name": "Ines", "email": "i@example.com", "timeZone": "UTC" });
            let created = agency
                .change(by, "personCreate", new, "person { id }")
                .await;
            let archive = json!({ "id": id(&agency.sam) });
            let archived = agency
                .change(by, "personArchive", archive, "person { id }")
                .await;
            assert_eq!(
                (code(&created), code(&archived)),
                ("FORBIDDEN", "FORBIDDEN")
            );
        }
        assert_eq!(agency.changes().await, before);
    })
    .await;
}

#[tokio::test]
async fn an_update_keeps_what_is_absent_clears_what_is_null_and_refuses_a_stale_version() {
    on_both(async |agency| {
        let input = json!({ "id": id(&agency.dana), "preference": "CLIENT", "standingDelegateId": id(&agency.sam) });
        agency.done(&agency.olga, "personUpdate", input, "").await;
        let selection = "person { preference standingDelegate { name } email version }";
        let input = json!({ "id": id(&agency.dana), "expectedVersion": 2, "standingDelegateId": null });
        let payload = agency.done(&agency.olga, "personUpdate", input.clone(), selection).await;
        let now = json!({ "preference": "CLIENT", "standingDelegate": null, "email": "dana@example.com", "version": 3 });
        assert_eq!(payload["person"], now);

        let before = agency.changes().await;
        let stale = agency.change(&agency.olga, "personUpdate", input, selection).await;
        assert!(refusals(&stale)[0].starts_with("expectedVersion STALE_VERSION"));
        assert_eq!(stale["person"], now);
        let oneself = json!({ "id": id(&agency.dana), "standingDelegateId": id(&agency.dana) });
        let payload = agency.change(&agency.dana, "personUpdate", oneself, "person { id }").await;
        assert_eq!(
            refusals(&payload),
            ["standingDelegateId INVALID Nobody can stand in for themselves."]
        );
        assert_eq!(agency.changes().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_preference_is_read_by_the_person_and_owners_only() {
    on_both(async |agency| {
        let input = json!({ "id": id(&agency.dana), "preference": "CLIENT" });
        agency.done(&agency.dana, "personUpdate", input, "").await;
        let query = "query ($id: ID!) { person(id: $id) { name preference } }";
        for (by, allowed) in [
            (&agency.olga, true),
            (&agency.dana, true),
            (&agency.sam, false),
            (&agency.mia, false),
        ] {
            let answer = agency
                .ask(by, query, json!({ "id": id(&agency.dana) }))
                .await;
            assert_eq!(answer["data"]["person"]["name"], "Dana");
            if allowed {
                assert_eq!(answer["data"]["person"]["preference"], "CLIENT");
            } else {
                assert_eq!(answer["data"]["person"]["preference"], Value::Null);
                assert_eq!(code(&answer), "FORBIDDEN");
                assert_eq!(answer["errors"][0]["path"], json!(["person", "preference"]));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn people_are_found_by_name_address_access_and_skill() {
    on_both(async |agency| {
        let skill = agency
            .done(&agency.olga, "skillCreate", json!({ "name": "Rust" }), "skill { id }")
            .await;
        let skill = skill["skill"]["id"].clone();
        let input = json!({ "personId": id(&agency.mia), "skillId": skill, "level": 4 });
        agency.done(&agency.olga, "personSkillSet", input, "").await;
        for (filter, expected) in [
            (json!({}), vec!["Dana", "Mia", "Olga", "Sam"]),
            (json!({ "name": { "contains": "A" } }), vec!["Dana", "Mia", "Olga", "Sam"]),
            (json!({ "name": { "contains": "AN" } }), vec!["Dana"]),
            (json!({ "email": { "contains": "mia@" } }), vec!["Mia"]),
            (json!({ "access": { "eq": "MANAGER" } }), vec!["Dana", "Sam"]),
            (json!({ "not": { "access": { "in": ["MANAGER", "MEMBER"] } } }), vec!["Olga"]),
            (json!({ "access": { "isNull": true } }), vec![]),
            (json!({ "skillId": { "eq": skill } }), vec!["Mia"]),
            (json!({ "archived": true }), vec![]),
            (
                json!({ "or": [{ "name": { "eq": "sam" } }, { "id": { "eq": id(&agency.olga) } }] }),
                vec!["Olga", "Sam"],
            ),
        ] {
            let query = "query ($filter: PersonFilter) { people(filter: $filter) { totalCount nodes { name } } }";
            let answer = agency.ask(&agency.mia, query, json!({ "filter": filter })).await;
            assert_eq!(names(&answer["data"]["people"]["nodes"]), expected, "{filter} {answer}");
            assert_eq!(answer["data"]["people"]["totalCount"], expected.len());
        }
        let query = "{ people(orderBy: [{ field: NAME, direction: DESC }], first: 2) { nodes { name } } }";
        let answer = agency.ask(&agency.mia, query, json!({})).await;
        assert_eq!(names(&answer["data"]["people"]["nodes"]), ["Sam", "Olga"]);
    })
    .await;
}

fn names(nodes: &Value) -> Vec<&str> {
    let nodes = nodes.as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_page_of_people_costs_the_same_statements_whatever_its_size() {
    on_both(async |agency| {
        for person in [&agency.dana, &agency.sam, &agency.mia] {
            let input = json!({ "id": id(person), "standingDelegateId": id(&agency.olga) });
            agency.done(&agency.olga, "personUpdate", input, "").await;
        }
        let small = statements(agency, 1).await;
        let large = statements(agency, 4).await;
        assert_eq!(small, large);
    })
    .await;
}

async fn statements(agency: &Agency, first: i32) -> u64 {
    let query = "query ($first: Int) { people(first: $first) { nodes { standingDelegate { name }
        holidayCalendar { holidays { name } } skills { skill { name } } timeOff { note } workSchedules { factorBp } } } }";
    let before = agency.app.db.statements();
    let answer = agency
        .ask(&agency.olga, query, json!({ "first": first }))
        .await;
    assert!(answer.get("errors").is_none(), "{answer}");
    agency.app.db.statements() - before
}

#[tokio::test]
async fn a_person_who_moves_gets_the_mails_at_the_new_place_s_time() {
    on_both(async |agency| {
        let (db, now) = (&agency.app.db, agency.app.clock.now());
        subscriptions::ensure(&db.read, &agency.dana, now)
            .await
            .unwrap();
        let due = async || {
            let kind = EmailKind::CapacitySummary;
            let row = subscriptions::of_kind(&db.read, agency.dana.id, kind)
                .await
                .unwrap();
            row.unwrap().next_due_at.to_string()
        };
        assert_eq!(due().await, "2026-11-30T08:00:00Z");
        let input = json!({ "id": id(&agency.dana), "timeZone": "America/New_York" });
        agency.done(&agency.dana, "personUpdate", input, "").await;
        assert_eq!(due().await, "2026-11-23T13:00:00Z");
    })
    .await;
}

#[tokio::test]
async fn nothing_new_can_name_somebody_who_is_gone() {
    on_both(async |agency| {
        let input = json!({ "id": id(&agency.sam), "employedUntil": "2026-11-22" });
        agency.done(&agency.olga, "personUpdate", input, "").await;
        let refusal = async |person_id: Uuid, on| {
            let found = people::working_here(&agency.app.db.read, "personId", person_id, on).await;
            match found {
                Ok(person) => person.name,
                Err(Error::Invalid(problems)) => problems[0].message.clone(),
                Err(error) => panic!("{error}"),
            }
        };
        assert_eq!(refusal(agency.sam.id, date(2026, 11, 22)).await, "Sam");
        let gone = "Sam's last day is 2026-11-22: choose somebody who works here on 2026-11-23.";
        assert_eq!(refusal(agency.sam.id, date(2026, 11, 23)).await, gone);
        assert_eq!(
            refusal(Uuid::nil(), date(2026, 11, 23)).await,
            "There is no such person."
        );
        agency
            .done(
                &agency.olga,
                "personArchive",
                json!({ "id": id(&agency.sam) }),
                "",
            )
            .await;
        assert!(
            refusal(agency.sam.id, date(2026, 11, 22))
                .await
                .starts_with("Sam is archived")
        );

        let input = json!({ "id": id(&agency.dana), "standingDelegateId": id(&agency.sam) });
        let payload = agency
            .change(&agency.dana, "personUpdate", input, "person { id }")
            .await;
        assert!(
            refusals(&payload)[0].starts_with("standingDelegateId NOT_ALLOWED_NOW Sam is archived")
        );
    })
    .await;
}
