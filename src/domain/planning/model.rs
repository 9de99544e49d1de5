//! The problem as the solver sees it: who may hold what, and what each choice costs, looked up rather than worked out.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::{Candidate, Problem, Unit, UnitStatus, Weights};
use super::rule::{Rule, forbidding};
use crate::domain::availability::WHOLE_BP;
use crate::entity::Side;

/// Each minute that somebody without availability keeps counts as so much over capacity, bp.
pub(super) const OVER_BP_WITHOUT_TIME: i64 = 100;

pub(super) struct Model<'p> {
    pub(super) problem: &'p Problem,
    /// By unit: who may hold it, in the order of people.
    pub(super) eligible: Vec<Vec<usize>>,
    /// By unit: its minutes a week.
    pub(super) minutes: Vec<i64>,
    /// By unit and person: preference and skills, cost points.
    unit_cost: Vec<Vec<i64>>,
    /// The relationships that a plan could break.
    pub(super) ties: Vec<Tie>,
    /// By client: the places of its ties.
    ties_of_client: Vec<Vec<usize>>,
    /// By unit: its project, numbered; none for an idle client.
    pub(super) project_of: Vec<Option<usize>>,
    /// The units of each project.
    pub(super) projects: Vec<Vec<usize>>,
    /// By person: the limits on ACTIVE and BACK_BURNER projects that are in force.
    pub(super) limits: Vec<[Option<i64>; 2]>,
    /// At most so many moves.
    pub(super) most_moves: Option<usize>,
}

/// Somebody speaks for a client today.
pub(super) struct Tie {
    pub(super) person: usize,
    pub(super) client: usize,
    /// What breaking it costs, cost points.
    pub(super) cost: i64,
    /// The client's client-side units, whoever holds them: with any of them the tie holds.
    pub(super) units: Vec<usize>,
}

impl<'p> Model<'p> {
    pub(super) fn new(problem: &'p Problem) -> Self {
        Self::without(problem, &BTreeSet::new())
    }

    /// The model with some rules left out.
    pub(super) fn without(problem: &'p Problem, dropped: &BTreeSet<Rule>) -> Self {
        let people = 0..problem.people.len();
        let allowed = |unit: usize, person: usize| {
            let rules = forbidding(problem, unit, person);
            rules.iter().all(|rule| dropped.contains(rule))
        };
        let units = 0..problem.units.len();
        let eligible = units
            .clone()
            .map(|unit| {
                people
                    .clone()
                    .filter(|&person| allowed(unit, person))
                    .collect()
            })
            .collect();
        let unit_cost = problem.units.iter().map(|unit| {
            let each = problem.people.iter();
            each.map(|person| misfit(&problem.weights, unit, person))
                .collect()
        });
        let (project_of, projects) = projects(problem);
        let ties = ties(problem);
        let mut ties_of_client = vec![Vec::new(); problem.clients.len()];
        for (place, tie) in ties.iter().enumerate() {
            ties_of_client[tie.client].push(place);
        }
        let limit = |rule: Rule, most: Option<i64>| most.filter(|_| !dropped.contains(&rule));
        let limits = people.clone().map(|person| {
            let candidate = &problem.people[person];
            [
                limit(Rule::MostActive(person), candidate.most_active),
                limit(Rule::MostBackBurner(person), candidate.most_back_burner),
            ]
        });
        Self {
            problem,
            eligible,
            minutes: problem
                .units
                .iter()
                .map(|unit| unit.minutes.minutes())
                .collect(),
            unit_cost: unit_cost.collect(),
            ties,
            ties_of_client,
            project_of,
            projects,
            limits: limits.collect(),
            most_moves: problem
                .most_moves
                .filter(|_| !dropped.contains(&Rule::MostMoves)),
        }
    }

    pub(super) fn people(&self) -> usize {
        self.problem.people.len()
    }

    pub(super) fn units(&self) -> usize {
        self.problem.units.len()
    }

    pub(super) fn unit_cost(&self, unit: usize, person: usize) -> i64 {
        self.unit_cost[unit][person]
    }

