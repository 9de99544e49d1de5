//! When people work: schedules, holidays and time off.

use jiff::civil::date;
use meridian::domain::calendar::days;
use meridian::domain::working_time;
use meridian::entity::person;
use serde_json::{Value, json};

use super::agency::{Agency, code, id, on_both, refusals};

fn schedule(person: &person::Model, effective_from: &str, minutes: i32, factor_bp: i32) -> Value {
    json!({
        "personId": id(person), "effectiveFrom": effective_from, "factorBp": factor_bp,
        "mondayMinutes": minutes, "tuesdayMinutes": minutes, "wednesdayMinutes": minutes,
        "thursdayMinutes": minutes, "fridayMinutes": minutes, "saturdayMinutes": 0, "sundayMinutes": 0,
    })
}

/// The worked week of `domain.md §5`: 5 × 450 min, Monday a holiday, Wednesday half of one, 80 %.
#[tokio::test]
async fn the_worked_week_comes_out_of_what_was_entered() {
    on_both(async |agency| {
        let hours = schedule(&agency.dana, "2026-01-01", 450, 8_000);
        agency.done(&agency.olga, "workScheduleSet", hours, "").await;
        let calendar = calendar(agency).await;
        for (day, name, off_bp) in [("2026-12-21", "Founders", 10_000), ("2026-12-23", "Eve", 5_000)] {
            let input = json!({ "calendarId": calendar, "observedOn": day, "name": name, "offBp": off_bp });
            agency.done(&agency.olga, "holidayCreate", input, "holiday { id }").await;
        }
        let input = json!({ "id": id(&agency.dana), "holidayCalendarId": calendar });
        agency.done(&agency.olga, "personUpdate", input, "").await;

        let people = [agency.dana.id, agency.sam.id];
        let before = agency.app.db.statements();
        let loaded = working_time::load(&agency.app.db.read, &people).await.unwrap();
        assert_eq!(agency.app.db.statements() - before, 4);
        let week = || days(date(2026, 12, 21), date(2026, 12, 27));
        let dana = loaded[&agency.dana.id].sum(week());
        assert_eq!((dana.net_minutes, dana.availability_minutes), (1575, 1260));
        assert_eq!(loaded[&agency.sam.id].sum(week()).scheduled_minutes, 0);

        // Two hours off on Tuesday, and the whole of Thursday twice over (R5).
        for (starts, ends, minutes) in [
            ("2026-12-22", "2026-12-22", json!(120)),
            ("2026-12-24", "2026-12-24", json!(null)),
            ("2026-12-24", "2026-12-24", json!(null)),
        ] {
            let input = json!({
                "personId": id(&agency.dana), "startsOn": starts, "endsOn": ends, "minutesPerDay": minutes,
            });
            agency.done(&agency.dana, "timeOffCreate", input, "").await;
        }
        let loaded = working_time::load(&agency.app.db.read, &people).await.unwrap();
        assert_eq!(loaded[&agency.dana.id].sum(week()).net_minutes, 1575 - 120 - 450);
        let (first, last) = (date(2026, 12, 21), date(2026, 12, 25));
        let away = working_time::absences(&agency.app.db.read, &people, first, last).await.unwrap();
        assert_eq!(away.len(), 3, "whole days and hours");
    })
    .await;
}

