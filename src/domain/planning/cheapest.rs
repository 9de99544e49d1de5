//! The cheapest plan for a goal, by branch and bound, and what none costs less than.

use std::sync::atomic::AtomicBool;

use super::branching::search;
use super::local_search::improve;
use super::model::Model;
use super::outcome::Unsolved;
use super::peak::least_peak_bp;
use super::program::{Objective, Program, Question};
use super::standing::Standing;
use crate::entity::Side;

/// For so many people the side that their role mix is measured against is settled before the program is solved, each way
/// in turn: a program bounds the smaller of two sides poorly. Beyond them the program does it.
const MOST_SETTLED: usize = 3;

/// A plan, and how good any could be.
pub(super) struct Cheapest<'m> {
    pub(super) standing: Standing<'m>,
    /// No plan for the goal costs less, cost points.
    pub(super) bound: i64,
    pub(super) nodes: u64,
}

/// Improves on `known`, which keeps its goal, within `node_limit` nodes.
pub(super) fn cheapest<'m>(
    model: &'m Model<'m>,
    start: &[usize],
    known: Standing<'m>,
    node_limit: u64,
    stop: &AtomicBool,
) -> Result<Cheapest<'m>, Unsolved> {
    let goal = known.goal;
    let most_moves = [goal.most_moves, model.most_moves]
        .into_iter()
        .flatten()
        .min();
    let least_peak_bp = least_peak_bp(model, most_moves);
    let ways = ways(model, &known);
    let share = (node_limit / ways.len() as u64).max(1);
    let mut best = known;
    let mut nodes = 0;
    let mut least: Option<i64> = Some(i64::MAX);
    for hats in ways {
        let question = Question {
            goal,
            objective: Objective::Cost,
            least_peak_bp,
            hats,
        };
        let program = Program::new(model, question, start);
        let enough = Some(best.score().cost);
        let found = search(&program, Some(&best), enough, share, stop)?;
        nodes += found.nodes;
        if let Some(at) = found.at {
            let other = improve(model, goal, &at, stop)?;
            if other.score() < best.score() {
                best = other;
            }
        }
        if !found.impossible {
            least = least
                .zip(found.bound)
                .map(|(least, bound)| least.min(bound));
        }
    }
    let cost = best.score().cost;
    let counted = least_peak_bp * i64::from(model.problem.weights.peak);
    // A way that was left early cannot beat a plan that was known then, nor one found since.
    let bound = least.unwrap_or(counted).clamp(counted.min(cost), cost);
    Ok(Cheapest {
        standing: best,
        bound,
        nodes,
    })
}

/// The ways to settle the sides of those whose role mix costs most, the likeliest first.
fn ways(model: &Model, known: &Standing) -> Vec<Vec<Option<Side>>> {
    let mut people: Vec<usize> = (0..model.people())
        .filter(|&person| model.mixes(person))
        .collect();
    let smaller = |person: usize| {
        let (client, project) = known.sides_of(person);
        client.min(project)
    };
    people.sort_by_key(|&person| (-smaller(person), person));
    people.truncate(MOST_SETTLED);
    let mut ways = vec![vec![None; model.people()]];
    for person in people {
        let (client, project) = known.sides_of(person);
        let sides = if project > client {
            [Side::Project, Side::Client]
        } else {
            [Side::Client, Side::Project]
        };
        let settled = ways.iter().flat_map(|way| {
            sides.map(|side| {
                let mut way = way.clone();
                way[person] = Some(side);
                way
            })
        });
        ways = settled.collect();
    }
    ways
}
