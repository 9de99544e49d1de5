//! Relationship strength (`domain.md §5`): 0…100 between a person and a client.

use jiff::Unit;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Months after which holding a client counts in full.
const FULL_MONTHS: i64 = 24;
/// Touchpoints in 90 days that count in full.
const FULL_TOUCHPOINTS: i64 = 12;
/// Days after which the last touchpoint no longer counts.
const FORGOTTEN_DAYS: i64 = 90;

/// From which strength on something holds; settings with these defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StrengthLimits {
    /// STRONG from here on.
    pub strong_from: i64,
    /// WARM from here on.
    pub warm_from: i64,
    /// Strong enough to stand in for somebody who is away (`domain.md §6`).
    pub stand_in_from: i64,
}

impl Default for StrengthLimits {
    fn default() -> Self {
        Self {
            strong_from: 60,
            warm_from: 30,
            stand_in_from: 40,
        }
    }
}

/// What is known of a person and a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relationship {
    /// Whole months the person has held the client; see [`months_held`].
    pub months_held: i64,
    /// Touchpoints between the two in the last 90 days.
    pub touchpoints: i64,
    /// Days since the last touchpoint; `None`: there was none.
    pub days_since_last: Option<i64>,
    /// Somebody's own judgement, 0…100, which wins.
    pub override_points: Option<i64>,
    /// Never moves, however strong.
    pub pinned: bool,
}

/// A strength and what it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// The strength, 0…100: the override, else the three parts together.
    pub points: i64,
    /// For the months held, 0…50.
    pub tenure_points: i64,
    /// For the touchpoints in 90 days, 0…30.
    pub frequency_points: i64,
    /// For how fresh the last touchpoint is, 0…20.
    pub recency_points: i64,
    /// Whether somebody's own judgement took the place of the parts.
    pub overridden: bool,
    /// Never moves.
    pub pinned: bool,
    /// What the strength is called.
    pub warmth: Warmth,
}

/// What a strength is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Warmth {
    /// Below warm.
    Cool,
    /// 30 and more.
    Warm,
    /// 60 and more.
    Strong,
}

/// The strength of a relationship, each part floored.
pub fn strength(limits: &StrengthLimits, relationship: &Relationship) -> Strength {
    let tenure_points = 50 * relationship.months_held.clamp(0, FULL_MONTHS) / FULL_MONTHS;
    let frequency_points =
        30 * relationship.touchpoints.clamp(0, FULL_TOUCHPOINTS) / FULL_TOUCHPOINTS;
    let fresh_days = relationship
        .days_since_last
        .map_or(0, |days| FORGOTTEN_DAYS - days.clamp(0, FORGOTTEN_DAYS));
    let recency_points = 20 * fresh_days / FORGOTTEN_DAYS;
    let points = relationship
        .override_points
        .map_or(tenure_points + frequency_points + recency_points, |own| {
            own.clamp(0, 100)
        });
    Strength {
        points,
        tenure_points,
        frequency_points,
        recency_points,
        overridden: relationship.override_points.is_some(),
        pinned: relationship.pinned,
        warmth: limits.warmth(points),
    }
}

impl StrengthLimits {
    fn warmth(&self, points: i64) -> Warmth {
        match points {
            points if points >= self.strong_from => Warmth::Strong,
            points if points >= self.warm_from => Warmth::Warm,
            _ => Warmth::Cool,
        }
    }
}

impl Strength {
    /// How it came to be, a sentence a part.
    pub fn explain(&self) -> Vec<String> {
        if self.overridden {
            return vec![format!("Set by hand: {} of 100", self.points)];
        }
        vec![
            format!("Months held: {} of 50", self.tenure_points),
            format!(
                "Touchpoints in the last 90 days: {} of 30",
                self.frequency_points
            ),
            format!(
                "How fresh the last touchpoint is: {} of 20",
                self.recency_points
            ),
        ]
    }
}

/// Whole months from `since` to `today`; 0 when `since` lies ahead.
pub fn months_held(since: Date, today: Date) -> i64 {
    since
        .until((Unit::Month, today))
        .map_or(0, |span| i64::from(span.get_months()).max(0))
}

/// From when to when something was held, the last day not included; none: it goes on.
pub type Interval = (Date, Option<Date>);

