//! What the figures of the demo's week are.

use std::collections::BTreeMap;

use meridian::demo::MONDAY;
use meridian::domain::calendar::Week;
use meridian::domain::decisions::{ByFactor, DecisionConstants, recommend};
use meridian::domain::utilisation::Band;
use meridian::entity::{Access, LeadMode, ProjectSize, ProjectStatus, client, project};

use super::{agenda, filled, on_both};

#[tokio::test]
async fn dana_and_sam_are_the_golden_case() {
    on_both(async |db| {
        let demo = filled(db, 1).await;
        let (agenda, _) = agenda(db).await;
        let week = Week::of(MONDAY);
        let books = agenda.books_in(week);
        for manager in [demo.dana_id, demo.sam_id] {
            let capacity = agenda.capacity(manager, week, &books);
            assert_eq!(capacity.availability.scheduled_minutes, 2_250);
            assert_eq!(capacity.availability.availability_minutes, 1_800);
            assert_eq!(capacity.coordination.minutes(), 1_800);
            assert_eq!(
                capacity.load().worst,
                1_800,
                "nothing is booked for a manager"
            );
            let utilisation = capacity.utilisation(&agenda.settings);
            assert_eq!(utilisation.confirmed_bp, Some(10_000));
            assert_eq!(utilisation.band, Some(Band::Full));
            assert_eq!(capacity.role_mix_bp(), Some(9_333));
            assert_eq!(
                (capacity.counts.active, capacity.counts.back_burner),
                (6, 12)
            );
        }
        assert_eq!(books.len(), 2, "nobody else holds anything");
        assert!(agenda.books.unstaffed(MONDAY).is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_contributors_reach_from_the_bench_to_past_their_availability() {
    on_both(async |db| {
        filled(db, 1).await;
        let (agenda, people) = agenda(db).await;
        let week = Week::of(MONDAY);
        let books = agenda.books_in(week);
        let figures: BTreeMap<&str, _> = people
            .iter()
            .filter(|person| person.access == Some(Access::Member))
            .map(|person| {
                let capacity = agenda.capacity(person.id, week, &books);
                let utilisation = capacity.utilisation(&agenda.settings);
                (
                    person.name.as_str(),
                    (
                        capacity.availability.availability_minutes,
                        utilisation.confirmed_bp,
                        utilisation.band,
                    ),
                )
            })
            .collect();
        let expected = BTreeMap::from([
            ("Aoife Brennan", (1_215, Some(7_901), Some(Band::Healthy))),
            ("Caleb Whitfield", (1_260, Some(7_857), Some(Band::Healthy))),
            ("Ines Keller", (1_920, Some(8_994), Some(Band::Full))),
            ("Jonas Brandt", (0, None, None)),
            ("Maya Torres", (1_260, Some(7_428), Some(Band::Healthy))),
            ("Priya Raman", (1_910, Some(7_120), Some(Band::Healthy))),
            ("Ruth Adeyemi", (1_528, Some(3_141), Some(Band::Bench))),
            ("Tom Ashdown", (1_910, Some(10_706), Some(Band::Over))),
        ]);
        assert_eq!(figures, expected);
        // Later weeks can be reckoned too: no TOTAL lies on days without availability.
        for week in (1..5).map(|weeks| week.plus(weeks)) {
            let books = agenda.books_in(week);
            for person in &people {
                agenda.capacity(person.id, week, &books);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn each_manager_has_two_active_projects_for_each_lead_mode() {
    on_both(async |db| {
        let demo = filled(db, 1).await;
        let (agenda, _) = agenda(db).await;
        let books = agenda.books_in(Week::of(MONDAY));
        for manager in [demo.dana_id, demo.sam_id] {
            let mut recommended: BTreeMap<LeadMode, usize> = BTreeMap::new();
            for held in &books[&manager].projects {
                let project = held.project;
                let client = &agenda.books.clients[&project.client_id];
                assert_eq!(
                    (project.size, client.communication, project.complexity),
                    (ProjectSize::M, 3, 3)
                );
                assert_eq!(project.lead_mode, LeadMode::Joint, "nothing is decided yet");
                if project.status == ProjectStatus::Active {
                    let scores = scores(client, project);
                    let decided = recommend(&DecisionConstants::default(), &scores, None).lead_mode;
                    let against_joint = recommend(
                        &DecisionConstants::default(),
                        &scores,
                        Some(LeadMode::Joint),
                    );
                    assert_eq!(
                        decided, against_joint.lead_mode,
                        "{}: too close",
                        project.name
                    );
                    *recommended.entry(decided).or_default() += 1;
                }
            }
            assert_eq!(recommended.into_values().collect::<Vec<_>>(), [2, 2, 2]);
        }
    })
    .await;
}

fn scores(client: &client::Model, project: &project::Model) -> ByFactor {
    ByFactor {
        communication: client.communication.into(),
        sensitivity: client.sensitivity.into(),
        growth: client.growth.into(),
        complexity: project.complexity.into(),
        delivery: project.delivery.into(),
        volatility: project.volatility.into(),
    }
}
