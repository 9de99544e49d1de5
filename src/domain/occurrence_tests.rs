use std::collections::BTreeSet;

use jiff::civil::{DateTime, date, datetime};
use jiff::tz::AmbiguousOffset;
use proptest::prelude::*;

use super::*;
use crate::domain::zone::{zone, zone_names};

const MONDAY: Rhythm = Rhythm::Weekly {
    weekday: Weekday::Monday,
};

fn recurrence(rhythm: Rhythm, minute_of_day: i64, name: &str) -> Recurrence {
    Recurrence::try_new(rhythm, minute_of_day, zone("timeZone", name).unwrap()).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// What the clock on the wall shows at an occurrence.
fn local(recurrence: &Recurrence, occurrence: Occurrence) -> DateTime {
    recurrence.zone.to_datetime(occurrence.at)
}

#[test]
fn monday_at_eight_stays_at_eight_over_the_change_of_the_clocks() {
    let monday = recurrence(MONDAY, 480, "Europe/Berlin");
    let winter = monday.after(at("2026-03-17T12:00:00Z")).unwrap();
    let summer = monday.after(winter.at).unwrap();
    assert_eq!(
        (winter.day, winter.at),
        (date(2026, 3, 23), at("2026-03-23T07:00:00Z"))
    );
    assert_eq!(
        (summer.day, summer.at),
        (date(2026, 3, 30), at("2026-03-30T06:00:00Z"))
    );
    assert_eq!(monday.period_key(summer), "2026-W14");
    assert_eq!(monday.latest(summer.at).unwrap(), summer);
    assert_eq!(
        monday
            .latest(summer.at - SignedDuration::from_nanos(1))
            .unwrap(),
        winter
    );
}

#[test]
fn a_time_in_a_gap_moves_forward_and_one_in_a_fold_takes_the_first() {
    let daily = recurrence(Rhythm::Daily, 150, "Europe/Berlin");
    let gap = daily.after(at("2026-03-28T23:00:00Z")).unwrap();
    assert_eq!(local(&daily, gap), datetime(2026, 3, 29, 3, 30, 0, 0));
    let fold = daily.after(at("2026-10-24T22:00:00Z")).unwrap();
    assert_eq!(fold.at, at("2026-10-25T00:30:00Z"));
    assert_eq!(
        daily.after(fold.at).unwrap().day,
        date(2026, 10, 26),
        "the second 02:30 does not count"
    );
}

#[test]
fn a_gap_over_midnight_keeps_the_period_of_the_scheduled_day() {
    // Nuuk goes from Saturday 23:00 to Sunday 00:00.
    let daily = recurrence(Rhythm::Daily, 23 * 60 + 30, "America/Nuuk");
    let saturday = daily.after(at("2026-03-28T12:00:00Z")).unwrap();
    let sunday = daily.after(saturday.at).unwrap();
    assert_eq!(local(&daily, saturday), datetime(2026, 3, 29, 0, 30, 0, 0));
    assert_eq!(daily.period_key(saturday), "2026-03-28");
    assert_eq!(daily.period_key(sunday), "2026-03-29");
}

#[test]
fn a_day_that_was_dropped_has_no_daily_occurrence_but_its_week_has_one() {
    for (name, dropped, before) in [
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-29T12:00:00Z"),
        (
            "Pacific/Kwajalein",
            date(1993, 8, 21),
            "1993-08-20T12:00:00Z",
        ),
        (
            "Pacific/Kiritimati",
            date(1994, 12, 31),
            "1994-12-30T12:00:00Z",
        ),
    ] {
        let weekly = recurrence(
            Rhythm::Weekly {
                weekday: dropped.weekday(),
            },
            480,
            name,
        );
        let moved = weekly.after(at(before)).unwrap();
        assert_eq!(moved.day, dropped);
        assert_eq!(
            local(&weekly, moved),
            dropped.tomorrow().unwrap().at(8, 0, 0, 0),
            "{name}"
        );
        assert_eq!(weekly.latest(moved.at).unwrap(), moved);

        let daily = recurrence(Rhythm::Daily, 480, name);
        let next = daily.after(weekly.latest(at(before)).unwrap().at).unwrap();
        let days: Vec<Date> = std::iter::successors(Some(next), |last| daily.after(last.at).ok())
            .map(|occurrence| occurrence.day)
            .take_while(|day| *day <= dropped.tomorrow().unwrap())
            .collect();
        assert!(!days.contains(&dropped), "{name}: {days:?}");
        assert!(
            days.contains(&dropped.yesterday().unwrap())
                && days.contains(&dropped.tomorrow().unwrap())
        );
    }
}

#[test]
fn the_week_key_follows_the_iso_year() {
    assert_eq!(MONDAY.period_key(date(2026, 11, 23)), "2026-W48");
    assert_eq!(MONDAY.period_key(date(2027, 1, 3)), "2026-W53");
    assert_eq!(MONDAY.period_key(date(2024, 12, 30)), "2025-W01");
    assert_eq!(Rhythm::Daily.period_key(date(2026, 11, 23)), "2026-11-23");
}

#[test]
fn a_summary_may_be_36_hours_late_and_a_prompt_until_local_midnight() {
    let recurrence = recurrence(MONDAY, 480, "America/New_York");
    let monday = recurrence.after(at("2026-11-23T00:00:00Z")).unwrap();
    assert_eq!(monday.at, at("2026-11-23T13:00:00Z"));
    let expires = |catch_up| recurrence.expires_at(monday, catch_up).unwrap();
    assert_eq!(expires(CatchUp::ThirtySixHours), at("2026-11-25T01:00:00Z"));
    assert_eq!(expires(CatchUp::RestOfDay), at("2026-11-24T05:00:00Z"));
}

#[test]
fn a_minute_outside_of_the_day_is_refused() {
    for minute in [-1, 1440, i64::MIN, i64::MAX] {
        let refused = Recurrence::try_new(Rhythm::Daily, minute, TimeZone::UTC);
        assert!(
            matches!(refused, Err(Error::Invalid(problems)) if problems[0].field == ["minuteOfDay"])
        );
    }
    for minute in [0, 1439] {
        assert!(Recurrence::try_new(Rhythm::Daily, minute, TimeZone::UTC).is_ok());
    }
}

#[test]
fn the_ends_of_the_calendar_are_an_error_and_not_a_panic() {
    for rhythm in [MONDAY, Rhythm::Daily] {
        let recurrence = recurrence(rhythm, 480, "Pacific/Kiritimati");
        assert!(recurrence.after(Timestamp::MAX).is_err());
        assert!(recurrence.latest(Timestamp::MIN).is_err());
    }
}

fn is_in_gap(recurrence: &Recurrence, scheduled: DateTime) -> bool {
    let offset = recurrence.zone.to_ambiguous_timestamp(scheduled).offset();
    matches!(offset, AmbiguousOffset::Gap { .. })
}

/// Walks from the start of `year` for `years` and checks each step; returns the scheduled days, in order.
fn walk(recurrence: &Recurrence, year: i16, years: i16) -> Vec<Date> {
    let instant = |year| {
        recurrence
            .zone
            .to_timestamp(date(year, 1, 1).at(0, 0, 0, 0))
            .unwrap()
    };
    let (start, end) = (instant(year), instant(year + years));
    let mut last = recurrence.latest(start).unwrap();
    assert!(last.at <= start);
    let mut days = Vec::new();
    loop {
        let next = recurrence.after(last.at.max(start)).unwrap();
        assert!(
            next.at > last.at && next.day > last.day,
            "{recurrence:?} {last:?} {next:?}"
        );
        assert_eq!(recurrence.latest(next.at).unwrap(), next);
        assert_eq!(
            recurrence
                .latest(next.at - SignedDuration::from_nanos(1))
                .unwrap(),
            last
        );
        let scheduled = next.day.to_datetime(recurrence.time);
        let shown = local(recurrence, next);
        assert!(
            shown == scheduled || shown > scheduled && is_in_gap(recurrence, scheduled),
            "{recurrence:?} {next:?}"
        );
        for catch_up in [CatchUp::ThirtySixHours, CatchUp::RestOfDay] {
            assert!(recurrence.expires_at(next, catch_up).unwrap() > next.at);
        }
        if next.at >= end {
            return days;
        }
        days.push(next.day);
        last = next;
    }
}

/// The local days of `year` and the `years - 1` after it, found by asking the zone every six hours.
fn days_that_exist(zone: &TimeZone, year: i16, years: i16) -> BTreeSet<Date> {
    let noon = |year| {
        date(year, 1, 1)
            .at(12, 0, 0, 0)
            .to_zoned(TimeZone::UTC)
            .unwrap()
            .timestamp()
    };
    let hours = (noon(year + years).as_second() - noon(year).as_second()) / 3600;
    (-48..hours + 48)
        .step_by(6)
        .map(|hour| {
            zone.to_datetime(noon(year) + SignedDuration::from_hours(hour))
                .date()
        })
        .filter(|day| (year..year + years).contains(&day.year()))
        .collect()
}

fn any_zone() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(zone_names().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_iso_week_has_exactly_one_weekly_occurrence(
        name in any_zone(), offset in 0_i8..7, minute in 0_i64..1440, year in 1970_i16..2040,
    ) {
        let weekday = Weekday::from_monday_zero_offset(offset).unwrap();
        let weekly = recurrence(Rhythm::Weekly { weekday }, minute, name);
        let days = walk(&weekly, year, 5);
        prop_assert!(days.iter().all(|day| day.weekday() == weekday));
        let steps: BTreeSet<i32> = days.windows(2).map(|pair| (pair[1] - pair[0]).get_days()).collect();
        prop_assert_eq!(steps, BTreeSet::from([7]));
        let keys: BTreeSet<String> = days.iter().map(|day| weekly.rhythm.period_key(*day)).collect();
        prop_assert_eq!(keys.len(), days.len());
        prop_assert!((260..=262).contains(&days.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_local_day_that_exists_has_exactly_one_daily_occurrence(
        name in any_zone(), minute in 1_i64..1440, year in 1970_i16..2040,
    ) {
        let daily = recurrence(Rhythm::Daily, minute, name);
        let days = walk(&daily, year, 5);
        prop_assert_eq!(days, Vec::from_iter(days_that_exist(&daily.zone, year, 5)));
    }
}

#[test]
fn every_zone_keeps_its_schedules_through_each_change_of_its_clocks() {
    let (start, end) = (at("2024-01-01T00:00:00Z"), at("2029-01-01T00:00:00Z"));
    for name in zone_names() {
        let zone = zone("timeZone", name).unwrap();
        for change in zone
            .following(start)
            .take_while(|change| change.timestamp() < end)
        {
            let before = zone.to_datetime(change.timestamp() - SignedDuration::from_secs(60));
            let minute = i64::from(before.hour()) * 60 + i64::from(before.minute());
            for minute in [minute, (minute + 30) % 1440] {
                let weekly = recurrence(
                    Rhythm::Weekly {
                        weekday: before.weekday(),
                    },
                    minute,
                    name,
                );
                let daily = recurrence(Rhythm::Daily, minute, name);
                let from = change.timestamp() - SignedDuration::from_hours(36);
                let days = |recurrence: &Recurrence| {
                    let next = |last: Occurrence| recurrence.after(last.at).unwrap();
                    let first = recurrence.after(from).unwrap();
                    [first.day, next(first).day, next(next(first)).day]
                };
                let [first, second, third] = days(&daily);
                assert_eq!(
                    [first.tomorrow().unwrap(), second.tomorrow().unwrap()],
                    [second, third],
                    "{name}"
                );
                let [first, second, third] = days(&weekly);
                assert_eq!(
                    [(second - first).get_days(), (third - second).get_days()],
                    [7, 7],
                    "{name}"
                );
            }
        }
    }
}
