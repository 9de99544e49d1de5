//! Waves: no more handovers a week than asked for, and never both sides of a client close together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use jiff::civil::{Weekday, date};
use proptest::prelude::*;

use super::agencies::{any_small_problem, bond, two_unsplit_managers};
use crate::domain::planning::*;
use crate::entity::Side;

fn keeps_the_rules(problem: &Problem, plan: &Outcome) -> Result<(), TestCaseError> {
    let mut handovers: BTreeMap<usize, BTreeSet<(usize, Side, Option<usize>, usize)>> =
        BTreeMap::new();
    let mut sides: Vec<(usize, Side, jiff::civil::Date)> = Vec::new();
    for one in &plan.moves {
        let unit = &problem.units[one.unit];
        let handover = (unit.client, unit.side, one.from, one.to);
        handovers.entry(one.wave).or_default().insert(handover);
        sides.push((unit.client, unit.side, one.on));
        prop_assert_eq!(one.on.weekday(), Weekday::Monday);
        prop_assert!(one.on >= problem.waves.starts_on);
    }
    for handovers in handovers.values() {
        prop_assert!(handovers.len() <= problem.waves.per_week);
    }
    for (client, side, on) in &sides {
        for (other_client, other_side, other_on) in &sides {
            if client == other_client && side != other_side {
                let days = on.duration_until(*other_on).as_hours().abs() / 24;
                prop_assert!(
                    days >= 14,
                    "{days} days between the sides of client {client}"
                );
            }
        }
    }
    prop_assert!(plan.moves.is_sorted_by_key(|one| one.wave));
    Ok(())
}

proptest! {
    #[test]
    fn both_sides_of_a_client_move_14_days_apart(problem in any_small_problem(), per_week in 1..4_usize) {
        let waves = Waves { per_week, ..problem.waves };
        let problem = Problem { waves, ..problem };
        if let Ok(plan) = solve(&problem, &AtomicBool::new(false)) {
            keeps_the_rules(&problem, &plan)?;
        }
    }
}

#[test]
fn a_split_moves_the_least_disruptive_first() {
    let mut problem = two_unsplit_managers();
    problem.bonds = (18..36)
        .map(|client| bond(1, client, 40 - client as i64))
        .collect();
    problem.people[0].preference = Some(Side::Client);
    problem.waves = Waves {
        starts_on: date(2026, 12, 1),
        per_week: 3,
    };
    let plan = split(&problem, 0, 1, &AtomicBool::new(false)).unwrap();
    keeps_the_rules(&problem, &plan).unwrap();
    assert_eq!(plan.moves[0].on, date(2026, 12, 7));
    assert_eq!(plan.moves.last().map(|one| one.wave), Some(11));
    let weights = plan
        .moves
        .iter()
        .map(|one| problem.units[one.unit].client_side_minutes);
    assert!(weights.is_sorted());
}
