//! The plan as an integer program. `x` of (unit, person) is 1 when a unit moves to somebody else; that it stays with
//! whoever it starts with is what is left of 1. The only floats of the product live here: coefficients, all of them
//! integers or ten-thousandths, and the bounds that come back, which are rounded so that they stay true.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::model::{MILLI, Model};
use super::standing::{Goal, Standing};
use crate::entity::Side;

mod loads;
mod units;

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
    /// A peak that no plan undercuts: thousandths of a bp as costs count it, where the objective is the cost, else bp.
    pub(super) least_peak: i64,
    /// By person: the side that their role mix is measured against, where that is settled. Each minute on the other side
    /// then costs what a minute of the smaller side costs, so that the best choice of sides costs what the plan does.
    pub(super) hats: Vec<Option<Side>>,
    /// Units may be shared out in fractions, which tells where they belong at a fraction of the effort.
    pub(super) in_fractions: bool,
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
    PeakBp,
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
    /// What the cost is beside its variables, thousandths of a cost point.
    constant: i64,
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

    /// Who holds most of each unit, by the values of a solution in fractions.
    pub(super) fn read_fractions(&self, value: impl Fn(Variable) -> f64) -> Vec<usize> {
        let holder = |(unit, start): (usize, &usize)| {
            let shares = self.moves[unit]
                .iter()
                .map(|&(person, variable)| (person, value(variable)));
            let kept = 1.0 - shares.clone().map(|(_, share)| share).sum::<f64>();
            let most =
                |best: (usize, f64), one: (usize, f64)| if one.1 > best.1 { one } else { best };
            shares.fold((*start, kept), most).0
        };
        self.start.iter().enumerate().map(holder).collect()
    }

    /// What no plan undercuts, when the objective does not undercut `bound`. Exact objectives are integers, of thousandths
    /// or of bp, so that a bound may be rounded up once the error of its floats is taken off.
    pub(super) fn bound(&self, bound: f64) -> i64 {
        let scale = if self.question.objective == Objective::Cost {
            MILLI as f64
        } else {
            1.0
        };
        self.constant + (bound * scale - 0.25).ceil() as i64
    }

    /// The value of every variable in a standing.
    pub(super) fn hint(&self, standing: &Standing) -> Vec<(Variable, f64)> {
        let values = self
            .meanings
            .iter()
            .map(|meaning| self.value(*meaning, standing));
        self.variables.iter().copied().zip(values).collect()
    }

    fn value(&self, meaning: Meaning, standing: &Standing) -> f64 {
        let mixed = |person| standing.sides_of(person);
        let counted = match meaning {
            Meaning::Moves { unit, person } => i64::from(standing.at()[unit] == person),
            Meaning::Broken { tie } => i64::from(standing.broken(tie)),
            Meaning::PeakBp => standing.peak_bp(),
            Meaning::Peak => {
                let people = self.people_with_utilisation().into_iter();
                return people
                    .map(|person| self.bp(person, standing))
                    .fold(0.0, f64::max);
            }
            Meaning::Over { person } => {
                let target = self.model.problem.target_bp as f64;
                return (self.bp(person, standing) - target).max(0.0);
            }
            Meaning::Mixed { person } => mixed(person).0.min(mixed(person).1),
            Meaning::MostlyProject { person } => i64::from(mixed(person).1 > mixed(person).0),
            Meaning::HoldsProject { project, person } => {
                i64::from(standing.holds_project(project, person))
            }
        };
        counted as f64
    }

    /// Utilisation as costs count it, bp.
    fn bp(&self, person: usize, standing: &Standing) -> f64 {
        let milli_bp = standing.minutes(person) * self.model.milli_bp_a_minute(person);
        milli_bp as f64 / MILLI as f64
    }

    /// A cost in points.
    fn costs(&self, milli_points: i64) -> f64 {
        if self.question.objective == Objective::Cost {
            milli_points as f64 / MILLI as f64
        } else {
            0.0
        }
    }

    fn add_costs(&mut self, milli_points: i64) {
        if self.question.objective == Objective::Cost {
            self.constant += milli_points;
        }
    }

    fn binary(&mut self, cost: f64, meaning: Meaning) -> Variable {
        let variable = if self.question.in_fractions {
            self.problem.add_var(cost, (0.0, 1.0))
        } else {
            self.problem.add_binary_var(cost)
        };
        self.keep(variable, meaning)
    }

    fn integer(&mut self, cost: f64, (least, most): (i64, i64), meaning: Meaning) -> Variable {
        let within = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        let variable = self
            .problem
            .add_integer_var(cost, (within(least), within(most)));
        self.keep(variable, meaning)
    }

    fn real(&mut self, cost: f64, least: f64, meaning: Meaning) -> Variable {
        let variable = self.problem.add_var(cost, (least, f64::INFINITY));
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
}
