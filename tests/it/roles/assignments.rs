//! Setting who holds what: append-only, one holder a day, with a reason.

use jiff::civil::date;
use meridian::domain::assignments::{self, NewAssignment, Outcome, Target};
use meridian::entity::{AssignmentSource, Day, assignment, schedule};
use meridian::error::Error;
use meridian::graphql::id::Kind;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use serde_json::{Value, json};

use super::agency::{Agency, code, done, on_both, person_id, refusal, written};

const SELECTION: &str = "assignment { person { name } client { name } project { name } fromOn untilOn source reason writtenBy { name } }
    closed { person { name } fromOn untilOn closedReason closedBy { name } }";

/// An input that gives the client side of Acme.
fn of_acme(agency: &Agency, person: Option<String>, from_on: &str) -> Value {
    json!({
        "roleId": Kind::Role.text(agency.account_manager.id),
        "of": { "clientId": Kind::Client.text(agency.acme.id) },
        "personId": person,
        "fromOn": from_on,
        "reason": "The role is split.",
    })
}

async fn holders_on(agency: &Agency, day: &str) -> Value {
    let document = "query ($client: ID!, $day: Date!) { assignments(filter: {clientId: {eq: $client}}, asOf: $day) { totalCount nodes { person { name } } } }";
    let variables = json!({ "client": Kind::Client.text(agency.acme.id), "day": day });
    let mut answer = agency.ask(&agency.mia, document, variables).await;
    answer["data"]["assignments"].take()
}

