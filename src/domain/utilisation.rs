//! Utilisation and role mix (`domain.md §5`): load ÷ availability as three figures, a band for the first, and how
//! far one person wears two hats.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

use super::availability::WHOLE_BP;

/// Load of a period, minutes, counted three ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LoadMinutes {
    /// Coordination and confirmed bookings.
    pub confirmed: i64,
    /// Those, and tentative bookings times their probability.
    pub expected: i64,
    /// Those, and tentative bookings in full.
    pub worst: i64,
}

/// Load ÷ availability, bp, floored; each `None` without availability.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Utilisation {
    /// Of the confirmed load.
    pub confirmed_bp: Option<i64>,
    /// Of the expected load.
    pub expected_bp: Option<i64>,
    /// Of the worst case.
    pub worst_bp: Option<i64>,
    /// Where the confirmed figure lies; `None` when load and availability are both 0.
    pub band: Option<Band>,
}

/// What a utilisation means. Ordered from free to impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Band {
    /// Has time free.
    Bench,
    /// As it should be.
    Healthy,
    /// No more fits.
    Full,
    /// More than fits.
    Over,
    /// Far more than fits.
    Critical,
    /// There is load and no availability.
    Unavailable,
}

/// Where the bands begin and end, bp; settings with these defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BandLimits {
    /// BENCH lies below this.
    pub healthy_from_bp: i64,
    /// HEALTHY lies below this.
    pub full_from_bp: i64,
    /// FULL ends with this.
    pub full_to_bp: i64,
    /// OVER ends with this; CRITICAL lies above.
    pub over_to_bp: i64,
}

impl Default for BandLimits {
    fn default() -> Self {
        Self {
            healthy_from_bp: 6_000,
            full_from_bp: 8_500,
            full_to_bp: 10_000,
            over_to_bp: 12_000,
        }
    }
}

impl BandLimits {
    fn band(&self, confirmed_bp: i64) -> Band {
        match confirmed_bp {
            bp if bp < self.healthy_from_bp => Band::Bench,
            bp if bp < self.full_from_bp => Band::Healthy,
            bp if bp <= self.full_to_bp => Band::Full,
            bp if bp <= self.over_to_bp => Band::Over,
            _ => Band::Critical,
        }
    }
}

impl LoadMinutes {
    /// Load that is certain: the same in all three figures.
    pub fn confirmed(minutes: i64) -> Self {
        Self {
            confirmed: minutes,
            expected: minutes,
            worst: minutes,
        }
    }
}

impl Utilisation {
    /// The three figures and the band for a load and an availability, both minutes. For a team, sum both over its
    /// people first (R6).
    pub fn of(load: LoadMinutes, availability_minutes: i64, limits: &BandLimits) -> Self {
        if availability_minutes <= 0 {
            let loaded = load != LoadMinutes::default();
            return Self {
                band: loaded.then_some(Band::Unavailable),
                ..Self::default()
            };
        }
        let share_bp = |minutes: i64| minutes * WHOLE_BP / availability_minutes;
        let confirmed_bp = share_bp(load.confirmed);
        Self {
            confirmed_bp: Some(confirmed_bp),
            expected_bp: Some(share_bp(load.expected)),
            worst_bp: Some(share_bp(load.worst)),
            band: Some(limits.band(confirmed_bp)),
        }
    }

    /// A team's figures from its people's (load, availability minutes): the minutes are summed, then divided (R6).
    pub fn of_team(
        people: impl IntoIterator<Item = (LoadMinutes, i64)>,
        limits: &BandLimits,
    ) -> Self {
        let (load, availability) = people
            .into_iter()
            .fold((LoadMinutes::default(), 0), |sum, person| {
                (sum.0 + person.0, sum.1 + person.1)
            });
        Self::of(load, availability, limits)
    }
}

/// Availability not committed, minutes: never below 0.
pub fn bench_minutes(load: LoadMinutes, availability_minutes: i64) -> i64 {
    (availability_minutes - load.confirmed).max(0)
}

/// Confirmed load past the availability, minutes: never below 0.
pub fn over_minutes(load: LoadMinutes, availability_minutes: i64) -> i64 {
    (load.confirmed - availability_minutes).max(0)
}

/// How far one person wears two hats, bp: `2 × min(client, project) ÷ (client + project)`, floored. 0 is one clean
/// role, 10000 two personas in one person; `None` without load. Takes minutes of the two sides.
pub fn role_mix(client_minutes: i64, project_minutes: i64) -> Option<i64> {
    let load = client_minutes + project_minutes;
    (load > 0).then(|| 2 * client_minutes.min(project_minutes) * WHOLE_BP / load)
}

impl Add for LoadMinutes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            confirmed: self.confirmed + other.confirmed,
            expected: self.expected + other.expected,
            worst: self.worst + other.worst,
        }
    }
}

impl AddAssign for LoadMinutes {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for LoadMinutes {
    fn sum<I: Iterator<Item = Self>>(each: I) -> Self {
        each.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests;
