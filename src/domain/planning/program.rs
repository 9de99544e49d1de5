//! The plan as an integer program. `x` of (unit, person) is 1 when a unit moves to somebody else; that it stays with
//! whoever it starts with is what is left of 1. The only floats of the product live here: coefficients, all of them
//! integers or ten-thousandths, and the bounds that come back, which are rounded so that they stay true.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::model::{Model, OVER_BP_WITHOUT_TIME};
use super::problem::UnitStatus;
use super::standing::{Goal, Standing};
use crate::domain::load::SideLoad;
use crate::entity::Side;

/// What is to be small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Objective {
    /// The cost of the plan.
    Cost,
    /// The peak utilisation, bp.
    Peak,
    /// Nothing: any plan will do.
    Nothing,
}

/// What is asked of a program.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) goal: Goal,
    pub(super) objective: Objective,
    /// A peak that no plan undercuts, bp.
    pub(super) least_peak_bp: i64,
    /// By person: the side that their role mix is measured against, where that is settled. Each minute on the other side
    /// then costs what a minute of the smaller side costs, so that the best choice of sides costs what the plan does.
    pub(super) hats: Vec<Option<Side>>,
}

/// A sum of variables and a constant.
#[derive(Clone, Default)]
struct Sum {
    constant: f64,
    terms: Vec<(Variable, f64)>,
}

impl Sum {
    fn plus(mut self, factor: f64, other: &Sum) -> Self {
        self.constant += factor * other.constant;
        let scaled = other
            .terms
            .iter()
            .map(|&(variable, one)| (variable, factor * one));
        self.terms.extend(scaled);
        self
    }

    fn with(mut self, variable: Variable, factor: f64) -> Self {
        self.terms.push((variable, factor));
        self
    }
}

/// What a variable stands for, to read its value off a standing.
#[derive(Clone, Copy)]
enum Meaning {
    Moves { unit: usize, person: usize },
    Broken { tie: usize },
    Peak,
    Over { person: usize },
    Mixed { person: usize },
    MostlyProject { person: usize },
    HoldsProject { project: usize, person: usize },
}

/// The integer program of a model, and what its variables mean.
pub(super) struct Program<'m> {
    model: &'m Model<'m>,
    question: Question,
    start: Vec<usize>,
    meanings: Vec<Meaning>,
    variables: Vec<Variable>,
    /// By unit: the variable of each eligible person but the one it starts with.
    moves: Vec<Vec<(usize, Variable)>>,
    pub(super) problem: Problem,
    /// What the objective is beside its variables.
    pub(super) constant: i64,
}

impl<'m> Program<'m> {
    pub(super) fn new(model: &'m Model<'m>, question: Question, start: &[usize]) -> Self {
        let mut program = Self {
            model,
            question,
            start: start.to_vec(),
            meanings: Vec::new(),
            variables: Vec::new(),
            moves: vec![Vec::new(); model.units()],
            problem: Problem::new(OptimizationDirection::Minimize),
            constant: 0,
        };
        program.add_moves();
        program.limit_moves();
        if program.question.objective == Objective::Cost {
            program.add_ties();
            program.add_over();
            program.add_mixes();
        }
        program.add_peak();
        program.limit_counts();
        program
    }

    /// Who holds what, by the values of a solution.
    pub(super) fn read(&self, value: impl Fn(Variable) -> f64) -> Vec<usize> {
        let holder = |(unit, start): (usize, &usize)| {
            let chosen = self.moves[unit]
                .iter()
                .find(|(_, variable)| value(*variable) > 0.5);
            chosen.map_or(*start, |&(person, _)| person)
        };
        self.start.iter().enumerate().map(holder).collect()
    }

    /// The value of every variable in a standing.
    pub(super) fn hint(&self, standing: &Standing) -> Vec<(Variable, f64)> {
        let values = self
            .meanings
            .iter()
            .map(|meaning| self.value(*meaning, standing) as f64);
        self.variables.iter().copied().zip(values).collect()
    }

