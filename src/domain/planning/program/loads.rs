//! What everybody carries: peak, over-capacity and role mix.

use microlp::{ComparisonOp, Variable};

use super::super::model::MILLI;
use super::{Meaning, Objective, Program, Sum};
use crate::domain::load::SideLoad;
use crate::entity::Side;

impl Program<'_> {
    pub(super) fn add_peak(&mut self) {
        let most = self.question.goal.peak_bp;
        let least = self.question.least_peak;
        let weight = f64::from(self.model.problem.weights.peak);
        let people = self.people_with_utilisation();
        match self.question.objective {
            Objective::Cost => {
                let peak = self.real(weight, least as f64 / MILLI as f64, Meaning::Peak);
                for &person in &people {
                    self.bound_cost(person, peak, 0);
                }
            }
            Objective::Peak => {
                let bounds = (least, most.unwrap_or(i64::MAX));
                let peak = self.integer(1.0, bounds, Meaning::PeakBp);
                for &person in &people {
                    self.bound_utilisation(person, peak);
                }
            }
            Objective::Nothing => {}
        }
        for (person, most) in people
            .into_iter()
            .filter_map(|person| Some((person, most?)))
        {
            let most = self.model.minutes_within(person, most);
            self.require(self.load(person), ComparisonOp::Le, most as f64);
        }
    }

    pub(super) fn add_over(&mut self) {
        let cost = f64::from(self.model.problem.weights.over);
        for person in self.people_with_utilisation() {
            let over = self.real(cost, 0.0, Meaning::Over { person });
            self.bound_cost(person, over, self.model.problem.target_bp);
        }
    }

    pub(super) fn people_with_utilisation(&self) -> Vec<usize> {
        (0..self.model.people())
            .filter(|&person| self.model.has_utilisation(person))
            .collect()
    }

    /// `variable + from_bp` is at least the utilisation as costs count it, bp.
    fn bound_cost(&mut self, person: usize, variable: Variable, from_bp: i64) {
        let bp_a_minute = self.model.milli_bp_a_minute(person) as f64 / MILLI as f64;
        let row = Sum::default()
            .with(variable, 1.0)
            .plus(-bp_a_minute, &self.load(person));
        self.require(row, ComparisonOp::Ge, -from_bp as f64);
    }

    /// `variable` is at least the floored utilisation `U`, the least integer with `A × (U + 1) > 10000 × load`. In
    /// minutes, and with half of the least difference left on either side of it, so that rounding decides nothing.
    fn bound_utilisation(&mut self, person: usize, variable: Variable) {
        let availability = self.model.problem.people[person].availability_minutes as f64;
        let row = Sum::default()
            .with(variable, availability / 10_000.0)
            .plus(-1.0, &self.load(person));
        self.require(row, ComparisonOp::Ge, (0.5 - availability) / 10_000.0);
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

    pub(super) fn add_mixes(&mut self) {
        for person in 0..self.model.people() {
            match self.question.hats[person] {
                Some(hat) => {
                    let fixed = beside_the_hat(hat, self.model.problem.people[person].fixed);
                    self.constant += fixed * MILLI * i64::from(self.model.problem.weights.role_mix);
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
        let mixed = self.real(cost, 0.0, Meaning::Mixed { person });
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
}

/// Minutes on the other side than `hat`.
pub(super) fn beside_the_hat(hat: Side, minutes: SideLoad) -> i64 {
    match hat {
        Side::Client => minutes.project_minutes,
        Side::Project => minutes.client_minutes,
    }
}
