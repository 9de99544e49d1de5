use jiff::civil::date;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::Week;

/// A Monday: 2026-W48.
pub(in crate::domain) const MONDAY: Date = date(2026, 11, 23);
const TUESDAY: Date = date(2026, 11, 24);
const WEDNESDAY: Date = date(2026, 11, 25);

/// 7.5 h from Monday to Friday, 80 % of it for client work, for ever.
pub(in crate::domain) fn office_hours(holidays: Vec<Holiday>, time_off: &[TimeOff]) -> WorkingTime {
    let schedule = WorkSchedule {
        effective_from: Date::MIN,
        minutes: [450, 450, 450, 450, 450, 0, 0],
        factor_bp: 8_000,
    };
    WorkingTime::new(Date::MIN, None, vec![schedule], holidays, time_off)
}

pub(in crate::domain) fn holiday(on: Date, off_bp: i64) -> Holiday {
    Holiday {
        on,
        name: "Founders' Day".to_owned(),
        off_bp,
    }
}

pub(in crate::domain) fn away(
    starts_on: Date,
    ends_on: Date,
    minutes_per_day: Option<i64>,
) -> TimeOff {
    TimeOff {
        starts_on,
        ends_on,
        minutes_per_day,
    }
}

#[test]
fn the_worked_week_has_1260_minutes() {
    let person = office_hours(
        vec![holiday(MONDAY, 10_000), holiday(WEDNESDAY, 5_000)],
        &[],
    );
    let week = person.sum(Week::of(MONDAY).days());
    assert_eq!(
        week,
        Availability {
            scheduled_minutes: 2_250,
            holiday_minutes: 675,
            time_off_minutes: 0,
            net_minutes: 1_575,
            availability_minutes: 1_260,
        }
    );
}

#[test]
fn half_a_minute_of_holiday_rounds_up_and_half_a_minute_of_availability_down() {
    let schedule = WorkSchedule {
        effective_from: MONDAY,
        minutes: [451; 7],
        factor_bp: 5_000,
    };
    let person = WorkingTime::new(
        MONDAY,
        None,
        vec![schedule],
        vec![holiday(MONDAY, 5_000)],
        &[],
    );
    assert_eq!(person.day(MONDAY).holiday_minutes, 226);
    assert_eq!(person.day(MONDAY).availability_minutes, 112);
}

#[test]
fn the_latest_schedule_row_holds_within_employment() {
    let row = |effective_from, minutes| WorkSchedule {
        effective_from,
        minutes: [minutes; 7],
        factor_bp: 10_000,
    };
    let rows = vec![row(WEDNESDAY, 300), row(MONDAY, 450)];
    let person = WorkingTime::new(TUESDAY, Some(WEDNESDAY), rows, vec![], &[]);
    let scheduled: Vec<i64> = days(MONDAY, date(2026, 11, 26))
        .map(|day| person.day(day).scheduled_minutes)
        .collect();
    assert_eq!(scheduled, [0, 450, 300, 0]);
}

#[test]
fn before_the_first_schedule_row_nobody_works() {
    let row = WorkSchedule {
        effective_from: TUESDAY,
        minutes: [450; 7],
        factor_bp: 10_000,
    };
    let person = WorkingTime::new(MONDAY, None, vec![row], vec![], &[]);
    assert!(!person.is_working_day(MONDAY));
    assert!(person.is_working_day(TUESDAY));
}

#[test]
fn two_entries_for_one_holiday_count_once() {
    let person = office_hours(vec![holiday(MONDAY, 10_000), holiday(MONDAY, 5_000)], &[]);
    assert_eq!(person.day(MONDAY).holiday_minutes, 450);
    let person = office_hours(vec![holiday(MONDAY, 5_000), holiday(MONDAY, 5_000)], &[]);
    assert_eq!(person.day(MONDAY).holiday_minutes, 225);
}

#[test]
fn hours_off_add_up_to_the_day_and_no_further() {
    let person = office_hours(
        vec![holiday(WEDNESDAY, 5_000)],
        &[
            away(MONDAY, WEDNESDAY, Some(120)),
            away(TUESDAY, WEDNESDAY, Some(200)),
            away(WEDNESDAY, WEDNESDAY, None),
        ],
    );
    let off: Vec<i64> = Week::of(MONDAY)
        .days()
        .map(|day| person.day(day).time_off_minutes)
        .collect();
    assert_eq!(off, [120, 320, 225, 0, 0, 0, 0]);
}

#[test]
fn time_off_takes_a_working_day_away_but_does_not_unmake_it() {
    let person = office_hours(
        vec![holiday(TUESDAY, 10_000)],
        &[away(MONDAY, TUESDAY, None)],
    );
    assert!(person.is_working_day(MONDAY) && person.is_away_all_day(MONDAY));
    assert!(!person.is_working_day(TUESDAY) && !person.is_away_all_day(TUESDAY));
    assert!(person.is_working_day(WEDNESDAY) && !person.is_away_all_day(WEDNESDAY));
    let saturday = date(2026, 11, 28);
    assert!(!person.is_working_day(saturday) && !person.is_away_all_day(saturday));
}

#[test]
fn a_half_day_off_after_a_half_holiday_is_a_whole_day_away() {
    let person = office_hours(
        vec![holiday(MONDAY, 5_000)],
        &[away(MONDAY, MONDAY, Some(225))],
    );
    assert!(person.is_away_all_day(MONDAY));
}