    fn value(&self, meaning: Meaning, standing: &Standing) -> i64 {
        let over = |person: usize| {
            let bp = self.model.utilisation_bp(person, standing.minutes(person));
            (bp - self.model.problem.target_bp).max(0)
        };
        let mixed = |person| standing.sides_of(person);
        match meaning {
            Meaning::Moves { unit, person } => i64::from(standing.at()[unit] == person),
            Meaning::Broken { tie } => i64::from(standing.broken(tie)),
            Meaning::Peak => standing.peak_bp(),
            Meaning::Over { person } => over(person),
            Meaning::Mixed { person } => mixed(person).0.min(mixed(person).1),
            Meaning::MostlyProject { person } => i64::from(mixed(person).1 > mixed(person).0),
            Meaning::HoldsProject { project, person } => {
                i64::from(standing.holds_project(project, person))
            }
        }
    }

    fn costs(&self, points: i64) -> f64 {
        if self.question.objective == Objective::Cost {
            points as f64
        } else {
            0.0
        }
    }

    fn add_costs(&mut self, points: i64) {
        if self.question.objective == Objective::Cost {
            self.constant += points;
        }
    }

    fn binary(&mut self, cost: f64, meaning: Meaning) -> Variable {
        let variable = self.problem.add_binary_var(cost);
        self.keep(variable, meaning)
    }

    fn integer(&mut self, cost: f64, (least, most): (i64, i64), meaning: Meaning) -> Variable {
        let within = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        let variable = self
            .problem
            .add_integer_var(cost, (within(least), within(most)));
        self.keep(variable, meaning)
    }

    fn keep(&mut self, variable: Variable, meaning: Meaning) -> Variable {
        self.variables.push(variable);
        self.meanings.push(meaning);
        variable
    }

    /// `sum` compared with `limit`; nothing where the sum has no variables and keeps the limit.
    fn require(&mut self, sum: Sum, operation: ComparisonOp, limit: f64) {
        let mut merged: Vec<(Variable, f64)> = Vec::new();
        let mut terms = sum.terms;
        terms.sort_by_key(|(variable, _)| variable.idx());
        for (variable, factor) in terms {
            match merged.last_mut() {
                Some((last, sum)) if *last == variable => *sum += factor,
                _ => merged.push((variable, factor)),
            }
        }
        merged.retain(|(_, factor)| *factor != 0.0);
        self.problem
            .add_constraint(&merged[..], operation, limit - sum.constant);
    }

    fn add_moves(&mut self) {
        for unit in 0..self.model.units() {
            let start = self.start[unit];
            let at_start = self.cost_of_holding(unit, start);
            self.add_costs(at_start);
            for &person in &self.model.eligible[unit] {
                if person != start {
                    let cost = self.costs(self.cost_of_holding(unit, person) - at_start);
                    let variable = self.binary(cost, Meaning::Moves { unit, person });
                    self.moves[unit].push((person, variable));
                }
            }
            if self.moves[unit].len() > 1 {
                let terms = self.moves[unit]
                    .iter()
                    .map(|&(_, variable)| (variable, 1.0));
                let terms = terms.collect();
                self.require(
                    Sum {
                        constant: 0.0,
                        terms,
                    },
                    ComparisonOp::Le,
                    1.0,
                );
            }
        }
    }

    fn cost_of_holding(&self, unit: usize, person: usize) -> i64 {
        let beside = self.question.hats[person].map_or(0, |hat| {
            beside_the_hat(hat, self.model.problem.units[unit].minutes)
        });
        self.model.unit_cost(unit, person)
            + self.cost_without_time(unit, person)
            + beside * i64::from(self.model.problem.weights.role_mix)
    }

    fn cost_without_time(&self, unit: usize, person: usize) -> i64 {
        let candidate = &self.model.problem.people[person];
        if self.model.has_utilisation(person) || candidate.leaves {
            return 0;
        }
        let over = i64::from(self.model.problem.weights.over);
        self.model.minutes[unit] * OVER_BP_WITHOUT_TIME * over
    }

