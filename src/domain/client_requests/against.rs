//! The capacity that stands against a request when production objects: the weeks of whoever runs production for it and of
//! those who are booked on it, as every query and mail has them.

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::standing::Holders;
use crate::domain::calendar::Week;
use crate::domain::capacity::{Agenda, People};
use crate::entity::{Day, Side, booking, client_request, person};
use crate::error::Result;

/// The most weeks that are looked at.
const MOST_WEEKS: i64 = 8;

/// Weeks that are looked at when the client names no day.
const WEEKS_WITHOUT_A_DAY: i64 = 4;

/// What production's people have free and have too much of, as it was when production objected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Against {
    /// In a sentence.
    pub sentence: String,
    /// Minutes of all of them that nothing is committed of.
    pub bench_minutes: i64,
    /// Minutes of all of them past their availability.
    pub over_minutes: i64,
    /// Whoever must answer first, then by name.
    pub people: Vec<PersonAgainst>,
}

/// A person's weeks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAgainst {
    /// Who.
    pub person_id: Uuid,
    /// Whether the person holds the project side, rather than being booked on it.
    pub holds_project_side: bool,
    /// From the week of the objection on.
    pub weeks: Vec<WeekAgainst>,
}

/// A person's week, minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeekAgainst {
    /// The ISO week: `2026-W48`.
    pub week: String,
    /// Free for client work.
    pub availability_minutes: i64,
    /// Confirmed load: coordination and bookings.
    pub load_minutes: i64,
    /// Availability not committed.
    pub bench_minutes: i64,
    /// Confirmed load past the availability.
    pub over_minutes: i64,
}

/// Reckons what stands against `request` from `today`'s week on: until the week in which it is wanted, eight at most.
pub(super) async fn reckon(
    conn: &impl ConnectionTrait,
    request: &client_request::Model,
    today: Date,
) -> Result<Against> {
    let first = Week::of(today);
    let weeks = weeks_until(first, request.wanted_by);
    let people = people_of(conn, request, first, weeks, today).await?;
    let ids: Vec<Uuid> = people.iter().map(|(person, _)| person.id).collect();
    let agenda = Agenda::load(conn, People::These(ids), first, weeks, today).await?;
    let mut against = Against {
        sentence: String::new(),
        bench_minutes: 0,
        over_minutes: 0,
        people: people
            .iter()
            .map(|(person, holds)| PersonAgainst {
                person_id: person.id,
                holds_project_side: *holds,
                weeks: Vec::new(),
            })
            .collect(),
    };
    for week in (0..weeks).map(|ahead| first.plus(ahead)) {
        let books = agenda.books_in(week);
        for one in &mut against.people {
            let capacity = agenda.capacity(one.person_id, week, &books);
            against.bench_minutes += capacity.bench_minutes();
            against.over_minutes += capacity.over_minutes();
            one.weeks.push(WeekAgainst {
                week: week.to_string(),
                availability_minutes: capacity.availability.availability_minutes,
                load_minutes: capacity.load().confirmed,
                bench_minutes: capacity.bench_minutes(),
                over_minutes: capacity.over_minutes(),
            });
        }
    }
    let names: Vec<&str> = people
        .iter()
        .map(|(person, _)| person.name.as_str())
        .collect();
    let until = first.plus(weeks - 1).sunday();
    against.sentence = sentence(&against, &names, until, request.minutes);
    Ok(against)
}

fn weeks_until(first: Week, wanted_by: Option<Day>) -> i64 {
    let Some(day) = wanted_by else {
        return WEEKS_WITHOUT_A_DAY;
    };
    let last = Week::of(day.0);
    (1..MOST_WEEKS)
        .find(|weeks| first.plus(weeks - 1) >= last)
        .unwrap_or(MOST_WEEKS)
}

/// Whoever holds the project side, and those who are booked on what the request is about.
async fn people_of(
    conn: &impl ConnectionTrait,
    request: &client_request::Model,
    first: Week,
    weeks: i64,
    today: Date,
) -> Result<Vec<(person::Model, bool)>> {
    let holders = Holders::load(conn, &[request.client_id], today).await?;
    let holding = holders.of(Side::Project, request);
    let projects: Vec<Uuid> = match request.project_id {
        Some(id) => vec![id],
        None => {
            let open = holders.open_projects(request.client_id);
            open.map(|project| project.id).collect()
        }
    };
    let booked = booking::Entity::find()
        .filter(booking::Column::ProjectId.is_in(projects))
        .filter(booking::Column::StartsOn.lte(Day(first.plus(weeks - 1).sunday())))
        .filter(booking::Column::EndsOn.gte(Day(first.monday())))
        .all(conn)
        .await?;
    let ids = holding
        .iter()
        .copied()
        .chain(booked.iter().map(|row| row.person_id));
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    let place = |id: Uuid| holding.iter().position(|one| *one == id);
    let mut people: Vec<(person::Model, bool)> = rows
        .into_iter()
        .map(|row| (place(row.id).is_some(), row))
        .map(|(holds, row)| (row, holds))
        .collect();
    people.sort_by_key(|(row, _)| {
        let rank = place(row.id).unwrap_or(usize::MAX);
        (rank, row.name.to_lowercase(), row.id)
    });
    Ok(people)
}

/// "Until 2026-12-06 Sam and Mia have 300 min free and 120 min too much: 900 of the 1200 min asked for do not fit."
fn sentence(against: &Against, names: &[&str], until: Date, minutes: Option<i64>) -> String {
    let Against {
        bench_minutes: free,
        over_minutes: over,
        ..
    } = against;
    let (who, have) = match names {
        [] => return format!("Until {until} nobody runs production for this or is booked on it."),
        [one] => ((*one).to_owned(), "has"),
        [first @ .., last] => (format!("{} and {last}", first.join(", ")), "have"),
    };
    let too_much = match over {
        0 => String::new(),
        over => format!(" and {over} min too much"),
    };
    let asked = match minutes {
        None => String::new(),
        Some(asked) if asked > *free => {
            format!(": {} of the {asked} min asked for do not fit", asked - free)
        }
        Some(asked) => format!("; {asked} min are asked for"),
    };
    format!("Until {until} {who} {have} {free} min free{too_much}{asked}.")
}
