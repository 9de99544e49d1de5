//! What stands against a project: for each part that nobody could take, the tightest overbooking of whoever comes closest.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::Carries;
use super::room::Room;
use super::search::Part;
use crate::domain::availability::WHOLE_BP;
use crate::domain::overbooking::{Demand, Overbooking, tightest_overbooking};
use crate::domain::simulation::draft::ProjectDraft;
use crate::domain::simulation::world::World;
use crate::entity::{Side, person};

/// What takes time within an overbooked interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forced {
    /// A project with its client, or an idle client.
    pub what: String,
    /// Minutes within the interval.
    pub minutes: i64,
}

/// Why a part of a project does not fit.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// Which part.
    pub carries: Carries,
    /// Who comes closest; none: nobody could take it at all.
    pub person: Option<person::Model>,
    /// In a sentence.
    pub sentence: String,
    /// The tightest overbooking of that person; none when they are away in all the weeks, or when there is nobody.
    pub overbooking: Option<Overbooking>,
    /// What forces it, the most minutes first.
    pub forced_by: Vec<Forced>,
}

impl Constraint {
    /// How much does not fit, minutes.
    pub(super) fn excess_minutes(&self) -> i64 {
        self.overbooking
            .as_ref()
            .map_or(i64::MAX, Overbooking::excess_minutes)
    }
}

/// The constraints of the parts that nobody could take from the first week on. When each could be taken by somebody, but
/// not all of them, that of the largest.
pub(super) fn constraints(
    world: &World,
    room: &mut Room<'_>,
    parts: &[Part],
    draft: &ProjectDraft,
) -> Vec<Constraint> {
    room.reckon(0);
    let fits = |part: &&Part| {
        let slack = |id: &Uuid| room.slack(*id, 0).unwrap_or(i64::MIN);
        part.people.iter().any(|id| slack(id) >= part.minutes)
    };
    let mut stuck: Vec<Part> = parts.iter().filter(|part| !fits(part)).cloned().collect();
    if stuck.is_empty()
        && let Some(largest) = parts.iter().max_by_key(|part| part.minutes)
    {
        stuck.push(Part {
            minutes: parts.iter().map(|part| part.minutes).sum(),
            ..largest.clone()
        });
    }
    stuck
        .iter()
        .map(|part| of_part(world, room, part, draft))
        .collect()
}

fn of_part(world: &World, room: &Room<'_>, part: &Part, draft: &ProjectDraft) -> Constraint {
    let slack = |id: &Uuid| room.slack(*id, 0);
    let closest = part
        .people
        .iter()
        .copied()
        .enumerate()
        .max_by_key(|(place, id)| (slack(id), Reverse(*place)))
        .map(|(_, id)| id);
    let Some(id) = closest else {
        return Constraint {
            carries: part.carries.clone(),
            person: None,
            sentence: format!("Nobody could take {}.", phrase(&part.carries)),
            overbooking: None,
            forced_by: Vec::new(),
        };
    };
    let (demands, labels) = demands(world, room, id, part, draft);
    let limit_bp = world.agenda.settings.bands.full_to_bp;
    let works = world.agenda.working_times.get(&id);
    let overbooking = tightest_overbooking(&demands, |day: Date| {
        let availability = works.map_or(0, |works| works.day(day).availability_minutes);
        availability * limit_bp / WHOLE_BP
    });
    let name = world.name(id);
    let what = phrase(&part.carries);
    let sentence = match &overbooking {
        Some(interval) => format!(
            "With {what}, {name} would have {} min of work from {} to {} and time for {}.",
            interval.demand_minutes,
            interval.starts_on,
            interval.ends_on,
            interval.availability_minutes
        ),
        None => format!("{name} is away in all of these weeks and cannot take {what}."),
    };
    let forced_by = overbooking
        .as_ref()
        .map(|interval| forced(interval, &demands, &labels))
        .unwrap_or_default();
    Constraint {
        carries: part.carries.clone(),
        person: world.people.get(&id).cloned(),
        sentence,
        overbooking,
        forced_by,
    }
}

fn phrase(carries: &Carries) -> &'static str {
    match carries {
        Carries::Side(Side::Client) => "the client side",
        Carries::Side(Side::Project) => "the project side",
        Carries::BothSides => "both sides",
        Carries::Booking(_) => "the booking",
    }
}

/// What somebody has to do in each of the weeks, and the project with it, each with what it is for.
fn demands(
    world: &World,
    room: &Room<'_>,
    id: Uuid,
    part: &Part,
    draft: &ProjectDraft,
) -> (Vec<Demand>, Vec<String>) {
    let (mut demands, mut labels) = (Vec::new(), Vec::new());
    let agenda = &world.agenda;
    for week in (0..room.weeks).map(|ahead| world.first.plus(ahead)) {
        let works = agenda.working_times.get(&id);
        if works.is_none_or(|works| works.sum(week.days()).availability_minutes == 0) {
            continue;
        }
        let mut add = |what: String, minutes: i64| {
            demands.push(Demand {
                earliest_on: week.monday(),
                deadline_on: week.sunday(),
                minutes,
            });
            labels.push(what);
        };
        let books = agenda.books_in(week);
        for step in agenda.explain(id, week, &books) {
            use crate::domain::capacity::Figure;
            // A tentative booking is no confirmed load.
            if step.figure == Figure::Coordination {
                add(step.what, step.minutes);
            }
        }
        for (row, booking) in agenda.bookings_of(id) {
            let minutes = works.map_or(0, |works| {
                booking.minutes_still_in(works, week.monday(), week.sunday())
            });
            let project = agenda.projects.get(&row.project_id);
            let name = project
                .map(|project| agenda.label(project))
                .unwrap_or_default();
            add(name, booking.load(minutes).confirmed);
        }
        add(draft.name.clone(), part.minutes);
    }
    (demands, labels)
}

fn forced(interval: &Overbooking, demands: &[Demand], labels: &[String]) -> Vec<Forced> {
    let mut minutes: BTreeMap<&str, i64> = BTreeMap::new();
    for place in &interval.forced_by {
        *minutes.entry(&labels[*place]).or_default() += demands[*place].minutes;
    }
    let mut forced: Vec<Forced> = minutes
        .into_iter()
        .map(|(what, minutes)| Forced {
            what: what.to_owned(),
            minutes,
        })
        .collect();
    forced.sort_by_key(|one| Reverse(one.minutes));
    forced
}