#[test]
fn working_days_skip_weekends_and_holidays() {
    let friday = date(2026, 11, 27);
    let next_monday = date(2026, 11, 30);
    let person = office_hours(vec![holiday(next_monday, 10_000)], &[]);
    assert_eq!(person.next_working_day(friday), Some(friday));
    assert_eq!(
        person.next_working_day(date(2026, 11, 28)),
        Some(date(2026, 12, 1))
    );
    assert_eq!(person.add_working_days(friday, 3), Some(date(2026, 12, 3)));
    assert_eq!(person.add_working_days(friday, 0), Some(friday));
}

#[test]
fn somebody_who_never_works_has_no_next_working_day() {
    let nobody = WorkingTime::new(MONDAY, None, vec![], vec![], &[]);
    assert_eq!(nobody.next_working_day(MONDAY), None);
    assert_eq!(nobody.add_working_days(MONDAY, 1), None);
    assert_eq!(
        office_hours(vec![], &[]).next_working_day(Date::MAX),
        Some(Date::MAX)
    );
}

/// A day within some weeks of [`MONDAY`].
pub(in crate::domain) fn any_day() -> impl Strategy<Value = Date> {
    (-30_i64..60).prop_map(|days| plus_days(MONDAY, days))
}

prop_compose! {
    fn any_schedule()(effective_from in any_day(), minutes in any::<[u16; 7]>(), factor_bp in 0_i64..=10_000) -> WorkSchedule {
        WorkSchedule { effective_from, minutes: minutes.map(|minutes| i64::from(minutes % 700)), factor_bp }
    }
}

prop_compose! {
    fn any_holiday()(on in any_day(), off_bp in prop_oneof![Just(5_000_i64), Just(10_000), 0_i64..=10_000]) -> Holiday {
        holiday(on, off_bp)
    }
}

prop_compose! {
    fn any_time_off()(starts_on in any_day(), length in 0_i64..15, minutes in option::of(0_i64..500)) -> TimeOff {
        away(starts_on, plus_days(starts_on, length), minutes)
    }
}

prop_compose! {
    /// The rows of somebody's working time, in no order, overlapping at will.
    fn any_rows()(
        employed in (any_day(), option::of(any_day())),
        schedules in vec(any_schedule(), 0..4),
        holidays in vec(any_holiday(), 0..10),
        time_off in vec(any_time_off(), 0..8),
    ) -> (WorkingTime, Vec<TimeOff>) {
        (WorkingTime::new(employed.0, employed.1, schedules, holidays, &time_off), time_off)
    }
}

/// Somebody's working time.
pub(in crate::domain) fn any_working_time() -> impl Strategy<Value = WorkingTime> {
    any_rows().prop_map(|(working_time, _)| working_time)
}

proptest! {
    #[test]
    fn availability_lies_between_zero_and_the_schedule(person in any_working_time(), day in any_day()) {
        let day = person.day(day);
        prop_assert!(day.holiday_minutes >= 0 && day.time_off_minutes >= 0);
        prop_assert!(0 <= day.availability_minutes && day.availability_minutes <= day.net_minutes);
        prop_assert_eq!(day.net_minutes + day.holiday_minutes + day.time_off_minutes, day.scheduled_minutes);
    }

    #[test]
    fn overlapping_time_off_is_never_subtracted_twice((person, time_off) in any_rows(), day in any_day()) {
        let of_that_day = || time_off.iter().filter(|off| off.starts_on <= day && day <= off.ends_on);
        let whole_day = of_that_day().any(|off| off.minutes_per_day.is_none());
        let hours: i64 = of_that_day().filter_map(|off| off.minutes_per_day).sum();
        let minutes = person.day(day);
        let left_by_holidays = minutes.scheduled_minutes - minutes.holiday_minutes;
        let expected = if whole_day { left_by_holidays } else { hours.min(left_by_holidays) };
        prop_assert_eq!(minutes.time_off_minutes, expected);
    }

    #[test]
    fn repeating_whole_days_off_changes_nothing((person, time_off) in any_rows(), day in any_day()) {
        let whole_days: Vec<TimeOff> = time_off.iter().filter(|off| off.minutes_per_day.is_none()).cloned().collect();
        let again = WorkingTime { away: merged(&[time_off, whole_days].concat()), ..person.clone() };
        prop_assert_eq!(person.day(day), again.day(day));
    }

    #[test]
    fn the_next_working_day_is_the_first_that_is_one(person in any_working_time(), from in any_day()) {
        match person.next_working_day(from) {
            Some(day) => {
                prop_assert!(person.is_working_day(day) && day >= from);
                prop_assert!(days(from, day).filter(|day| person.is_working_day(*day)).count() == 1);
            }
            None => prop_assert!(!days(from, plus_days(from, SEARCH_DAYS)).any(|day| person.is_working_day(day))),
        }
    }

    #[test]
    fn so_many_working_days_later_so_many_have_passed(person in any_working_time(), from in any_day(), count in 0_u32..8) {
        if let Some(day) = person.add_working_days(from, count) {
            let passed = days(from, day).skip(1).filter(|day| person.is_working_day(*day)).count();
            prop_assert_eq!(passed, count as usize);
        }
    }
}
