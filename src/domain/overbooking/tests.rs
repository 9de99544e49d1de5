use jiff::civil::date;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::plus_days;

const MONDAY: Date = date(2026, 11, 23);

fn demand(earliest: i64, deadline: i64, minutes: i64) -> Demand {
    Demand {
        earliest_on: plus_days(MONDAY, earliest),
        deadline_on: plus_days(MONDAY, deadline),
        minutes,
    }
}

/// The minutes of a day, counted from Monday; none beyond.
fn on(minutes: &[i64]) -> impl Fn(Date) -> i64 {
    move |date| {
        let index = usize::try_from((date - MONDAY).get_days()).ok();
        index
            .and_then(|index| minutes.get(index))
            .copied()
            .unwrap_or(0)
    }
}

#[test]
fn what_fits_is_no_overbooking() {
    let demands = [demand(0, 4, 1_000), demand(1, 2, 700)];
    assert_eq!(tightest_overbooking(&demands, on(&[360; 5])), None);
    assert_eq!(tightest_overbooking(&[], on(&[360; 5])), None);
}

#[test]
fn the_tightest_interval_and_what_forces_it_are_named() {
    // The week as a whole has room; Tuesday and Wednesday have not.
    let demands = [
        demand(0, 4, 500),
        demand(1, 2, 500),
        demand(2, 2, 300),
        demand(2, 3, 0),
    ];
    let found = tightest_overbooking(&demands, on(&[360; 5])).unwrap();
    assert_eq!(
        found,
        Overbooking {
            starts_on: plus_days(MONDAY, 1),
            ends_on: plus_days(MONDAY, 2),
            demand_minutes: 800,
            availability_minutes: 720,
            forced_by: vec![1, 2],
        }
    );
    assert_eq!(found.excess_minutes(), 80);
}

#[test]
fn a_demand_on_a_day_off_fits_nowhere() {
    let found = tightest_overbooking(&[demand(5, 6, 1)], on(&[360; 5])).unwrap();
    assert_eq!((found.availability_minutes, found.forced_by), (0, vec![0]));
}

#[test]
fn of_equal_excess_the_shortest_interval_is_named() {
    let demands = [demand(0, 4, 10), demand(3, 3, 20)];
    let found = tightest_overbooking(&demands, on(&[5, 0, 5, 10, 0])).unwrap();
    assert_eq!(found.starts_on, plus_days(MONDAY, 3));
    assert_eq!(found.ends_on, plus_days(MONDAY, 3));
}

prop_compose! {
    fn any_demand()(first in 0_i64..5, length in 0_i64..5, minutes in 0_i64..5) -> Demand {
        demand(first, (first + length).min(4), minutes)
    }
}

/// Tries every way of giving the minutes of each day to the demands.
fn can_be_worked(demands: &[Demand], availability: &[i64]) -> bool {
    let Some(place) = demands.iter().position(|demand| demand.minutes > 0) else {
        return true;
    };
    let mut rest = demands.to_vec();
    rest[place].minutes -= 1;
    days(demands[place].earliest_on, demands[place].deadline_on).any(|date| {
        let day = usize::try_from((date - MONDAY).get_days()).unwrap();
        let mut left = availability.to_vec();
        left[day] -= 1;
        left[day] >= 0 && can_be_worked(&rest, &left)
    })
}

proptest! {
    #[test]
    fn overbooked_is_what_no_way_of_working_can_do(
        demands in vec(any_demand(), 0..3),
        availability in vec(0_i64..3, 5),
    ) {
        let found = tightest_overbooking(&demands, on(&availability));
        prop_assert_eq!(found.is_none(), can_be_worked(&demands, &availability));
    }

    #[test]
    fn no_interval_is_tighter(demands in vec(any_demand(), 0..8), availability in vec(0_i64..6, 5)) {
        let excess = |first: i64, last: i64| {
            let (first, last) = (plus_days(MONDAY, first), plus_days(MONDAY, last));
            let inside = demands.iter().filter(|demand| demand.earliest_on >= first && demand.deadline_on <= last);
            inside.map(|demand| demand.minutes).sum::<i64>() - days(first, last).map(on(&availability)).sum::<i64>()
        };
        let tightest = (0..5).flat_map(|first| (first..5).map(move |last| (first, last)));
        let most = tightest.map(|(first, last)| excess(first, last)).max().unwrap_or(0);
        let found = tightest_overbooking(&demands, on(&availability));
        prop_assert_eq!(found.as_ref().map_or(0, Overbooking::excess_minutes), most.max(0));
        if let Some(found) = found {
            let forced: i64 = found.forced_by.iter().map(|index| demands[*index].minutes).sum();
            prop_assert_eq!(forced, found.demand_minutes);
        }
    }
}
