//! Every zone of the bundled database over five years: what an independent reckoning says of each week, [`Recurrence`]
//! says as well, and a rule that is changed in the middle of a week takes no week away.

use jiff::civil::{DateTime, Time, date};
use jiff::tz::{AmbiguousOffset, TimeZone};
use proptest::prelude::*;

use super::*;
use crate::domain::zone::{zone, zone_names};

const YEARS: i16 = 5;
const FIRST_YEAR: i16 = 2026;

/// When a schedule for `day` at `time` is to fall due: at that local minute, at the first of two; in a gap, as long after
/// its beginning as the time is.
fn expected(zone: &TimeZone, day: Date, time: Time) -> Timestamp {
    let scheduled = day.to_datetime(time);
    let offset = match zone.to_ambiguous_timestamp(scheduled).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    offset.to_timestamp(scheduled).unwrap()
}

/// Walks the weeks one by one; answers how many times the clocks stood in the way.
fn keeps_each_week(name: &str, weekday: Weekday, minute: i64) -> usize {
    let zone = zone("timeZone", name).unwrap();
    let weekly = Recurrence::try_new(Rhythm::Weekly { weekday }, minute, zone.clone()).unwrap();
    let mut week = Week::of(date(FIRST_YEAR, 1, 5));
    let end = Week::of(date(FIRST_YEAR + YEARS, 1, 5));
    let monday = week.monday().to_datetime(Time::midnight());
    let mut last = zone.to_timestamp(monday).unwrap() - SignedDuration::from_nanos(1);
    let mut in_the_way = 0;
    while week < end {
        let day = plus_days(week.monday(), i64::from(weekday.to_monday_zero_offset()));
        let at = expected(&zone, day, weekly.time);
        let found = weekly.after(last).unwrap();
        assert_eq!(found, Occurrence { day, at }, "{name} {weekday:?} {minute}");
        assert_eq!(weekly.period_key(found), week.to_string(), "{name}");
        let (scheduled, shown) = (day.to_datetime(weekly.time), zone.to_datetime(at));
        if shown != scheduled {
            in_the_way += 1;
            assert!(
                shown > scheduled && is_skipped(&zone, scheduled),
                "{name} {shown}"
            );
        }
        (last, week) = (at, week.next());
    }
    in_the_way
}

fn is_skipped(zone: &TimeZone, scheduled: DateTime) -> bool {
    matches!(
        zone.to_ambiguous_timestamp(scheduled).offset(),
        AmbiguousOffset::Gap { .. }
    )
}

/// A weekday and a minute for a zone, spread over all of them.
fn sample(index: usize) -> (Weekday, i64) {
    let weekday = i8::try_from(index % 7).unwrap();
    let minute = i64::try_from(index * 619 % 1_440).unwrap();
    (Weekday::from_monday_zero_offset(weekday).unwrap(), minute)
}

/// The weekday and the first minute that a zone's clocks skip in these years, and those that they show twice.
fn in_the_way(zone: &TimeZone) -> impl Iterator<Item = (Weekday, i64)> {
    let utc = |year| {
        date(year, 1, 10)
            .to_zoned(TimeZone::UTC)
            .unwrap()
            .timestamp()
    };
    let (mut gap, mut fold) = (None, None);
    for change in zone
        .following(utc(FIRST_YEAR))
        .take_while(|change| change.timestamp() < utc(FIRST_YEAR + YEARS))
    {
        let before = zone.to_datetime(change.timestamp() - SignedDuration::from_nanos(1));
        let after = zone.to_datetime(change.timestamp());
        let (first, found) = if after > before + SignedDuration::from_mins(1) {
            (before + SignedDuration::from_nanos(1), &mut gap)
        } else {
            (after, &mut fold)
        };
        let minute = i64::from(first.hour()) * 60 + i64::from(first.minute());
        found.get_or_insert((first.weekday(), minute));
    }
    gap.into_iter().chain(fold)
}

#[test]
fn each_week_of_five_years_has_one_occurrence_in_every_zone() {
    let (mut zones, mut samples, mut moved) = (0, 0, 0);
    for (index, name) in zone_names().enumerate() {
        zones += 1;
        let zone = zone("timeZone", name).unwrap();
        for (weekday, minute) in in_the_way(&zone).chain([sample(index)]) {
            samples += 1;
            moved += keeps_each_week(name, weekday, minute);
        }
    }
    assert!(
        zones > 500 && samples > zones + 200 && moved > 100,
        "{zones} {samples} {moved}"
    );
}

fn any_rule() -> impl Strategy<Value = (usize, i8, i64)> {
    (0..zone_names().count(), 0_i8..7, 0_i64..1_440)
}

fn rule((zone_index, weekday, minute): (usize, i8, i64), weekly: bool) -> Recurrence {
    let name = zone_names().nth(zone_index).unwrap();
    let weekday = Weekday::from_monday_zero_offset(weekday).unwrap();
    let rhythm = if weekly {
        Rhythm::Weekly { weekday }
    } else {
        Rhythm::Daily
    };
    Recurrence::try_new(rhythm, minute, zone("timeZone", name).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_rule_takes_no_promised_period_away(
        before in any_rule(), after in any_rule(), weekly in any::<bool>(), hour in 0_i64..26_000,
    ) {
        let now: Timestamp = "2026-01-01T00:30:00Z".parse().unwrap();
        let now = now + SignedDuration::from_hours(hour);
        let (before, after) = (rule(before, weekly), rule(after, weekly));
        for promised in [before.after(now).unwrap(), before.latest(now).unwrap()] {
            let owed = before.rhythm.begins(promised.day);
            let due = after.taking_over(&before, promised.at, now).unwrap();
            let first = after.rhythm.begins(after.promised(due).unwrap().day);
            prop_assert!(first <= owed, "{:?} for {:?}", due, promised);
            // What a planner finds from there on: the promised period is among it.
            let mut found = vec![first];
            let mut last = due;
            while *found.last().unwrap() < owed {
                let next = after.after(last).unwrap();
                found.push(after.rhythm.begins(next.day));
                last = next.at;
            }
            prop_assert!(found.contains(&owed), "{:?}", found);
        }
    }

    #[test]
    fn other_zone_rules_move_an_occurrence_and_make_no_second_one(
        rule_at in any_rule(), weekly in any::<bool>(), hour in 0_i64..26_000, moved in -11_i64 * 60..=11 * 60,
    ) {
        let now: Timestamp = "2026-01-01T00:30:00Z".parse().unwrap();
        let rule = rule(rule_at, weekly);
        let occurrence = rule.after(now + SignedDuration::from_hours(hour)).unwrap();
        let stored = occurrence.at + SignedDuration::from_mins(moved);
        prop_assert_eq!(rule.by_other_rules(stored).unwrap(), occurrence.at);
    }
}
