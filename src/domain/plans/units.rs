//! The units of a plan, who must hold them, and what keeps them where they are.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::agency::{Agency, Part};
use super::guards::{Guard, guards_of};
use super::input::{NewPlan, Subject};
use crate::domain::planning::{Bond, Candidate, PlanClient, Stay, Unit};
use crate::domain::strengths::Strengths;
use crate::entity::Side;

/// Where people and clients stand in the problem.
pub(super) struct Places {
    people: HashMap<Uuid, usize>,
    clients: HashMap<Uuid, usize>,
}

impl Places {
    pub(super) fn of(people: &[Candidate], clients: &[PlanClient]) -> Self {
        let place = |(place, id): (usize, Uuid)| (id, place);
        Self {
            people: people
                .iter()
                .map(|one| one.id)
                .enumerate()
                .map(place)
                .collect(),
            clients: clients
                .iter()
                .map(|one| one.id)
                .enumerate()
                .map(place)
                .collect(),
        }
    }
}

/// A part as a unit of the problem.
pub(super) fn unit(
    agency: &Agency,
    new: &NewPlan,
    places: &Places,
    skills: &HashMap<Uuid, Vec<(Uuid, i32)>>,
    part: &Part<'_>,
) -> Option<Unit> {
    let must_move = new.leaver_id.is_some() && part.holder() == new.leaver_id;
    let skills = part.project.and_then(|project| skills.get(&project.id));
    Some(Unit {
        target: part.target,
        name: part.name().to_owned(),
        client: *places.clients.get(&part.client.id)?,
        side: part.side,
        minutes: part.minutes,
        client_side_minutes: part.client_side_minutes,
        status: part.status(),
        holder: part.holder().and_then(|id| places.people.get(&id).copied()),
        skills: skills.cloned().unwrap_or_default(),
        must_move,
        stays: if must_move {
            Vec::new()
        } else {
            stays(agency, new, part)
        },
        held_by: pinned_to(new, part).and_then(|id| places.people.get(&id).copied()),
    })
}

/// The guards that hold it, but for those that an owner set aside. Nothing stays with somebody who leaves.
fn stays(agency: &Agency, new: &NewPlan, part: &Part<'_>) -> Vec<Stay> {
    if part.held.is_none() {
        return Vec::new();
    }
    guards_of(agency, part)
        .into_iter()
        .filter(|(guard, _)| !is_set_aside(new, *guard, |subject| part.is_of(subject)))
        .map(|(_, stay)| stay)
        .collect()
}

fn is_set_aside(new: &NewPlan, guard: Guard, is_of: impl Fn(Subject) -> bool) -> bool {
    let overrides = &new.input.guard_overrides;
    overrides
        .iter()
        .any(|one| one.guard == guard && is_of(one.subject))
}

/// Who must hold it: a pin of the project counts before one of its client.
fn pinned_to(new: &NewPlan, part: &Part<'_>) -> Option<Uuid> {
    let pins = || {
        new.input
            .pins
            .iter()
            .filter(|pin| pin.side == part.side && part.is_of(pin.subject))
    };
    let of_project = pins().find(|pin| matches!(pin.subject, Subject::Project(_)));
    of_project
        .or_else(|| pins().next())
        .map(|pin| pin.person_id)
}

/// How well the people of the plan know its clients.
pub(super) fn bonds(
    new: &NewPlan,
    places: &Places,
    clients: &[PlanClient],
    strengths: &Strengths,
    outside: &[Part<'_>],
) -> Vec<Bond> {
    let spoken_for: HashSet<(Uuid, Uuid)> = outside
        .iter()
        .filter(|part| part.side == Side::Client)
        .filter_map(|part| Some((part.client.id, part.holder()?)))
        .collect();
    let mut bonds = Vec::new();
    for (place, client) in clients.iter().enumerate() {
        let set_aside = is_set_aside(new, Guard::PinnedRelationship, |subject| {
            subject == Subject::Client(client.id)
        });
        for (person, strength) in strengths.of_client(client.id) {
            if let Some(of) = places.people.get(person) {
                bonds.push(Bond {
                    person: *of,
                    client: place,
                    points: strength.points,
                    pinned: strength.pinned && !set_aside && new.leaver_id != Some(*person),
                    elsewhere: spoken_for.contains(&(client.id, *person)),
                });
            }
        }
    }
    bonds.sort_by_key(|bond| (bond.client, bond.person));
    bonds
}
