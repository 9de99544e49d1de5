use jiff::civil::date;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::availability::tests::{
    MONDAY, any_day, any_working_time, away, holiday, office_hours,
};
use crate::domain::calendar::plus_days;
use crate::domain::utilisation::{BandLimits, Utilisation};

const SUNDAY: Date = date(2026, 11, 29);
const WEDNESDAY: Date = date(2026, 11, 25);

fn booking(method: BookingMethod, value: i64) -> Booking {
    Booking {
        starts_on: MONDAY,
        ends_on: SUNDAY,
        method,
        value,
        probability_bp: None,
    }
}

/// 360 minutes a day, but none on Tuesday and 180 on Wednesday.
fn person() -> WorkingTime {
    let tuesday = date(2026, 11, 24);
    office_hours(
        vec![holiday(WEDNESDAY, 5_000)],
        &[away(tuesday, tuesday, None)],
    )
}

#[test]
fn per_day_takes_its_minutes_from_each_available_day() {
    let by_day = booking(BookingMethod::PerDay, 100)
        .minutes_by_day(&person())
        .unwrap();
    assert_eq!(by_day, [100, 0, 100, 100, 100, 0, 0]);
}

#[test]
fn percent_is_floored_on_each_day() {
    let by_day = booking(BookingMethod::Percent, 3_333)
        .minutes_by_day(&person())
        .unwrap();
    assert_eq!(by_day, [119, 0, 59, 119, 119, 0, 0]);
}

#[test]
fn total_is_spread_by_largest_remainder() {
    // 100 × 360/1260 = 28.57 and 100 × 180/1260 = 14.29: the two minutes left go to the first two of the larger rest.
    let by_day = booking(BookingMethod::Total, 100)
        .minutes_by_day(&person())
        .unwrap();
    assert_eq!(by_day, [29, 0, 14, 29, 28, 0, 0]);
}

#[test]
fn a_total_without_availability_is_an_error() {
    let weekend = Booking {
        starts_on: date(2026, 11, 28),
        ..booking(BookingMethod::Total, 60)
    };
    let error = weekend.minutes_by_day(&person()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "The 60 minutes have no working time between 2026-11-28 and 2026-11-29 to be spread over. \
         Choose days on which the person is available."
    );
    assert_eq!(booked([&weekend], &person(), SUNDAY, SUNDAY), Err(error));
    assert_eq!(
        booked([&weekend], &person(), MONDAY, WEDNESDAY),
        Ok(LoadMinutes::default())
    );
}

#[test]
fn a_total_belongs_to_its_whole_range_not_to_the_period() {
    let person = office_hours(vec![], &[]);
    let two_weeks = Booking {
        ends_on: date(2026, 12, 6),
        ..booking(BookingMethod::Total, 1_000)
    };
    assert_eq!(two_weeks.minutes_in(&person, MONDAY, SUNDAY), Ok(500));
}

#[test]
fn the_worked_bookings_give_8730_10396_13015() {
    let person = office_hours(
        vec![holiday(MONDAY, 10_000), holiday(WEDNESDAY, 5_000)],
        &[],
    );
    let tentative = |minutes, probability_bp| Booking {
        probability_bp: Some(probability_bp),
        ..booking(BookingMethod::Total, minutes)
    };
    let bookings = [
        booking(BookingMethod::Total, 1_100),
        tentative(300, 5_000),
        tentative(240, 2_500),
    ];
    let load = booked(&bookings, &person, MONDAY, SUNDAY).unwrap();
    assert_eq!(
        (load.confirmed, load.expected, load.worst),
        (1_100, 1_310, 1_640)
    );
    let utilisation = Utilisation::of(load, 1_260, &BandLimits::default());
    let figures = [
        utilisation.confirmed_bp,
        utilisation.expected_bp,
        utilisation.worst_bp,
    ];
    assert_eq!(figures, [Some(8_730), Some(10_396), Some(13_015)]);
}

#[test]
fn half_an_expected_minute_rounds_up() {
    let tentative = Booking {
        probability_bp: Some(5_000),
        ..booking(BookingMethod::Total, 0)
    };
    assert_eq!(tentative.load(3).expected, 2);
    assert_eq!(tentative.load(3).worst, 3);
}

