//! One person's or team's week in figures, and the bar that draws it.

use serde::Serialize;

use super::format;

/// How full a week is, judged on the confirmed figure (domain.md §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Band {
    /// Under 60 %.
    Bench,
    /// Under 85 %.
    Healthy,
    /// Up to 100 %.
    Full,
    /// Up to 120 %.
    Over,
    /// Above 120 %.
    Critical,
    /// Load, but no availability.
    Unavailable,
}

impl Band {
    /// The band in a mail's words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bench => "bench",
            Self::Healthy => "healthy",
            Self::Full => "full",
            Self::Over => "over",
            Self::Critical => "critical",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Availability and load of one week, in minutes, and what they come to, in basis points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Minutes free for client work.
    pub availability_minutes: i64,
    /// Load that is certain: coordination plus confirmed bookings, minutes.
    pub confirmed_minutes: i64,
    /// The same with tentative bookings at their probability, minutes.
    pub expected_minutes: i64,
    /// The same with every tentative booking in full, minutes.
    pub worst_minutes: i64,
    /// Utilisation of each, bp; none where it is null.
    pub confirmed_bp: Option<i64>,
    /// Expected utilisation, bp.
    pub expected_bp: Option<i64>,
    /// Worst utilisation, bp.
    pub worst_bp: Option<i64>,
    /// Band of the confirmed figure; none when there is neither load nor availability.
    pub band: Option<Band>,
}

/// Widths of a bar's parts in percent of its length; they sum to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Confirmed load inside availability.
    pub confirmed: i64,
    /// Confirmed load past availability.
    pub over: i64,
    /// Tentative load, as expected.
    pub tentative: i64,
    /// Neither.
    pub free: i64,
}

impl Figures {
    /// Confirmed minutes past availability, 0 when it fits.
    pub fn over_minutes(&self) -> i64 {
        (self.confirmed_minutes - self.availability_minutes).max(0)
    }

    /// Availability not committed, 0 when there is none.
    pub fn free_minutes(&self) -> i64 {
        (self.availability_minutes - self.confirmed_minutes).max(0)
    }

    /// Confirmed and tentative load against availability: `33 h confirmed and 2 h tentative of 30 h`.
    pub fn load(&self) -> String {
        let tentative = self.expected_minutes - self.confirmed_minutes;
        let tentative = if tentative > 0 {
            format!(" and {} tentative", format::minutes(tentative))
        } else {
            String::new()
        };
        let confirmed = format::minutes(self.confirmed_minutes);
        format!(
            "{confirmed} confirmed{tentative} of {}",
            format::minutes(self.availability_minutes)
        )
    }

    /// Utilisation and band: `110 % over`; `unavailable` or `away` where it has no number.
    pub fn state(&self) -> String {
        match self.confirmed_bp {
            Some(bp) => format!("{} {}", format::percent(bp), self.band_word()),
            None => self.band_word().to_owned(),
        }
    }

    /// The other two figures of the triple, where something is tentative: `Expected 104 %, at worst 110 %`.
    pub fn beyond(&self) -> Option<String> {
        let (expected, worst) = (self.expected_bp?, self.worst_bp?);
        (self.worst_minutes > self.confirmed_minutes).then(|| {
            format!(
                "Expected {}, at worst {}",
                format::percent(expected),
                format::percent(worst)
            )
        })
    }

    /// The band's word; `away` for a week with neither load nor availability.
    pub fn band_word(&self) -> &'static str {
        self.band.map_or("away", Band::word)
    }

    /// The band's colour on white, `#rrggbb`; base.html has the one on black under the band's word.
    pub fn colour(&self) -> &'static str {
        match self.band {
            Some(Band::Bench) => "#1f6fb2",
            Some(Band::Healthy) => "#1e7a46",
            Some(Band::Full) => "#7d6100",
            Some(Band::Over) => "#b84a12",
            Some(Band::Critical | Band::Unavailable) => "#b3261e",
            None => "#4f5b67",
        }
    }

    /// `3 h over`, `14 h free`, or `exactly full`.
    pub fn balance(&self) -> String {
        match (self.over_minutes(), self.free_minutes()) {
            (0, 0) if self.availability_minutes == 0 => "nothing booked".to_owned(),
            (0, 0) => "exactly full".to_owned(),
            (0, free) => format!("{} free", format::minutes(free)),
            (over, _) => format!("{} over", format::minutes(over)),
        }
    }

    /// The parts of the bar; its length is availability or expected load, whichever is more.
    pub fn bar(&self) -> Bar {
        let length = self.availability_minutes.max(self.expected_minutes).max(1);
        let until = |minutes: i64| minutes.clamp(0, length) * 100 / length;
        let inside = until(self.confirmed_minutes.min(self.availability_minutes));
        let confirmed = until(self.confirmed_minutes);
        let expected = until(self.expected_minutes.max(self.confirmed_minutes));
        Bar {
            confirmed: inside,
            over: confirmed - inside,
            tentative: expected - confirmed,
            free: 100 - expected,
        }
    }
}

#[cfg(test)]
impl Figures {
    /// Figures of whole hours, with the ratios and the band that domain.md §5 gives them.
    pub(crate) fn sample(availability: i64, confirmed: i64, expected: i64, worst: i64) -> Self {
        let ratio = |hours: i64| (availability > 0).then(|| hours * 10_000 / availability);
        let band = match ratio(confirmed) {
            None => (confirmed > 0).then_some(Band::Unavailable),
            Some(..6000) => Some(Band::Bench),
            Some(..8500) => Some(Band::Healthy),
            Some(..=10_000) => Some(Band::Full),
            Some(..=12_000) => Some(Band::Over),
            Some(_) => Some(Band::Critical),
        };
        Self {
            availability_minutes: availability * 60,
            confirmed_minutes: confirmed * 60,
            expected_minutes: expected * 60,
            worst_minutes: worst * 60,
            confirmed_bp: ratio(confirmed),
            expected_bp: ratio(expected),
            worst_bp: ratio(worst),
            band,
        }
    }
}
