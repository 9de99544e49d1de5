//! What a year of capacity for 1,000 people costs, beside the least that so many day cells can cost.
//! `cargo bench --bench capacity`; the ratio of the two medians is the claim.

use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use meridian::domain::availability::{Availability, Holiday, TimeOff, WorkSchedule, WorkingTime};
use meridian::domain::bookings::{Booking, booked_by_week};
use meridian::domain::calendar::{Week, days, plus_days};
use meridian::domain::load::{LoadConstants, ProjectProfile, project_load};
use meridian::domain::utilisation::{BandLimits, LoadMinutes, Utilisation};
use meridian::entity::{BookingMethod, LeadMode, ProjectSize, ProjectStatus};

const PEOPLE: i64 = 1_000;
const WEEKS: usize = 52;
const FIRST: Date = date(2026, 1, 5);

fn main() {
    divan::main();
}

struct Person {
    working_time: WorkingTime,
    bookings: Vec<Booking>,
    projects: Vec<ProjectProfile>,
}

/// The limit: one addition for each of the same day cells, already computed.
#[divan::bench]
fn limit_plain_sum_of_day_cells(bencher: Bencher) {
    let cells: Vec<Availability> = people()
        .iter()
        .flat_map(|person| days(FIRST, last_day()).map(|date| person.working_time.day(date)))
        .collect();
    bencher.bench(|| black_box(&cells).iter().copied().sum::<Availability>());
}

/// The whole: availability, bookings, coordination load and utilisation of each week of each person.
#[divan::bench]
fn year_of_1000_people(bencher: Bencher) {
    let people = people();
    bencher.bench(|| {
        black_box(&people)
            .iter()
            .map(|person| year(person).len())
            .sum::<usize>()
    });
}

/// Of the whole, the availability of each day.
#[divan::bench]
fn availability_of_each_day(bencher: Bencher) {
    let people = people();
    bencher.bench(|| {
        let each = black_box(&people)
            .iter()
            .map(|person| person.working_time.sum(days(FIRST, last_day())));
        each.sum::<Availability>()
    });
}

fn year(person: &Person) -> Vec<Utilisation> {
    let constants = LoadConstants::default();
    let first = Week::of(FIRST);
    let booked =
        booked_by_week(&person.bookings, &person.working_time, first, WEEKS).unwrap_or_default();
    let coordination = |project| project_load(&constants, project).account_manager.minutes();
    let week = |(number, booked): (i64, LoadMinutes)| {
        let available = person
            .working_time
            .sum(first.plus(number).days())
            .availability_minutes;
        let load = booked + LoadMinutes::confirmed(person.projects.iter().map(coordination).sum());
        Utilisation::of(load, available, &BandLimits::default())
    };
    (0..).zip(booked).map(week).collect()
}

fn last_day() -> Date {
    plus_days(FIRST, WEEKS as i64 * 7 - 1)
}

fn people() -> Vec<Person> {
    (0..PEOPLE).map(person).collect()
}

/// Nobody like the next: two schedule rows, 12 holidays, 8 absences, 9 bookings, and every tenth a manager's book.
fn person(number: i64) -> Person {
    let day = |nth: i64| plus_days(FIRST, (number * 31 + nth * 29) % 330);
    let schedule = |effective_from, minutes| WorkSchedule {
        effective_from,
        minutes: [minutes, minutes, minutes, minutes, minutes, 0, 0],
        factor_bp: 8_000,
    };
    let holidays = (0..12).map(|nth| Holiday {
        on: plus_days(FIRST, nth * 29),
        name: String::new(),
        off_bp: 10_000,
    });
    let time_off: Vec<TimeOff> = (0..8)
        .map(|nth| TimeOff {
            starts_on: day(nth),
            ends_on: plus_days(day(nth), nth),
            minutes_per_day: (nth % 3 == 0).then_some(120),
        })
        .collect();
    Person {
        working_time: WorkingTime::new(
            FIRST,
            None,
            vec![schedule(FIRST, 450), schedule(day(5), 400)],
            holidays.collect(),
            &time_off,
        ),
        bookings: (0..9).map(|nth| booking(day(nth), nth)).collect(),
        projects: if number % 10 == 0 { book() } else { vec![] },
    }
}

fn booking(starts_on: Date, nth: i64) -> Booking {
    let (method, value) = match nth % 3 {
        0 => (BookingMethod::PerDay, 120),
        1 => (BookingMethod::Percent, 2_500),
        _ => (BookingMethod::Total, 2_400),
    };
    Booking {
        starts_on,
        ends_on: plus_days(starts_on, 34),
        method,
        value,
        probability_bp: (nth % 2 == 0).then_some(5_000),
    }
}

fn book() -> Vec<ProjectProfile> {
    let project = |nth: i64| ProjectProfile {
        status: if nth < 6 {
            ProjectStatus::Active
        } else {
            ProjectStatus::BackBurner
        },
        size: ProjectSize::M,
        communication: nth % 5 + 1,
        complexity: 3,
        lead_mode: LeadMode::AccountLed,
    };
    (0..18).map(project).collect()
}
