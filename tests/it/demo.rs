//! The demo agency stands as `domain.md §7` tells it, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use meridian::db::Db;
use meridian::demo::{Filled, MONDAY, STARTS_AT, fill};
use meridian::domain::books::Books;
use meridian::domain::cadence::{Due, DueState};
use meridian::domain::calendar::{Week, plus_days};
use meridian::domain::capacity::{Agenda, People};
use meridian::domain::decisions::{ByFactor, DecisionConstants, recommend};
use meridian::domain::responsibilities::Scope;
use meridian::domain::settings::Settings;
use meridian::domain::updates::standings;
use meridian::domain::utilisation::Band;
use meridian::domain::zone::zone;
use meridian::entity::{
    Access, AssignmentSource, EmailKind, LeadMode, ProjectSize, ProjectStatus, Side,
    TouchpointKind, assignment, booking, client, client_contact, holiday, holiday_calendar, person,
    person_skill, project, schedule, skill, time_off, touchpoint, work_schedule,
};
use meridian::error::Error;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryOrder, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::postgres::Cluster;

/// Tells a story on an empty, migrated database of each kind.
async fn on_both(story: impl AsyncFn(&Db)) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.db");
    tell(&format!("sqlite://{}?mode=rwc", file.display()), &story).await;
    if let Some(cluster) = Cluster::get() {
        let url = cluster.create_database(None);
        tell(&url, &story).await;
        cluster.drop_database(&url);
    }
}

async fn tell(url: &str, story: &impl AsyncFn(&Db)) {
    let db = Db::connect(url).await.unwrap();
    db.migrate().await.unwrap();
    story(&db).await;
    db.close().await.unwrap();
}

async fn filled(db: &Db, scale: u32) -> Filled {
    fill(db, scale, &|_, _| {}).await.unwrap()
}

async fn agenda(db: &Db) -> (Agenda, Vec<person::Model>) {
    let people = person::Entity::find()
        .order_by_asc(person::Column::Id)
        .all(&db.read)
        .await
        .unwrap();
    let ids = people.iter().map(|person| person.id).collect();
    let week = Week::of(MONDAY);
    let agenda = Agenda::load(&db.read, People::WithAllBooks(ids), week, 5, MONDAY)
        .await
        .unwrap();
    (agenda, people)
}

/// Every row of every table that the demo fills, in order of their keys.
async fn dump(db: &Db) -> BTreeMap<&'static str, Vec<Value>> {
    let mut tables = BTreeMap::new();
    macro_rules! tables {
        ($($table:ident by $key:ident),+) => {$(
            let rows = $table::Entity::find().order_by_asc($table::Column::$key).all(&db.read).await.unwrap();
            let rows: Vec<Value> = rows.iter().map(|row| json!(row)).collect();
            assert!(!rows.is_empty(), "{} is empty", stringify!($table));
            tables.insert(stringify!($table), rows);
        )+};
    }
    tables!(
        assignment by Id, booking by Id, client by Id, client_contact by Id, holiday by Id, holiday_calendar by Id,
        person by Id, project by Id, schedule by Id, skill by Id, time_off by Id, touchpoint by Id, work_schedule by Id
    );
    let levels = person_skill::Entity::find()
        .order_by_asc(person_skill::Column::PersonId)
        .order_by_asc(person_skill::Column::SkillId);
    let levels = levels.all(&db.read).await.unwrap();
    tables.insert(
        "person_skill",
        levels.iter().map(|row| json!(row)).collect(),
    );
    tables
}