    /// The ties that a client-side unit keeps; none of the project side.
    pub(super) fn ties_of(&self, unit: usize) -> &[usize] {
        match self.problem.units[unit].side {
            Side::Client => &self.ties_of_client[self.problem.units[unit].client],
            Side::Project => &[],
        }
    }

    /// Whether `person` counts for peak and over-capacity by utilisation.
    pub(super) fn has_utilisation(&self, person: usize) -> bool {
        let candidate = &self.problem.people[person];
        candidate.availability_minutes > 0 && !candidate.leaves
    }

    /// What a person carries outside the plan, minutes a week.
    pub(super) fn fixed_minutes(&self, person: usize) -> i64 {
        let candidate = &self.problem.people[person];
        candidate.fixed.minutes() + candidate.booked_minutes
    }

    /// Utilisation of somebody with availability, bp, floored.
    pub(super) fn utilisation_bp(&self, person: usize, minutes: i64) -> i64 {
        minutes * WHOLE_BP / self.problem.people[person].availability_minutes
    }

    /// The most minutes with which somebody's utilisation is at most `bp`.
    pub(super) fn minutes_within(&self, person: usize, bp: i64) -> i64 {
        let availability = self.problem.people[person].availability_minutes;
        (availability * (bp + 1) - 1).div_euclid(WHOLE_BP)
    }

    /// Whether the role mix of `person` is a cost: who has a preference is measured by that.
    pub(super) fn mixes(&self, person: usize) -> bool {
        let candidate = &self.problem.people[person];
        candidate.preference.is_none() && !candidate.leaves && self.problem.weights.role_mix > 0
    }
}

fn misfit(weights: &Weights, unit: &Unit, person: &Candidate) -> i64 {
    let minutes = unit.minutes.minutes();
    let disliked = person.preference.is_some_and(|side| side != unit.side);
    let preference = if disliked { minutes } else { 0 };
    let lacking = unit.skills.iter().map(|(skill, level)| {
        let has = person.skills.get(skill).copied().unwrap_or(0);
        i64::from((level - has).max(0))
    });
    let hours = (minutes + 59) / 60;
    preference * i64::from(weights.preference)
        + lacking.sum::<i64>() * hours * i64::from(weights.skills)
}

fn projects(problem: &Problem) -> (Vec<Option<usize>>, Vec<Vec<usize>>) {
    let mut places = BTreeMap::new();
    let mut projects: Vec<Vec<usize>> = Vec::new();
    let mut project_of = vec![None; problem.units.len()];
    for (place, unit) in problem.units.iter().enumerate() {
        if unit.status == UnitStatus::Idle {
            continue;
        }
        let project = *places.entry(unit.target).or_insert(projects.len());
        if project == projects.len() {
            projects.push(Vec::new());
        }
        projects[project].push(place);
        project_of[place] = Some(project);
    }
    (project_of, projects)
}

fn ties(problem: &Problem) -> Vec<Tie> {
    let mut spoken_for: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, unit) in problem.units.iter().enumerate() {
        if unit.side == Side::Client {
            spoken_for.entry(unit.client).or_default().push(place);
        }
    }
    let mut ties = Vec::new();
    for bond in problem
        .bonds
        .iter()
        .filter(|bond| bond.points > 0 && !bond.elsewhere)
    {
        let units = spoken_for.get(&bond.client).cloned().unwrap_or_default();
        let holds = |&unit: &usize| problem.units[unit].holder == Some(bond.person);
        if units.iter().any(holds) {
            ties.push(Tie {
                person: bond.person,
                client: bond.client,
                cost: break_cost(&problem.weights, bond.points),
                units,
            });
        }
    }
    ties
}

fn break_cost(weights: &Weights, points: i64) -> i64 {
    let tier = if points >= i64::from(weights.strong_from) {
        weights.strong
    } else if points >= i64::from(weights.warm_from) {
        weights.warm
    } else {
        weights.cool
    };
    points * i64::from(tier) * i64::from(weights.relationship)
}
