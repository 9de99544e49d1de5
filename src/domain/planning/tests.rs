//! What must hold of every plan.

mod agencies;
mod certainty;
mod rules;
mod schedule;
mod two_hats;

use std::sync::atomic::AtomicBool;

use super::*;

fn solved(problem: &Problem) -> Outcome {
    solve(problem, &AtomicBool::new(false)).unwrap()
}

/// Who holds each unit after a plan.
fn holders(problem: &Problem, plan: &Outcome) -> Vec<Option<usize>> {
    let mut holders: Vec<Option<usize>> = problem.units.iter().map(|unit| unit.holder).collect();
    for one in &plan.moves {
        assert_eq!(holders[one.unit], one.from);
        holders[one.unit] = Some(one.to);
    }
    holders
}
