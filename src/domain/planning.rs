//! Re-assignment plans (`domain.md §5`), exactly. No database, no clock.

use std::sync::atomic::AtomicBool;

use crate::entity::Side;

mod branching;
mod cheapest;
mod clashes;
mod evaluator;
mod frontier;
mod local_search;
mod model;
mod outcome;
mod peak;
mod problem;
mod program;
mod reasons;
mod rule;
mod standing;
mod waves;

pub use evaluator::{Evaluation, evaluate};
pub use outcome::{Broken, Cost, Figures, FrontierPoint, Move, Outcome, Unsolved};
pub use problem::{
    Bond, Candidate, FixedCounts, PlanClient, Problem, Receives, Stay, StayReason, Target, Unit,
    UnitStatus, Waves, Weights,
};

use branching::search;
use cheapest::{Cheapest, cheapest};
use frontier::{Frontier, frontier, gap_bp};
use local_search::{improve, start};
use model::Model;
use program::{Objective, Program, Question};
use reasons::reason;
use standing::{Goal, Standing};
use waves::{wave_on, waves};

/// The plan of a problem: the cheapest that was found, and how sure it is that none is cheaper. Takes as long as its
/// node limit allows, so run it off the async threads. The same problem has the same outcome each time.
///
/// # Errors
/// [`Unsolved`]: no plan keeps every rule, none was found, or `stop` was set.
pub fn solve(problem: &Problem, stop: &AtomicBool) -> Result<Outcome, Unsolved> {
    let model = Model::new(problem);
    if model.eligible.iter().any(Vec::is_empty) {
        return Err(infeasible(problem, stop));
    }
    let start = start(&model);
    let (feasible, nodes) = keep_every_rule(&model, &start, stop)?;
    let frontier = frontier(&model, &start, feasible.at(), stop)?;
    let known = best_of(&model, feasible, &frontier, stop)?;
    let cheapest = cheapest(&model, &start, known, problem.node_limit, stop)?;
    let nodes = nodes + frontier.nodes + cheapest.nodes;
    outcome(&model, frontier, &cheapest, nodes)
}

/// The plan that makes one account manager and one production manager of two people: whatever either holds of the
/// other's side changes hands, unless a guard or a pin keeps it. Both ways are tried, and the cheaper one is the answer. Nobody
/// else receives anything, and the limits on the projects of the two do not count, because each of them takes part in
/// every project of both.
///
/// # Errors
/// As [`solve`]; those of the first way when neither has a plan.
pub fn split(
    problem: &Problem,
    a: usize,
    b: usize,
    stop: &AtomicBool,
) -> Result<Outcome, Unsolved> {
    let one = solve(&with_hats(problem, a, b), stop);
    if one == Err(Unsolved::Cancelled) {
        return one;
    }
    match (one, solve(&with_hats(problem, b, a), stop)) {
        (Ok(one), Ok(other)) => Ok(if other.cost.total < one.cost.total {
            other
        } else {
            one
        }),
        (_, Err(Unsolved::Cancelled)) => Err(Unsolved::Cancelled),
        (Err(_), Ok(other)) => Ok(other),
        (one, Err(_)) => one,
    }
}

fn with_hats(problem: &Problem, account_manager: usize, production_manager: usize) -> Problem {
    let mut hats = problem.clone();
    for (place, person) in hats.people.iter_mut().enumerate() {
        let (client, project) = (place == account_manager, place == production_manager);
        person.receives = Receives { client, project };
        if client || project {
            (person.most_active, person.most_back_burner) = (None, None);
        }
    }
    let pinned = |unit: &Unit, person: usize| {
        unit.side == Side::Client
            && problem
                .bonds
                .iter()
                .any(|bond| bond.pinned && (bond.person, bond.client) == (person, unit.client))
    };
    for unit in &mut hats.units {
        let wrong = match unit.side {
            Side::Client => production_manager,
            Side::Project => account_manager,
        };
        let kept = !unit.stays.is_empty() || unit.held_by.is_some() || pinned(unit, wrong);
        unit.must_move |= unit.holder == Some(wrong) && !kept;
    }
    hats
}

fn infeasible(problem: &Problem, stop: &AtomicBool) -> Unsolved {
    match clashes::clashes(problem, stop) {
        Ok(clashes) => Unsolved::Infeasible { clashes },
        Err(unsolved) => unsolved,
    }
}

/// A plan that keeps every rule, by the local search or else by branch and bound, and the nodes it took.
fn keep_every_rule<'m>(
    model: &'m Model<'m>,
    start: &[usize],
    stop: &AtomicBool,
) -> Result<(Standing<'m>, u64), Unsolved> {
    let quick = improve(model, Goal::default(), start, stop)?;
    if quick.score().violation == 0 {
        return Ok((quick, 0));
    }
    let question = Question {
        goal: Goal::default(),
        objective: Objective::Nothing,
        least_peak_bp: 0,
        hats: vec![None; model.people()],
    };
    let program = Program::new(model, question, start);
    let found = search(&program, None, None, model.problem.node_limit, stop)?;
    if found.impossible {
        return Err(infeasible(model.problem, stop));
    }
    let at = found.at.ok_or(Unsolved::Undecided)?;
    let standing = improve(model, Goal::default(), &at, stop)?;
    if standing.score().violation > 0 {
        return Err(Unsolved::Undecided);
    }
    Ok((standing, found.nodes))
}

/// The best that a local search reaches from any plan known so far.
fn best_of<'m>(
    model: &'m Model<'m>,
    known: Standing<'m>,
    frontier: &Frontier,
    stop: &AtomicBool,
) -> Result<Standing<'m>, Unsolved> {
    let mut best = known;
    for plan in &frontier.plans {
        let other = improve(model, Goal::default(), plan, stop)?;
        if other.score() < best.score() {
            best = other;
        }
    }
    Ok(best)
}

fn outcome(
    model: &Model,
    frontier: Frontier,
    cheapest: &Cheapest,
    nodes: u64,
) -> Result<Outcome, Unsolved> {
    let (problem, best, bound) = (model.problem, &cheapest.standing, cheapest.bound);
    let today: Vec<Option<usize>> = problem.units.iter().map(|unit| unit.holder).collect();
    let planned: Vec<Option<usize>> = best.at().iter().copied().map(Some).collect();
    let (before, after) = (evaluate(problem, &today), evaluate(problem, &planned));
    if !after.violations.is_empty() {
        return Err(Unsolved::Undecided);
    }
    let agrees = after.cost.total == best.score().cost;
    let moves = waves(problem, best.at())
        .into_iter()
        .map(|(unit, wave)| Move {
            unit,
            from: problem.units[unit].holder,
            to: best.at()[unit],
            wave,
            on: wave_on(problem, wave),
            reason: reason(problem, unit, best.at()[unit], &before, &after),
        });
    Ok(Outcome {
        frontier: frontier.points,
        moves: moves.collect(),
        broken: after.broken,
        cost: after.cost,
        proven: agrees && after.cost.total <= bound,
        gap_bp: gap_bp(after.cost.total, bound),
        bound,
        nodes,
        before: before.figures,
        after: after.figures,
    })
}

#[cfg(test)]
mod tests;
