//! Branch and bound over the integer program: how good any plan could be, and often a better plan.

use std::sync::atomic::{AtomicBool, Ordering};

use microlp::{Error, ResumeOptions, SolveOptions, SolveOutcome};

use super::outcome::Unsolved;
use super::program::Program;
use super::standing::Standing;

/// Nodes between two looks at whether to stop.
const NODES_AT_A_TIME: u64 = 20;
/// A bound is a float; what it may lie too high by, as a share of it.
const BOUND_TOLERANCE: f64 = 1e-9;

/// What came of a search.
#[derive(Default)]
pub(super) struct Found {
    /// The best plan of the search.
    pub(super) at: Option<Vec<usize>>,
    /// No plan has an objective below this; none where the search could not tell.
    pub(super) bound: Option<i64>,
    /// There is no plan at all.
    pub(super) impossible: bool,
    /// Nodes solved.
    pub(super) nodes: u64,
}

/// Searches for at most `node_limit` nodes, or until no plan of the program can be below `enough`. The same program is
/// searched in the same way each time.
pub(super) fn search(
    program: &Program,
    known: Option<&Standing>,
    enough: Option<i64>,
    node_limit: u64,
    stop: &AtomicBool,
) -> Result<Found, Unsolved> {
    let mut options = SolveOptions::default();
    options.node_limit = Some(NODES_AT_A_TIME.min(node_limit));
    options.warm_start = known.map(|standing| program.hint(standing));
    let mut nodes = 0;
    let mut outcome = checked(stop, || program.problem.solve_with(options))?;
    loop {
        let current = match outcome {
            Ok(current) => current,
            Err(error) => {
                return Ok(Found {
                    impossible: error == Error::Infeasible,
                    nodes,
                    ..Found::default()
                });
            }
        };
        nodes = current.stats().nodes_solved;
        let found = found(program, &current);
        let hopeless = found.bound.is_some() && found.bound >= enough && enough.is_some();
        if current.is_optimal() || nodes >= node_limit || hopeless {
            return Ok(found);
        }
        let mut more = ResumeOptions::default();
        more.node_limit = Some(NODES_AT_A_TIME.min(node_limit - nodes));
        outcome = checked(stop, || current.resume_with(more))?;
    }
}

fn checked<T>(stop: &AtomicBool, step: impl FnOnce() -> T) -> Result<T, Unsolved> {
    if stop.load(Ordering::Relaxed) {
        return Err(Unsolved::Cancelled);
    }
    Ok(step())
}

fn found(program: &Program, outcome: &SolveOutcome) -> Found {
    let stats = outcome.stats();
    let rounded_up = |bound: f64| (bound - 1e-6 - bound.abs() * BOUND_TOLERANCE).ceil() as i64;
    Found {
        at: outcome
            .solution()
            .map(|solution| program.read(|variable| solution.var_value(variable))),
        bound: stats
            .best_bound
            .map(|bound| program.constant + rounded_up(bound)),
        impossible: false,
        nodes: stats.nodes_solved,
    }
}
