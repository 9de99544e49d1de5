use proptest::prelude::*;

use super::*;
use crate::domain::utilisation::{Band, BandLimits, LoadMinutes, Utilisation, role_mix};

/// 37.5 h a week at 80 %.
const AVAILABILITY: i64 = 1_800;

fn profile(status: ProjectStatus, lead_mode: LeadMode) -> ProjectProfile {
    ProjectProfile {
        status,
        size: ProjectSize::M,
        communication: 3,
        complexity: 3,
        lead_mode,
    }
}

/// The article's book: so many active and back-burner projects of size M, level 3, all JOINT.
fn book(active: usize, back_burner: usize) -> Vec<ProjectLoad> {
    let constants = LoadConstants::default();
    let project = |status| project_load(&constants, &profile(status, LeadMode::Joint));
    let mut loads = vec![project(ProjectStatus::Active); active];
    loads.extend(vec![project(ProjectStatus::BackBurner); back_burner]);
    loads
}

fn utilisation_bp(minutes: i64, availability: i64) -> Option<i64> {
    Utilisation::of(
        LoadMinutes::confirmed(minutes),
        availability,
        &BandLimits::default(),
    )
    .confirmed_bp
}

#[test]
fn the_golden_case_unsplit() {
    let load = |back_burner| {
        book(6, back_burner)
            .iter()
            .map(|project| project.sides())
            .sum::<SideLoad>()
    };
    assert_eq!(load(12).minutes(), 1_800);
    assert_eq!(
        utilisation_bp(load(12).minutes(), AVAILABILITY),
        Some(10_000)
    );
    assert_eq!(
        utilisation_bp(load(10).minutes(), AVAILABILITY),
        Some(9_722)
    );
    assert_eq!(
        utilisation_bp(load(15).minutes(), AVAILABILITY),
        Some(10_416)
    );
    assert_eq!(
        role_mix(load(12).client_minutes, load(12).project_minutes),
        Some(9_333)
    );
}

#[test]
fn the_golden_case_split() {
    let both_books = book(12, 24);
    let account: SideLoad = both_books
        .iter()
        .map(|project| project.account_manager)
        .sum();
    let production: SideLoad = both_books
        .iter()
        .map(|project| project.production_manager)
        .sum();
    assert_eq!((account.minutes(), production.minutes()), (1_920, 1_680));
    assert_eq!(
        utilisation_bp(account.minutes(), AVAILABILITY),
        Some(10_666)
    );
    assert_eq!(
        utilisation_bp(production.minutes(), AVAILABILITY),
        Some(9_333)
    );
    let team =
        [account, production].map(|load| (LoadMinutes::confirmed(load.minutes()), AVAILABILITY));
    let together = Utilisation::of_team(team, &BandLimits::default());
    assert_eq!(
        (together.confirmed_bp, together.band),
        (Some(10_000), Some(Band::Full))
    );
    assert_eq!(
        role_mix(account.client_minutes, account.project_minutes),
        Some(0)
    );
    assert_eq!(
        role_mix(production.client_minutes, production.project_minutes),
        Some(0)
    );
}

#[test]
fn lead_modes_part_130_and_120() {
    let parted = [
        LeadMode::AccountLed,
        LeadMode::Joint,
        LeadMode::ProductionLed,
    ]
    .map(|lead_mode| {
        let load = project_load(
            &LoadConstants::default(),
            &profile(ProjectStatus::Active, lead_mode),
        );
        (
            load.account_manager.minutes(),
            load.production_manager.minutes(),
        )
    });
    assert_eq!(parted, [(202, 48), (130, 120), (52, 198)]);
}

#[test]
fn sizes_and_levels_multiply_each_their_side() {
    let constants = LoadConstants::default();
    let sides = |size, communication, complexity| {
        let profile = ProjectProfile {
            size,
            communication,
            complexity,
            ..profile(ProjectStatus::Active, LeadMode::Joint)
        };
        let sides = profile.sides(&constants);
        (sides.client_minutes, sides.project_minutes)
    };
    assert_eq!(sides(ProjectSize::Xs, 1, 2), (31, 38));
    assert_eq!(sides(ProjectSize::S, 3, 5), (91, 142));
    assert_eq!(sides(ProjectSize::L, 3, 4), (195, 234));
    assert_eq!(sides(ProjectSize::Xl, 5, 1), (486, 158));
}

