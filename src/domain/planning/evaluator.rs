//! What a plan is worth, worked out anew from the problem. Shares nothing with the solver, so that a mistake in one of
//! the two shows.

use std::collections::{BTreeMap, BTreeSet};

use super::outcome::{Broken, Cost, Figures};
use super::problem::{Problem, Target, UnitStatus};
use crate::domain::load::SideLoad;
use crate::domain::utilisation::role_mix;
use crate::entity::Side;

/// A plan, looked at from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The rules it breaks, a sentence each; none of a plan that can be carried out.
    pub violations: Vec<String>,
    /// What it costs.
    pub cost: Cost,
    /// The relationships it breaks, strongest first.
    pub broken: Vec<Broken>,
    /// Everybody's figures.
    pub figures: Vec<Figures>,
    /// The highest utilisation of those who stay, bp.
    pub peak_bp: i64,
    /// Units that change hands.
    pub moves: usize,
}

/// Evaluates who holds each unit: a place in the problem's people, or nobody.
pub fn evaluate(problem: &Problem, holders: &[Option<usize>]) -> Evaluation {
    let figures: Vec<Figures> = (0..problem.people.len())
        .map(|person| figures(problem, holders, person))
        .collect();
    let moved = |(unit, to): (&super::problem::Unit, &Option<usize>)| unit.holder != *to;
    let moves = problem
        .units
        .iter()
        .zip(holders)
        .filter(|pair| moved(*pair))
        .count();
    let broken = broken(problem, holders);
    let peak_bp = peak_bp(problem, &figures);
    let mut violations = placements(problem, holders);
    violations.extend(limits(problem, &figures, moves));
    let relationship = broken.iter().map(|one| price(problem, one.points)).sum();
    let misfit = misfit(problem, holders, &figures);
    let over = over(problem, &figures);
    let peak = peak_bp * i64::from(problem.weights.peak);
    Evaluation {
        violations,
        cost: Cost {
            relationship,
            misfit,
            over,
            peak,
            total: relationship + misfit + over + peak,
        },
        broken,
        figures,
        peak_bp,
        moves,
    }
}

fn figures(problem: &Problem, holders: &[Option<usize>], person: usize) -> Figures {
    let candidate = &problem.people[person];
    let mut coordination = candidate.fixed;
    let mut projects: BTreeMap<Target, UnitStatus> = BTreeMap::new();
    for (unit, holder) in problem.units.iter().zip(holders) {
        if *holder == Some(person) {
            coordination += unit.minutes;
            projects.insert(unit.target, unit.status);
        }
    }
    let held = |status| projects.values().filter(|one| **one == status).count() as i64;
    let load =
        coordination.client_minutes + coordination.project_minutes + candidate.booked_minutes;
    Figures {
        coordination,
        booked_minutes: candidate.booked_minutes,
        availability_minutes: candidate.availability_minutes,
        utilisation_bp: (candidate.availability_minutes > 0)
            .then(|| load * 10_000 / candidate.availability_minutes),
        active: candidate.fixed_counts.active + held(UnitStatus::Active),
        back_burner: candidate.fixed_counts.back_burner + held(UnitStatus::BackBurner),
        role_mix_bp: role_mix(coordination.client_minutes, coordination.project_minutes),
    }
}

fn placements(problem: &Problem, holders: &[Option<usize>]) -> Vec<String> {
    let pinned: BTreeSet<(usize, usize)> = problem
        .bonds
        .iter()
        .filter(|bond| bond.pinned)
        .map(|bond| (bond.person, bond.client))
        .collect();
    let mut violations = Vec::new();
    for (unit, holder) in problem.units.iter().zip(holders) {
        let mut say =
            |what: &str| violations.push(format!("{} ({:?}): {what}", unit.name, unit.side));
        let Some(person) = *holder else {
            say("nobody holds it");
            continue;
        };
        let candidate = &problem.people[person];
        if candidate.leaves {
            say("its holder leaves");
        }
        if unit.held_by.is_some_and(|pin| pin != person) {
            say("it is pinned to somebody else");
        }
        if unit.holder == Some(person) {
            if unit.must_move {
                say("it must move");
            }
            continue;
        }
        let may_receive = match unit.side {
            Side::Client => candidate.receives.client,
            Side::Project => candidate.receives.project,
        };
        if !may_receive || candidate.availability_minutes <= 0 {
            say("its holder does not receive it");
        }
        let bond_pinned = unit.side == Side::Client
            && unit
                .holder
                .is_some_and(|before| pinned.contains(&(before, unit.client)));
        if bond_pinned || (unit.holder.is_some() && !unit.stays.is_empty()) {
            say("it must stay");
        }
    }
    violations
}

