//! Plans against every other plan there is.

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::agencies::{any_small_problem, two_unsplit_managers};
use super::{holders, solved};
use crate::domain::planning::local_search::{improve, start};
use crate::domain::planning::model::Model;
use crate::domain::planning::standing::Goal;
use crate::domain::planning::*;

/// Every plan that keeps every rule.
fn all_plans(problem: &Problem) -> Vec<Evaluation> {
    let people = problem.people.len();
    let plans = people.pow(u32::try_from(problem.units.len()).unwrap());
    let plan = |mut number: usize| {
        let holder = |_: &Unit| {
            let holder = number % people;
            number /= people;
            Some(holder)
        };
        evaluate(
            problem,
            &problem.units.iter().map(holder).collect::<Vec<_>>(),
        )
    };
    let feasible = |plan: &Evaluation| plan.violations.is_empty();
    (0..plans).map(plan).filter(feasible).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_plan_is_cheaper_than_the_one_found(problem in any_small_problem()) {
        let plans = all_plans(&problem);
        match solve(&problem, &AtomicBool::new(false)) {
            Ok(plan) => {
                let evaluation = evaluate(&problem, &holders(&problem, &plan));
                prop_assert_eq!(evaluation.violations, Vec::<String>::new());
                prop_assert_eq!(evaluation.cost, plan.cost);
                let least = plans.iter().map(|plan| plan.cost.total).min();
                prop_assert_eq!(Some(plan.cost.total), least);
                prop_assert!(plan.proven);
                prop_assert_eq!((plan.bound, plan.gap_bp), (plan.cost.total, 0));
            }
            Err(Unsolved::Infeasible { clashes }) => {
                prop_assert!(plans.is_empty());
                prop_assert!(!clashes.is_empty());
            }
            Err(unsolved) => prop_assert!(false, "{:?}", unsolved),
        }
    }

    #[test]
    fn no_peak_is_lower_than_the_frontiers(problem in any_small_problem()) {
        let plans = all_plans(&problem);
        let Ok(plan) = solve(&problem, &AtomicBool::new(false)) else {
            return Ok(());
        };
        for point in &plan.frontier {
            let within = plans.iter().filter(|plan| plan.moves <= point.moves);
            prop_assert_eq!(Some(point.peak_bp), within.clone().map(|plan| plan.peak_bp).min());
            let cheapest = within
                .filter(|plan| plan.peak_bp == point.peak_bp)
                .min_by_key(|plan| plan.cost.total);
            let cost = |broken: &[Broken]| broken.iter().map(|one| one.points).sum::<i64>();
            prop_assert!(point.proven && point.gap_bp == 0, "{point:?}");
            let all = plans.iter().filter(|plan| (plan.moves <= point.moves) && plan.peak_bp == point.peak_bp);
            let least = cheapest.map(|plan| plan.cost.total);
            let mut ties = all.filter(|plan| Some(plan.cost.total) == least);
            prop_assert!(ties.any(|plan| cost(&plan.broken) == cost(&point.broken)));
        }
        let last = plan.frontier.last().map(|point| point.peak_bp);
        prop_assert_eq!(last, plans.iter().map(|plan| plan.peak_bp).min());
        let first = plan.frontier.first().map(|point| point.moves);
        prop_assert!(first <= plans.iter().map(|plan| plan.moves).min());
    }

    #[test]
    fn no_plan_is_worse_than_the_local_search(problem in any_small_problem(), node_limit in 1..4_u64) {
        let problem = Problem { node_limit, ..problem };
        let stop = AtomicBool::new(false);
        if let Ok(plan) = solve(&problem, &stop) {
            let model = Model::new(&problem);
            let quick = improve(&model, Goal::default(), &start(&model), &stop).unwrap();
            if quick.score().violation == 0 {
                prop_assert!(plan.cost.total <= quick.score().cost);
            }
            prop_assert!(plan.bound <= plan.cost.total);
            prop_assert_eq!(plan.proven, plan.gap_bp == 0);
        }
    }

    #[test]
    fn the_same_problem_has_the_same_outcome(problem in any_small_problem()) {
        let stop = AtomicBool::new(false);
        prop_assert_eq!(solve(&problem, &stop), solve(&problem, &stop));
    }

    #[test]
    fn a_plan_reads_back_from_json_as_it_was(problem in any_small_problem()) {
        let json = serde_json::to_value(&problem).unwrap();
        prop_assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem.clone());
        if let Ok(plan) = solve(&problem, &AtomicBool::new(false)) {
            let json = serde_json::to_value(&plan).unwrap();
            prop_assert_eq!(serde_json::from_value::<Outcome>(json).unwrap(), plan);
        }
    }
}

#[test]
fn a_balanced_agency_is_proven_to_be_at_its_best() {
    let problem = two_unsplit_managers();
    let plan = solved(&problem);
    assert!(plan.proven);
    let utilisation = |figures: &Vec<Figures>| {
        figures
            .iter()
            .map(|one| one.utilisation_bp)
            .collect::<Vec<_>>()
    };
    assert_eq!(utilisation(&plan.before), [Some(10_000), Some(10_000)]);
    assert_eq!(utilisation(&plan.after), [Some(10_000), Some(10_000)]);
    let points: Vec<_> = plan
        .frontier
        .iter()
        .map(|point| (point.moves, point.peak_bp))
        .collect();
    assert_eq!(points, [(0, 10_000)]);
}
