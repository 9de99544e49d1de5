//! How a mail writes minutes, ratios and days. One way for HTML, text and subject.

use jiff::civil::{Date, DateTime, Time, Weekday};

/// `3 h`, `3 h 30 min`, `45 min`; `0 h` for none, `−` before a negative figure.
pub fn minutes(minutes: i64) -> String {
    let sign = if minutes < 0 { "−" } else { "" };
    let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
    match (hours, rest) {
        (_, 0) => format!("{sign}{hours} h"),
        (0, _) => format!("{sign}{rest} min"),
        _ => format!("{sign}{hours} h {rest} min"),
    }
}

/// Whole percent of `bp`, rounded down, so that a figure never looks like the next band's: 8730 → `87 %`.
pub fn percent(bp: i64) -> String {
    format!("{} %", bp.div_euclid(100))
}

/// `Mon 23 Nov`.
pub fn day(date: Date) -> String {
    date.strftime("%a %-d %b").to_string()
}

/// `Mon 23 Nov to Fri 27 Nov`, or the one day when both are the same.
pub fn days(from: Date, to: Date) -> String {
    if from == to {
        day(from)
    } else {
        format!("{} to {}", day(from), day(to))
    }
}

/// `Week 48`: the ISO week that `date` lies in.
pub fn week(date: Date) -> String {
    format!("Week {}", date.iso_week_date().week())
}

/// The Sunday that ends the week of `monday`; `monday` itself on the last days of jiff's calendar.
pub fn sunday(monday: Date) -> Date {
    monday
        .checked_add(jiff::Span::new().days(6))
        .unwrap_or(monday)
}

/// `Due today`, `Due Mon 16 Nov, 7 days late`.
pub fn due(on: Date, days_late: i64) -> String {
    if days_late < 1 {
        return "Due today".to_owned();
    }
    format!("Due {}, {} late", day(on), count(days_late, "day", "days"))
}

/// `Monday 08:00`.
pub fn weekday_and_time(at: DateTime) -> String {
    at.strftime("%A %H:%M").to_string()
}

/// `08:00`.
pub fn time(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// `Mondays`.
pub fn every(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Mondays",
        Weekday::Tuesday => "Tuesdays",
        Weekday::Wednesday => "Wednesdays",
        Weekday::Thursday => "Thursdays",
        Weekday::Friday => "Fridays",
        Weekday::Saturday => "Saturdays",
        Weekday::Sunday => "Sundays",
    }
}

/// `1 project`, `3 projects`.
pub fn count(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// [`count`] of a list's items.
pub(super) fn count_of<T>(items: &[T], one: &str, many: &str) -> String {
    count(i64::try_from(items.len()).unwrap_or(i64::MAX), one, many)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// Minutes that [`minutes`] wrote.
    fn read(text: &str) -> i64 {
        let (sign, text) = text.strip_prefix('−').map_or((1, text), |rest| (-1, rest));
        let words: Vec<&str> = text.split(' ').collect();
        let unit = |unit: &str| if unit == "h" { 60 } else { 1 };
        sign * words
            .chunks(2)
            .map(|pair| pair[0].parse::<i64>().unwrap() * unit(pair[1]))
            .sum::<i64>()
    }

    #[test]
    fn figures_read_as_a_person_would_write_them() {
        assert_eq!(
            [0, 45, 180, 210, -90].map(minutes),
            ["0 h", "45 min", "3 h", "3 h 30 min", "−1 h 30 min"]
        );
        assert_eq!(
            [0, 8730, 9999, 10_000, 13_015].map(percent),
            ["0 %", "87 %", "99 %", "100 %", "130 %"]
        );
        assert_eq!(count(1, "project", "projects"), "1 project");
        assert_eq!(count(0, "project", "projects"), "0 projects");
    }

    #[test]
    fn days_and_weeks_carry_weekday_and_iso_number() {
        assert_eq!(day(date(2026, 11, 23)), "Mon 23 Nov");
        assert_eq!(
            days(date(2026, 11, 23), sunday(date(2026, 11, 23))),
            "Mon 23 Nov to Sun 29 Nov"
        );
        assert_eq!(days(date(2026, 11, 23), date(2026, 11, 23)), "Mon 23 Nov");
        assert_eq!(week(date(2027, 1, 3)), "Week 53");
        assert_eq!(
            weekday_and_time(date(2026, 11, 23).at(8, 0, 0, 0)),
            "Monday 08:00"
        );
        assert_eq!(due(date(2026, 11, 23), 0), "Due today");
        assert_eq!(due(date(2026, 11, 16), 1), "Due Mon 16 Nov, 1 day late");
    }

    proptest! {
        #[test]
        fn minutes_can_be_read_back(figure in -1_000_000_i64..1_000_000) {
            prop_assert_eq!(read(&minutes(figure)), figure);
        }

        #[test]
        fn percent_never_rounds_up(bp in 0_i64..100_000) {
            let whole: i64 = percent(bp).strip_suffix(" %").unwrap().parse().unwrap();
            prop_assert!((whole * 100..whole * 100 + 100).contains(&bp));
        }

        #[test]
        fn a_day_can_be_read_back_within_its_year(ordinal in 1_i16..=365) {
            let written = date(2026, 1, 1).with().day_of_year(ordinal).build().unwrap();
            prop_assert_eq!(Date::strptime("%a %d %b %Y", format!("{} 2026", day(written))).unwrap(), written);
        }
    }
}
