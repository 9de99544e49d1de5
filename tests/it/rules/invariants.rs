//! What must be so after every step.

mod mails;

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;
use meridian::entity::{AssignmentSource, Day, ProjectStatus, Side, assignment};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::agency::{Agency, side_of};
use super::model::{Decision, Model, PEOPLE};
use mails::Taken;

/// Everything that the rules speak of.
const EVERYTHING: &str = "query ($past: Date!, $today: Date!, $soon: Date!, $late: Date!) {
    projects(first: 15) { nodes { id status leadMode kickedOffOn decision { kickedOffOn project { id } }
        past: accountable(on: $past) { side person { id } } today: accountable(on: $today) { side person { id } }
        soon: accountable(on: $soon) { side person { id } } late: accountable(on: $late) { side person { id } }
        responsibilities { side responsibility { id side } accountable { side person { id } } } } }
    handovers(first: 60) { nodes { id stage } }
    unstaffed(first: 30) { nodes { side project { id } } }
    people(first: 5) { nodes { id book { projects { project { id } } }
        capacity(weeks: 1) { availabilityMinutes load { confirmedMinutes confirmedBp } roleMixBp } } }
    touchpoints { totalCount } }";

/// Somebody who looks at the agency after every step, and remembers what stood there.
#[derive(Default)]
pub(super) struct Witness {
    assignments: HashMap<Uuid, assignment::Model>,
    mails: Taken,
}

impl Witness {
    pub(super) async fn check(&mut self, agency: &Agency<'_>, model: &Model) {
        let before = agency.changes().await;
        let days = days(model);
        let variables =
            json!({ "past": days[0].1, "today": days[1].1, "soon": days[2].1, "late": days[3].1 });
        let olga = &agency.people[0];
        let told = agency.app.ask(olga, EVERYTHING, variables).await;
        assert_eq!(agency.changes().await, before, "reading has written");
        whole_numbers(&told);
        assert_eq!(told["touchpoints"]["totalCount"], model.touchpoints);
        accountability_is_the_models(agency, model, &told);
        handovers_are_where_they_were_moved(agency, model, &told);
        what_is_active_is_staffed_or_listed(agency, model, &told);
        what_is_active_was_decided(agency, model, &told);
        books_follow_accountability(agency, model, &told);
        self.assignments_are_only_ever_closed(agency, model).await;
        who_is_gone_is_not_let_in(agency, model).await;
    }

    /// What is so of the mails that were sent since.
    pub(super) async fn check_mails(&mut self, agency: &Agency<'_>, model: &Model) {
        self.mails.check(agency, model).await;
    }

    /// R1, R4 and R7 in the rows themselves.
    async fn assignments_are_only_ever_closed(&mut self, agency: &Agency<'_>, model: &Model) {
        let rows = assignment::Entity::find().all(&agency.app.db.read).await;
        let rows: HashMap<_, _> = rows.unwrap().into_iter().map(|row| (row.id, row)).collect();
        for (id, before) in &self.assignments {
            let now = rows.get(id).expect("an assignment is gone");
            let shorter = now.until_on.is_some()
                && before
                    .until_on
                    .is_none_or(|until| now.until_on <= Some(until));
            assert!(
                shorter || now.until_on == before.until_on,
                "longer: {before:?} {now:?}"
            );
            let closed = assignment::Model {
                until_on: now.until_on,
                closed_at: now.closed_at,
                closed_by_id: now.closed_by_id,
                closed_reason: now.closed_reason.clone(),
                ..before.clone()
            };
            assert_eq!(*now, closed, "rewritten");
        }
        let held: Vec<_> = rows
            .values()
            .filter(|row| row.until_on != Some(row.from_on))
            .collect();
        for (number, row) in held.iter().enumerate() {
            let by_hand = row.source != AssignmentSource::Import;
            let olga = agency.people[0].person.id;
            assert_eq!(row.written_by_id, by_hand.then_some(olga));
            assert!(!row.reason.is_empty());
            let by_a_person = row.source == AssignmentSource::Person;
            assert!(
                !by_a_person || row.closed_at.is_none() || row.closed_by_id.is_some(),
                "overwritten: {row:?}"
            );
            let same = |other: &&&assignment::Model| {
                (other.role_id, other.client_id, other.project_id)
                    == (row.role_id, row.client_id, row.project_id)
            };
            for other in held[number + 1..].iter().filter(same) {
                let ends_before = |a: &assignment::Model, b: &assignment::Model| {
                    a.until_on.is_some_and(|until| until <= b.from_on)
                };
                assert!(
                    ends_before(row, other) || ends_before(other, row),
                    "two at once: {row:?} {other:?}"
                );
            }
            let person = (0..PEOPLE).find(|one| agency.people[*one].person.id == row.person_id);
            if let Some(last) = model.last_days[person.unwrap()] {
                let gone = Day(last.saturating_add(1.day()));
                assert!(
                    row.until_on.is_some_and(|until| until <= gone),
                    "held beyond {last}: {row:?}"
                );
            }
        }
        self.assignments = rows;
    }
}

/// A day that has passed, today, and two that are to come.
fn days(model: &Model) -> [(&'static str, Date); 4] {
    [("past", -4), ("today", 0), ("soon", 9), ("late", 45)]
        .map(|(name, ahead)| (name, model.today.saturating_add(ahead.days())))
}

fn projects<'a>(agency: &Agency<'_>, told: &'a Value) -> Vec<&'a Value> {
    let nodes = told["projects"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), agency.projects.len());
    let of = |id: &String| nodes.iter().find(|node| node["id"] == json!(id)).unwrap();
    agency.projects.iter().map(of).collect()
}

