//! What a re-assignment plan costs: the demo's size, 100 projects × 6 managers and 280 × 12, each beside its local
//! search alone (a plan whose node limit is 1). `cargo bench --bench planning`; prints how sure each plan is first.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use divan::Bencher;
use jiff::civil::date;
use meridian::domain::load::SideLoad;
use meridian::domain::planning::{
    Bond, Candidate, FixedCounts, PlanClient, Problem, Receives, Target, Unit, UnitStatus, Waves,
    Weights, solve,
};
use meridian::entity::Side;
use uuid::Uuid;

/// Projects and managers.
const SIZES: [(usize, usize); 3] = [(36, 2), (100, 6), (280, 12)];

fn main() {
    for (projects, people) in SIZES {
        let problem = agency(projects, people);
        let started = Instant::now();
        match solve(&problem, &AtomicBool::new(false)) {
            Ok(plan) => println!(
                "{projects} × {people}: {} moves, proven {}, gap {} bp, {} nodes, frontier of {} ({} proven), cost {} over {}, in {:?}",
                plan.moves.len(),
                plan.proven,
                plan.gap_bp,
                plan.nodes,
                plan.frontier.len(),
                plan.frontier.iter().filter(|point| point.proven).count(),
                plan.cost.total,
                plan.bound,
                started.elapsed(),
            ),
            Err(unsolved) => println!("{projects} × {people}: {unsolved:?}"),
        }
    }
    divan::main();
}

#[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
fn plan(bencher: Bencher, (projects, people): (usize, usize)) {
    let problem = agency(projects, people);
    bencher.bench(|| solve(&problem, &AtomicBool::new(false)));
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// An agency on its way: everybody held both sides once, some have begun to hold one, most say what they prefer, and
/// the work is shared unevenly.
fn agency(projects: usize, people: usize) -> Problem {
    let mut numbers = Numbers(7 + projects as u64);
    let skills: Vec<Uuid> = (1..=4).map(Uuid::from_u128).collect();
    let clients = projects * 3 / 4;
    let candidates = (0..people)
        .map(|place| manager(place, people, &skills, &mut numbers))
        .collect();
    let holders: Vec<usize> = (0..clients).map(|_| uneven(people, &mut numbers)).collect();
    let units = (0..projects).flat_map(|place| {
        let client = place % clients;
        sides(
            place,
            client,
            holders[client],
            &skills,
            people,
            &mut numbers,
        )
    });
    let units = units.collect();
    let mut bonds = Vec::new();
    for (client, &holder) in holders.iter().enumerate() {
        bonds.push(bond(holder, client, 10 + numbers.below(90)));
        let other = numbers.below(people as u64) as usize;
        if other != holder {
            bonds.push(bond(other, client, numbers.below(40)));
        }
    }
    Problem {
        people: candidates,
        clients: (0..clients)
            .map(|client| PlanClient {
                id: Uuid::from_u128(client as u128),
                name: format!("Client {client}"),
            })
            .collect(),
        units,
        bonds,
        weights: Weights::default(),
        target_bp: 10_000,
        most_moves: None,
        node_limit: Problem::usual_node_limit(projects * 2, people),
        waves: Waves {
            starts_on: date(2026, 11, 30),
            per_week: 3,
        },
    }
}

fn bond(person: usize, client: usize, points: u64) -> Bond {
    Bond {
        person,
        client,
        points: points as i64,
        pinned: points > 95,
        elsewhere: false,
    }
}

/// Some carry more than others.
fn uneven(people: usize, numbers: &mut Numbers) -> usize {
    let people = people as u64;
    numbers.below(people).max(numbers.below(people)) as usize
}

fn manager(place: usize, people: usize, skills: &[Uuid], numbers: &mut Numbers) -> Candidate {
    let preference = match place % 6 {
        0 | 2 | 4 => Some(Side::Client),
        1 | 3 => Some(Side::Project),
        _ => None,
    };
    let level = |numbers: &mut Numbers| 1 + numbers.below(5) as i32;
    Candidate {
        id: Uuid::from_u128(place as u128),
        name: format!("Manager {place}"),
        availability_minutes: if people > 2 && place % 4 == 3 {
            1_440
        } else {
            1_800
        },
        fixed: SideLoad::default(),
        booked_minutes: if people > 2 {
            numbers.below(3) as i64 * 60
        } else {
            0
        },
        fixed_counts: FixedCounts::default(),
        receives: Receives {
            client: preference != Some(Side::Project) || people == 2,
            project: true,
        },
        preference,
        skills: skills
            .iter()
            .map(|skill| (*skill, level(numbers)))
            .collect::<BTreeMap<_, _>>(),
        most_active: None,
        most_back_burner: None,
        leaves: false,
    }
}

/// The two sides of a project: a third of the projects are active, in all three lead modes.
fn sides(
    place: usize,
    client: usize,
    holder: usize,
    skills: &[Uuid],
    people: usize,
    numbers: &mut Numbers,
) -> [Unit; 2] {
    let active = place % 3 == 0;
    let size = if people == 2 {
        10
    } else {
        [7, 10, 10, 15][numbers.below(4) as usize]
    };
    let (client_minutes, project_minutes) = if active {
        (13 * size, 12 * size)
    } else {
        (3 * size / 2, size)
    };
    let (of_client, of_project) = match numbers.below(3) {
        0 => (
            SideLoad {
                client_minutes,
                project_minutes: project_minutes * 3 / 5,
            },
            SideLoad {
                client_minutes: 0,
                project_minutes: project_minutes - project_minutes * 3 / 5,
            },
        ),
        1 => (
            SideLoad {
                client_minutes: client_minutes * 2 / 5,
                project_minutes: 0,
            },
            SideLoad {
                client_minutes: client_minutes - client_minutes * 2 / 5,
                project_minutes,
            },
        ),
        _ => (
            SideLoad {
                client_minutes,
                project_minutes: 0,
            },
            SideLoad {
                client_minutes: 0,
                project_minutes,
            },
        ),
    };
    let asks = vec![(
        skills[numbers.below(4) as usize],
        1 + numbers.below(4) as i32,
    )];
    let unit = |side, minutes, skills| Unit {
        target: Target::Project(Uuid::from_u128(place as u128)),
        name: format!("Project {place}"),
        client,
        side,
        minutes,
        client_side_minutes: client_minutes,
        status: if active {
            UnitStatus::Active
        } else {
            UnitStatus::BackBurner
        },
        holder: Some(holder),
        skills,
        must_move: false,
        stays: Vec::new(),
        held_by: None,
    };
    [
        unit(Side::Client, of_client, Vec::new()),
        unit(Side::Project, of_project, asks),
    ]
}
