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

/// A parser of a whole number within bounds, whose refusal says what is accepted.
pub fn whole_number<N>(
    bounds: RangeInclusive<N>,
) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync + 'static
where
    N: std::str::FromStr + PartialOrd + std::fmt::Display + Clone + Send + Sync + 'static,
{
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
