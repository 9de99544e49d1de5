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

/// `today`, `1 day late`, `5 days late`.
pub fn late(days: i64) -> String {
    if days < 1 {
        return "today".to_owned();
    }
    format!("{} late", count(days, "day", "days"))
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