/// Since when `day` is covered without a break; none when it is not covered. Intervals that touch, such as those of an
/// assignment that was closed and of the one that took its place, make one chain; what begins after `day` is left aside.
pub fn unbroken_since(intervals: impl IntoIterator<Item = Interval>, day: Date) -> Option<Date> {
    let mut begun: Vec<Interval> = intervals
        .into_iter()
        .filter(|(from, until)| *from <= day && until.is_none_or(|until| *from < until))
        .collect();
    begun.sort_unstable();
    let mut chain: Option<Interval> = None;
    for (from, until) in begun {
        chain = match chain {
            Some((since, end)) if end.is_none_or(|end| from <= end) => {
                let later = end.zip(until).map(|(end, until)| end.max(until));
                Some((since, later))
            }
            _ => Some((from, until)),
        };
    }
    chain
        .filter(|(_, end)| end.is_none_or(|end| day < end))
        .map(|(since, _)| since)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn points(months_held: i64, touchpoints: i64, days: i64) -> i64 {
        let relationship = Relationship {
            months_held,
            touchpoints,
            days_since_last: Some(days),
            ..Relationship::default()
        };
        strength(&StrengthLimits::default(), &relationship).points
    }

    #[test]
    fn the_worked_numbers_hold() {
        assert_eq!(points(36, 8, 6), 88);
        assert_eq!(points(3, 2, 40), 22);
    }

    #[test]
    fn a_stranger_has_none() {
        let strength = strength(&StrengthLimits::default(), &Relationship::default());
        assert_eq!((strength.points, strength.warmth), (0, Warmth::Cool));
    }

    #[test]
    fn an_override_wins_and_says_so() {
        let relationship = Relationship {
            override_points: Some(95),
            pinned: true,
            ..Relationship::default()
        };
        let strength = strength(&StrengthLimits::default(), &relationship);
        assert_eq!(
            (strength.points, strength.overridden, strength.pinned),
            (95, true, true)
        );
        assert_eq!(strength.explain(), ["Set by hand: 95 of 100"]);
    }

    #[test]
    fn warmth_begins_at_its_limits() {
        let limits = StrengthLimits::default();
        let named = [29, 30, 59, 60].map(|points| limits.warmth(points));
        assert_eq!(
            named,
            [Warmth::Cool, Warmth::Warm, Warmth::Warm, Warmth::Strong]
        );
    }

    #[test]
    fn months_are_whole_ones() {
        assert_eq!(months_held(date(2026, 1, 31), date(2026, 2, 27)), 0);
        assert_eq!(months_held(date(2023, 11, 23), date(2026, 11, 23)), 36);
        assert_eq!(months_held(date(2023, 11, 24), date(2026, 11, 23)), 35);
        assert_eq!(months_held(date(2027, 1, 1), date(2026, 1, 1)), 0);
    }

    #[test]
    fn a_chain_holds_while_its_rows_touch() {
        let day = date(2026, 11, 23);
        let unsplit = (date(2023, 11, 23), Some(date(2026, 3, 1)));
        let account_manager = (date(2026, 3, 1), None);
        assert_eq!(
            unbroken_since([account_manager, unsplit], day),
            Some(date(2023, 11, 23))
        );
        let a_day_later = (date(2026, 3, 2), None);
        assert_eq!(
            unbroken_since([unsplit, a_day_later], day),
            Some(date(2026, 3, 2))
        );
        assert_eq!(unbroken_since([unsplit], day), None);
        let never = (date(2026, 1, 1), Some(date(2026, 1, 1)));
        assert_eq!(unbroken_since([never], date(2026, 1, 1)), None);
    }

    /// The same, day by day backwards.
    fn walked_back(intervals: &[Interval], day: Date) -> Option<Date> {
        let covers = |day: &Date| {
            intervals
                .iter()
                .any(|(from, until)| from <= day && until.is_none_or(|until| *day < until))
        };
        std::iter::successors(Some(day), |day| day.yesterday().ok())
            .take_while(covers)
            .last()
    }

    proptest! {
        #[test]
        fn a_chain_is_what_walking_back_day_by_day_finds(
            spans in proptest::collection::vec((0_i64..60, proptest::option::of(0_i64..20)), 0..8),
            asked in 0_i64..80,
        ) {
            let day = |number| super::super::calendar::plus_days(date(2026, 1, 1), number);
            let intervals: Vec<Interval> = spans
                .into_iter()
                .map(|(from, length)| (day(from), length.map(|length| day(from + length))))
                .collect();
            let since = unbroken_since(intervals.iter().copied(), day(asked));
            prop_assert_eq!(since, walked_back(&intervals, day(asked)));
        }

        #[test]
        fn strength_stays_on_its_scale_and_parts_add_up(
            months_held in -5_i64..600,
            touchpoints in -5_i64..500,
            days_since_last in proptest::option::of(-5_i64..5_000),
        ) {
            let relationship = Relationship { months_held, touchpoints, days_since_last, ..Relationship::default() };
            let strength = strength(&StrengthLimits::default(), &relationship);
            prop_assert!((0..=100).contains(&strength.points));
            let parts = strength.tenure_points + strength.frequency_points + strength.recency_points;
            prop_assert_eq!(strength.points, parts);
        }
    }
}