    /// 1 when `person` holds `unit`.
    fn holds(&self, unit: usize, person: usize) -> Sum {
        if self.start[unit] == person {
            let terms = self.moves[unit]
                .iter()
                .map(|&(_, variable)| (variable, -1.0));
            return Sum {
                constant: 1.0,
                terms: terms.collect(),
            };
        }
        let chosen = self.moves[unit].iter().find(|(one, _)| *one == person);
        let terms = chosen.map(|&(_, variable)| (variable, 1.0));
        Sum {
            constant: 0.0,
            terms: terms.into_iter().collect(),
        }
    }

    fn limit_moves(&mut self) {
        let most = [self.question.goal.most_moves, self.model.most_moves]
            .into_iter()
            .flatten()
            .min();
        let Some(most) = most else { return };
        let mut moves = Sum::default();
        for unit in 0..self.model.units() {
            match self.model.problem.units[unit].holder {
                Some(holder) => {
                    moves.constant += 1.0;
                    moves = moves.plus(-1.0, &self.holds(unit, holder));
                }
                None => moves.constant += 1.0,
            }
        }
        self.require(moves, ComparisonOp::Le, most as f64);
    }

    fn add_ties(&mut self) {
        for (place, tie) in self.model.ties.iter().enumerate() {
            let mut kept = Sum::default();
            let mut units = 0;
            for &unit in &tie.units {
                if self.model.eligible[unit].contains(&tie.person) {
                    kept = kept.plus(1.0, &self.holds(unit, tie.person));
                    units += 1;
                }
            }
            if units == 0 {
                self.constant += tie.cost;
            } else {
                let cost = tie.cost as f64;
                let broken = self.binary(cost, Meaning::Broken { tie: place });
                self.require(kept.with(broken, 1.0), ComparisonOp::Ge, 1.0);
            }
        }
    }

    fn add_peak(&mut self) {
        let cost = match self.question.objective {
            Objective::Cost => Some(f64::from(self.model.problem.weights.peak)),
            Objective::Peak => Some(1.0),
            Objective::Nothing => None,
        };
        let most = self.question.goal.peak_bp;
        let bounds = (self.question.least_peak_bp, most.unwrap_or(i64::MAX));
        let peak = cost.map(|cost| self.integer(cost, bounds, Meaning::Peak));
        for person in self.people_with_utilisation() {
            let load = self.load(person);
            if let Some(most) = most {
                let most = self.model.minutes_within(person, most);
                self.require(load.clone(), ComparisonOp::Le, most as f64);
            }
            if let Some(peak) = peak {
                self.bound_utilisation(person, &load, peak, 0);
            }
        }
    }

    fn add_over(&mut self) {
        let cost = f64::from(self.model.problem.weights.over);
        for person in self.people_with_utilisation() {
            let over = self.integer(cost, (0, i64::MAX), Meaning::Over { person });
            let load = self.load(person);
            self.bound_utilisation(person, &load, over, self.model.problem.target_bp);
        }
    }

    fn people_with_utilisation(&self) -> Vec<usize> {
        (0..self.model.people())
            .filter(|&person| self.model.has_utilisation(person))
            .collect()
    }

    /// `variable + from_bp` is at least the floored utilisation: `A/10000 × variable ≥ load − (A − 1)/10000`, minutes.
    fn bound_utilisation(&mut self, person: usize, load: &Sum, variable: Variable, from_bp: i64) {
        let availability = self.model.problem.people[person].availability_minutes;
        let row = Sum::default()
            .with(variable, availability as f64 / 10_000.0)
            .plus(-1.0, load);
        let allowed = availability - 1 + availability * from_bp;
        self.require(row, ComparisonOp::Ge, -(allowed as f64) / 10_000.0);
    }

    /// The coordination of a person, minutes a week of what `of` looks at.
    fn coordination(&self, person: usize, of: impl Fn(SideLoad) -> i64) -> Sum {
        let fixed = of(self.model.problem.people[person].fixed);
        let mut load = Sum {
            constant: fixed as f64,
            terms: Vec::new(),
        };
        for unit in 0..self.model.units() {
            let minutes = of(self.model.problem.units[unit].minutes);
            if minutes != 0 {
                load = load.plus(minutes as f64, &self.holds(unit, person));
            }
        }
        load
    }

