//! When a person's mails come.

use meridian::domain::subscriptions;
use meridian::entity::{person, schedule};
use meridian::graphql::id::Kind;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use super::agency::{Agency, code, done, now, on_both, person_id, refusal};

const SELECTION: &str =
    "schedule { id kind weekday minuteOfDay timeZone nextDueAt paused version person { name } }";

async fn set(agency: &Agency, by: &person::Model, changes: Value) -> Value {
    let mut input = json!({ "personId": person_id(&agency.dana), "kind": "CAPACITY_SUMMARY" });
    for (field, value) in changes.as_object().unwrap() {
        input[field] = value.clone();
    }
    agency.change(by, "scheduleSet", input, SELECTION).await
}

async fn schedules(agency: &Agency) -> Vec<schedule::Model> {
    schedule::Entity::find()
        .order_by_asc(schedule::Column::Kind)
        .all(&agency.app.db.read)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_person_moves_their_summary_and_its_next_occurrence_moves_with_it() {
    on_both(async |agency| {
        let first = set(agency, &agency.dana, json!({})).await;
        done(&first);
        let schedule = &first["schedule"];
        assert_eq!(
            (&schedule["weekday"], &schedule["minuteOfDay"], &schedule["timeZone"], &schedule["nextDueAt"]),
            (&json!(1), &json!(480), &json!("Europe/London"), &json!("2026-11-30T08:00:00Z"))
        );

        let moved = json!({ "weekday": 5, "minuteOfDay": 1050, "timeZone": "america/new_york", "expectedVersion": 1 });
        let moved = set(agency, &agency.dana, moved).await;
        done(&moved);
        assert_eq!(
            moved["schedule"],
            json!({
                "id": schedule["id"], "kind": "CAPACITY_SUMMARY", "weekday": 5, "minuteOfDay": 1050,
                "timeZone": "America/New_York", "nextDueAt": "2026-11-27T22:30:00Z", "paused": false,
                "version": 2, "person": { "name": "Dana" },
            })
        );

        let home = set(agency, &agency.olga, json!({ "timeZone": null, "paused": true })).await;
        done(&home);
        assert_eq!(home["schedule"]["timeZone"], "Europe/London");
        assert_eq!(home["schedule"]["nextDueAt"], "2026-11-27T17:30:00Z");
        assert_eq!(home["schedule"]["paused"], true);
        assert_eq!(agency.changes().await, 3);
    })
    .await;
}

#[tokio::test]
async fn bad_times_stale_versions_and_strangers_change_nothing() {
    on_both(async |agency| {
        done(&set(agency, &agency.dana, json!({})).await);
        let before = (agency.changes().await, schedules(agency).await);
        for (changes, field, code) in [
            (json!({ "weekday": 0 }), "weekday", "INVALID"),
            (json!({ "weekday": 8 }), "weekday", "INVALID"),
            (
                json!({ "kind": "CLIENT_UPDATE", "weekday": 2 }),
                "weekday",
                "INVALID",
            ),
            (json!({ "minuteOfDay": -1 }), "minuteOfDay", "INVALID"),
            (json!({ "minuteOfDay": 1440 }), "minuteOfDay", "INVALID"),
            (
                json!({ "timeZone": "Europe/Lodnon" }),
                "timeZone",
                "INVALID",
            ),
            (
                json!({ "personId": Kind::Person.text(agency.acme.id) }),
                "personId",
                "NOT_FOUND",
            ),
            (
                json!({ "paused": true, "expectedVersion": 9 }),
                "expectedVersion",
                "STALE_VERSION",
            ),
        ] {
            let answer = set(agency, &agency.olga, changes.clone()).await;
            let refused = refusal(&answer);
            assert_eq!(
                (refused.0.as_str(), refused.1.as_str()),
                (field, code),
                "{changes}: {refused:?}"
            );
            let current = if code == "STALE_VERSION" {
                json!(1)
            } else {
                Value::Null
            };
            assert_eq!(answer["schedule"]["version"], current, "{changes}");
        }
        for stranger in [&agency.sam, &agency.mia] {
            let answer = set(agency, stranger, json!({ "paused": true })).await;
            assert_eq!(code(&answer), "FORBIDDEN");
        }
        assert_eq!((agency.changes().await, schedules(agency).await), before);
    })
    .await;
}

#[tokio::test]
async fn subscribing_again_keeps_what_the_person_chose_and_a_new_zone_moves_only_what_follows_it() {
    on_both(async |agency| {
        done(
            &set(
                agency,
                &agency.dana,
                json!({ "timeZone": "Asia/Tokyo", "weekday": 3 }),
            )
            .await,
        );
        let db = &agency.app.db;
        let tx = db.begin().await.unwrap();
        subscriptions::ensure(&tx, &agency.dana, now())
            .await
            .unwrap();
        subscriptions::ensure(&tx, &agency.dana, now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let due = |rows: &[schedule::Model]| {
            rows.iter()
                .map(|row| row.next_due_at.to_string())
                .collect::<Vec<_>>()
        };
        // The summary on Wednesday 08:00 in Tokyo, as chosen; the prompt tomorrow 08:00 in London.
        assert_eq!(
            due(&schedules(agency).await),
            ["2026-11-24T23:00:00Z", "2026-11-24T08:00:00Z"]
        );

        let moved = person::Model {
            time_zone: "Europe/Athens".to_owned(),
            ..agency.dana.clone()
        };
        let tx = db.begin().await.unwrap();
        subscriptions::reschedule(&tx, &agency.dana, &moved, now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            due(&schedules(agency).await),
            ["2026-11-24T23:00:00Z", "2026-11-24T06:00:00Z"]
        );
    })
    .await;
}
