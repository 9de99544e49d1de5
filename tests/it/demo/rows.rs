//! Which rows there are: of whom, at which scale, the same each time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use meridian::db::Db;
use meridian::demo::{MONDAY, fill};
use meridian::domain::calendar::Week;
use meridian::entity::{
    Access, AssignmentSource, Side, assignment, booking, client, client_contact, holiday,
    holiday_calendar, person, person_skill, project, schedule, skill, time_off, touchpoint,
    work_schedule,
};
use meridian::error::Error;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryOrder, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{agenda, filled, on_both};

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
    let dumps = Mutex::new(Vec::new());
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
    let single = Mutex::new(None);
    on_both(async |db| {
        filled(db, 1).await;
        *single.lock().unwrap() = Some(dump(db).await);
    })
    .await;
    let single = single.into_inner().unwrap().unwrap();
    on_both(async |db| {
        let steps = Mutex::new(Vec::new());
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
