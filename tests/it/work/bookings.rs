//! Bookings: made, changed, deleted, and seen by whom.

use meridian::entity::person;
use meridian::graphql::id::Kind;
use serde_json::{Value, json};

use super::agency::{Agency, code, done, id_of, on_both, refusals, sentence};

const BOOKING: &str = "booking { id person { name } project { name } startsOn endsOn method value status probabilityBp note version }";

pub(super) fn id(person: &person::Model) -> String {
    Kind::Person.text(person.id)
}

fn a_week(agency: &Agency, project: &str) -> Value {
    json!({
        "personId": id(&agency.mia), "projectId": project, "startsOn": "2026-11-30", "endsOn": "2026-12-04",
        "method": "TOTAL", "value": 600,
    })
}

fn with(mut input: Value, changed: Value) -> Value {
    for (field, value) in changed.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

#[tokio::test]
async fn somebody_is_booked_the_booking_changes_and_goes() {
    on_both(async |agency| {
        let web = agency.project("Web").await;
        let before = agency.history().await.len();
        let payload = agency.change(&agency.dana, "bookingCreate", BOOKING, a_week(agency, &web)).await;
        let booking = id_of(&payload, "booking");
        let mut expected = json!({
            "id": booking, "person": { "name": "Mia" }, "project": { "name": "Web" }, "startsOn": "2026-11-30",
            "endsOn": "2026-12-04", "method": "TOTAL", "value": 600, "status": "CONFIRMED", "probabilityBp": null,
            "note": "", "version": 1,
        });
        assert_eq!(payload["booking"], expected);

        let input = json!({ "id": booking, "expectedVersion": 1, "probabilityBp": 2500, "note": "Design" });
        let payload = agency.change(&agency.dana, "bookingUpdate", BOOKING, input.clone()).await;
        done(&payload);
        expected = with(expected, json!({ "status": "TENTATIVE", "probabilityBp": 2500, "note": "Design", "version": 2 }));
        assert_eq!(payload["booking"], expected);
        let stale = agency.change(&agency.dana, "bookingUpdate", BOOKING, input).await;
        assert_eq!(refusals(&stale), [("expectedVersion", "STALE_VERSION")]);
        assert_eq!(stale["booking"], expected);
        let input = json!({ "id": booking, "probabilityBp": null });
        let payload = agency.change(&agency.dana, "bookingUpdate", BOOKING, input).await;
        assert_eq!(payload["booking"]["status"], "CONFIRMED");

        // A finished project keeps its bookings as they are, but they may go.
        agency.stand(&web, "CANCELLED").await;
        let input = json!({ "id": booking, "value": 1 });
        let refused = agency.change(&agency.dana, "bookingUpdate", BOOKING, input).await;
        assert_eq!(refusals(&refused), [("id", "NOT_ALLOWED_NOW")]);
        let input = json!({ "id": booking, "expectedVersion": 3 });
        let payload = agency.change(&agency.dana, "bookingDelete", "deletedId booking { id }", input.clone()).await;
        assert_eq!(payload, json!({ "deletedId": booking, "booking": null, "userErrors": [] }));
        let gone = agency.change(&agency.dana, "bookingDelete", "deletedId", input).await;
        assert_eq!(code(&gone), "NOT_FOUND");
        let mut actions: Vec<String> = agency.history().await[before..]
            .iter()
            .filter(|change| change.subject_kind == "booking")
            .map(|change| change.action.clone())
            .collect();
        actions.sort_unstable();
        assert_eq!(actions, ["CREATED", "DELETED", "UPDATED", "UPDATED"]);
    })
    .await;
}

#[tokio::test]
async fn a_booking_that_cannot_be_is_refused_and_leaves_nothing() {
    on_both(async |agency| {
        let web = agency.project("Web").await;
        let done_with = agency.project("Old").await;
        agency.stand(&done_with, "CANCELLED").await;
        let before = agency.history().await.len();
        let nobody = "per_00000000000070008000000000000000";
        for (changed, field, code, words) in [
            (
                json!({ "personId": nobody }),
                "personId",
                "NOT_FOUND",
                "no such person",
            ),
            (
                json!({ "personId": web }),
                "personId",
                "NOT_FOUND",
                "starts with `per_`",
            ),
            (
                json!({ "endsOn": "2027-07-01" }),
                "personId",
                "NOT_ALLOWED_NOW",
                "last day is 2027-06-30",
            ),
            (
                json!({ "startsOn": "2025-12-31" }),
                "startsOn",
                "NOT_ALLOWED_NOW",
                "from 2026-01-01",
            ),
            (
                json!({ "projectId": done_with }),
                "projectId",
                "NOT_ALLOWED_NOW",
                "Old is CANCELLED",
            ),
            (
                json!({ "endsOn": "2026-11-29" }),
                "endsOn",
                "INVALID",
                "before it starts",
            ),
            (
                json!({ "endsOn": "2028-11-30" }),
                "endsOn",
                "INVALID",
                "at most two years",
            ),
            (
                json!({ "method": "PER_DAY", "value": 1441 }),
                "value",
                "INVALID",
                "1 to 1440",
            ),
            (
                json!({ "method": "PERCENT", "value": 10_001 }),
                "value",
                "INVALID",
                "1 to 10000",
            ),
            (
                json!({ "value": 1_000_001 }),
                "value",
                "INVALID",
                "1 to 7200",
            ),
            (json!({ "value": 0 }), "value", "INVALID", "not 0"),
            (
                json!({ "probabilityBp": 10_001 }),
                "probabilityBp",
                "INVALID",
                "outside 0 to 10000",
            ),
            (
                json!({ "note": "x".repeat(2_001) }),
                "note",
                "INVALID",
                "at most 2000",
            ),
            (
                json!({ "startsOn": "2026-12-05", "endsOn": "2026-12-06" }),
                "startsOn",
                "INVALID",
                "no working time",
            ),
        ] {
            let input = with(a_week(agency, &web), changed.clone());
            let payload = agency
                .change(&agency.olga, "bookingCreate", BOOKING, input)
                .await;
            assert!(
                refusals(&payload).contains(&(field, code)),
                "{changed}: {payload:#}"
            );
            let told = payload["userErrors"].as_array().unwrap();
            let told = told
                .iter()
                .any(|error| error["message"].as_str().unwrap().contains(words));
            assert!(told, "{changed}: {}", sentence(&payload));
        }
        for by in [&agency.sam, &agency.mia] {
            let refused = agency
                .change(by, "bookingCreate", BOOKING, a_week(agency, &web))
                .await;
            assert_eq!(code(&refused), "FORBIDDEN", "{}", by.name);
        }
        assert_eq!(agency.history().await.len(), before);
    })
    .await;
}

#[tokio::test]
async fn members_see_their_own_bookings_only() {
    on_both(async |agency| {
        let web = agency.project("Web").await;
        let mut made = Vec::new();
        for person in [&agency.mia, &agency.sam] {
            let input = with(a_week(agency, &web), json!({ "personId": id(person), "method": "PERCENT" }));
            let payload = agency.change(&agency.olga, "bookingCreate", BOOKING, input).await;
            made.push(id_of(&payload, "booking"));
        }
        let document = format!(
            "{{ project(id: \"{web}\") {{ bookings {{ totalCount nodes {{ id }} }} later: bookings(fromOn: \"2026-12-05\") {{ totalCount }}
               earlier: bookings(toOn: \"2026-11-29\") {{ totalCount }} }} node(id: \"{}\") {{ id }} }}",
            made[1]
        );
        let ids = |ids: &[String]| json!(ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>());
        let answer = agency.read(&agency.sam, &document).await;
        let bookings = &answer["project"]["bookings"];
        assert_eq!(bookings["totalCount"], 2);
        assert_eq!(answer["project"]["later"]["totalCount"], 0);
        assert_eq!(answer["project"]["earlier"]["totalCount"], 0);
        assert_eq!(answer["node"]["id"], json!(made[1]));
        let answer = agency.read(&agency.mia, &document).await;
        assert_eq!(answer["project"]["bookings"], json!({ "totalCount": 1, "nodes": ids(&made[..1]) }));
        assert_eq!(answer["node"], Value::Null);

        // What is not there for a member cannot be told from what is not there at all.
        for (booking, expected) in [(&made[0], "FORBIDDEN"), (&made[1], "NOT_FOUND")] {
            let answer = agency.change(&agency.mia, "bookingDelete", "deletedId", json!({ "id": booking })).await;
            assert_eq!(code(&answer), expected);
        }
    })
    .await;
}
