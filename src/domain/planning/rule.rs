//! What a plan must keep, one rule each, so that clashes can be named.

use super::problem::{Bond, Problem, Target, Unit};
use crate::entity::Side;

/// A rule. Units, people and clients are places in the problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// At most so many moves.
    MostMoves,
    /// A limit on somebody's ACTIVE projects.
    MostActive(usize),
    /// A limit on somebody's BACK_BURNER projects.
    MostBackBurner(usize),
    /// Somebody leaves.
    Leaves(usize),
    /// Somebody has no working time.
    NoTime(usize),
    /// Somebody does not receive a side.
    Receives(usize, Side),
    /// A unit is pinned to somebody.
    Pin(usize),
    /// A unit may not stay where it is.
    MustMove(usize),
    /// A guard keeps a unit where it is.
    Stay(usize),
    /// A relationship, person and client, is pinned.
    PinnedBond(usize, usize),
}

impl Rule {
    /// Rules of one kind have one number.
    pub(super) fn kind(self) -> u8 {
        match self {
            Self::MostMoves => 0,
            Self::MostActive(_) | Self::MostBackBurner(_) => 1,
            Self::Leaves(_) => 2,
            Self::NoTime(_) => 3,
            Self::Receives(..) => 4,
            Self::Pin(_) => 5,
            Self::MustMove(_) => 6,
            Self::Stay(_) => 7,
            Self::PinnedBond(..) => 8,
        }
    }

    /// The rule as a sentence with names.
    pub(super) fn sentence(self, problem: &Problem) -> String {
        let name = |person: usize| &problem.people[person].name;
        let unit = |unit: usize| unit_name(problem, &problem.units[unit]);
        let projects = |most: Option<i64>| most.unwrap_or_default();
        match self {
            Self::MostMoves => {
                let most = problem.most_moves.unwrap_or_default();
                format!("At most {most} units may change hands.")
            }
            Self::MostActive(person) => {
                let most = projects(problem.people[person].most_active);
                format!("{} may hold at most {most} active projects.", name(person))
            }
            Self::MostBackBurner(person) => {
                let most = projects(problem.people[person].most_back_burner);
                format!(
                    "{} may hold at most {most} back-burner projects.",
                    name(person)
                )
            }
            Self::Leaves(person) => format!("{} leaves and may hold nothing.", name(person)),
            Self::NoTime(person) => format!("{} has no time for client work.", name(person)),
            Self::Receives(person, side) => {
                format!("{} may not receive {} sides.", name(person), word(side))
            }
            Self::Pin(place) => match problem.units[place].held_by {
                Some(person) => format!("{} is pinned to {}.", unit(place), name(person)),
                None => format!("{} is pinned.", unit(place)),
            },
            Self::MustMove(place) => match problem.units[place].holder {
                Some(person) => format!("{} may not stay with {}.", unit(place), name(person)),
                None => format!("{} needs somebody.", unit(place)),
            },
            Self::Stay(place) => {
                let why = problem.units[place].stays.iter();
                let why: Vec<&str> = why.map(|stay| stay.sentence.as_str()).collect();
                format!("{} stays where it is: {}", unit(place), why.join(" "))
            }
            Self::PinnedBond(person, client) => format!(
                "The relationship of {} with {} is pinned.",
                name(person),
                problem.clients[client].name
            ),
        }
    }
}

/// A unit in words: `The client side of Orchard shop`.
pub(super) fn unit_name(problem: &Problem, unit: &Unit) -> String {
    match unit.target {
        Target::Project(_) => format!("The {} side of {}", word(unit.side), unit.name),
        Target::IdleClient(_) => {
            let client = &problem.clients[unit.client].name;
            format!("The {} side of {client}", word(unit.side))
        }
    }
}

/// A side as sentences say it.
pub(super) fn word(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Project => "project",
    }
}

/// The rules that keep `person` from holding a unit; none when nothing does.
pub(super) fn forbidding(problem: &Problem, place: usize, person: usize) -> Vec<Rule> {
    let (unit, candidate) = (&problem.units[place], &problem.people[person]);
    let holds = unit.holder == Some(person);
    let mut rules = Vec::new();
    if candidate.leaves {
        rules.push(Rule::Leaves(person));
    }
    if unit.held_by.is_some_and(|pinned| pinned != person) {
        rules.push(Rule::Pin(place));
    }
    if holds {
        if unit.must_move {
            rules.push(Rule::MustMove(place));
        }
        return rules;
    }
    if candidate.availability_minutes <= 0 {
        rules.push(Rule::NoTime(person));
    }
    if !candidate.receives.side(unit.side) {
        rules.push(Rule::Receives(person, unit.side));
    }
    rules.extend(keeping(problem, place));
    rules
}

/// The rules that keep a unit with its holder, whoever else is asked; none when it may move.
pub(super) fn keeping(problem: &Problem, place: usize) -> Vec<Rule> {
    let unit = &problem.units[place];
    let Some(holder) = unit.holder else {
        return Vec::new();
    };
    let mut rules = Vec::new();
    if !unit.stays.is_empty() {
        rules.push(Rule::Stay(place));
    }
    let is_pinned =
        |bond: &Bond| bond.pinned && (bond.person, bond.client) == (holder, unit.client);
    if unit.side == Side::Client && problem.bonds.iter().any(is_pinned) {
        rules.push(Rule::PinnedBond(holder, unit.client));
    }
    rules
}
