//! Working hours as spreadsheets have them: "37.5" a week on "Mon-Fri". No floats: minutes and basis points.

/// Days of a week, Monday first.
pub(super) type Weekdays = [bool; 7];

/// Monday to Friday.
pub(super) const MONDAY_TO_FRIDAY: Weekdays = [true, true, true, true, true, false, false];

/// "37.5" or "37,5" in hundredths: 3750. None for anything but up to six digits, with at most two behind the point.
pub(super) fn hundredths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(whole, 6) || !digits(part, 2) {
        return None;
    }
    let part_in_hundredths: i64 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 100 + part_in_hundredths)
}

/// Hours in hundredths as minutes, rounded half up.
pub(super) fn minutes(hundredths_of_hours: i64) -> i64 {
    (hundredths_of_hours * 60 + 50) / 100
}

/// Single days and ranges, "Mon-Thu, Sat"; none when a word is no weekday or there is none.
pub(super) fn weekdays(text: &str) -> Option<Weekdays> {
    let mut days = [false; 7];
    let text = text.replace(['–', '—'], "-").replace(" - ", "-");
    let words = text
        .split([',', ' ', '/', '+', ';'])
        .filter(|word| !word.is_empty());
    for word in words {
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        let (first, last) = (weekday(first)?, weekday(last)?);
        days.get_mut(first..=last)?.fill(true);
    }
    days.contains(&true).then_some(days)
}

/// "Tue", "tues" and "Tuesday" are 1.
fn weekday(word: &str) -> Option<usize> {
    const NAMES: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let word = word.trim().to_lowercase();
    let starts = |name: &str| word.len() >= 3 && name.starts_with(&word);
    NAMES.iter().position(|name| starts(name))
}

/// Minutes of a week spread evenly over the days worked; the first days take the minutes that are left over.
pub(super) fn spread(minutes: i64, days: Weekdays) -> [i32; 7] {
    let worked = i64::try_from(days.iter().filter(|works| **works).count()).unwrap_or(7);
    let mut left_over = minutes % worked.max(1);
    days.map(|works| {
        let extra = i64::from(works && left_over > 0);
        left_over -= extra;
        let share = if works { minutes / worked + extra } else { 0 };
        i32::try_from(share).unwrap_or(i32::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// "mon tue wed", as [`weekdays`] reads it.
    fn as_text(days: Weekdays) -> String {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let named = names.into_iter().zip(days).filter(|(_, works)| *works);
        named.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn hours_are_read_without_floats() {
        for (text, expected) in [
            ("37.5", Some(2250)),
            ("37,5", Some(2250)),
            ("40", Some(2400)),
            ("7.25", Some(435)),
            ("37.33", Some(2240)),
            ("0", Some(0)),
            ("", None),
            ("-8", None),
            ("1.234", None),
            (".5", None),
            ("37.5h", None),
            ("9999999", None),
        ] {
            assert_eq!(hundredths(text).map(minutes), expected, "{text}");
        }
    }

    #[test]
    fn weekdays_are_read_as_people_write_them() {
        for (text, expected) in [
            ("Mon-Fri", "mon tue wed thu fri"),
            ("monday – thursday", "mon tue wed thu"),
            ("Tue, Thu/Sat", "tue thu sat"),
            ("Mon-Wed Fri", "mon tue wed fri"),
        ] {
            assert_eq!(
                weekdays(text).map(as_text).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        for text in ["", "Fri-Mon", "Mo", "Mon-", "someday", "5"] {
            assert_eq!(weekdays(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_when_minutes_are_spread(minutes in 0i64..10_080, days: [bool; 7]) {
            prop_assume!(days.contains(&true));
            let spread = spread(minutes, days);
            prop_assert_eq!(spread.iter().map(|day| i64::from(*day)).sum::<i64>(), minutes);
            let worked: Vec<i32> = spread.into_iter().zip(days).filter(|(_, works)| *works).map(|(day, _)| day).collect();
            let (least, most) = (worked.iter().min().unwrap(), worked.iter().max().unwrap());
            prop_assert!(most - least <= 1);
            prop_assert_eq!(weekdays(&as_text(days)), Some(days));
        }
    }
}