/// R12: who is accountable is one answer, and every line of the catalogue follows it.
fn accountability_is_the_models(agency: &Agency<'_>, model: &Model, told: &Value) {
    for (number, project) in projects(agency, told).into_iter().enumerate() {
        let foreseen = |side, day| {
            model
                .accountable(side, number, day)
                .map(|one| agency.person(one))
        };
        for (name, day) in days(model) {
            for side in [Side::Client, Side::Project] {
                let of_side = |one: &&Value| side_of(&one["side"]) == side;
                let mut held = project[name].as_array().unwrap().iter().filter(of_side);
                let person = held
                    .next()
                    .map(|one| one["person"]["id"].as_str().unwrap().to_owned());
                assert_eq!(
                    person,
                    foreseen(side, day),
                    "{side:?} of project {number} on {day}"
                );
                assert!(held.next().is_none(), "two for one side");
            }
        }
        let lines = project["responsibilities"].as_array().unwrap();
        assert!(!lines.is_empty());
        for line in lines {
            let own = side_of(&line["responsibility"]["side"]);
            let known = agency
                .lines
                .iter()
                .position(|id| line["responsibility"]["id"] == json!(id));
            let side = known.map_or(own, |known| model.does(known, number, model.today));
            assert_eq!(side_of(&line["side"]), side, "{line}");
            let person = line["accountable"]["person"]["id"]
                .as_str()
                .map(str::to_owned);
            assert_eq!(person, foreseen(side, model.today), "{line}");
        }
    }
}

/// R8: where somebody moved them, and nowhere else.
fn handovers_are_where_they_were_moved(agency: &Agency<'_>, model: &Model, told: &Value) {
    let nodes = told["handovers"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), agency.handovers.len());
    for (id, foreseen) in agency.handovers.iter().zip(&model.handovers) {
        let handover = nodes.iter().find(|node| node["id"] == json!(id));
        assert_eq!(handover.unwrap()["stage"], json!(foreseen.stage));
    }
}

/// R2: never silently missing.
fn what_is_active_is_staffed_or_listed(agency: &Agency<'_>, model: &Model, told: &Value) {
    let mut missing = Vec::new();
    for (number, project) in model.projects.iter().enumerate() {
        for side in [Side::Client, Side::Project] {
            let held = model.accountable(side, number, model.today).is_some();
            if project.status == ProjectStatus::Active && !held {
                missing.push((agency.projects[number].clone(), side));
            }
        }
    }
    let listed = told["unstaffed"]["nodes"].as_array().unwrap().iter();
    let mut listed: Vec<_> = listed
        .map(|one| {
            (
                one["project"]["id"].as_str().unwrap().to_owned(),
                side_of(&one["side"]),
            )
        })
        .collect();
    missing.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, missing, "unstaffed");
}

/// R3, and R4: what leads a project is what somebody decided last.
fn what_is_active_was_decided(agency: &Agency<'_>, model: &Model, told: &Value) {
    for (project, foreseen) in projects(agency, told).into_iter().zip(&model.projects) {
        assert_eq!(project["status"], json!(foreseen.status));
        assert_eq!(
            project["leadMode"],
            json!(foreseen.lead_mode),
            "{project:#}"
        );
        assert_eq!(project["kickedOffOn"], json!(foreseen.kicked_off_on));
        let decision = &project["decision"];
        let own = decision["project"]["id"] == project["id"];
        match foreseen.decision {
            None => assert!(decision.is_null(), "{project:#}"),
            Some(Decision::Default) => assert!(!decision.is_null() && !own, "{project:#}"),
            Some(Decision::Own { served }) => {
                assert!(own, "{project:#}");
                assert_eq!(!decision["kickedOffOn"].is_null(), served, "{project:#}");
            }
        }
        if foreseen.status == ProjectStatus::Active {
            assert!(
                own && decision["kickedOffOn"] == project["kickedOffOn"],
                "{project:#}"
            );
        }
    }
}

/// R12: what somebody is accountable for is what stands in their book, and so in their load and mails.
fn books_follow_accountability(agency: &Agency<'_>, model: &Model, told: &Value) {
    let people = told["people"]["nodes"].as_array().unwrap();
    for number in 0..PEOPLE {
        let id = agency.person(number);
        let node = people.iter().find(|node| node["id"] == json!(id)).unwrap();
        let books = node["book"]["projects"].as_array().unwrap().iter();
        let mut booked: Vec<_> = books
            .map(|one| one["project"]["id"].as_str().unwrap())
            .collect();
        let mut foreseen = Vec::new();
        for (project, row) in model.projects.iter().enumerate() {
            let open = matches!(
                row.status,
                ProjectStatus::Active | ProjectStatus::BackBurner
            );
            let sides = [Side::Client, Side::Project];
            let holds = |side| model.accountable(side, project, model.today) == Some(number);
            if open && sides.into_iter().any(holds) {
                foreseen.push(agency.projects[project].as_str());
            }
        }
        booked.sort_unstable();
        foreseen.sort_unstable();
        assert_eq!(
            booked, foreseen,
            "the book of {}",
            agency.people[number].person.name
        );
        for week in node["capacity"].as_array().unwrap() {
            assert!(week["availabilityMinutes"].as_i64().unwrap() >= 0);
        }
    }
}

/// R7: whoever left cannot sign in.
async fn who_is_gone_is_not_let_in(agency: &Agency<'_>, model: &Model) {
    for person in model.gone() {
        let who = &agency.people[person];
        let answer = agency
            .app
            .graphql(who, "{ viewer { name } }", json!({}))
            .await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

/// R6: minutes and basis points are whole.
fn whole_numbers(told: &Value) {
    match told {
        Value::Number(number) => assert!(number.is_i64(), "{number} is not whole"),
        Value::Array(values) => values.iter().for_each(whole_numbers),
        Value::Object(fields) => fields.values().for_each(whole_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}
