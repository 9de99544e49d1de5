//! Re-assignment plans (`domain.md §5`): every (project, side) gets exactly one person who may hold it, at the least
//! cost. Pure: no database, no clock. [`Problem`] goes in, [`Outcome`] comes out.
//!
//! # The cost, in thousandths of a cost point
//! All of it is integers. Weights ([`Weights`]) are cost points.
//!
//! - **Relationship**: whoever held a client-side unit of a client and afterwards holds none of that client breaks the
//!   bond: `points × factor of the tier × relationship × 1000`. Only the client side is a relationship in this sense.
//! - **Misfit**: for each unit `minutes × preference × 1000` when its holder prefers the other side, and `missing skill
//!   levels × begun hours × skills × 1000`. For each person without a preference `min(client, project) minutes × role mix ×
//!   1000`: who has one is measured by it, and the same minutes are not counted twice.
//! - **Over**: for each person `max(0, utilisation − target) × over`.
//! - **Peak**: the highest utilisation `× peak`.
//!
//! Utilisation in a cost is thousandths of a bp, `minutes × floor(10000000 ÷ availability)`, so that a minute always
//! adds the same; it differs from the exact share by less than a bp in 5000. What is reported, limited and followed by the
//! frontier is the exact figure in bp. Whoever leaves counts for neither; whoever has no availability receives nothing,
//! and each minute they keep counts as 100 bp over.
//!
//! # The method
//! A local search gives a plan. An integer program gives the same plan or a better one, and a bound below which no
//! plan lies: branch and bound over linear relaxations (microlp) within a fixed number of nodes, so that the same
//! problem has the same outcome on any machine. [`evaluate`] then works the plan out anew, from the problem alone. It is
//! *proven* only when the bound has reached its cost and the evaluation agrees.

use std::sync::atomic::AtomicBool;

use crate::entity::Side;

mod branching;
mod cheapest;
mod clashes;
mod evaluator;
mod frontier;
mod kept;
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
pub use kept::Kept;
pub use outcome::{Broken, Cost, Figures, FrontierPoint, Move, Outcome, Unsolved};
pub use problem::{
    Bond, Candidate, FixedCounts, PlanClient, Problem, Receives, Stay, StayReason, Target, Unit,
    UnitStatus, Waves, Weights,
};
pub use reasons::{About, Reason};
pub use waves::{DAYS_APART, wave_begins_on};

use branching::search;
use cheapest::{Cheapest, cheapest};
use frontier::{Frontier, frontier, gap_bp};
use local_search::{improve, start};
use model::Model;
use program::{Objective, Program, Question};
use reasons::reasons;
use standing::{Goal, Standing};
use waves::waves;

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
/// As [`solve`], when neither way has a plan: undecided when either is, or else what clashes in the first.
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
    of_both_ways(one, solve(&with_hats(problem, b, a), stop))
}

/// The cheaper of the answers of both ways, as sure as the two are together.
fn of_both_ways(
    one: Result<Outcome, Unsolved>,
    other: Result<Outcome, Unsolved>,
) -> Result<Outcome, Unsolved> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok(cheaper(one, other)),
        (_, Err(Unsolved::Cancelled)) => Err(Unsolved::Cancelled),
        (Ok(only), Err(Unsolved::Undecided)) | (Err(Unsolved::Undecided), Ok(only)) => {
            // The other way may have a plan yet; no plan costs less than nothing.
            Ok(bounded(only, 0))
        }
        (Ok(only), Err(_)) | (Err(_), Ok(only)) => Ok(only),
        (Err(Unsolved::Undecided), _) | (_, Err(Unsolved::Undecided)) => Err(Unsolved::Undecided),
        (one, Err(_)) => one,
    }
}

/// The cheaper of the plans of both ways, as sure as the two are together.
fn cheaper(one: Outcome, other: Outcome) -> Outcome {
    let (best, rest) = if other.cost.total < one.cost.total {
        (other, one)
    } else {
        (one, other)
    };
    bounded(best, rest.bound)
}

/// An outcome beside another way, of which no plan costs less than `bound`.
fn bounded(mut best: Outcome, bound: i64) -> Outcome {
    best.bound = best.bound.min(bound);
    best.proven &= best.cost.total <= best.bound;
    best.gap_bp = gap_bp(best.cost.total, best.bound);
    best
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
        least_peak: 0,
        hats: vec![None; model.people()],
        in_fractions: false,
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
            on: wave_begins_on(problem.waves.starts_on, wave as i64),
            reasons: reasons(problem, unit, best.at()[unit], &before, &after),
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
