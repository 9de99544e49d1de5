//! Agencies to plan for: one with round figures, and any small one.

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

use crate::domain::load::SideLoad;
use crate::domain::planning::*;
use crate::entity::Side;

pub(super) fn person(name: &str) -> Candidate {
    Candidate {
        id: Uuid::nil(),
        name: name.to_owned(),
        availability_minutes: 1_800,
        fixed: SideLoad::default(),
        booked_minutes: 0,
        fixed_counts: FixedCounts::default(),
        receives: Receives {
            client: true,
            project: true,
        },
        preference: None,
        skills: BTreeMap::new(),
        most_active: None,
        most_back_burner: None,
        leaves: false,
    }
}

/// One side of a JOINT project of size M and level 3.
pub(super) fn unit(project: usize, client: usize, side: Side, active: bool, holder: usize) -> Unit {
    let (of_client, of_project) = if active { (130, 120) } else { (15, 10) };
    let minutes = match side {
        Side::Client => SideLoad {
            client_minutes: of_client,
            project_minutes: 0,
        },
        Side::Project => SideLoad {
            client_minutes: 0,
            project_minutes: of_project,
        },
    };
    Unit {
        target: Target::Project(Uuid::from_u128(project as u128)),
        name: format!("Project {project}"),
        client,
        side,
        minutes,
        client_side_minutes: of_client,
        status: if active {
            UnitStatus::Active
        } else {
            UnitStatus::BackBurner
        },
        holder: Some(holder),
        skills: Vec::new(),
        must_move: false,
        stays: Vec::new(),
        held_by: None,
    }
}

pub(super) fn bond(person: usize, client: usize, points: i64) -> Bond {
    Bond {
        person,
        client,
        points,
        pinned: false,
        elsewhere: false,
    }
}

pub(super) fn problem(people: Vec<Candidate>, clients: usize, units: Vec<Unit>) -> Problem {
    let client = |number: usize| PlanClient {
        id: Uuid::from_u128(number as u128),
        name: format!("Client {number}"),
    };
    Problem {
        people,
        clients: (0..clients).map(client).collect(),
        units,
        bonds: Vec::new(),
        weights: Weights::default(),
        target_bp: 10_000,
        most_moves: None,
        node_limit: 20_000,
        waves: Waves {
            starts_on: date(2026, 11, 30),
            per_week: 2,
        },
    }
}

/// Dana and Sam, each with six active and 12 back-burner projects of a client each: both at 10000 bp.
pub(super) fn two_unsplit_managers() -> Problem {
    let units = (0..36).flat_map(|project| {
        let (active, holder) = (project % 18 < 6, project / 18);
        [Side::Client, Side::Project].map(|side| unit(project, project, side, active, holder))
    });
    problem(vec![person("Dana"), person("Sam")], 36, units.collect())
}

const SKILL: Uuid = Uuid::from_u128(1);

prop_compose! {
    fn any_person()(
        availability_minutes in prop_oneof![8 => 100..400_i64, 1 => Just(0)],
        (fixed_client, fixed_project, booked_minutes) in (0..30_i64, 0..30_i64, 0..60_i64),
        (client, project) in (prop::bool::weighted(0.8), prop::bool::weighted(0.8)),
        preference in prop_oneof![Just(None), Just(Some(Side::Client)), Just(Some(Side::Project))],
        skill in prop::option::of(1..=5),
        most_active in prop::option::weighted(0.2, 0..4_i64),
        most_back_burner in prop::option::weighted(0.2, 0..4_i64),
        leaves in prop::bool::weighted(0.1),
    ) -> Candidate {
        Candidate {
            availability_minutes,
            fixed: SideLoad { client_minutes: fixed_client, project_minutes: fixed_project },
            booked_minutes,
            receives: Receives { client, project },
            preference,
            skills: skill.map(|level| (SKILL, level)).into_iter().collect(),
            most_active,
            most_back_burner,
            leaves,
            ..person("Kim")
        }
    }
}

prop_compose! {
    fn any_unit(people: usize, clients: usize)(
        project in 0..4_usize,
        client_side in any::<bool>(),
        (client_minutes, project_minutes) in (0..150_i64, 0..150_i64),
        client in 0..clients,
        holder in prop::option::weighted(0.9, 0..people),
        level in prop::option::weighted(0.3, 1..=5),
        must_move in prop::bool::weighted(0.1),
        stays in prop::bool::weighted(0.1),
        held_by in prop::option::weighted(0.1, 0..people),
        active in any::<bool>(),
    ) -> Unit {
        let side = if client_side { Side::Client } else { Side::Project };
        let why = Stay { why: StayReason::LaunchSoon, sentence: "It launches soon.".to_owned() };
        Unit {
            minutes: SideLoad { client_minutes, project_minutes },
            holder,
            skills: level.map(|level| (SKILL, level)).into_iter().collect(),
            must_move,
            stays: if stays { vec![why] } else { vec![] },
            held_by,
            ..unit(project, client, side, active, 0)
        }
    }
}

prop_compose! {
    fn any_weights()(
        relationship in 0..20_u32,
        preference in 0..5_u32,
        role_mix in 0..5_u32,
        skills in 0..50_u32,
        over in 0..4_u32,
        peak in 0..20_u32,
    ) -> Weights {
        Weights { relationship, preference, role_mix, skills, over, peak, ..Weights::default() }
    }
}

/// At most three people and six units, so that every plan can be tried.
pub(super) fn any_small_problem() -> impl Strategy<Value = Problem> {
    (1..=3_usize, 1..=3_usize).prop_flat_map(|(people, clients)| {
        let bond = (
            0..people,
            0..clients,
            0..=100_i64,
            prop::bool::weighted(0.1),
            prop::bool::weighted(0.1),
        );
        (
            prop::collection::vec(any_person(), people),
            prop::collection::vec(any_unit(people, clients), 1..=6),
            prop::collection::btree_map((0..people, 0..clients), bond, 0..6),
            any_weights(),
            5_000..15_000_i64,
            prop::option::weighted(0.3, 0..5_usize),
        )
            .prop_map(
                move |(people, units, bonds, weights, target_bp, most_moves)| {
                    let bonds = bonds.into_iter().map(
                        |((person, client), (_, _, points, pinned, elsewhere))| Bond {
                            person,
                            client,
                            points,
                            pinned,
                            elsewhere,
                        },
                    );
                    Problem {
                        bonds: bonds.collect(),
                        weights,
                        target_bp,
                        most_moves,
                        ..problem(people, clients, one_status_a_project(units))
                    }
                },
            )
    })
}

/// The units of one project agree on its status, and no side of it comes twice.
fn one_status_a_project(units: Vec<Unit>) -> Vec<Unit> {
    let mut kept: Vec<Unit> = Vec::new();
    for mut unit in units {
        if kept
            .iter()
            .any(|one| (one.target, one.side) == (unit.target, unit.side))
        {
            continue;
        }
        if let Some(other) = kept.iter().find(|one| one.target == unit.target) {
            (unit.status, unit.client) = (other.status, other.client);
        }
        kept.push(unit);
    }
    kept
}