#[tokio::test]
async fn a_schedule_of_the_same_day_is_replaced_and_one_of_another_day_stands_beside_it() {
    on_both(async |agency| {
        let selection = "workSchedule { id version mondayMinutes }";
        let set = async |day, minutes| {
            let input = schedule(&agency.dana, day, minutes, 8_000);
            agency.done(&agency.olga, "workScheduleSet", input, selection).await["workSchedule"].clone()
        };
        let first = set("2026-01-01", 450).await;
        let replaced = set("2026-01-01", 480).await;
        let second = set("2026-06-01", 300).await;
        assert_eq!(replaced, json!({ "id": first["id"], "version": 2, "mondayMinutes": 480 }));
        let query = "query ($id: ID!) { person(id: $id) { workSchedules { effectiveFrom mondayMinutes } } }";
        let read = async |by| agency.ask(by, query, json!({ "id": id(&agency.dana) })).await;
        let both = json!([
            { "effectiveFrom": "2026-01-01", "mondayMinutes": 480 },
            { "effectiveFrom": "2026-06-01", "mondayMinutes": 300 },
        ]);
        assert_eq!(read(&agency.sam).await["data"]["person"]["workSchedules"], both);
        let hidden = read(&agency.mia).await;
        assert_eq!(hidden["data"]["person"]["workSchedules"], Value::Null);
        assert_eq!(code(&hidden), "FORBIDDEN");

        let mut stale = schedule(&agency.dana, "2026-01-01", 100, 0);
        stale["expectedVersion"] = json!(1);
        let payload = agency.change(&agency.olga, "workScheduleSet", stale, selection).await;
        assert!(refusals(&payload)[0].starts_with("expectedVersion STALE_VERSION You read version 1"));
        assert_eq!(payload["workSchedule"], replaced);
        let gone = json!({ "id": second["id"], "expectedVersion": 1 });
        agency.done(&agency.olga, "workScheduleDelete", gone, selection).await;
        let told = "DELETED work_schedule by Olga".to_owned();
        assert!(agency.history().await.contains(&told));
        assert_eq!(read(&agency.olga).await["data"]["person"]["workSchedules"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn absurd_hours_are_refused_and_only_owners_set_them() {
    on_both(async |agency| {
        let before = agency.changes().await;
        let input = schedule(&agency.dana, "2026-01-01", 1_441, 10_001);
        let payload = agency
            .change(&agency.olga, "workScheduleSet", input, "")
            .await;
        let refused = refusals(&payload);
        assert_eq!(refused.len(), 6);
        assert_eq!(
            refused[0],
            "mondayMinutes INVALID 1441 is outside 0 to 1440."
        );
        assert_eq!(refused[5], "factorBp INVALID 10001 is outside 0 to 10000.");
        let input = schedule(&agency.dana, "2026-01-01", -1, -1);
        let payload = agency
            .change(&agency.olga, "workScheduleSet", input, "")
            .await;
        assert_eq!(refusals(&payload).len(), 6);
        for by in [&agency.dana, &agency.mia] {
            let input = schedule(by, "2026-01-01", 450, 8_000);
            assert_eq!(
                code(&agency.change(by, "workScheduleSet", input, "").await),
                "FORBIDDEN"
            );
        }
        assert_eq!(agency.changes().await, before);
    })
    .await;
}

async fn calendar(agency: &Agency) -> Value {
    let input = json!({ "name": "Portugal" });
    let payload = agency
        .done(
            &agency.olga,
            "holidayCalendarCreate",
            input,
            "holidayCalendar { id }",
        )
        .await;
    payload["holidayCalendar"]["id"].clone()
}

#[tokio::test]
async fn a_calendar_has_one_holiday_a_day_and_only_owners_write_it() {
    on_both(async |agency| {
        let calendar = calendar(agency).await;
        let holiday = |day: &str, off_bp: i32| {
            json!({ "calendarId": calendar, "observedOn": day, "name": "Day off", "offBp": off_bp })
        };
        let payload = agency
            .done(&agency.olga, "holidayCreate", holiday("2026-12-08", 5_000), "holiday { id }")
            .await;
        let first = payload["holiday"]["id"].clone();
        agency.done(&agency.olga, "holidayCreate", holiday("2026-12-25", 10_000), "").await;
        let before = agency.changes().await;
        let taken = "observedOn TAKEN This calendar has a holiday on that day already. Change that one instead.";
        for (mutation, input, expected) in [
            ("holidayCreate", holiday("2026-12-08", 1), taken),
            ("holidayUpdate", json!({ "id": first, "observedOn": "2026-12-25" }), taken),
            ("holidayCreate", holiday("2026-12-09", 0), "offBp INVALID 0 is outside 1 to 10000."),
            (
                "holidayCalendarCreate",
                json!({ "name": "PORTUGAL" }),
                "name TAKEN Another calendar has this name. Choose one that tells them apart.",
            ),
            (
                "holidayUpdate",
                json!({ "id": first, "expectedVersion": 7, "offBp": 1 }),
                "expectedVersion STALE_VERSION You read version 7, but it is at version 1 now. \
                 Read it again and repeat the change.",
            ),
        ] {
            let payload = agency.change(&agency.olga, mutation, input, "").await;
            assert_eq!(refusals(&payload), [expected]);
        }
        for by in [&agency.dana, &agency.mia] {
            for (mutation, input) in [
                ("holidayCreate", holiday("2026-12-09", 1)),
                ("holidayUpdate", json!({ "id": first })),
                ("holidayDelete", json!({ "id": first })),
                ("holidayCalendarCreate", json!({ "name": "Spain" })),
                ("holidayCalendarUpdate", json!({ "id": calendar, "name": "Spain" })),
            ] {
                assert_eq!(code(&agency.change(by, mutation, input, "").await), "FORBIDDEN");
            }
        }
        assert_eq!(agency.changes().await, before);

        let rename = json!({ "id": calendar, "name": "Lisbon" });
        agency.done(&agency.olga, "holidayCalendarUpdate", rename, "").await;
        agency.done(&agency.olga, "holidayUpdate", json!({ "id": first, "offBp": 2_500 }), "").await;
        let list = "query ($to: Date) { holidayCalendars { name holidays(toOn: $to) { observedOn offBp version } } }";
        let answer = agency.ask(&agency.mia, list, json!({ "to": "2026-12-24" })).await;
        assert_eq!(
            answer["data"]["holidayCalendars"],
            json!([{ "name": "Lisbon", "holidays": [{ "observedOn": "2026-12-08", "offBp": 2_500, "version": 2 }] }])
        );
        agency.done(&agency.olga, "holidayDelete", json!({ "id": first }), "").await;
        let answer = agency.ask(&agency.mia, list, json!({ "to": "2026-12-24" })).await;
        assert_eq!(answer["data"]["holidayCalendars"][0]["holidays"], json!([]));
    })
    .await;
}

fn away(person: &person::Model, starts_on: &str, ends_on: &str) -> Value {
    json!({ "personId": id(person), "startsOn": starts_on, "endsOn": ends_on })
}

#[tokio::test]
async fn owners_enter_time_off_for_all_managers_for_themselves_members_for_nobody() {
    on_both(async |agency| {
        for (by, person, allowed) in [
            (&agency.olga, &agency.mia, true),
            (&agency.dana, &agency.dana, true),
            (&agency.dana, &agency.sam, false),
            (&agency.mia, &agency.mia, false),
        ] {
            let before = agency.changes().await;
            let mut input = away(person, "2026-12-07", "2026-12-11");
            input["note"] = json!("Operation");
            let payload = agency.change(by, "timeOffCreate", input, "timeOff { id version }").await;
            if !allowed {
                assert_eq!(code(&payload), "FORBIDDEN");
                assert_eq!(agency.changes().await, before);
                continue;
            }
            let time_off = payload["timeOff"]["id"].clone();
            let change = json!({ "id": time_off, "expectedVersion": 1, "minutesPerDay": 60, "note": "Physio" });
            agency.done(by, "timeOffUpdate", change.clone(), "").await;
            let stale = agency.change(by, "timeOffUpdate", change, "timeOff { version }").await;
            assert!(refusals(&stale)[0].starts_with("expectedVersion STALE_VERSION"));
            assert_eq!(stale["timeOff"]["version"], 2);
            note_is_private(agency, person).await;
            // A colleague: a manager sees that there is some but may not change it; a member does not see it.
            for (other, expected) in [(&agency.sam, "FORBIDDEN"), (&agency.mia, "NOT_FOUND")] {
                if other.id != person.id {
                    let gone = json!({ "id": time_off });
                    let answer = agency.change(other, "timeOffDelete", gone, "timeOff { id }").await;
                    assert_eq!(code(&answer), expected);
                    let node = "query ($id: ID!) { node(id: $id) { id } }";
                    let answer = agency.ask(other, node, json!({ "id": time_off })).await;
                    let visible = expected == "FORBIDDEN";
                    assert_eq!(answer["data"]["node"].is_object(), visible, "{answer}");
                }
            }
            agency.done(by, "timeOffDelete", json!({ "id": time_off }), "timeOff { id }").await;
            assert_eq!(agency.changes().await, before + 3);
        }
    })
    .await;
}

/// Of the person's only time off everybody who may see it reads the days, and the person and owners the note.
async fn note_is_private(agency: &Agency, person: &person::Model) {
    let query = "query ($id: ID!) { person(id: $id) { timeOff { startsOn minutesPerDay note } } }";
    for reader in [&agency.olga, &agency.dana, &agency.sam, &agency.mia] {
        let answer = agency.ask(reader, query, json!({ "id": id(person) })).await;
        let time_off = &answer["data"]["person"]["timeOff"];
        if reader.id == person.id || reader.id == agency.olga.id {
            let whole =
                json!([{ "startsOn": "2026-12-07", "minutesPerDay": 60, "note": "Physio" }]);
            assert_eq!(*time_off, whole);
        } else if reader.id == agency.mia.id {
            assert_eq!(*time_off, Value::Null);
            assert_eq!(code(&answer), "FORBIDDEN");
        } else {
            let without = json!([{ "startsOn": "2026-12-07", "minutesPerDay": 60, "note": null }]);
            assert_eq!(*time_off, without);
            assert_eq!(
                answer["errors"][0]["path"],
                json!(["person", "timeOff", 0, "note"])
            );
            assert_eq!(code(&answer), "FORBIDDEN");
        }
    }
}

#[tokio::test]
async fn time_off_that_cannot_be_is_refused() {
    on_both(async |agency| {
        let leave = json!({ "id": id(&agency.mia), "employedUntil": "2026-12-10" });
        agency.done(&agency.olga, "personUpdate", leave, "").await;
        let sams = away(&agency.sam, "2026-12-09", "2026-12-09");
        agency.done(&agency.olga, "timeOffCreate", sams, "").await;
        let before = agency.changes().await;
        for (person, starts_on, ends_on, more, expected) in [
            (
                &agency.dana, "2026-12-08", "2026-12-07", json!({}),
                "endsOn INVALID It ends on 2026-12-07, before it starts on 2026-12-08.",
            ),
            (
                &agency.dana, "2026-12-08", "2028-12-08", json!({}),
                "endsOn INVALID 2026-12-08 to 2028-12-08 is more than two years. Enter at most two years at a time.",
            ),
            (
                &agency.dana, "2026-12-08", "2026-12-08", json!({ "minutesPerDay": 0 }),
                "minutesPerDay INVALID 0 is outside 1 to 1440.",
            ),
            (
                &agency.mia, "2026-12-11", "2026-12-11", json!({}),
                "personId NOT_ALLOWED_NOW Mia's last day is 2026-12-10: choose somebody who works here on 2026-12-11.",
            ),
            (
                &agency.dana, "2026-12-07", "2026-12-11", json!({ "delegateId": id(&agency.dana) }),
                "delegateId INVALID Nobody can stand in for themselves.",
            ),
            (
                &agency.dana, "2026-12-07", "2026-12-11", json!({ "delegateId": id(&agency.mia) }),
                "delegateId NOT_ALLOWED_NOW Mia's last day is 2026-12-10: choose somebody who works here on 2026-12-11.",
            ),
            (
                &agency.dana, "2026-12-07", "2026-12-11", json!({ "delegateId": id(&agency.sam) }),
                "delegateId NOT_ALLOWED_NOW Sam is away from 2026-12-09 to 2026-12-09 and cannot stand in. \
                 Choose somebody who is there from 2026-12-07 to 2026-12-11.",
            ),
        ] {
            let mut input = away(person, starts_on, ends_on);
            for (key, value) in more.as_object().unwrap() {
                input[key] = value.clone();
            }
            let payload = agency.change(&agency.olga, "timeOffCreate", input, "timeOff { id }").await;
            assert_eq!(refusals(&payload), [expected]);
        }
        assert_eq!(agency.changes().await, before);

        // Two years to the day, and a delegate who is back in time, can be.
        let longest = away(&agency.dana, "2026-12-08", "2028-12-07");
        agency.done(&agency.olga, "timeOffCreate", longest, "").await;
        let mut input = away(&agency.dana, "2026-12-10", "2026-12-11");
        input["delegateId"] = json!(id(&agency.sam));
        let payload = agency
            .done(&agency.dana, "timeOffCreate", input, "timeOff { delegate { name } }")
            .await;
        assert_eq!(payload["timeOff"]["delegate"]["name"], "Sam");
    })
    .await;
}
