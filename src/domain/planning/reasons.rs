//! Why a unit moves, in the figures that justify it.

use serde::{Deserialize, Serialize};

use super::evaluator::Evaluation;
use super::problem::{Problem, Unit};
use super::rule::word;
use crate::domain::load::percent;
use crate::entity::Side;

/// What a reason is about: not everybody may read each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// That it has to move.
    Necessity,
    /// How full somebody is.
    Utilisation,
    /// What somebody would rather do.
    Preference,
    /// Who knows the client.
    Relationship,
    /// That nothing else costs less.
    Cost,
}

/// A part of why a unit moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What it is about.
    pub about: About,
    /// A clause without a full stop: `Sam falls from 118 % to 97 %`.
    pub words: String,
}

/// The reasons of one move: `Sam falls from 118 % to 97 %`, `Dana prefers client work`, `the relationship of Sam with
/// Orchard, cool (12), ends`.
pub(super) fn reasons(
    problem: &Problem,
    place: usize,
    to: usize,
    before: &Evaluation,
    after: &Evaluation,
) -> Vec<Reason> {
    let unit = &problem.units[place];
    let mut reasons = Vec::new();
    let mut add = |about: About, parts: Vec<String>| {
        reasons.extend(parts.into_iter().map(|words| Reason { about, words }));
    };
    let usage = |person: usize| utilisation(problem, person, before, after);
    let of_both = unit.holder.and_then(usage).into_iter().chain(usage(to));
    add(About::Necessity, necessity(problem, unit, to));
    add(About::Utilisation, of_both.collect());
    let preference = preference(problem, unit, to);
    add(About::Preference, preference.into_iter().collect());
    let relationship = relationship(problem, unit, to, after);
    add(About::Relationship, relationship.into_iter().collect());
    if reasons.is_empty() {
        reasons.push(Reason {
            about: About::Cost,
            words: format!("{} costs the plan least", problem.people[to].name),
        });
    }
    reasons
}

fn necessity(problem: &Problem, unit: &Unit, to: usize) -> Vec<String> {
    let mut reasons = Vec::new();
    match unit.holder.map(|from| &problem.people[from]) {
        None => reasons.push("Nobody holds it".to_owned()),
        Some(from) if from.leaves => reasons.push(format!("{} leaves", from.name)),
        Some(from) if unit.must_move => {
            reasons.push(format!("It may not stay with {}", from.name));
        }
        Some(_) => {}
    }
    if unit.held_by == Some(to) {
        reasons.push(format!("It is pinned to {}", problem.people[to].name));
    }
    reasons
}

fn utilisation(
    problem: &Problem,
    person: usize,
    before: &Evaluation,
    after: &Evaluation,
) -> Option<String> {
    let candidate = &problem.people[person];
    let was = before.figures[person].utilisation_bp?;
    let is = after.figures[person].utilisation_bp?;
    let way = match is.cmp(&was) {
        std::cmp::Ordering::Less => "falls",
        std::cmp::Ordering::Greater => "rises",
        std::cmp::Ordering::Equal => return None,
    };
    let sentence = format!(
        "{} {way} from {} to {}",
        candidate.name,
        percent(was),
        percent(is)
    );
    (!candidate.leaves).then_some(sentence)
}

fn preference(problem: &Problem, unit: &Unit, to: usize) -> Option<String> {
    let wanted = |person: usize, side: Side| problem.people[person].preference == Some(side);
    let other = match unit.side {
        Side::Client => Side::Project,
        Side::Project => Side::Client,
    };
    let prefers = |person: usize, side: Side| {
        format!(
            "{} prefers {} work",
            problem.people[person].name,
            word(side)
        )
    };
    let giver = unit.holder.filter(|&from| wanted(from, other));
    if wanted(to, unit.side) {
        Some(prefers(to, unit.side))
    } else {
        giver.map(|from| prefers(from, other))
    }
}

fn relationship(problem: &Problem, unit: &Unit, to: usize, after: &Evaluation) -> Option<String> {
    if unit.side == Side::Project {
        return None;
    }
    let client = &problem.clients[unit.client].name;
    let points = |person: usize| {
        let bonds = problem.bonds.iter();
        let bond = bonds.filter(|bond| (bond.person, bond.client) == (person, unit.client));
        bond.map(|bond| bond.points).next().unwrap_or(0)
    };
    let name = |person: usize| &problem.people[person].name;
    let from = unit.holder?;
    let ends = after
        .broken
        .iter()
        .any(|one| (one.person, one.client) == (from, unit.client));
    let known = points(to);
    match (ends, points(from)) {
        (_, held) if known > held => Some(format!("{} knows {client} better ({known})", name(to))),
        (true, held) => {
            let tier = tier(problem, held);
            Some(format!(
                "the relationship of {} with {client}, {tier} ({held}), ends",
                name(from)
            ))
        }
        (false, 0) => Some(format!("{} has no relationship with {client}", name(from))),
        (false, _) => Some(format!("{} still speaks for {client}", name(from))),
    }
}

fn tier(problem: &Problem, points: i64) -> &'static str {
    if points >= i64::from(problem.weights.strong_from) {
        "strong"
    } else if points >= i64::from(problem.weights.warm_from) {
        "warm"
    } else {
        "cool"
    }
}
