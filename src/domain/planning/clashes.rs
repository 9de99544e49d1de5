//! Why no plan keeps every rule: a smallest set of rules that clash. A rule is left out if the rest still clash; what
//! cannot be left out is named.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use super::branching::search;
use super::local_search::{improve, start};
use super::model::Model;
use super::outcome::Unsolved;
use super::problem::Problem;
use super::program::{Objective, Program, Question};
use super::rule::{Rule, forbidding, unit_name};
use super::standing::Goal;

/// Nodes to find out whether some of the rules can be kept. What is not known by then counts as kept.
const NODE_LIMIT: u64 = 200;

/// The clash of a problem that has no plan.
pub(super) fn clashes(problem: &Problem, stop: &AtomicBool) -> Result<Vec<String>, Unsolved> {
    if problem.people.is_empty() {
        return Ok(vec!["Nobody takes part in the plan.".to_owned()]);
    }
    let model = Model::new(problem);
    let nobody = (0..problem.units.len()).find(|&unit| model.eligible[unit].is_empty());
    if let Some(unit) = nobody {
        return Ok(nobody_may_hold(problem, unit));
    }
    let mut clash = Clash {
        problem,
        stop,
        dropped: BTreeSet::new(),
    };
    let rules = all_rules(problem);
    let kinds: BTreeSet<u8> = rules.iter().map(|rule| rule.kind()).collect();
    // Whole kinds first, so that a clash of a few rules among hundreds takes few questions.
    for kind in kinds.into_iter().rev() {
        clash.leave_out(rules.iter().copied().filter(|rule| rule.kind() == kind))?;
    }
    for rule in rules.iter().rev() {
        clash.leave_out([*rule])?;
    }
    let named = rules.iter().filter(|rule| !clash.dropped.contains(rule));
    Ok(named.map(|rule| rule.sentence(problem)).collect())
}

/// One unit that nobody may hold: that it has to be held, and what keeps each person from it.
fn nobody_may_hold(problem: &Problem, unit: usize) -> Vec<String> {
    let forbidden: Vec<Vec<Rule>> = (0..problem.people.len())
        .map(|person| forbidding(problem, unit, person))
        .collect();
    let mut kept: BTreeSet<Rule> = forbidden.iter().flatten().copied().collect();
    for rule in kept.clone().into_iter().rev() {
        kept.remove(&rule);
        let still = |rules: &Vec<Rule>| rules.iter().any(|rule| kept.contains(rule));
        if !forbidden.iter().all(still) {
            kept.insert(rule);
        }
    }
    let name = unit_name(problem, &problem.units[unit]);
    let mut sentences = vec![format!("{name} can go to nobody.")];
    sentences.extend(kept.iter().map(|rule| rule.sentence(problem)));
    sentences
}

fn all_rules(problem: &Problem) -> Vec<Rule> {
    let mut rules: BTreeSet<Rule> = BTreeSet::new();
    rules.extend(problem.most_moves.map(|_| Rule::MostMoves));
    for (person, candidate) in problem.people.iter().enumerate() {
        rules.extend(candidate.most_active.map(|_| Rule::MostActive(person)));
        rules.extend(
            candidate
                .most_back_burner
                .map(|_| Rule::MostBackBurner(person)),
        );
        for unit in 0..problem.units.len() {
            rules.extend(forbidding(problem, unit, person));
        }
    }
    rules.into_iter().collect()
}

struct Clash<'p> {
    problem: &'p Problem,
    stop: &'p AtomicBool,
    dropped: BTreeSet<Rule>,
}

impl Clash<'_> {
    /// Leaves rules out for good if the rest still clash without them.
    fn leave_out(&mut self, rules: impl IntoIterator<Item = Rule>) -> Result<(), Unsolved> {
        let mut fewer = self.dropped.clone();
        fewer.extend(rules);
        if fewer.len() > self.dropped.len() && self.is_impossible(&fewer)? {
            self.dropped = fewer;
        }
        Ok(())
    }

    fn is_impossible(&self, dropped: &BTreeSet<Rule>) -> Result<bool, Unsolved> {
        let model = Model::without(self.problem, dropped);
        let start = start(&model);
        let standing = improve(&model, Goal::default(), &start, self.stop)?;
        if standing.score().violation == 0 {
            return Ok(false);
        }
        let question = Question {
            goal: Goal::default(),
            objective: Objective::Nothing,
            least_peak_bp: 0,
            hats: vec![None; model.people()],
        };
        let program = Program::new(&model, question, &start);
        Ok(search(&program, None, None, NODE_LIMIT, self.stop)?.impossible)
    }
}
