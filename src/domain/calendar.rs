//! Days and weeks (`domain.md §5`): a week is Monday to Sunday, and its name is its ISO key, `2026-W48`.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::{Date, ISOWeekDate, Weekday};

use crate::error::{Error, Result};

/// No two days that jiff knows are further apart than this.
const DAYS_OF_ALL_TIME: i64 = 7_304_484;

/// Monday to Sunday. Written and read as its ISO key: `2026-W48`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    monday: Date,
}

impl Week {
    /// The week that `date` lies in.
    pub fn of(date: Date) -> Self {
        let since_monday = i64::from(date.weekday().to_monday_zero_offset());
        Self {
            monday: plus_days(date, -since_monday),
        }
    }

    /// Its first day.
    pub fn monday(self) -> Date {
        self.monday
    }

    /// Its last day.
    pub fn sunday(self) -> Date {
        plus_days(self.monday, 6)
    }

    /// The week after this one.
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The week `weeks` after this one, or before it when negative. Stops at the ends of the calendar.
    pub fn plus(self, weeks: i64) -> Self {
        Self::of(plus_days(self.monday, weeks.saturating_mul(7)))
    }

    /// Its seven days, Monday first.
    pub fn days(self) -> impl Iterator<Item = Date> {
        days(self.monday, self.sunday())
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let iso = self.monday.iso_week_date();
        write!(f, "{:04}-W{:02}", iso.year(), iso.week())
    }
}

impl FromStr for Week {
    type Err = Error;

    /// Reads `2026-W48`. Errors when the text has another form or that year has no such week.
    fn from_str(text: &str) -> Result<Self> {
        read_key(text).ok_or_else(|| {
            let message =
                format!("“{text}” is not a week. Write the ISO year and week, such as 2026-W48.");
            Error::invalid("week", message)
        })
    }
}

fn read_key(text: &str) -> Option<Week> {
    let (year, week) = text.split_once("-W")?;
    let digits =
        |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(year, 4) || !digits(week, 2) {
        return None;
    }
    let monday = ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday);
    Some(Week::of(monday.ok()?.date()))
}

/// The days from `first` to `last`, both included; none when `last` comes before `first`.
pub fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.tomorrow().ok())
        .take_while(move |day| *day <= last)
}

/// `date` and `days` calendar days, backwards when negative. Stops at the ends of the calendar.
pub fn plus_days(date: Date, days: i64) -> Date {
    let span = Span::new().days(days.clamp(-DAYS_OF_ALL_TIME, DAYS_OF_ALL_TIME));
    date.saturating_add(span)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_week_runs_from_monday_to_sunday() {
        let week = Week::of(date(2026, 11, 25));
        assert_eq!(week.monday(), date(2026, 11, 23));
        assert_eq!(week.sunday(), date(2026, 11, 29));
        assert_eq!(week.days().count(), 7);
        assert_eq!(week.to_string(), "2026-W48");
        assert_eq!(week.next().to_string(), "2026-W49");
        assert_eq!(week.plus(-48).to_string(), "2025-W52");
    }

    #[test]
    fn the_iso_year_is_not_the_calendar_year() {
        assert_eq!(Week::of(date(2027, 1, 1)).to_string(), "2026-W53");
        assert_eq!(Week::of(date(2024, 12, 30)).to_string(), "2025-W01");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "2026-48",
            "2026-W5",
            "2026-W00",
            "2025-W53",
            "2026-W48 ",
            "+026-W48",
            "2026-W054",
            "٢026-W01",
        ] {
            assert!(text.parse::<Week>().is_err(), "{text}");
        }
    }

    #[test]
    fn days_beyond_the_calendar_stop_at_its_ends() {
        assert_eq!(plus_days(Date::MAX, i64::MAX), Date::MAX);
        assert_eq!(plus_days(Date::MIN, i64::MIN), Date::MIN);
        assert_eq!(days(Date::MAX, Date::MAX).count(), 1);
        assert_eq!(days(date(2026, 1, 2), date(2026, 1, 1)).count(), 0);
    }

    proptest! {
        #[test]
        fn keys_round_trip(day in 0_i64..47_847) { // 1970 to 2100
            let today = plus_days(date(1970, 1, 1), day);
            let week = Week::of(today);
            prop_assert_eq!(week.to_string().parse::<Week>().unwrap(), week);
            prop_assert!(week.monday() <= today && today <= week.sunday());
            prop_assert!(week.to_string() < week.next().to_string());
        }
    }
}
