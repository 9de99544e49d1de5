//! What a plan must keep, and what is said when it cannot.

use std::sync::atomic::AtomicBool;

use super::agencies::{bond, person, problem, two_unsplit_managers, unit};
use super::{holders, solved};
use crate::domain::planning::*;
use crate::entity::Side;

fn clashes(problem: &Problem) -> Vec<String> {
    match solve(problem, &AtomicBool::new(false)) {
        Err(Unsolved::Infeasible { clashes }) => clashes,
        other => panic!("{other:?}"),
    }
}

/// Dana has three active projects, two of client 0 and one of client 1, and Sam has none.
fn three_projects() -> Problem {
    let units = [0, 0, 1]
        .into_iter()
        .enumerate()
        .flat_map(|(project, client)| {
            [Side::Client, Side::Project].map(|side| unit(project, client, side, true, 0))
        });
    problem(vec![person("Dana"), person("Sam")], 2, units.collect())
}

#[test]
fn a_pinned_relationship_never_breaks() {
    let mut problem = three_projects();
    problem.people[0].leaves = false;
    problem.bonds = vec![bond(0, 0, 5), bond(0, 1, 5)];
    problem.weights.peak = 1_000;
    let free = solved(&problem);
    assert!(
        free.moves
            .iter()
            .any(|one| problem.units[one.unit].side == Side::Client)
    );
    problem.bonds = problem
        .bonds
        .iter()
        .map(|bond| Bond {
            pinned: true,
            ..*bond
        })
        .collect();
    let pinned = solved(&problem);
    assert!(
        pinned
            .moves
            .iter()
            .all(|one| problem.units[one.unit].side == Side::Project)
    );
    assert!(!pinned.moves.is_empty());
}

#[test]
fn a_guard_keeps_a_unit_where_it_is() {
    let mut problem = three_projects();
    let soon = Stay {
        why: StayReason::LaunchSoon,
        sentence: "Project 0 launches on 2026-12-10.".to_owned(),
    };
    for unit in &mut problem.units {
        unit.stays = vec![soon.clone()];
    }
    assert_eq!(solved(&problem).moves, []);
    problem.units[0].must_move = true;
    assert_eq!(
        clashes(&problem),
        [
            "The client side of Project 0 can go to nobody.",
            "The client side of Project 0 may not stay with Dana.",
            "The client side of Project 0 stays where it is: Project 0 launches on 2026-12-10.",
        ]
    );
}

#[test]
fn whoever_leaves_gives_everything_away() {
    let mut problem = three_projects();
    problem.people[0].leaves = true;
    let plan = solved(&problem);
    assert_eq!(plan.moves.len(), 6);
    assert!(
        plan.moves
            .iter()
            .all(|one| one.reason().starts_with("Dana leaves; "))
    );
    assert_eq!(plan.frontier.first().map(|point| point.moves), Some(6));
    problem.people[1].receives.project = false;
    assert_eq!(
        clashes(&problem),
        [
            "The project side of Project 0 can go to nobody.",
            "Dana leaves and may hold nothing.",
            "Sam may not receive project sides.",
        ]
    );
}

#[test]
fn limits_that_leave_no_room_are_named_and_no_others() {
    let mut problem = three_projects();
    problem.people[0].most_active = Some(1);
    problem.people[1].most_active = Some(1);
    problem.people[1].most_back_burner = Some(0);
    problem.most_moves = Some(6);
    assert_eq!(
        clashes(&problem),
        [
            "Dana may hold at most 1 active projects.",
            "Sam may hold at most 1 active projects.",
        ]
    );
    problem.people[1].most_active = Some(2);
    let plan = solved(&problem);
    let active: Vec<i64> = plan.after.iter().map(|figures| figures.active).collect();
    assert_eq!(active, [1, 2]);
    problem.most_moves = Some(3);
    assert_eq!(
        clashes(&problem),
        [
            "At most 3 units may change hands.",
            "Dana may hold at most 1 active projects.",
        ]
    );
}

#[test]
fn nobody_without_time_receives_anything() {
    let mut problem = three_projects();
    problem.people[1].availability_minutes = 0;
    assert_eq!(solved(&problem).moves, []);
    problem.units[0].held_by = Some(1);
    assert!(clashes(&problem).contains(&"Sam has no time for client work.".to_owned()));
}

#[test]
fn whoever_has_another_unit_of_a_client_still_speaks_for_it() {
    let mut problem = three_projects();
    problem.bonds = vec![bond(0, 0, 80)];
    problem.units[0].held_by = Some(1);
    problem.units[2].held_by = Some(0);
    let plan = solved(&problem);
    assert_eq!((plan.cost.relationship, plan.broken), (0, vec![]));
    problem.units[2].held_by = Some(1);
    let plan = solved(&problem);
    assert_eq!(plan.cost.relationship, 80 * 3 * 10 * 1_000);
    assert_eq!(
        plan.broken,
        [Broken {
            person: 0,
            client: 0,
            points: 80
        }]
    );
    problem.bonds[0].elsewhere = true;
    assert_eq!(solved(&problem).broken, []);
}

#[test]
fn fewer_moves_than_wanted_are_spent_where_they_count() {
    let mut problem = three_projects();
    problem.people[0].booked_minutes = 1_800;
    problem.most_moves = Some(1);
    let plan = solved(&problem);
    assert_eq!(
        holders(&problem, &plan)
            .iter()
            .filter(|one| **one == Some(1))
            .count(),
        1
    );
    let peaks: Vec<_> = plan
        .frontier
        .iter()
        .map(|point| (point.moves, point.peak_bp))
        .collect();
    assert_eq!(peaks, [(0, 14_166), (1, 13_444)]);
    let reason = plan.moves[0].reason();
    assert!(
        reason.contains("Dana falls from 141.66 % to 13"),
        "{reason}"
    );
}

#[test]
fn a_plan_that_is_called_off_says_so() {
    let stop = AtomicBool::new(true);
    assert_eq!(
        solve(&two_unsplit_managers(), &stop),
        Err(Unsolved::Cancelled)
    );
    assert_eq!(
        split(&two_unsplit_managers(), 0, 1, &stop),
        Err(Unsolved::Cancelled)
    );
}

#[test]
fn what_people_prefer_is_left_out_of_a_public_reason() {
    let mut problem = three_projects();
    problem.people[0].booked_minutes = 1_800;
    // A name that looks like the end of another part must hide nothing and show nothing.
    problem.people[1].name = "Sam; Ada".to_owned();
    problem.people[1].preference = Some(Side::Client);
    let plan = solved(&problem);
    let moved = |one: &&Move| problem.units[one.unit].side == Side::Client;
    let one = plan.moves.iter().find(moved).unwrap();
    assert!(one.reason().contains("; Sam; Ada prefers client work"));
    assert!(!one.public_reason().contains("prefers"));
    assert!(one.public_reason().starts_with("Dana falls from "));
    let mut only = one.clone();
    only.reasons
        .retain(|reason| reason.about == About::Preference);
    assert_eq!(only.reason(), "Sam; Ada prefers client work.");
    assert_eq!(only.public_reason(), "It costs the plan least.");
}
