//! What more moves would buy: for so many moves the lowest reachable peak, then the cheapest plan with that peak.

use std::sync::atomic::AtomicBool;

use super::branching::search;
use super::cheapest::cheapest;
use super::evaluator::evaluate;
use super::local_search::improve;
use super::model::Model;
use super::outcome::{FrontierPoint, Unsolved};
use super::peak::{forced_moves, least_peak_bp};
use super::program::{Objective, Program, Question};
use super::standing::{Goal, Standing};

/// A frontier has no more points than this.
const MOST_POINTS: usize = 16;
/// Of the nodes for the plan, a search for one point gets this share.
const SHARE_OF_NODES: u64 = 20;

/// The frontier, with the plan of each point.
pub(super) struct Frontier {
    pub(super) points: Vec<FrontierPoint>,
    pub(super) plans: Vec<Vec<usize>>,
    pub(super) nodes: u64,
}

/// Follows the frontier from where everything stands at the `start` until more moves no longer lower the peak. `known`
/// is a plan that keeps every rule.
pub(super) fn frontier(
    model: &Model,
    start: &[usize],
    known: &[usize],
    stop: &AtomicBool,
) -> Result<Frontier, Unsolved> {
    let mut walk = Walk {
        model,
        start,
        stop,
        nodes: 0,
    };
    let free = walk.lowest_peak(
        Goal {
            most_moves: model.most_moves,
            peak_bp: None,
        },
        known,
    )?;
    let mut frontier = Frontier {
        points: Vec::new(),
        plans: Vec::new(),
        nodes: 0,
    };
    let mut from = start.to_vec();
    for moves in steps(forced_moves(model), free.moves.max(forced_moves(model))) {
        let Some((point, plan)) = walk.point(moves, &from, &free)? else {
            continue;
        };
        let done = point.peak_bp <= free.peak_bp;
        from = plan.clone();
        frontier.points.push(point);
        frontier.plans.push(plan);
        if done {
            break;
        }
    }
    frontier.nodes = walk.nodes;
    Ok(frontier)
}

/// The numbers of moves to look at, `first` to `last`: all of them where they are few, else the first ones and an even
/// choice of the rest.
fn steps(first: usize, last: usize) -> Vec<usize> {
    let span = last - first;
    if span < MOST_POINTS {
        return (first..=last).collect();
    }
    let close = MOST_POINTS / 2;
    let far = MOST_POINTS - close;
    let near = first..first + close;
    let rest = (1..=far).map(|step| first + close - 1 + (span + 1 - close) * step / far);
    near.chain(rest).collect()
}

/// A plan whose peak is low.
struct Low {
    at: Vec<usize>,
    peak_bp: i64,
    moves: usize,
    /// No plan for the same goal has a lower peak.
    bound_bp: i64,
}

struct Walk<'m> {
    model: &'m Model<'m>,
    start: &'m [usize],
    stop: &'m AtomicBool,
    nodes: u64,
}

impl<'m> Walk<'m> {
    fn point(
        &mut self,
        moves: usize,
        from: &[usize],
        free: &Low,
    ) -> Result<Option<(FrontierPoint, Vec<usize>)>, Unsolved> {
        let goal = Goal {
            most_moves: Some(moves),
            peak_bp: None,
        };
        let mut low = self.lowest_peak(goal, from)?;
        if free.moves <= moves && free.peak_bp < low.peak_bp {
            low = Low {
                at: free.at.clone(),
                ..low
            };
            low.peak_bp = free.peak_bp;
        }
        low.bound_bp = low.bound_bp.max(free.bound_bp.min(low.peak_bp));
        let within = Goal {
            most_moves: Some(moves),
            peak_bp: Some(low.peak_bp),
        };
        let cheap = improve(self.model, within, &low.at, self.stop)?;
        if cheap.score().violation > 0 {
            return Ok(None);
        }
        let cheapest = cheapest(self.model, self.start, cheap, self.node_limit(), self.stop)?;
        self.nodes += cheapest.nodes;
        let cheap = cheapest.standing;
        let cost = cheap.score().cost;
        let gap_bp = if low.bound_bp < low.peak_bp {
            gap_bp(low.peak_bp, low.bound_bp)
        } else {
            gap_bp(cost, cheapest.bound)
        };
        let holders: Vec<Option<usize>> = cheap.at().iter().copied().map(Some).collect();
        let evaluation = evaluate(self.model.problem, &holders);
        let agrees = evaluation.violations.is_empty()
            && (evaluation.peak_bp, evaluation.cost.total) == (low.peak_bp, cost);
        let point = FrontierPoint {
            moves,
            peak_bp: evaluation.peak_bp,
            broken: evaluation.broken,
            proven: gap_bp == 0 && agrees,
            gap_bp,
        };
        Ok(Some((point, cheap.at().to_vec())))
    }

    /// The lowest peak for a goal: by local search between what counting allows and what is known, then by branch and
    /// bound where the problem is small enough.
    fn lowest_peak(&mut self, goal: Goal, from: &[usize]) -> Result<Low, Unsolved> {
        let counted = least_peak_bp(self.model, goal.most_moves);
        let mut best = improve(self.model, goal, from, self.stop)?;
        let mut tried = counted;
        while tried < best.peak_bp() {
            let within = Goal {
                peak_bp: Some(tried),
                ..goal
            };
            let lower = improve(self.model, within, best.at(), self.stop)?;
            let reached = lower.score().violation == 0;
            if reached {
                best = lower;
                break;
            }
            if best.score().violation == 0 && best.peak_bp() - tried <= 1 {
                break;
            }
            tried += (best.peak_bp() - tried + 1) / 2;
        }
        let mut low = Low {
            peak_bp: best.peak_bp(),
            moves: best.moves,
            at: best.at().to_vec(),
            bound_bp: counted.min(best.peak_bp()),
        };
        if low.bound_bp < low.peak_bp {
            self.prove_peak(goal, &best, &mut low)?;
        }
        Ok(low)
    }

    fn prove_peak(&mut self, goal: Goal, best: &Standing, low: &mut Low) -> Result<(), Unsolved> {
        let question = Question {
            goal,
            objective: Objective::Peak,
            least_peak_bp: low.bound_bp,
            hats: vec![None; self.model.people()],
        };
        let program = Program::new(self.model, question, self.start);
        let found = search(&program, Some(best), None, self.node_limit(), self.stop)?;
        self.nodes += found.nodes;
        if let Some(at) = found.at {
            let standing = Standing::new(self.model, goal, &at);
            if standing.score().violation == 0 && standing.peak_bp() < low.peak_bp {
                low.peak_bp = standing.peak_bp();
                low.moves = standing.moves;
                low.at = at;
            }
        }
        if let Some(bound) = found.bound.filter(|bound| *bound <= low.peak_bp) {
            low.bound_bp = low.bound_bp.max(bound);
        }
        Ok(())
    }

    fn node_limit(&self) -> u64 {
        (self.model.problem.node_limit / SHARE_OF_NODES).max(1)
    }
}

/// How far `value` may lie above the least possible, bp of it, rounded up.
pub(super) fn gap_bp(value: i64, bound: i64) -> i64 {
    if value <= bound {
        return 0;
    }
    let gap = i128::from(value - bound) * 10_000;
    let value = i128::from(value.max(1));
    i64::try_from((gap + value - 1) / value).unwrap_or(i64::MAX)
}
