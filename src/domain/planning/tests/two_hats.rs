//! Two unsplit managers in, one account manager and one production manager out.

use std::sync::atomic::AtomicBool;

use super::agencies::{bond, two_unsplit_managers};
use crate::domain::planning::*;
use crate::entity::Side;

fn halves(problem: &Problem) -> Outcome {
    split(problem, 0, 1, &AtomicBool::new(false)).unwrap()
}

#[test]
fn the_golden_case_splits_into_10666_and_9333() {
    let mut problem = two_unsplit_managers();
    problem.people[0].preference = Some(Side::Client);
    problem.people[1].preference = Some(Side::Project);
    for person in &mut problem.people {
        person.most_active = Some(6);
    }
    let plan = halves(&problem);
    assert!(plan.proven);
    let figures = |all: &[Figures]| {
        let each = all.iter().map(|one| (one.utilisation_bp, one.role_mix_bp));
        each.collect::<Vec<_>>()
    };
    assert_eq!(figures(&plan.before), [(Some(10_000), Some(9_333)); 2]);
    assert_eq!(
        figures(&plan.after),
        [(Some(10_666), Some(0)), (Some(9_333), Some(0))]
    );
    let minutes: i64 = plan
        .after
        .iter()
        .map(|one| one.coordination.minutes())
        .sum();
    let availability: i64 = plan.after.iter().map(|one| one.availability_minutes).sum();
    assert_eq!(minutes * 10_000 / availability, 10_000);
    let counts: Vec<_> = plan
        .after
        .iter()
        .map(|one| (one.active, one.back_burner))
        .collect();
    assert_eq!(counts, [(12, 24); 2]);
    assert_eq!(plan.moves.len(), 36);
}

#[test]
fn the_hats_go_where_they_cost_less() {
    let mut problem = two_unsplit_managers();
    problem.bonds = (18..36).map(|client| bond(1, client, 70)).collect();
    let plan = halves(&problem);
    assert_eq!(plan.broken, []);
    assert_eq!(plan.after[1].role_mix_bp, Some(0));
    assert_eq!(plan.after[1].coordination.client_minutes, 1_920);
}

#[test]
fn a_split_is_as_sure_as_both_ways_are() {
    let plan = halves(&two_unsplit_managers());
    assert!(plan.proven);
    let total = plan.cost.total;
    let open = Outcome {
        proven: false,
        bound: total / 2,
        gap_bp: 5_000,
        ..plan.clone()
    };
    for answer in [
        cheaper(plan.clone(), open.clone()),
        cheaper(open, plan.clone()),
    ] {
        let sure = (answer.proven, answer.bound, answer.cost.total);
        assert_eq!(sure, (false, total / 2, total));
        assert_eq!(answer.gap_bp, gap_bp(total, total / 2));
    }
    let dearer = Outcome {
        bound: total + 1,
        cost: Cost {
            total: total + 2,
            ..plan.cost
        },
        proven: false,
        ..plan.clone()
    };
    assert_eq!(cheaper(dearer, plan.clone()), plan);
    let unknown = bounded(plan, 0);
    assert_eq!((unknown.proven, unknown.gap_bp), (false, 10_000));
}

#[test]
fn a_split_of_which_one_way_is_undecided_is_not_sure() {
    let plan = || Ok(halves(&two_unsplit_managers()));
    let undecided = || Err(Unsolved::Undecided);
    let infeasible = || {
        Err(Unsolved::Infeasible {
            clashes: Vec::new(),
        })
    };
    for answer in [
        of_both_ways(plan(), undecided()),
        of_both_ways(undecided(), plan()),
    ] {
        let answer = answer.unwrap();
        let sure = (answer.proven, answer.bound, answer.gap_bp);
        assert_eq!(sure, (false, 0, 10_000));
    }
    // A way that has no plan takes nothing from the other.
    assert_eq!(of_both_ways(plan(), infeasible()), plan());
    assert_eq!(of_both_ways(infeasible(), plan()), plan());
    assert_eq!(of_both_ways(undecided(), infeasible()), undecided());
    assert_eq!(of_both_ways(infeasible(), undecided()), undecided());
}

#[test]
fn what_a_guard_keeps_stays_until_the_guard_is_lifted() {
    let mut problem = two_unsplit_managers();
    problem.people[0].preference = Some(Side::Client);
    problem.weights.preference = 10;
    problem.units[1].stays = vec![Stay {
        why: StayReason::ClientInTrouble,
        sentence: "Client 0 is in trouble.".to_owned(),
    }];
    let plan = halves(&problem);
    assert_eq!(plan.moves.len(), 35);
    assert_eq!(plan.after[0].coordination.project_minutes, 120);
}
