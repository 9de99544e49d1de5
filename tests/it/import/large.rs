//! Large files take seconds, and what a spreadsheet can say is read back as it was written.

use std::fmt::Write;
use std::time::{Duration, Instant};

use jiff::ToSpan;
use jiff::civil::date;
use meridian::entity::{Access, Day, Side, person, touchpoint};
use meridian::import::Kind;
use proptest::prelude::*;
use sea_orm::{EntityTrait, PaginatorTrait};

use super::files::{Agency, on_both, samples};
use crate::support::run_to_end;

#[tokio::test]
async fn ten_thousand_touchpoints_take_few_statements() {
    on_both(async |agency| {
        assert!(agency.import(samples(), false).await.is_written());
        let mut text = "client,kind,occurred_at,person,note\n".to_owned();
        for row in 0..10_000 {
            let (day, minute) = (row / 1_000, row % 1_000);
            let (hour, minute) = (minute / 60, minute % 60);
            writeln!(
                text,
                "Civic Trams,EMAIL,2026-10-{:02} {hour:02}:{minute:02},ravi@fjordandfinch.example,Note {row}",
                day + 1
            )
            .unwrap();
        }
        let statements = agency.db.statements();
        let started = Instant::now();
        let report = agency.import_texts(&[(Kind::Touchpoints, &text)], false).await;
        let (took, statements) = (started.elapsed(), agency.db.statements() - statements);
        println!("10,000 touchpoints: {took:?}, {statements} statements");
        assert_eq!(report.sheets[0].counts.created, 10_000, "{report}");
        assert!(statements < 50, "{statements}");
        assert!(took < Duration::from_secs(60), "{took:?}");
        let again = agency.import_texts(&[(Kind::Touchpoints, &text)], false).await;
        assert_eq!(again.sheets[0].counts.unchanged, 10_000, "{again}");
        let logged = touchpoint::Entity::find().count(&agency.db.read).await.unwrap();
        assert_eq!(logged, 10_011);
    })
    .await;
}

/// Names with whatever a keyboard and a CSV file can hold.
fn names() -> impl Strategy<Value = String> {
    "[\\PC,;\"'|]{1,60}".prop_filter("not blank", |name| {
        !name.trim().is_empty() && !name.chars().any(char::is_control)
    })
}

fn people() -> impl Strategy<Value = Vec<person::Model>> {
    let zone = prop::sample::select(vec![
        "Europe/Lisbon",
        "Asia/Kathmandu",
        "UTC",
        "America/St_Johns",
    ]);
    let access = prop::sample::select(vec![None, Some(Access::Member), Some(Access::Manager)]);
    let preference = prop::sample::select(vec![None, Some(Side::Client), Some(Side::Project)]);
    let one = (
        names(),
        zone,
        access,
        preference,
        0i32..20_000,
        prop::option::of(0i32..20_000),
    );
    prop::collection::vec(one, 1..20).prop_map(|people| {
        let moment: jiff::Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let model = |(index, (name, zone, access, preference, first, length)): (
            usize,
            (String, &str, _, _, i32, Option<i32>),
        )| {
            let first = date(1990, 1, 1) + first.days();
            person::Model {
                id: uuid::Uuid::nil(),
                name: name.trim().to_owned(),
                email: format!("person{index}@example.com"),
                time_zone: zone.to_owned(),
                access,
                preference,
                holiday_calendar_id: None,
                standing_delegate_id: None,
                employed_from: Day(first),
                employed_until: length.map(|length| Day(first + length.days())),
                version: 1,
                created_at: moment.into(),
                updated_at: moment.into(),
                archived_at: None,
            }
        };
        people.into_iter().enumerate().map(model).collect()
    })
}

fn as_csv(people: &[person::Model], separator: u8, terminator: csv::Terminator) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(terminator)
        .from_writer(Vec::new());
    let header = [
        "name",
        "email",
        "time_zone",
        "access",
        "preference",
        "employed_from",
        "employed_until",
    ];
    writer.write_record(header).unwrap();
    for person in people {
        let until = person.employed_until.map(|day| day.to_string());
        writer
            .write_record([
                person.name.as_str(),
                person.email.as_str(),
                person.time_zone.as_str(),
                person.access.map_or("", Access::word),
                person.preference.map_or("", Side::word),
                &person.employed_from.to_string(),
                until.as_deref().unwrap_or_default(),
            ])
            .unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn people_written_as_csv_read_back_the_same(
        people in people(),
        separator in prop::sample::select(vec![b',', b';']),
        windows: bool,
    ) {
        let terminator = if windows { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let bytes = as_csv(&people, separator, terminator);
        let (report, mut read) = run_to_end(async {
            let agency = Agency::on_sqlite().await;
            let report = agency.import_bytes(&[(Kind::People, &bytes)], false).await;
            let read = person::Entity::find().all(&agency.db.read).await.unwrap();
            agency.db.close().await.unwrap();
            (report, read)
        });
        prop_assert!(report.is_written(), "{report}");
        for row in &mut read {
            row.id = uuid::Uuid::nil();
        }
        let number = |row: &person::Model| row.email["person".len()..].split('@').next().unwrap().parse::<usize>().unwrap();
        read.sort_by_key(number);
        prop_assert_eq!(read, people);
    }
}