prop_compose! {
    fn any_booking()(
        starts_on in any_day(),
        length in 0_i64..40,
        method in prop_oneof![Just(BookingMethod::PerDay), Just(BookingMethod::Percent), Just(BookingMethod::Total)],
        value in 0_i64..20_000,
        probability_bp in proptest::option::of(0_i64..=10_000),
    ) -> Booking {
        Booking { starts_on, ends_on: plus_days(starts_on, length), method, value, probability_bp }
    }
}

proptest! {
    #[test]
    fn a_day_off_gets_nothing(booking in any_booking(), person in any_working_time()) {
        if let Ok(by_day) = booking.minutes_by_day(&person) {
            for (date, minutes) in days(booking.starts_on, booking.ends_on).zip(by_day) {
                prop_assert!(minutes >= 0);
                prop_assert!(minutes == 0 || person.day(date).availability_minutes > 0);
            }
        }
    }

    #[test]
    fn parts_of_a_total_sum_exactly(booking in any_booking(), person in any_working_time()) {
        let booking = Booking { method: BookingMethod::Total, ..booking };
        let available = person.sum(days(booking.starts_on, booking.ends_on)).availability_minutes;
        match booking.minutes_by_day(&person) {
            Ok(by_day) => prop_assert_eq!(by_day.iter().sum::<i64>(), booking.value),
            Err(_) => prop_assert!(available == 0 && booking.value > 0),
        }
    }

    #[test]
    fn what_ends_early_keeps_what_its_days_until_then_had(
        booking in any_booking(),
        person in any_working_time(),
        after in -2_i32..40,
    ) {
        let last = plus_days(booking.starts_on, after.into());
        let end = booking.ends_on.max(last);
        let kept = booking.minutes_still_in(&person, booking.starts_on, last);
        let left = booking.until(&person, last);
        let minutes = left.as_ref().map(|left| left.minutes_still_in(&person, booking.starts_on, end));
        prop_assert_eq!(minutes.unwrap_or_default(), kept);
        prop_assert!(left.is_none_or(|left| left.ends_on <= last.min(booking.ends_on)));
    }

    #[test]
    fn no_part_of_a_total_is_a_minute_off_its_share(booking in any_booking(), person in any_working_time()) {
        let booking = Booking { method: BookingMethod::Total, ..booking };
        let all = person.sum(days(booking.starts_on, booking.ends_on)).availability_minutes;
        for (date, minutes) in days(booking.starts_on, booking.ends_on).zip(booking.minutes_by_day(&person).unwrap_or_default()) {
            let share = booking.value * person.day(date).availability_minutes;
            prop_assert!((minutes * all - share).abs() < all.max(1));
        }
    }

    #[test]
    fn periods_add_up_to_the_whole_booking(booking in any_booking(), person in any_working_time(), cut in any_day()) {
        if let Ok(by_day) = booking.minutes_by_day(&person) {
            let before = booking.minutes_in(&person, Date::MIN, cut).unwrap();
            let after = booking.minutes_in(&person, cut.tomorrow().unwrap(), Date::MAX).unwrap();
            prop_assert_eq!(before + after, by_day.iter().sum::<i64>());
        }
    }

    #[test]
    fn expected_lies_between_confirmed_and_worst(booking in any_booking(), minutes in 0_i64..100_000) {
        let load = booking.load(minutes);
        prop_assert!(load.confirmed <= load.expected && load.expected <= load.worst);
    }

    #[test]
    fn week_by_week_is_each_week_by_itself(
        bookings in vec(any_booking(), 0..5), person in any_working_time(), first in any_day(), weeks in 0_usize..8,
    ) {
        let first = Week::of(first);
        if let Ok(loads) = booked_by_week(&bookings, &person, first, weeks) {
            prop_assert_eq!(loads.len(), weeks);
            for (number, load) in (0..).zip(loads) {
                let week = first.plus(number);
                prop_assert_eq!(booked(&bookings, &person, week.monday(), week.sunday()), Ok(load));
            }
        }
    }
}