fn limits(problem: &Problem, figures: &[Figures], moves: usize) -> Vec<String> {
    let mut violations = Vec::new();
    for (candidate, figures) in problem.people.iter().zip(figures) {
        if candidate
            .most_active
            .is_some_and(|most| figures.active > most)
        {
            violations.push(format!("{}: too many active projects", candidate.name));
        }
        if candidate
            .most_back_burner
            .is_some_and(|most| figures.back_burner > most)
        {
            violations.push(format!("{}: too many back-burner projects", candidate.name));
        }
    }
    if problem.most_moves.is_some_and(|most| moves > most) {
        violations.push("too many moves".to_owned());
    }
    violations
}

fn broken(problem: &Problem, holders: &[Option<usize>]) -> Vec<Broken> {
    let speaks = |of: &dyn Fn(usize) -> Option<usize>, person: usize, client: usize| {
        problem.units.iter().enumerate().any(|(place, unit)| {
            unit.side == Side::Client && unit.client == client && of(place) == Some(person)
        })
    };
    let mut broken: Vec<Broken> = problem
        .bonds
        .iter()
        .filter(|bond| bond.points > 0 && !bond.elsewhere)
        .filter(|bond| {
            speaks(
                &|place| problem.units[place].holder,
                bond.person,
                bond.client,
            )
        })
        .filter(|bond| !speaks(&|place| holders[place], bond.person, bond.client))
        .map(|bond| Broken {
            person: bond.person,
            client: bond.client,
            points: bond.points,
        })
        .collect();
    broken.sort_by_key(|one| (-one.points, one.person, one.client));
    broken
}

fn price(problem: &Problem, points: i64) -> i64 {
    let weights = &problem.weights;
    let tier = match points {
        strong if strong >= i64::from(weights.strong_from) => weights.strong,
        warm if warm >= i64::from(weights.warm_from) => weights.warm,
        _ => weights.cool,
    };
    i64::from(weights.relationship) * i64::from(tier) * points
}

fn peak_bp(problem: &Problem, figures: &[Figures]) -> i64 {
    let staying = problem
        .people
        .iter()
        .zip(figures)
        .filter(|(person, _)| !person.leaves);
    staying
        .filter_map(|(_, figures)| figures.utilisation_bp)
        .max()
        .unwrap_or(0)
}

fn misfit(problem: &Problem, holders: &[Option<usize>], figures: &[Figures]) -> i64 {
    let weights = &problem.weights;
    let mut cost = 0;
    for (unit, holder) in problem.units.iter().zip(holders) {
        let Some(person) = holder.map(|person| &problem.people[person]) else {
            continue;
        };
        let minutes = unit.minutes.client_minutes + unit.minutes.project_minutes;
        if person.preference.is_some() && person.preference != Some(unit.side) {
            cost += minutes * i64::from(weights.preference);
        }
        for (skill, level) in &unit.skills {
            let missing = i64::from(*level) - i64::from(*person.skills.get(skill).unwrap_or(&0));
            if missing > 0 {
                cost += missing * (minutes + 59).div_euclid(60) * i64::from(weights.skills);
            }
        }
    }
    for (person, figures) in problem.people.iter().zip(figures) {
        if person.preference.is_none() && !person.leaves {
            let SideLoad {
                client_minutes,
                project_minutes,
            } = figures.coordination;
            cost += i64::from(weights.role_mix) * std::cmp::min(client_minutes, project_minutes);
        }
    }
    cost
}

fn over(problem: &Problem, figures: &[Figures]) -> i64 {
    let staying = problem
        .people
        .iter()
        .zip(figures)
        .filter(|(person, _)| !person.leaves);
    let over_bp = staying.map(|(person, figures)| match figures.utilisation_bp {
        Some(bp) if bp > problem.target_bp => bp - problem.target_bp,
        Some(_) => 0,
        None => {
            let held = figures.coordination.client_minutes + figures.coordination.project_minutes;
            100 * (held - person.fixed.client_minutes - person.fixed.project_minutes)
        }
    });
    over_bp.sum::<i64>() * i64::from(problem.weights.over)
}
