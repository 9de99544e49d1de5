//! Who holds what: a variable a move, relationships that break, and the limits on moves and on projects.

use microlp::ComparisonOp;

use super::super::model::{MILLI, OVER_BP_WITHOUT_TIME};
use super::super::problem::UnitStatus;
use super::loads::beside_the_hat;
use super::{Meaning, Program, Sum};

impl Program<'_> {
    pub(super) fn add_moves(&mut self) {
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

    pub(super) fn cost_of_holding(&self, unit: usize, person: usize) -> i64 {
        let beside = self.question.hats[person].map_or(0, |hat| {
            beside_the_hat(hat, self.model.problem.units[unit].minutes)
        });
        self.model.unit_cost(unit, person)
            + self.cost_without_time(unit, person)
            + beside * MILLI * i64::from(self.model.problem.weights.role_mix)
    }

    fn cost_without_time(&self, unit: usize, person: usize) -> i64 {
        let candidate = &self.model.problem.people[person];
        if self.model.has_utilisation(person) || candidate.leaves {
            return 0;
        }
        let over = i64::from(self.model.problem.weights.over);
        self.model.minutes[unit] * OVER_BP_WITHOUT_TIME * MILLI * over
    }

    /// 1 when `person` holds `unit`.
    pub(super) fn holds(&self, unit: usize, person: usize) -> Sum {
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

    pub(super) fn limit_moves(&mut self) {
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

    pub(super) fn add_ties(&mut self) {
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
                let cost = self.costs(tie.cost);
                let broken = self.binary(cost, Meaning::Broken { tie: place });
                self.require(kept.with(broken, 1.0), ComparisonOp::Ge, 1.0);
            }
        }
    }

    pub(super) fn limit_counts(&mut self) {
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
