//! Whoever changes what somebody else has changed since is told so, and what it is now.

use meridian::entity::{Moment, new_id, suppressed_address};
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::schema::{mutations, shapes};
use crate::letters::Agency;
use crate::support::app::{TestApp, on_both_databases};
use crate::support::tables::contents;
use crate::support::work::site_of;

on_both_databases!(a_stale_version_is_told_with_the_object_as_it_is);

/// A version that nothing has.
const STALE: i64 = 1_000;

/// Mutations, the object of their payload, and an input that would do.
type Table = Vec<(&'static str, &'static str, Value)>;

async fn a_stale_version_is_told_with_the_object_as_it_is(app: &TestApp) {
    let agency = Agency::found(app).await;
    let table = table(app, &agency).await;
    let before = contents(app).await;
    let mut wrong = Vec::new();
    for (mutation, object, input) in &table {
        let mut input = input.clone();
        input["expectedVersion"] = STALE.into();
        let selection = match *object {
            // What may change of it is its note.
            "relationship" => "relationship { note { version } }".to_owned(),
            object => format!("{object} {{ version }}"),
        };
        let payload = app.change(&agency.olga, mutation, input, &selection).await;
        let errors = payload["userErrors"].as_array().unwrap();
        let is_told = errors.iter().any(|error| {
            error["field"] == json!(["expectedVersion"]) && error["code"] == "STALE_VERSION"
        });
        let present = match *object {
            "relationship" => &payload[object]["note"]["version"],
            object => &payload[object]["version"],
        };
        if !is_told || present.as_i64().is_none_or(|version| version == STALE) {
            wrong.push(format!("{mutation}: {payload}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(contents(app).await, before);

    let shapes = shapes();
    let mut told: Vec<&str> = table.iter().map(|(mutation, ..)| *mutation).collect();
    told.sort_unstable();
    let all = mutations(&shapes);
    let all: Vec<&str> = all
        .iter()
        .filter(|(_, input, _)| shapes[input].fields.contains_key("expectedVersion"))
        .map(|(name, ..)| &**name)
        .collect();
    assert_eq!(told, all, "a mutation with a version is missing here");
}

async fn table(app: &TestApp, agency: &Agency) -> Table {
    let made = async |mutation: &str, object: &str, input: Value| {
        let selection = format!("{object} {{ id }}");
        let mut payload = app.done(&agency.olga, mutation, input, &selection).await;
        payload[object]["id"].take()
    };
    let acme = Kind::Client.text(agency.acme.id);
    let mia = Kind::Person.text(agency.mia.person.id);
    let mut table = of_clients(app, agency, &acme, &made).await;
    table.extend(of_people(app, agency, &mia, &made).await);
    table.extend(of_the_split(app, agency, &acme, &made).await);
    table.extend(of_the_catalogue(&made).await);
    table.extend(of_webhooks(&made).await);
    table
}

async fn of_webhooks(made: &impl AsyncFn(&str, &str, Value) -> Value) -> Table {
    let input = json!({ "url": "https://hooks.example/meridian", "events": ["HANDOVER_ADVANCED"] });
    let webhook = made("webhookCreate", "webhook", input).await;
    vec![
        ("webhookDelete", "webhook", json!({ "id": webhook })),
        ("webhookSecretRotate", "webhook", json!({ "id": webhook })),
        (
            "webhookUpdate",
            "webhook",
            json!({ "id": webhook, "description": "For the board." }),
        ),
    ]
}

async fn of_clients(
    app: &TestApp,
    agency: &Agency,
    acme: &str,
    made: &impl AsyncFn(&str, &str, Value) -> Value,
) -> Table {
    let site = Kind::Project.text(site_of(app, &agency.acme).await.id);
    let mia = Kind::Person.text(agency.mia.person.id);
    let mara = Kind::Contact.text(agency.mara.id);
    let sam = Kind::Person.text(agency.sam.person.id);
    let booking = json!({ "personId": mia, "projectId": site, "startsOn": "2026-11-24", "endsOn": "2026-11-24",
        "method": "PER_DAY", "value": 60 });
    let booking = made("bookingCreate", "booking", booking).await;
    let request = json!({ "clientId": acme, "title": "A shop" });
    let request = made("clientRequestRaise", "clientRequest", request).await;
    let relationship =
        json!({ "clientId": acme, "personId": sam, "strength": 50, "reason": "why" });
    app.done(&agency.olga, "relationshipSet", relationship.clone(), "")
        .await;
    vec![
        ("bookingDelete", "booking", json!({ "id": booking })),
        (
            "bookingUpdate",
            "booking",
            json!({ "id": booking, "value": 30 }),
        ),
        ("clientArchive", "client", json!({ "id": acme })),
        (
            "clientLeadDecide",
            "client",
            json!({ "id": acme, "leadMode": "JOINT", "reason": "why" }),
        ),
        (
            "clientRequestAccept",
            "clientRequest",
            json!({ "id": request }),
        ),
        (
            "clientRequestDecide",
            "clientRequest",
            json!({ "id": request, "grant": true, "reason": "why" }),
        ),
        (
            "clientRequestObject",
            "clientRequest",
            json!({ "id": request, "answer": "No." }),
        ),
        (
            "clientRequestWithdraw",
            "clientRequest",
            json!({ "id": request }),
        ),
        (
            "clientTroubleSet",
            "client",
            json!({ "id": acme, "reason": "They are cross." }),
        ),
        ("clientUpdate", "client", json!({ "id": acme, "growth": 5 })),
        ("contactArchive", "contact", json!({ "id": mara })),
        (
            "contactUpdate",
            "contact",
            json!({ "id": mara, "name": "Mara" }),
        ),
        ("projectArchive", "project", json!({ "id": site })),
        (
            "projectLeadDecide",
            "project",
            json!({ "id": site, "leadMode": "JOINT", "reason": "why" }),
        ),
        (
            "projectSkillsSet",
            "project",
            json!({ "projectId": site, "skills": [] }),
        ),
        (
            "projectStatusSet",
            "project",
            json!({ "id": site, "status": "BACK_BURNER" }),
        ),
        (
            "projectUpdate",
            "project",
            json!({ "id": site, "complexity": 5 }),
        ),
        ("relationshipSet", "relationship", relationship),
    ]
}

async fn of_people(
    app: &TestApp,
    agency: &Agency,
    mia: &str,
    made: &impl AsyncFn(&str, &str, Value) -> Value,
) -> Table {
    let hours = json!({ "personId": mia, "effectiveFrom": "2026-12-01", "mondayMinutes": 450, "tuesdayMinutes": 450,
        "wednesdayMinutes": 450, "thursdayMinutes": 450, "fridayMinutes": 450, "saturdayMinutes": 0, "sundayMinutes": 0,
        "factorBp": 8_000 });
    let schedule = made("workScheduleSet", "workSchedule", hours.clone()).await;
    let off = json!({ "personId": mia, "startsOn": "2026-12-01", "endsOn": "2026-12-02" });
    let off = made("timeOffCreate", "timeOff", off).await;
    let skill = made("skillCreate", "skill", json!({ "name": "Sound" })).await;
    let suppressed = suppressed_address::Model {
        id: new_id(app.now()),
        address: "gone@client.example".to_owned(),
        reason: "550 5.1.1 no such user".to_owned(),
        suppressed_at: Moment(app.now()),
        lifted_at: None,
        lifted_by_id: None,
        lifted_reason: None,
        version: 1,
    };
    let suppressed = Kind::SuppressedAddress.text(app.insert(suppressed).await.id);
    let subscription = json!({ "personId": Kind::Person.text(agency.olga.person.id), "kind": "CAPACITY_SUMMARY",
        "minuteOfDay": 540 });
    vec![
        ("personArchive", "person", json!({ "id": mia })),
        (
            "personSkillSet",
            "person",
            json!({ "personId": mia, "skillId": skill, "level": 3 }),
        ),
        (
            "personUpdate",
            "person",
            json!({ "id": mia, "name": "Mia Berg" }),
        ),
        ("scheduleSet", "schedule", subscription),
        (
            "suppressedAddressLift",
            "suppressedAddress",
            json!({ "id": suppressed, "reason": "Mended." }),
        ),
        ("timeOffDelete", "timeOff", json!({ "id": off })),
        (
            "timeOffUpdate",
            "timeOff",
            json!({ "id": off, "endsOn": "2026-12-03" }),
        ),
        (
            "workScheduleDelete",
            "workSchedule",
            json!({ "id": schedule }),
        ),
        ("workScheduleSet", "workSchedule", hours),
    ]
}

async fn of_the_split(
    app: &TestApp,
    agency: &Agency,
    acme: &str,
    made: &impl AsyncFn(&str, &str, Value) -> Value,
) -> Table {
    let handover = Kind::Handover.text(agency.handover.id);
    let letter = agency.drafted(app).await["id"].clone();
    let split = json!({ "name": "The split", "reason": "why", "benefit": "much", "wayForward": "on",
        "startsOn": "2026-11-23" });
    let programme = made("programmeStart", "programme", split).await;
    let document = "query ($id: ID!) { programme(id: $id) { reviews { nodes { id } } } }";
    let read = app
        .ask(&agency.olga, document, json!({ "id": programme }))
        .await;
    let review = &read["programme"]["reviews"]["nodes"][0]["id"];
    let plan = json!({ "kind": "REASSIGNMENT", "name": "A plan", "clientIds": [acme] });
    let plan = made("planCreate", "plan", plan).await;
    vec![
        (
            "handoverAdvance",
            "handover",
            json!({ "id": handover, "stage": "ANNOUNCED" }),
        ),
        (
            "handoverCancel",
            "handover",
            json!({ "id": handover, "reason": "why" }),
        ),
        (
            "handoverStepSet",
            "handover",
            json!({ "id": handover, "stage": "TRANSFERRED", "dueOn": "2026-12-30" }),
        ),
        ("letterApprove", "letter", json!({ "id": letter })),
        (
            "letterUpdate",
            "letter",
            json!({ "id": letter, "subject": "News" }),
        ),
        ("planApprove", "plan", json!({ "id": plan })),
        ("planCancel", "plan", json!({ "id": plan })),
        (
            "programmeCancel",
            "programme",
            json!({ "id": programme, "reason": "why" }),
        ),
        (
            "programmeUpdate",
            "programme",
            json!({ "id": programme, "name": "Split" }),
        ),
        (
            "reviewDecide",
            "review",
            json!({ "id": review, "verdict": "KEEP", "note": "Well done." }),
        ),
    ]
}

async fn of_the_catalogue(made: &impl AsyncFn(&str, &str, Value) -> Value) -> Table {
    let calendar = made(
        "holidayCalendarCreate",
        "holidayCalendar",
        json!({ "name": "Wales" }),
    )
    .await;
    let holiday =
        json!({ "calendarId": calendar, "name": "St David's Day", "observedOn": "2027-03-01" });
    let holiday = made("holidayCreate", "holiday", holiday).await;
    let line = json!({ "name": "Minutes of calls", "side": "CLIENT" });
    let line = made("responsibilityCreate", "responsibility", line).await;
    let role = made("roleCreate", "role", json!({ "name": "Designer" })).await;
    vec![
        (
            "holidayCalendarUpdate",
            "holidayCalendar",
            json!({ "id": calendar, "name": "Cymru" }),
        ),
        ("holidayDelete", "holiday", json!({ "id": holiday })),
        (
            "holidayUpdate",
            "holiday",
            json!({ "id": holiday, "name": "Dydd Gŵyl Dewi" }),
        ),
        (
            "responsibilityArchive",
            "responsibility",
            json!({ "id": line }),
        ),
        (
            "responsibilityUpdate",
            "responsibility",
            json!({ "id": line, "name": "Minutes" }),
        ),
        ("roleArchive", "role", json!({ "id": role })),
        (
            "roleUpdate",
            "role",
            json!({ "id": role, "name": "Illustrator" }),
        ),
    ]
}