#[tokio::test]
async fn dana_and_sam_are_the_golden_case() {
    on_both(async |db| {
        let demo = filled(db, 1).await;
        let (agenda, _) = agenda(db).await;
        let week = Week::of(MONDAY);
        let books = agenda.books_in(week);
        for manager in [demo.dana_id, demo.sam_id] {
            let capacity = agenda.capacity(manager, week, &books).unwrap();
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
                let capacity = agenda.capacity(person.id, week, &books).unwrap();
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
                agenda.capacity(person.id, week, &books).unwrap();
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
        expected.insert((demo.owner_id, EmailKind::CapacitySummary, Some(1), one));
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
        println!("{kinds:?}");
        assert_eq!(kinds.len(), 6, "{kinds:?}");
        assert_eq!(kinds[&TouchpointKind::Kickoff], 12);
        for days in by_client.values() {
            assert!(days.len() > 12, "{days:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_people_are_those_of_the_article() {
    on_both(async |db| {
        let demo = filled(db, 1).await;
        assert_eq!(
            (demo.people, demo.clients, demo.projects, demo.bookings),
            (11, 14, 36, 20)
        );
        let people = person::Entity::find().all(&db.read).await.unwrap();
        let manager = |id| {
            let row = people.iter().find(|row| row.id == id).unwrap();
            (row.name.as_str(), row.preference, row.standing_delegate_id)
        };
        assert_eq!(
            manager(demo.dana_id),
            ("Dana Okafor", Some(Side::Client), Some(demo.sam_id))
        );
        assert_eq!(
            manager(demo.sam_id),
            ("Sam Ellery", Some(Side::Project), Some(demo.dana_id))
        );
        let count = |access| {
            people
                .iter()
                .filter(|row| row.access == Some(access))
                .count()
        };
        assert_eq!(
            [Access::Owner, Access::Manager, Access::Member].map(count),
            [1, 2, 8]
        );
        let zones: BTreeSet<_> = people.iter().map(|row| row.time_zone.as_str()).collect();
        assert_eq!(zones.len(), 3);
        let skilled = person_skill::Entity::find().all(&db.read).await.unwrap();
        let skilled: BTreeSet<Uuid> = skilled.iter().map(|row| row.person_id).collect();
        assert_eq!(skilled.len(), 11);
        let bookings = booking::Entity::find().all(&db.read).await.unwrap();
        let methods: BTreeSet<_> = bookings
            .iter()
            .map(|row| (row.method, row.probability_bp.is_some()))
            .collect();
        assert!(methods.len() >= 5, "{methods:?}");
    })
    .await;
}

#[tokio::test]
async fn assignments_are_at_both_levels_and_say_why() {
    on_both(async |db| {
        filled(db, 1).await;
        let rows = assignment::Entity::find().all(&db.read).await.unwrap();
        assert!(rows.iter().any(|row| row.client_id.is_some()));
        assert!(rows.iter().any(|row| row.project_id.is_some()));
        assert!(
            rows.iter().any(|row| row.until_on.is_some()),
            "some clients have changed hands"
        );
        for row in &rows {
            assert_eq!(row.source, AssignmentSource::Demo);
            assert!(row.reason.ends_with('.'));
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_bytes_come_each_time_on_either_database() {
    let dumps = std::sync::Mutex::new(Vec::new());
    for _ in 0..2 {
        on_both(async |db| {
            filled(db, 1).await;
            let dump = serde_json::to_string(&dump(db).await).unwrap();
            dumps.lock().unwrap().push(dump);
        })
        .await;
    }
    let dumps = dumps.into_inner().unwrap();
    assert!(dumps.len() >= 2);
    assert!(
        dumps.iter().all(|dump| *dump == dumps[0]),
        "two dumps differ"
    );
}

#[tokio::test]
async fn copies_multiply_the_agency_under_one_owner_and_leave_the_first_as_it_was() {
    let single = std::sync::Mutex::new(None);
    on_both(async |db| {
        filled(db, 1).await;
        *single.lock().unwrap() = Some(dump(db).await);
    })
    .await;
    let single = single.into_inner().unwrap().unwrap();
    on_both(async |db| {
        let steps = std::sync::Mutex::new(Vec::new());
        let demo = fill(db, 10, &|done, total| {
            steps.lock().unwrap().push((done, total))
        })
        .await
        .unwrap();
        assert_eq!((demo.people, demo.clients, demo.projects), (110, 140, 360));
        assert_eq!(
            steps.into_inner().unwrap(),
            [(0, 360), (288, 360), (360, 360)]
        );
        for (table, rows) in dump(db).await {
            let first = &single[table];
            assert!(
                first.iter().all(|row| rows.contains(row)),
                "{table} of the first copy has changed"
            );
        }
        let (agenda, people) = agenda(db).await;
        let owners: Vec<Uuid> = people
            .iter()
            .filter(|row| row.access == Some(Access::Owner))
            .map(|row| row.id)
            .collect();
        assert_eq!(owners, [demo.owner_id]);
        let books = agenda.books_in(Week::of(MONDAY));
        assert_eq!(books.len(), 20);
        assert!(
            books
                .values()
                .all(|book| book.coordination.minutes() == 1_800)
        );
        if db.backend() == DbBackend::Sqlite {
            let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check");
            assert!(db.read.query_all_raw(check).await.unwrap().is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_with_people_is_refused_and_stays_as_it_was() {
    on_both(async |db| {
        filled(db, 1).await;
        let before = dump(db).await;
        match fill(db, 1, &|_, _| {}).await {
            Err(Error::Invalid(problems)) => {
                assert!(
                    problems[0]
                        .message
                        .starts_with("The demo agency needs an empty database"),
                    "{problems:?}"
                );
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(dump(db).await, before);
        assert!(matches!(
            fill(db, 0, &|_, _| {}).await,
            Err(Error::Invalid(_))
        ));
    })
    .await;
}
