//! Touchpoints: logged by whom, read by whom.

use jiff::civil::date;
use meridian::entity::{Day, new_id, person, time_off};
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::{Value, json};
use uuid::Uuid;

use super::agency::{Agency, code, done, id_of, now, on_both, refusals, written};

const TOUCHPOINT: &str = "touchpoint { id kind occurredAt occurredOn note person { name } contact { name } project { name } }";

async fn log(agency: &Agency, by: &person::Model, input: Value) -> Value {
    let mut whole = json!({ "clientId": agency.acme, "kind": "CALL" });
    for (field, value) in input.as_object().unwrap() {
        whole[field] = value.clone();
    }
    agency.change(by, "touchpointLog", TOUCHPOINT, whole).await
}

#[tokio::test]
async fn a_contact_is_logged_on_the_day_it_was_where_it_was() {
    on_both(async |agency| {
        let web = agency.project("Web").await;
        let before = agency.history().await.len();
        let input = json!({ "projectId": web, "contactId": Kind::Contact.text(agency.ann.id), "note": " All is well. " });
        let payload = log(agency, &agency.dana, input).await;
        assert_eq!(
            payload["touchpoint"],
            json!({
                "id": id_of(&payload, "touchpoint"), "kind": "CALL", "occurredAt": "2026-11-23T09:00:00Z",
                "occurredOn": "2026-11-23", "note": "All is well.", "person": { "name": "Dana" },
                "contact": { "name": "Ann" }, "project": { "name": "Web" },
            })
        );
        // Five in the morning in London is still yesterday for Sam in Los Angeles.
        let input = json!({ "personId": Kind::Person.text(agency.sam.id), "occurredAt": "2026-11-23T05:00:00Z" });
        let payload = log(agency, &agency.olga, input.clone()).await;
        assert_eq!(payload["touchpoint"]["occurredOn"], "2026-11-22", "{payload:#}");
        assert_eq!(agency.history().await.len(), before + 2);

        let for_another = log(agency, &agency.dana, input).await;
        assert_eq!(code(&for_another), "FORBIDDEN");
        for (filter, expected) in [
            ("{}", vec!["2026-11-23", "2026-11-22"]),
            ("{ occurredOn: { lte: \"2026-11-22\" } }", vec!["2026-11-22"]),
            ("{ kind: { in: [UPDATE, MEETING] } }", vec![]),
        ] {
            let document = format!("{{ touchpoints(filter: {filter}) {{ nodes {{ occurredOn }} }} }}");
            let answer = agency.read(&agency.mia, &document).await;
            let expected: Vec<_> = expected.iter().map(|day| json!({ "occurredOn": day })).collect();
            assert_eq!(answer["touchpoints"]["nodes"], json!(expected), "{filter}");
        }
        let document = format!("{{ client(id: \"{}\") {{ touchpoints(last: 1) {{ totalCount nodes {{ occurredOn }} }} }} }}", agency.acme);
        let answer = agency.read(&agency.mia, &document).await;
        let oldest = json!({ "totalCount": 2, "nodes": [{ "occurredOn": "2026-11-22" }] });
        assert_eq!(answer["client"]["touchpoints"], oldest);
    })
    .await;
}