#[tokio::test]
async fn a_change_closes_one_assignment_and_opens_another() {
    on_both(async |agency| {
        let first = of_acme(agency, Some(person_id(&agency.dana)), "2026-11-23");
        let first = agency
            .change(&agency.olga, "assignmentSet", first, SELECTION)
            .await;
        done(&first);
        assert_eq!(first["closed"], Value::Null);
        assert_eq!(
            first["assignment"],
            json!({
                "person": { "name": "Dana" }, "client": { "name": "Acme" }, "project": null,
                "fromOn": "2026-11-23", "untilOn": null, "source": "PERSON",
                "reason": "The role is split.", "writtenBy": { "name": "Olga" },
            })
        );

        let second = of_acme(agency, Some(person_id(&agency.sam)), "2026-12-01");
        let second = agency
            .change(&agency.olga, "assignmentSet", second, SELECTION)
            .await;
        done(&second);
        assert_eq!(second["assignment"]["fromOn"], "2026-12-01");
        assert_eq!(
            second["closed"],
            json!({
                "person": { "name": "Dana" }, "fromOn": "2026-11-23", "untilOn": "2026-12-01",
                "closedReason": "The role is split.", "closedBy": { "name": "Olga" },
            })
        );

        let dana = json!({ "totalCount": 1, "nodes": [{ "person": { "name": "Dana" } }] });
        let sam = json!({ "totalCount": 1, "nodes": [{ "person": { "name": "Sam" } }] });
        assert_eq!(holders_on(agency, "2026-11-22").await["totalCount"], 0);
        assert_eq!(holders_on(agency, "2026-11-30").await, dana);
        assert_eq!(holders_on(agency, "2026-12-01").await, sam);
        // One row closed, two opened; the mails of the two people who hold a side now are no history of theirs.
        assert_eq!(agency.changes().await, 3);
        let schedules = schedule::Entity::find()
            .all(&agency.app.db.read)
            .await
            .unwrap();
        let due = |person| {
            let mut due: Vec<String> = schedules
                .iter()
                .filter(|row| row.person_id == person)
                .map(|row| row.next_due_at.to_string())
                .collect();
            due.sort();
            due
        };
        assert_eq!(
            due(agency.dana.id),
            ["2026-11-24T08:00:00Z", "2026-11-30T08:00:00Z"]
        );
        // 04:00 in New York: Monday's 08:00 is still to come.
        assert_eq!(
            due(agency.sam.id),
            ["2026-11-23T13:00:00Z", "2026-11-23T13:00:00Z"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_planned_change_stays_when_an_earlier_one_is_written() {
    on_both(async |agency| {
        for (person, from_on) in [
            (&agency.dana, "2026-11-23"),
            (&agency.sam, "2026-12-15"),
            (&agency.olga, "2026-12-01"),
        ] {
            let input = of_acme(agency, Some(person_id(person)), from_on);
            done(
                &agency
                    .change(&agency.olga, "assignmentSet", input, SELECTION)
                    .await,
            );
        }
        let rows = agency.assignments().await;
        let spans: Vec<_> = rows
            .iter()
            .map(|row| (row.person_id, row.from_on, row.until_on))
            .collect();
        let day = |month, day| Day(date(2026, month, day));
        assert_eq!(
            spans,
            [
                (agency.dana.id, day(11, 23), Some(day(12, 1))),
                (agency.olga.id, day(12, 1), Some(day(12, 15))),
                (agency.sam.id, day(12, 15), None),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_holds_a_role_from_the_day_it_is_taken_away() {
    on_both(async |agency| {
        let input = of_acme(agency, Some(person_id(&agency.dana)), "2026-11-23");
        done(
            &agency
                .change(&agency.olga, "assignmentSet", input, SELECTION)
                .await,
        );
        let input = of_acme(agency, None, "2026-11-25");
        let taken = agency
            .change(&agency.olga, "assignmentSet", input.clone(), SELECTION)
            .await;
        done(&taken);
        assert_eq!(taken["assignment"], Value::Null);
        assert_eq!(taken["closed"]["untilOn"], "2026-11-25");
        assert_eq!(holders_on(agency, "2026-11-25").await["totalCount"], 0);

        let again = agency
            .change(&agency.olga, "assignmentSet", input, SELECTION)
            .await;
        let (field, kind, message) = refusal(&again);
        assert_eq!(
            (field.as_str(), kind.as_str()),
            ("fromOn", "NOT_ALLOWED_NOW")
        );
        assert_eq!(message, "Nobody holds this on 2026-11-25 already.");
    })
    .await;
}

#[tokio::test]
async fn somebody_who_leaves_holds_nothing_after_the_last_day() {
    on_both(async |agency| {
        let input = of_acme(agency, Some(person_id(&agency.lea)), "2026-11-23");
        let set = agency
            .change(&agency.olga, "assignmentSet", input, SELECTION)
            .await;
        done(&set);
        assert_eq!(set["assignment"]["untilOn"], "2027-01-01");
    })
    .await;
}

#[tokio::test]
async fn bad_input_is_refused_with_its_field_and_nothing_is_changed() {
    on_both(async |agency| {
        let input = of_acme(agency, Some(person_id(&agency.dana)), "2026-10-01");
        done(
            &agency
                .change(&agency.olga, "assignmentSet", input.clone(), SELECTION)
                .await,
        );
        let before = (agency.changes().await, agency.assignments().await);

        let with = |changes: Value| {
            let mut input = of_acme(agency, Some(person_id(&agency.sam)), "2026-11-23");
            for (field, value) in changes.as_object().unwrap() {
                input[field] = value.clone();
            }
            input
        };
        let dana = person_id(&agency.dana);
        let nobody = Kind::Person.text(agency.acme.id);
        let old = Kind::Project.text(agency.old.id);
        let cases = [
            (
                json!({ "personId": dana }),
                "personId",
                "NOT_ALLOWED_NOW",
                "Dana holds this already since 2026-10-01.",
            ),
            (
                json!({ "of": { "projectId": old } }),
                "of.projectId",
                "NOT_ALLOWED_NOW",
                "Old is finished",
            ),
            (
                json!({ "personId": nobody }),
                "personId",
                "NOT_FOUND",
                "There is no such person.",
            ),
            (
                json!({ "personId": old }),
                "personId",
                "NOT_FOUND",
                "starts with `per_`",
            ),
            (
                json!({ "roleId": Kind::Role.text(agency.acme.id) }),
                "roleId",
                "NOT_FOUND",
                "There is no such role.",
            ),
            (
                json!({ "of": { "clientId": Kind::Client.text(agency.web.id) } }),
                "of.clientId",
                "NOT_FOUND",
                "There is no such client.",
            ),
            (json!({ "reason": "  " }), "reason", "INVALID", "Say why"),
            (
                json!({ "fromOn": "2023-12-31" }),
                "fromOn",
                "INVALID",
                "Sam starts to work here on 2024-01-01 only.",
            ),
            (
                json!({ "fromOn": "2026-10-22" }),
                "fromOn",
                "NOT_ALLOWED_NOW",
                "back to 2026-10-23 at most",
            ),
            (
                json!({ "personId": person_id(&agency.lea), "fromOn": "2027-01-01" }),
                "personId",
                "NOT_ALLOWED_NOW",
                "Lea's last day is 2026-12-31",
            ),
        ];
        for (changes, field, code, words) in cases {
            let answer = agency
                .change(
                    &agency.olga,
                    "assignmentSet",
                    with(changes.clone()),
                    SELECTION,
                )
                .await;
            let refused = refusal(&answer);
            assert_eq!(
                (refused.0.as_str(), refused.1.as_str()),
                (field, code),
                "{changes}: {refused:?}"
            );
            assert!(refused.2.contains(words), "{changes}: {refused:?}");
        }
        assert_eq!((agency.changes().await, agency.assignments().await), before);
    })
    .await;
}

#[tokio::test]
async fn owners_and_accountable_managers_assign_and_only_owners_date_back() {
    on_both(async |agency| {
        let web = |person: &str, from_on: &str| {
            json!({
                "roleId": Kind::Role.text(agency.production_manager.id),
                "of": { "projectId": Kind::Project.text(agency.web.id) },
                "personId": person, "fromOn": from_on, "reason": "Sam knows the stack.",
            })
        };
        let sam = person_id(&agency.sam);
        for stranger in [&agency.mia, &agency.dana] {
            let answer = agency
                .change(
                    stranger,
                    "assignmentSet",
                    web(&sam, "2026-11-23"),
                    SELECTION,
                )
                .await;
            assert_eq!(code(&answer), "FORBIDDEN");
        }
        assert_eq!(agency.assignments().await, []);

        let input = of_acme(agency, Some(person_id(&agency.dana)), "2024-03-01");
        done(
            &agency
                .change(&agency.olga, "assignmentSet", input, SELECTION)
                .await,
        );
        let back = agency
            .change(
                &agency.dana,
                "assignmentSet",
                web(&sam, "2026-11-20"),
                SELECTION,
            )
            .await;
        let (field, _, message) = refusal(&back);
        assert_eq!(field, "fromOn");
        assert!(
            message.starts_with("Only an owner may date an assignment back"),
            "{message}"
        );
        done(
            &agency
                .change(
                    &agency.dana,
                    "assignmentSet",
                    web(&sam, "2026-11-23"),
                    SELECTION,
                )
                .await,
        );
        // 31 days back is within an owner's reach, over somebody who held it then.
        let input = of_acme(agency, Some(sam), "2026-10-23");
        done(
            &agency
                .change(&agency.olga, "assignmentSet", input, SELECTION)
                .await,
        );
    })
    .await;
}

#[tokio::test]
async fn of_two_who_assign_at_once_one_comes_after_the_other() {
    on_both(async |agency| {
        for round in 0..8 {
            let day = format!("2027-01-{:02}", 10 - round);
            let dana = of_acme(agency, Some(person_id(&agency.dana)), &day);
            let sam = of_acme(agency, Some(person_id(&agency.sam)), &day);
            let answers = tokio::join!(
                agency.change(&agency.olga, "assignmentSet", dana, SELECTION),
                agency.change(&agency.olga, "assignmentSet", sam, SELECTION),
            );
            let held = holders_on(agency, &day).await;
            assert_eq!(held["totalCount"], 1, "{answers:#?}");
            let winners = [&answers.0, &answers.1].map(|answer| answer["assignment"].is_object());
            assert!(winners.contains(&true), "{answers:#?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_a_second_holder_and_says_it_as_a_conflict() {
    on_both(async |agency| {
        let db = &agency.app.db;
        let first = agency.held(&agency.account_manager, &agency.dana, date(2026, 11, 1));
        let tx = db.begin().await.unwrap();
        let first = written(&tx, first).await;
        tx.commit().await.unwrap();

        let tx = db.begin().await.unwrap();
        let second = agency.held(&agency.account_manager, &agency.sam, date(2026, 12, 1));
        let refused = second
            .into_active_model()
            .reset_all()
            .insert(&tx)
            .await
            .unwrap_err();
        tx.rollback().await.unwrap();
        assert!(matches!(Error::from(refused), Error::Conflict(_)));

        let tx = db.begin().await.unwrap();
        let mut rewritten = first.into_active_model();
        rewritten.person_id = Set(agency.sam.id);
        let refused = rewritten.update(&tx).await.unwrap_err();
        tx.rollback().await.unwrap();
        assert!(
            refused.to_string().contains("assignment_append_only"),
            "{refused}"
        );
        assert_eq!(agency.assignments().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_spreadsheet_may_come_twice_and_never_overrules_a_person() {
    on_both(async |agency| {
        let olga = agency.caller(&agency.olga);
        let row = |person_id, from_on| NewAssignment {
            role_id: agency.account_manager.id,
            target: Target::Client(agency.acme.id),
            person_id: Some(person_id),
            from_on,
            reason: "From the agency's spreadsheet.".to_owned(),
        };
        let import = async |new| {
            let tx = agency.app.db.begin().await.unwrap();
            let outcome = assignments::set_in(&tx, &olga, AssignmentSource::Import, new).await;
            match &outcome {
                Ok(_) => tx.commit().await.unwrap(),
                Err(_) => tx.rollback().await.unwrap(),
            }
            outcome
        };
        let dana = row(agency.dana.id, date(2024, 3, 1));
        assert!(matches!(
            import(dana.clone()).await,
            Ok(Outcome::Changed(_))
        ));
        assert!(matches!(
            import(dana.clone()).await,
            Ok(Outcome::Already(Some(_)))
        ));

        let by_hand = of_acme(agency, Some(person_id(&agency.sam)), "2026-11-23");
        done(
            &agency
                .change(&agency.olga, "assignmentSet", by_hand, SELECTION)
                .await,
        );
        assert!(matches!(import(dana).await, Ok(Outcome::Already(Some(_)))));
        // What agrees with the person's decision is no overruling.
        let sam = row(agency.sam.id, date(2026, 11, 24));
        assert!(matches!(import(sam).await, Ok(Outcome::Already(Some(_)))));
        let overruled = import(row(agency.dana.id, date(2026, 11, 24)))
            .await
            .unwrap_err();
        assert!(
            overruled.to_string().contains("Change it by hand"),
            "{overruled}"
        );
        let sources: Vec<_> = agency
            .assignments()
            .await
            .iter()
            .map(|row: &assignment::Model| row.source)
            .collect();
        assert_eq!(
            sources,
            [AssignmentSource::Import, AssignmentSource::Person]
        );
    })
    .await;
}
