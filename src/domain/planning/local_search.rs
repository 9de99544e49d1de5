//! A plan quickly: starts from who holds what today and takes every step that makes it better. The same steps in the
//! same order each time.

use std::sync::atomic::{AtomicBool, Ordering};

use super::model::Model;
use super::outcome::Unsolved;
use super::standing::{Goal, Score, Standing};

/// Who holds what before anything moves. Where today's holder may not stay: whoever costs least.
pub(super) fn start(model: &Model) -> Vec<usize> {
    let place = |unit: usize| {
        let eligible = &model.eligible[unit];
        let holder = model.problem.units[unit].holder;
        let stays = holder.filter(|person| eligible.contains(person));
        let cheapest = || {
            let people = eligible.iter().copied();
            people.min_by_key(|&person| model.unit_cost(unit, person))
        };
        stays.or_else(cheapest).unwrap_or(0)
    };
    (0..model.units()).map(place).collect()
}

/// Improves `from` until no single step makes it better.
pub(super) fn improve<'m>(
    model: &'m Model<'m>,
    goal: Goal,
    from: &[usize],
    stop: &AtomicBool,
) -> Result<Standing<'m>, Unsolved> {
    let mut search = Search::new(model, goal, from);
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(Unsolved::Cancelled);
        }
        // The costlier steps are tried only where the cheaper ones find nothing.
        let better = search.move_units()
            || search.move_clients()
            || search.swap_units()
            || search.move_one_back_for_another();
        if !better {
            return Ok(search.standing);
        }
    }
}

struct Search<'m> {
    model: &'m Model<'m>,
    standing: Standing<'m>,
    score: Score,
    /// The units that somebody else could hold.
    free: Vec<usize>,
}

impl<'m> Search<'m> {
    fn new(model: &'m Model<'m>, goal: Goal, from: &[usize]) -> Self {
        let standing = Standing::new(model, goal, from);
        let free = (0..model.units()).filter(|&unit| model.eligible[unit].len() > 1);
        Self {
            model,
            score: standing.score(),
            free: free.collect(),
            standing,
        }
    }

    /// Makes the shifts if the outcome is better than what stands, else leaves everything as it was.
    fn attempt(&mut self, shifts: &[(usize, usize)]) -> bool {
        let before: Vec<(usize, usize)> = shifts
            .iter()
            .map(|&(unit, _)| (unit, self.standing.at()[unit]))
            .collect();
        for &(unit, person) in shifts {
            self.standing.shift(unit, person);
        }
        let score = self.standing.score();
        if score < self.score {
            self.score = score;
            return true;
        }
        for &(unit, person) in before.iter().rev() {
            self.standing.shift(unit, person);
        }
        false
    }

    fn move_units(&mut self) -> bool {
        let mut better = false;
        for unit in self.free.clone() {
            for &person in &self.model.eligible[unit] {
                if person != self.standing.at()[unit] {
                    better |= self.attempt(&[(unit, person)]);
                }
            }
        }
        better
    }

    /// All client-side units of a tie at once, which breaks it once; or all back, which mends it.
    fn move_clients(&mut self) -> bool {
        let mut better = false;
        for tie in &self.model.ties {
            for to in 0..self.model.people() {
                let moves = |&&unit: &&usize| {
                    let today = self.model.problem.units[unit].holder == Some(tie.person);
                    today && self.model.eligible[unit].contains(&to)
                };
                let shifts: Vec<(usize, usize)> = tie
                    .units
                    .iter()
                    .filter(moves)
                    .map(|&unit| (unit, to))
                    .collect();
                better |= shifts.len() > 1 && self.attempt(&shifts);
            }
        }
        better
    }

    fn swap_units(&mut self) -> bool {
        let mut better = false;
        for first in 0..self.free.len() {
            for second in first + 1..self.free.len() {
                let (one, other) = (self.free[first], self.free[second]);
                let (here, there) = (self.standing.at()[one], self.standing.at()[other]);
                let may = here != there
                    && self.model.eligible[one].contains(&there)
                    && self.model.eligible[other].contains(&here);
                better |= may && self.attempt(&[(one, there), (other, here)]);
            }
        }
        better
    }

    /// Where moves are few: a unit that moved goes back, and another moves instead.
    fn move_one_back_for_another(&mut self) -> bool {
        if self
            .standing
            .goal
            .most_moves
            .or(self.model.most_moves)
            .is_none()
        {
            return false;
        }
        let mut better = false;
        for moved in self.free.clone() {
            let holder = self.model.problem.units[moved].holder;
            let Some(holder) = holder.filter(|one| self.model.eligible[moved].contains(one)) else {
                continue;
            };
            for unit in self.free.clone() {
                for &person in &self.model.eligible[unit] {
                    let stays_moved = self.standing.at()[moved] != holder;
                    if stays_moved && unit != moved && person != self.standing.at()[unit] {
                        better |= self.attempt(&[(moved, holder), (unit, person)]);
                    }
                }
            }
        }
        better
    }
}