#[tokio::test]
async fn a_contact_that_cannot_be_is_refused_and_leaves_nothing() {
    on_both(async |agency| {
        let input = json!({ "clientId": agency.bolt, "name": "Site" });
        let site = agency
            .change(&agency.olga, "projectCreate", "project { id }", input)
            .await;
        let site = id_of(&site, "project");
        let bob = Kind::Contact.text(agency.bob.id);
        let mut ann = agency.ann.clone().into_active_model();
        (ann.archived_at, ann.is_primary) = (Set(Some(now().into())), Set(false));
        let tx = agency.app.db.begin().await.unwrap();
        ann.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let before = agency.history().await.len();
        for (input, field, code) in [
            (json!({ "projectId": site }), "projectId", "NOT_FOUND"),
            (json!({ "contactId": bob }), "contactId", "NOT_FOUND"),
            (
                json!({ "contactId": Kind::Contact.text(agency.ann.id) }),
                "contactId",
                "NOT_ALLOWED_NOW",
            ),
            (
                json!({ "personId": "per_00000000000070008000000000000000" }),
                "personId",
                "NOT_FOUND",
            ),
            (
                json!({ "occurredAt": "2026-11-23T09:05:01Z" }),
                "occurredAt",
                "INVALID",
            ),
            (
                json!({ "occurredAt": "1969-12-31T23:59:59Z" }),
                "occurredAt",
                "INVALID",
            ),
            (json!({ "note": "x".repeat(10_001) }), "note", "INVALID"),
        ] {
            let payload = log(agency, &agency.olga, input).await;
            assert_eq!(refusals(&payload), [(field, code)]);
        }
        assert_eq!(agency.history().await.len(), before);
        done(
            &log(
                agency,
                &agency.olga,
                json!({ "occurredAt": "2026-11-23T09:05:00Z" }),
            )
            .await,
        );
    })
    .await;
}

fn away(
    person_id: Uuid,
    delegate_id: Option<Uuid>,
    minutes_per_day: Option<i32>,
) -> time_off::Model {
    time_off::Model {
        id: new_id(now()),
        person_id,
        starts_on: Day(date(2026, 11, 23)),
        ends_on: Day(date(2026, 11, 23)),
        minutes_per_day,
        delegate_id,
        note: String::new(),
        version: 1,
    }
}

#[tokio::test]
async fn the_delegate_of_somebody_away_logs_in_their_place() {
    on_both(async |agency| {
        let attempt = async |by: &person::Model| log(agency, by, json!({})).await;
        let write = async |row: time_off::Model| {
            let tx = agency.app.db.begin().await.unwrap();
            written(&tx, row).await;
            tx.commit().await.unwrap();
        };
        let tx = agency.app.db.begin().await.unwrap();
        let mut dana = agency.dana.clone().into_active_model();
        dana.standing_delegate_id = Set(Some(agency.mia.id));
        dana.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            code(&attempt(&agency.mia).await),
            "FORBIDDEN",
            "Dana is here"
        );
        write(away(agency.dana.id, Some(agency.mia.id), Some(60))).await;
        assert_eq!(
            code(&attempt(&agency.mia).await),
            "FORBIDDEN",
            "Dana is away for an hour"
        );
        write(away(agency.dana.id, None, None)).await;
        done(&attempt(&agency.mia).await);
        assert_eq!(code(&attempt(&agency.sam).await), "FORBIDDEN");

        // Whoever the time off names comes before the standing delegate.
        write(away(agency.dana.id, Some(agency.sam.id), None)).await;
        done(&attempt(&agency.sam).await);
        assert_eq!(code(&attempt(&agency.mia).await), "FORBIDDEN");
    })
    .await;
}

#[tokio::test]
async fn what_was_said_is_not_for_members() {
    on_both(async |agency| {
        done(
            &log(
                agency,
                &agency.dana,
                json!({ "note": "They may leave us." }),
            )
            .await,
        );
        let document = "{ touchpoints { nodes { kind note } } }";
        let answer = agency.read(&agency.sam, document).await;
        assert_eq!(
            answer["touchpoints"]["nodes"][0]["note"],
            "They may leave us."
        );
        let answer = agency.ask(&agency.mia, document, json!({})).await;
        assert_eq!(
            answer["data"]["touchpoints"]["nodes"],
            json!([{ "kind": "CALL", "note": null }])
        );
        assert_eq!(code(&answer), "FORBIDDEN");
        assert_eq!(
            answer["errors"][0]["path"],
            json!(["touchpoints", "nodes", 0, "note"])
        );
    })
    .await;
}
