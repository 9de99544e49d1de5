//! Somebody goes: what they hold must be given away first, and an owner must stay.

use jiff::civil::date;
use meridian::domain::people::{self, PersonEdit};
use meridian::entity::{
    AssignmentSource, Day, Moment, RoleSide, assignment, client, new_id, person, role,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde_json::{Value, json};

use super::agency::{Agency, code, id, on_both, refusals};

#[tokio::test]
async fn nobody_leaves_while_they_hold_something_after_the_last_day() {
    on_both(async |agency| {
        let held = held_by(agency, &agency.dana).await;
        let leave = json!({ "id": id(&agency.dana), "employedUntil": "2026-12-31" });
        let before = agency.changes().await;
        let payload = agency.change(&agency.olga, "personUpdate", leave.clone(), "person { id }").await;
        assert_eq!(
            refusals(&payload),
            ["employedUntil NOT_ALLOWED_NOW After 2026-12-31, Dana would still be Account manager of Acme. \
              Assign somebody else from 2027-01-01 on, or hand it over by 2026-12-31: with handovers, or an approved \
              LEAVER plan. Then try again."]
        );
        assert_eq!((agency.changes().await, payload["person"].clone()), (before, Value::Null));

        // One day too late is too late; in force until the last day is in time.
        for (until, refused) in [(date(2027, 1, 2), 1), (date(2027, 1, 1), 0)] {
            let mut row = held.clone().into_active_model();
            row.until_on = Set(Some(Day(until)));
            row.update(&agency.app.db.read).await.unwrap();
            let payload = agency.change(&agency.olga, "personUpdate", leave.clone(), "person { employedUntil }").await;
            assert_eq!(refusals(&payload).len(), refused, "{until}: {payload:#}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_is_archived_on_the_last_day_and_leaves_the_lists() {
    on_both(async |agency| {
        let archive = json!({ "id": id(&agency.mia) });
        let refused = "id NOT_ALLOWED_NOW Mia still works here. Set `employedUntil` to the last day and archive on or after it.";
        let payload = agency.change(&agency.olga, "personArchive", archive.clone(), "person { id }").await;
        assert_eq!(refusals(&payload), [refused]);
        let leave = json!({ "id": id(&agency.mia), "employedUntil": "2026-11-27" });
        agency.done(&agency.olga, "personUpdate", leave, "").await;
        let payload = agency.change(&agency.olga, "personArchive", archive.clone(), "person { id }").await;
        assert_eq!(refusals(&payload), [refused]);

        agency.set_clock("2026-11-27T09:00:00Z");
        let payload = agency
            .done(&agency.olga, "personArchive", archive.clone(), "person { archivedAt version }")
            .await;
        assert_eq!(payload["person"], json!({ "archivedAt": "2026-11-27T09:00:00Z", "version": 3 }));
        assert_eq!(agency.history().await.last().unwrap(), "ARCHIVED person by Olga");
        let list = "query ($archived: Boolean) { people(filter: { archived: $archived, name: { eq: \"mia\" } }) { totalCount } }";
        for (archived, count) in [(json!(null), 0), (json!(false), 0), (json!(true), 1)] {
            let answer = agency.ask(&agency.olga, list, json!({ "archived": archived })).await;
            assert_eq!(answer["data"]["people"]["totalCount"], count);
        }
        let rename = json!({ "id": id(&agency.mia), "name": "Maja" });
        for (mutation, input) in [("personArchive", archive), ("personUpdate", rename)] {
            let payload = agency.change(&agency.olga, mutation, input, "person { id }").await;
            assert_eq!(refusals(&payload), ["id NOT_ALLOWED_NOW Mia is archived and no longer changes."]);
        }
        let unknown = json!({ "id": "per_00000000000000000000000000000000" });
        let answer = agency.change(&agency.olga, "personArchive", unknown, "person { id }").await;
        assert_eq!(code(&answer), "NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn the_last_owner_stays_owner() {
    on_both(async |agency| {
        let olga = id(&agency.olga);
        for (change, field) in [
            (json!({ "id": olga, "access": null }), "access"),
            (json!({ "id": olga, "access": "MANAGER" }), "access"),
            (json!({ "id": olga, "employedUntil": "2026-12-31" }), "employedUntil"),
        ] {
            let payload = agency.change(&agency.olga, "personUpdate", change, "person { id }").await;
            let expected = format!(
                "{field} NOT_ALLOWED_NOW Olga is the last owner, without whom nobody could be let in. \
                 Make somebody else an owner first."
            );
            assert_eq!(refusals(&payload), [expected]);
        }
        let promote = json!({ "id": id(&agency.dana), "access": "OWNER" });
        agency.done(&agency.olga, "personUpdate", promote, "").await;
        let step_down = json!({ "id": olga, "access": "MANAGER" });
        agency.done(&agency.olga, "personUpdate", step_down, "").await;
    })
    .await;
}

#[tokio::test]
async fn of_two_owners_who_step_down_at_once_one_stays() {
    on_both(async |agency| {
        let promote = json!({ "id": id(&agency.dana), "access": "OWNER" });
        agency.done(&agency.olga, "personUpdate", promote, "").await;
        let step_down = async |person: &person::Model| {
            let edit = PersonEdit {
                access: Some(None),
                ..PersonEdit::default()
            };
            let caller = agency.caller(&agency.olga);
            people::update(&agency.app.db, &caller, person.id, None, edit).await
        };
        let (olga, dana) = tokio::join!(step_down(&agency.olga), step_down(&agency.dana));
        assert!(olga.is_ok() != dana.is_ok(), "{olga:?} {dana:?}");
    })
    .await;
}

/// Makes the person the account manager of Acme, without an end.
async fn held_by(agency: &Agency, person: &person::Model) -> assignment::Model {
    let (db, now) = (&agency.app.db.read, agency.app.clock.now());
    let role = role::Entity::find()
        .filter(role::Column::Side.eq(RoleSide::Client))
        .one(db)
        .await
        .unwrap()
        .unwrap();
    let acme = client::Model {
        id: new_id(now),
        name: "Acme".to_owned(),
        starts_on: Day(date(2024, 1, 1)),
        communication: 3,
        sensitivity: 3,
        growth: 3,
        cadence_days: 7,
        decision_id: None,
        in_trouble_since: None,
        in_trouble_reason: None,
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
        archived_at: None,
    };
    let acme = acme
        .into_active_model()
        .reset_all()
        .insert(db)
        .await
        .unwrap();
    let row = assignment::Model {
        id: new_id(now),
        role_id: role.id,
        client_id: Some(acme.id),
        project_id: None,
        person_id: person.id,
        from_on: Day(date(2026, 1, 1)),
        until_on: None,
        source: AssignmentSource::Person,
        written_by_id: None,
        reason: "knows them best".to_owned(),
        created_at: Moment(now),
        closed_at: None,
        closed_by_id: None,
        closed_reason: None,
    };
    row.into_active_model()
        .reset_all()
        .insert(db)
        .await
        .unwrap()
}
