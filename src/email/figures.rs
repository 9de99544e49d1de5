//! One person's or team's week in figures, and the bar that draws it.

use serde::Serialize;

use super::format;
use crate::domain::utilisation::{Band, LoadMinutes, Utilisation};

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
    /// The figures of a person, or of a team whose minutes were summed first.
    pub fn of(load: LoadMinutes, availability_minutes: i64, utilisation: Utilisation) -> Self {
        Self {
            availability_minutes,
            confirmed_minutes: load.confirmed,
            expected_minutes: load.expected,
            worst_minutes: load.worst,
            confirmed_bp: utilisation.confirmed_bp,
            expected_bp: utilisation.expected_bp,
            worst_bp: utilisation.worst_bp,
            band: utilisation.band,
        }
    }

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
        match self.band {
            Some(Band::Bench) => "bench",
            Some(Band::Healthy) => "healthy",
            Some(Band::Full) => "full",
            Some(Band::Over) => "over",
            Some(Band::Critical) => "critical",
            Some(Band::Unavailable) => "unavailable",
            None => "away",
        }
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

    /// The parts of the bar; its length is availability or expected load, whichever is more. Whoever is over at all has a
    /// part that says so, however little it is.
    pub fn bar(&self) -> Bar {
        let length = self.availability_minutes.max(self.expected_minutes).max(1);
        let until = |minutes: i64| minutes.clamp(0, length) * 100 / length;
        let least_over = i64::from(self.over_minutes() > 0);
        let confirmed = until(self.confirmed_minutes).max(least_over);
        let inside = until(self.confirmed_minutes.min(self.availability_minutes));
        let inside = inside.min(confirmed - least_over);
        let expected = until(self.expected_minutes).max(confirmed);
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
    /// Figures of whole hours, with the ratios and the band that the domain gives them.
    pub(crate) fn sample(availability: i64, confirmed: i64, expected: i64, worst: i64) -> Self {
        let load = LoadMinutes {
            confirmed: confirmed * 60,
            expected: expected * 60,
            worst: worst * 60,
        };
        let utilisation = Utilisation::of(load, availability * 60, &Default::default());
        Self::of(load, availability * 60, utilisation)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_worked_example_reads_as_the_domain_has_it() {
        let load = LoadMinutes {
            confirmed: 1100,
            expected: 1310,
            worst: 1640,
        };
        let figures = Figures::of(load, 1260, Utilisation::of(load, 1260, &Default::default()));
        assert_eq!(figures.state(), "87 % full");
        assert_eq!(
            figures.beyond().as_deref(),
            Some("Expected 103 %, at worst 130 %")
        );
        assert_eq!(
            figures.load(),
            "18 h 20 min confirmed and 3 h 30 min tentative of 21 h"
        );
        assert_eq!(figures.balance(), "2 h 40 min free");
    }

    #[test]
    fn a_week_without_availability_has_no_percentage() {
        assert_eq!(Figures::sample(0, 3, 3, 3).state(), "unavailable");
        assert_eq!(Figures::sample(0, 3, 3, 3).balance(), "3 h over");
        assert_eq!(Figures::sample(0, 0, 0, 0).state(), "away");
        assert_eq!(Figures::sample(0, 0, 0, 0).balance(), "nothing booked");
        assert_eq!(Figures::sample(8, 8, 8, 8).balance(), "exactly full");
    }

    #[test]
    fn an_hour_over_shows_in_a_long_bar() {
        let bar = Figures::sample(82, 83, 117, 117).bar();
        assert_eq!((bar.confirmed, bar.over), (69, 1));
        assert_eq!((bar.tentative, bar.free), (30, 0));
        let bar = Figures::sample(0, 1, 200, 200).bar();
        assert_eq!((bar.confirmed, bar.over, bar.tentative), (0, 1, 99));
    }

    proptest! {
        #[test]
        fn a_bar_s_parts_make_one_bar(availability in 0_i64..90, confirmed in 0_i64..120, tentative in 0_i64..40) {
            let expected = confirmed + tentative;
            let figures = Figures::sample(availability, confirmed, expected, expected);
            let Bar { confirmed: inside, over, tentative: maybe, free } = figures.bar();
            prop_assert_eq!(inside + over + maybe + free, 100);
            prop_assert!([inside, over, maybe, free].into_iter().all(|part| part >= 0));
            prop_assert_eq!(over > 0, figures.over_minutes() > 0);
        }
    }
}