#[test]
fn a_client_costs_its_holder_something_even_when_nothing_runs() {
    use ProjectStatus::*;
    let minutes = |statuses: &[ProjectStatus]| {
        idle_client_minutes(&LoadConstants::default(), statuses.iter().copied())
    };
    assert_eq!(minutes(&[]), 15);
    assert_eq!(minutes(&[Proposed, Completed, Cancelled]), 15);
    assert_eq!(minutes(&[Completed, BackBurner]), 0);
    assert_eq!(minutes(&[Active]), 0);
}

#[test]
fn the_steps_are_explained() {
    let profile = ProjectProfile {
        size: ProjectSize::L,
        complexity: 4,
        ..profile(ProjectStatus::Active, LeadMode::AccountLed)
    };
    assert_eq!(
        profile.explain(&LoadConstants::default()),
        [
            "Client side 130 × size L 150 % × communication 3 100 % = 195 min",
            "Production side 120 × size L 150 % × complexity 4 130 % = 234 min",
            "Account-led: the production manager keeps 40 % of the project side: \
             account manager 336 min, production manager 93 min",
        ]
    );
}

#[test]
fn percentages_show_no_idle_zeros() {
    let shown = [0, 5, 50, 10_000, 9_722, 13_050, -50].map(percent);
    assert_eq!(
        shown,
        [
            "0 %", "0.05 %", "0.5 %", "100 %", "97.22 %", "130.5 %", "-0.5 %"
        ]
    );
}

fn any_profile() -> impl Strategy<Value = ProjectProfile> {
    let status = prop_oneof![
        Just(ProjectStatus::Proposed),
        Just(ProjectStatus::Active),
        Just(ProjectStatus::BackBurner),
        Just(ProjectStatus::Completed),
        Just(ProjectStatus::Cancelled),
    ];
    let size = prop_oneof![
        Just(ProjectSize::Xs),
        Just(ProjectSize::S),
        Just(ProjectSize::M),
        Just(ProjectSize::L),
        Just(ProjectSize::Xl)
    ];
    let lead_mode = prop_oneof![
        Just(LeadMode::AccountLed),
        Just(LeadMode::Joint),
        Just(LeadMode::ProductionLed)
    ];
    (status, size, 1_i64..=5, 1_i64..=5, lead_mode).prop_map(
        |(status, size, communication, complexity, lead_mode)| ProjectProfile {
            status,
            size,
            communication,
            complexity,
            lead_mode,
        },
    )
}

proptest! {
    #[test]
    fn the_two_managers_carry_the_two_sides(
        profile in any_profile(),
        support_share_bp in 0_i64..=10_000,
        active_client_minutes in 0_i64..1_000,
        active_project_minutes in 0_i64..1_000,
    ) {
        let defaults = LoadConstants::default();
        let constants = LoadConstants { support_share_bp, active_client_minutes, active_project_minutes, ..defaults };
        let load = project_load(&constants, &profile);
        prop_assert_eq!(load.sides(), profile.sides(&constants));
        for minutes in [load.account_manager, load.production_manager] {
            prop_assert!(minutes.client_minutes >= 0 && minutes.project_minutes >= 0);
        }
    }

    #[test]
    fn the_leading_side_carries_all_of_its_own(profile in any_profile()) {
        let load = project_load(&LoadConstants::default(), &profile);
        match profile.lead_mode {
            LeadMode::AccountLed => prop_assert_eq!(load.production_manager.client_minutes, 0),
            LeadMode::ProductionLed => prop_assert_eq!(load.account_manager.project_minutes, 0),
            LeadMode::Joint => prop_assert_eq!(
                load.account_manager.project_minutes + load.production_manager.client_minutes, 0),
        }
    }

    #[test]
    fn only_running_projects_make_load(profile in any_profile()) {
        let running = matches!(profile.status, ProjectStatus::Active | ProjectStatus::BackBurner);
        prop_assert_eq!(project_load(&LoadConstants::default(), &profile).sides().minutes() > 0, running);
    }
}