    /// All that a person carries, minutes a week.
    fn load(&self, person: usize) -> Sum {
        let mut load = self.coordination(person, SideLoad::minutes);
        load.constant += self.model.problem.people[person].booked_minutes as f64;
        load
    }

    fn add_mixes(&mut self) {
        for person in 0..self.model.people() {
            match self.question.hats[person] {
                Some(hat) => {
                    let fixed = beside_the_hat(hat, self.model.problem.people[person].fixed);
                    self.constant += fixed * i64::from(self.model.problem.weights.role_mix);
                }
                None if self.model.mixes(person) => self.add_mix(person),
                None => {}
            }
        }
    }

    /// The smaller of a person's two sides: at least the one, or at least the other.
    fn add_mix(&mut self, person: usize) {
        let client = self.coordination(person, |minutes| minutes.client_minutes);
        let project = self.coordination(person, |minutes| minutes.project_minutes);
        let most = |side: Side| self.most_minutes(person, side) as f64;
        let (most_client, most_project) = (most(Side::Client), most(Side::Project));
        let cost = f64::from(self.model.problem.weights.role_mix);
        let mixed = self.integer(cost, (0, i64::MAX), Meaning::Mixed { person });
        let mostly_project = self.binary(0.0, Meaning::MostlyProject { person });
        let row = Sum::default().with(mixed, 1.0).plus(-1.0, &client);
        let row = row.with(mostly_project, -most_client);
        self.require(row, ComparisonOp::Ge, -most_client);
        let row = Sum::default().with(mixed, 1.0).plus(-1.0, &project);
        let row = row.with(mostly_project, most_project);
        self.require(row, ComparisonOp::Ge, 0.0);
    }

    fn most_minutes(&self, person: usize, side: Side) -> i64 {
        let candidate = &self.model.problem.people[person];
        let of = |minutes: SideLoad| match side {
            Side::Client => minutes.client_minutes,
            Side::Project => minutes.project_minutes,
        };
        let units =
            (0..self.model.units()).filter(|&unit| self.model.eligible[unit].contains(&person));
        of(candidate.fixed)
            + units
                .map(|unit| of(self.model.problem.units[unit].minutes))
                .sum::<i64>()
    }

    fn limit_counts(&mut self) {
        for person in 0..self.model.people() {
            let fixed = self.model.problem.people[person].fixed_counts;
            let kinds = [
                (
                    UnitStatus::Active,
                    fixed.active,
                    self.model.limits[person][0],
                ),
                (
                    UnitStatus::BackBurner,
                    fixed.back_burner,
                    self.model.limits[person][1],
                ),
            ];
            for (status, fixed, most) in kinds {
                if let Some(most) = most {
                    self.limit_count(person, status, most - fixed);
                }
            }
        }
    }

    fn limit_count(&mut self, person: usize, status: UnitStatus, most: i64) {
        let mut count = Sum::default();
        let mut projects = 0;
        for project in 0..self.model.projects.len() {
            let units: Vec<usize> = self.model.projects[project]
                .iter()
                .copied()
                .filter(|&unit| self.model.problem.units[unit].status == status)
                .filter(|&unit| self.model.eligible[unit].contains(&person))
                .collect();
            match units[..] {
                [] => continue,
                [only] => count = count.plus(1.0, &self.holds(only, person)),
                _ => {
                    let holds = self.binary(0.0, Meaning::HoldsProject { project, person });
                    for unit in units {
                        let row = self.holds(unit, person).with(holds, -1.0);
                        self.require(row, ComparisonOp::Le, 0.0);
                    }
                    count = count.with(holds, 1.0);
                }
            }
            projects += 1;
        }
        if projects > most {
            self.require(count, ComparisonOp::Le, most as f64);
        }
    }
}

/// Minutes on the other side than `hat`.
fn beside_the_hat(hat: Side, minutes: SideLoad) -> i64 {
    match hat {
        Side::Client => minutes.project_minutes,
        Side::Project => minutes.client_minutes,
    }
}
