//! Who holds what while a plan is being looked for, with its cost kept up to date move by move.

use super::model::{Model, OVER_BP_WITHOUT_TIME};
use super::problem::UnitStatus;

/// What is asked of a plan beside the rules of its model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Goal {
    /// Nobody's utilisation may pass this, bp.
    pub(super) peak_bp: Option<i64>,
    /// At most so many moves.
    pub(super) most_moves: Option<usize>,
}

/// How good a standing is: first by how little it violates, then by cost. Smaller is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    pub(super) violation: i64,
    pub(super) cost: i64,
}

/// One project or move too many weighs as much as so many minutes too many.
const VIOLATION_OF_A_COUNT: i64 = 1_000;

#[derive(Clone)]
pub(super) struct Standing<'m> {
    model: &'m Model<'m>,
    pub(super) goal: Goal,
    at: Vec<usize>,
    client_minutes: Vec<i64>,
    project_minutes: Vec<i64>,
    /// By tie: the units that keep it.
    keeping: Vec<usize>,
    /// By project and person: the sides held.
    sides: Vec<u8>,
    /// By person: ACTIVE and BACK_BURNER projects.
    counts: Vec<[i64; 2]>,
    pub(super) moves: usize,
    /// Unit costs and broken ties.
    linear_cost: i64,
}

impl<'m> Standing<'m> {
    pub(super) fn new(model: &'m Model<'m>, goal: Goal, at: &[usize]) -> Self {
        let people = &model.problem.people;
        let mut standing = Self {
            model,
            goal,
            at: at.to_vec(),
            client_minutes: people.iter().map(|one| one.fixed.client_minutes).collect(),
            project_minutes: people.iter().map(|one| one.fixed.project_minutes).collect(),
            keeping: vec![0; model.ties.len()],
            sides: vec![0; model.projects.len() * people.len()],
            counts: people
                .iter()
                .map(|one| [one.fixed_counts.active, one.fixed_counts.back_burner])
                .collect(),
            moves: 0,
            linear_cost: model.ties.iter().map(|tie| tie.cost).sum(),
        };
        for (unit, &person) in at.iter().enumerate() {
            standing.put(unit, person);
        }
        standing
    }

    pub(super) fn at(&self) -> &[usize] {
        &self.at
    }

    /// Gives `unit` to `person`.
    pub(super) fn shift(&mut self, unit: usize, person: usize) {
        if self.at[unit] != person {
            self.take(unit, self.at[unit]);
            self.put(unit, person);
        }
    }

    pub(super) fn score(&self) -> Score {
        let (mut violation, mut cost, mut peak_bp) = (0, self.linear_cost, 0);
        let weights = &self.model.problem.weights;
        for person in 0..self.model.people() {
            violation += self.passed_counts(person) * VIOLATION_OF_A_COUNT;
            if self.model.mixes(person) {
                let mixed = self.client_minutes[person].min(self.project_minutes[person]);
                cost += mixed * i64::from(weights.role_mix);
            }
            if self.model.has_utilisation(person) {
                let minutes = self.minutes(person);
                let bp = self.model.utilisation_bp(person, minutes);
                cost += (bp - self.model.problem.target_bp).max(0) * i64::from(weights.over);
                peak_bp = peak_bp.max(bp);
                if let Some(most) = self.goal.peak_bp {
                    violation += (minutes - self.model.minutes_within(person, most)).max(0);
                }
            } else if !self.model.problem.people[person].leaves {
                let kept = self.minutes(person) - self.model.fixed_minutes(person);
                cost += kept * OVER_BP_WITHOUT_TIME * i64::from(weights.over);
            }
        }
        for most in [self.goal.most_moves, self.model.most_moves]
            .into_iter()
            .flatten()
        {
            violation += self.moves.saturating_sub(most) as i64 * VIOLATION_OF_A_COUNT;
        }
        cost += peak_bp * i64::from(weights.peak);
        Score { violation, cost }
    }

    /// The highest utilisation, bp.
    pub(super) fn peak_bp(&self) -> i64 {
        let people = (0..self.model.people()).filter(|&person| self.model.has_utilisation(person));
        people
            .map(|person| self.model.utilisation_bp(person, self.minutes(person)))
            .max()
            .unwrap_or(0)
    }

    /// What a person carries in all, minutes a week.
    pub(super) fn minutes(&self, person: usize) -> i64 {
        let booked = self.model.problem.people[person].booked_minutes;
        self.client_minutes[person] + self.project_minutes[person] + booked
    }

    /// What a person carries of each side without bookings, minutes a week.
    pub(super) fn sides_of(&self, person: usize) -> (i64, i64) {
        (self.client_minutes[person], self.project_minutes[person])
    }

    /// Whether a tie is broken.
    pub(super) fn broken(&self, tie: usize) -> bool {
        self.keeping[tie] == 0
    }

    /// Whether `person` holds a side of a project.
    pub(super) fn holds_project(&self, project: usize, person: usize) -> bool {
        self.sides[project * self.model.people() + person] > 0
    }

    fn passed_counts(&self, person: usize) -> i64 {
        let passed = |(limit, count): (&Option<i64>, &i64)| match limit {
            Some(most) => (count - most).max(0),
            None => 0,
        };
        let limits = self.model.limits[person].iter();
        limits.zip(&self.counts[person]).map(passed).sum()
    }

    fn put(&mut self, unit: usize, person: usize) {
        self.at[unit] = person;
        self.count(unit, person, 1);
        for &tie in self.model.ties_of(unit) {
            if self.model.ties[tie].person == person {
                if self.keeping[tie] == 0 {
                    self.linear_cost -= self.model.ties[tie].cost;
                }
                self.keeping[tie] += 1;
            }
        }
    }

    fn take(&mut self, unit: usize, person: usize) {
        self.count(unit, person, -1);
        for &tie in self.model.ties_of(unit) {
            if self.model.ties[tie].person == person {
                self.keeping[tie] -= 1;
                if self.keeping[tie] == 0 {
                    self.linear_cost += self.model.ties[tie].cost;
                }
            }
        }
    }

    fn count(&mut self, unit: usize, person: usize, sign: i64) {
        let one = &self.model.problem.units[unit];
        self.client_minutes[person] += sign * one.minutes.client_minutes;
        self.project_minutes[person] += sign * one.minutes.project_minutes;
        self.linear_cost += sign * self.model.unit_cost(unit, person);
        if one.holder != Some(person) {
            self.moves = self.moves.saturating_add_signed(sign as isize);
        }
        let Some(project) = self.model.project_of[unit] else {
            return;
        };
        let sides = &mut self.sides[project * self.model.people() + person];
        let held_before = *sides > 0;
        *sides = sides.saturating_add_signed(sign as i8);
        if held_before != (*sides > 0) {
            let status = usize::from(one.status != UnitStatus::Active);
            self.counts[person][status] += sign;
        }
    }
}
