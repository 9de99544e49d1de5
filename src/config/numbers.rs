//! Whole numbers within bounds.

use std::ops::RangeInclusive;
use std::time::Duration;

/// A parser of a number of seconds within bounds.
pub(super) fn seconds(
    bounds: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<Duration, String> + Clone {
    move |text| {
        within(&bounds, text)
            .map(Duration::from_secs)
            .ok_or_else(|| accepted(&bounds, "a whole number of seconds"))
    }
}

/// A parser of a count within bounds.
pub(super) fn count(
    bounds: RangeInclusive<usize>,
) -> impl Fn(&str) -> Result<usize, String> + Clone {
    move |text| within(&bounds, text).ok_or_else(|| accepted(&bounds, "a whole number"))
}

fn within<N: std::str::FromStr + PartialOrd>(bounds: &RangeInclusive<N>, text: &str) -> Option<N> {
    text.trim()
        .parse()
        .ok()
        .filter(|number| bounds.contains(number))
}

fn accepted<N: std::fmt::Display>(bounds: &RangeInclusive<N>, what: &str) -> String {
    format!("must be {what} from {} to {}", bounds.start(), bounds.end())
}
