//! Whom to contact on the demo's Monday, and what was said in the year before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use meridian::demo::{MONDAY, STARTS_AT};
use meridian::domain::books::Books;
use meridian::domain::cadence::{Due, DueState};
use meridian::domain::calendar::plus_days;
use meridian::domain::responsibilities::Scope;
use meridian::domain::settings::Settings;
use meridian::domain::updates::standings;
use meridian::domain::zone::zone;
use meridian::entity::{EmailKind, TouchpointKind, project, schedule, touchpoint};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{filled, on_both};

#[tokio::test]
async fn on_the_monday_some_updates_are_due_some_overdue_and_some_ahead() {
    on_both(async |db| {
        let demo = filled(db, 1).await;
        let books = Books::load(&db.read, &Scope::All, MONDAY, MONDAY)
            .await
            .unwrap();
        let (standings, _) = standings(&db.read, &books, &Settings::default(), MONDAY)
            .await
            .unwrap();
        let at = |due: Due| (due.due_on, due.state(MONDAY));
        let figures: Vec<_> = standings
            .iter()
            .map(|standing| {
                let speaker = if standing.speaker_id == Some(demo.dana_id) {
                    "Dana"
                } else {
                    "Sam"
                };
                let name = standing.client.name.as_str();
                (
                    name,
                    speaker,
                    standing.update.map(at),
                    standing.outreach.map(at),
                )
            })
            .collect();
        let on = |month, day, state| Some((date(2026, month, day), state));
        let expected = [
            (
                "Brackenholt Brewery",
                "Sam",
                on(11, 23, DueState::Due),
                on(11, 20, DueState::Due),
            ),
            (
                "Dunmallow Observatory",
                "Sam",
                on(12, 9, DueState::Ahead),
                on(12, 2, DueState::Ahead),
            ),
            (
                "Fennimore Physiotherapy",
                "Dana",
                None,
                Some((date(2027, 1, 12), DueState::Ahead)),
            ),
            (
                "Hobden Rye Farm Shop",
                "Sam",
                None,
                Some((date(2027, 1, 27), DueState::Ahead)),
            ),
            ("Larkstone Theatre", "Dana", None, on(11, 23, DueState::Due)),
            (
                "Marlow Fen Veterinary Practice",
                "Dana",
                on(12, 2, DueState::Ahead),
                on(12, 16, DueState::Ahead),
            ),
            (
                "Ostrick & Daughters Solicitors",
                "Sam",
                on(11, 23, DueState::Due),
                on(12, 14, DueState::Ahead),
            ),
            (
                "Pedlar's Lane Bicycles",
                "Dana",
                on(11, 20, DueState::Due),
                on(11, 18, DueState::Overdue),
            ),
            (
                "Quillmere Bakery",
                "Dana",
                on(11, 23, DueState::Due),
                on(11, 23, DueState::Due),
            ),
            (
                "Saltwyn Ferries",
                "Sam",
                None,
                on(11, 12, DueState::Overdue),
            ),
            (
                "St Orrin's Choir School",
                "Dana",
                on(11, 16, DueState::Overdue),
                on(12, 3, DueState::Ahead),
            ),
            (
                "Thistlecombe Garden Centre",
                "Sam",
                on(11, 26, DueState::Ahead),
                on(12, 9, DueState::Ahead),
            ),
            (
                "Tidewick Museum",
                "Dana",
                on(12, 11, DueState::Ahead),
                on(12, 11, DueState::Ahead),
            ),
            (
                "Wexmoor Housing Trust",
                "Sam",
                on(11, 17, DueState::Overdue),
                on(11, 23, DueState::Due),
            ),
        ];
        assert_eq!(figures, expected);
    })
    .await;
}

#[tokio::test]
async fn the_managers_mails_are_due_within_seconds_and_the_owner_s_at_her_own_eight_o_clock() {
    on_both(async |db| {
        let demo = filled(db, 1).await;
        let rows = schedule::Entity::find().all(&db.read).await.unwrap();
        let due: BTreeSet<_> = rows
            .iter()
            .map(|row| {
                (
                    row.person_id,
                    row.kind,
                    row.weekday,
                    row.next_due_at.to_string(),
                )
            })
            .collect();
        let eight = "2026-11-23T08:00:00Z".to_owned();
        let mut expected: BTreeSet<_> = [demo.dana_id, demo.sam_id]
            .into_iter()
            .flat_map(|manager| {
                [
                    (manager, EmailKind::CapacitySummary, Some(1), eight.clone()),
                    (manager, EmailKind::ClientUpdate, None, eight.clone()),
                ]
            })
            .collect();
        let one = "2026-11-23T13:00:00Z".to_owned();
        let owner = demo.owner_id;
        expected.insert((owner, EmailKind::CapacitySummary, Some(1), one.clone()));
        expected.insert((owner, EmailKind::ClientUpdate, None, one));
        assert_eq!(due, expected);
        assert_eq!(STARTS_AT.to_string(), "2026-11-23T07:59:45Z");
    })
    .await;
}

#[tokio::test]
async fn a_year_of_touchpoints_lies_in_working_hours_of_whoever_held_the_client() {
    on_both(async |db| {
        filled(db, 1).await;
        let london = zone("timeZone", "Europe/London").unwrap();
        let (first, last) = (plus_days(MONDAY, -370), plus_days(MONDAY, -1));
        let books = Books::load(&db.read, &Scope::All, first, last)
            .await
            .unwrap();
        let projects: BTreeMap<Uuid, &project::Model> = books
            .projects
            .iter()
            .map(|project| (project.id, project))
            .collect();
        let rows = touchpoint::Entity::find().all(&db.read).await.unwrap();
        let mut kinds: BTreeMap<TouchpointKind, usize> = BTreeMap::new();
        let mut by_client: BTreeMap<Uuid, Vec<Date>> = BTreeMap::new();
        for row in &rows {
            *kinds.entry(row.kind).or_default() += 1;
            by_client
                .entry(row.client_id)
                .or_default()
                .push(row.occurred_on.0);
            let local = london.to_datetime(row.occurred_at.0);
            assert_eq!(local.date(), row.occurred_on.0);
            assert!((9..17).contains(&local.hour()), "{local}");
            assert!(local.weekday().to_monday_one_offset() <= 5, "{local}");
            assert!((first..=last).contains(&local.date()), "{local}");
            if let Some(project) = row.project_id {
                assert_eq!(projects[&project].client_id, row.client_id);
            }
            let speaker = books.speaker(row.client_id, row.occurred_on.0);
            if let Some(speaker) = speaker {
                assert_eq!(Some(speaker.person_id()), row.person_id, "{row:?}");
            }
        }
        assert_eq!(kinds.len(), 6, "{kinds:?}");
        assert_eq!(kinds[&TouchpointKind::Kickoff], 12);
        for days in by_client.values() {
            assert!(days.len() > 12, "{days:?}");
        }
    })
    .await;
}
