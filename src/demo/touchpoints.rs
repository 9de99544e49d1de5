//! A year of contacts with each client, planned once and written for every copy.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::clients::{ClientSketch, HeldAs};
use super::day;
use super::notes::note;
use crate::domain::availability::WorkingTime;
use crate::domain::calendar::plus_days;
use crate::entity::TouchpointKind;
use crate::error::{Error, Result};

/// The demo's year begins this many days before its Monday.
const YEAR: i64 = -364;

/// Kinds of counting contact, from the last one backwards.
const COUNTING: [TouchpointKind; 4] = [
    TouchpointKind::Update,
    TouchpointKind::Call,
    TouchpointKind::Update,
    TouchpointKind::Meeting,
];

/// A contact to be written.
pub(super) struct Planned {
    pub(super) kind: TouchpointKind,
    /// Which of the people of a copy had it.
    pub(super) person: usize,
    /// Which of the client's projects it was about.
    pub(super) project: Option<usize>,
    /// Which of the client's contacts it was with.
    pub(super) contact: usize,
    pub(super) at: Timestamp,
    pub(super) on: Date,
    pub(super) note: String,
}

/// When the managers work, by their place among the people, and the zone of both.
pub(super) struct Managers {
    pub(super) working_times: [WorkingTime; 2],
    pub(super) zone: TimeZone,
}

/// A client's year, in order of time.
pub(super) fn plan(client: &ClientSketch, managers: &Managers) -> Result<Vec<Planned>> {
    let mut contacts = Vec::new();
    for (number, on) in counting_days(client, managers).into_iter().enumerate() {
        contacts.push((on, COUNTING[number % COUNTING.len()], None));
    }
    let idle = client.projects.iter().all(|one| one.active.is_none());
    let (emails, outreaches) = if idle { (58, 95) } else { (26, 37) };
    for on in backwards(client, managers, -3, emails) {
        contacts.push((on, TouchpointKind::Email, None));
    }
    for on in backwards(client, managers, client.last_outreach, outreaches) {
        contacts.push((on, TouchpointKind::ReachOut, None));
    }
    for (project, sketch) in client.projects.iter().enumerate() {
        if let Some((kick_off, _)) = sketch.active {
            let on = working_day(client, managers, day(kick_off));
            contacts.push((on, TouchpointKind::Kickoff, Some(project)));
        }
    }
    contacts.sort_by_key(|(on, kind, _)| (*on, *kind));
    contacts
        .into_iter()
        .enumerate()
        .map(|(number, contact)| planned(client, managers, number, contact))
        .collect()
}

/// The days of updates, calls and meetings. A client with nothing active is called every other month.
fn counting_days(client: &ClientSketch, managers: &Managers) -> Vec<Date> {
    let idle = client.projects.iter().all(|one| one.active.is_none());
    let every = if idle { 60 } else { client.cadence_days.into() };
    backwards(client, managers, client.last_update, every)
}

/// Working days, `every` days apart, from `last` back to the beginning of the year or of the client.
fn backwards(client: &ClientSketch, managers: &Managers, last: i64, every: i64) -> Vec<Date> {
    let first = client.since.max(YEAR);
    std::iter::successors(Some(last), |days| Some(days - every))
        .take_while(|days| *days >= first)
        .map(|days| working_day(client, managers, day(days)))
        .collect()
}

/// `wanted`, or the last day before it on which whoever held the client then was at work.
fn working_day(client: &ClientSketch, managers: &Managers, wanted: Date) -> Date {
    let at_work = |on: &Date| {
        let manager = &managers.working_times[held_by(client, *on)];
        manager.day(*on).availability_minutes > 0
    };
    (0..30)
        .map(|days| plus_days(wanted, -days))
        .find(at_work)
        .unwrap_or(wanted)
}

/// Who held the client on a day.
fn held_by(client: &ClientSketch, on: Date) -> usize {
    match client.held {
        HeldAs::ClientAfter(before, until) if on < day(until) => before,
        _ => client.manager,
    }
}

fn planned(
    client: &ClientSketch,
    managers: &Managers,
    number: usize,
    (on, kind, kicked_off): (Date, TouchpointKind, Option<usize>),
) -> Result<Planned> {
    let project = kicked_off.or_else(|| project_of(client, number, on));
    // Between nine and a quarter to five.
    let quarter = (number * 11) % 32;
    let time = on.at(9 + (quarter / 4) as i8, (quarter % 4 * 15) as i8, 0, 0);
    let at = managers.zone.to_timestamp(time);
    let named = project.map_or("what comes next", |index| client.projects[index].name);
    Ok(Planned {
        kind,
        person: held_by(client, on),
        project,
        contact: usize::from(number % 4 == 3),
        at: at.map_err(|error| Error::Internal(error.into()))?,
        on,
        note: note(kind, number, named),
    })
}

/// One of the ACTIVE projects of the client's manager that had begun by then.
fn project_of(client: &ClientSketch, number: usize, on: Date) -> Option<usize> {
    let begun = |index: &usize| {
        let kick_off = client.projects[*index].active.map(|(kick_off, _)| kick_off);
        kick_off.is_some_and(|kick_off| day(kick_off) <= on)
    };
    let begun: Vec<usize> = (0..client.projects.len()).filter(begun).collect();
    let count = begun.len();
    begun.get(number % count.max(1)).copied()
}
