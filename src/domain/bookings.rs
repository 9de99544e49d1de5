//! Bookings (`domain.md §5`): minutes reserved on a project, as minutes of each day and of a period.

use jiff::civil::Date;

use super::availability::{WHOLE_BP, WorkingTime};
use super::calendar::{Week, days};
use super::utilisation::LoadMinutes;
use crate::entity::BookingMethod;
use crate::error::Error;

/// Time reserved from one person for one project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// The first day.
    pub starts_on: Date,
    /// The last day, included.
    pub ends_on: Date,
    /// How `value` becomes minutes of a day.
    pub method: BookingMethod,
    /// Minutes for [`BookingMethod::PerDay`] and [`BookingMethod::Total`], bp for [`BookingMethod::Percent`].
    pub value: i64,
    /// TENTATIVE with this probability, bp; `None`: CONFIRMED.
    pub probability_bp: Option<i64>,
}

/// A TOTAL booking whose days hold no availability: its minutes have nowhere to go, and are not dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "The {minutes} minutes have no working time between {starts_on} and {ends_on} to be spread over. \
     Choose days on which the person is available."
)]
pub struct NoAvailability {
    /// The booking's value.
    pub minutes: i64,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Date,
}

impl From<NoAvailability> for Error {
    fn from(error: NoAvailability) -> Self {
        Self::invalid("startsOn", error.to_string())
    }
}

impl Booking {
    /// Minutes of each of its days, from `starts_on` on. A day without availability gets 0.
    ///
    /// # Errors
    /// [`NoAvailability`] when a TOTAL has no day to go to.
    pub fn minutes_by_day(&self, working_time: &WorkingTime) -> Result<Vec<i64>, NoAvailability> {
        let available: Vec<i64> = days(self.starts_on, self.ends_on)
            .map(|date| working_time.day(date).availability_minutes)
            .collect();
        match self.method {
            BookingMethod::Total => spread(self.value.max(0), &available).ok_or(NoAvailability {
                minutes: self.value,
                starts_on: self.starts_on,
                ends_on: self.ends_on,
            }),
            BookingMethod::PerDay | BookingMethod::Percent => Ok(available
                .into_iter()
                .map(|minutes| self.on_a_day_of(minutes))
                .collect()),
        }
    }

    /// Minutes in the period from `first` to `last`, both included.
    ///
    /// # Errors
    /// [`NoAvailability`] when a TOTAL that touches the period has no day to go to.
    pub fn minutes_in(
        &self,
        working_time: &WorkingTime,
        first: Date,
        last: Date,
    ) -> Result<i64, NoAvailability> {
        let within = self.days_within(working_time, first, last)?;
        Ok(within.into_iter().map(|(_, minutes)| minutes).sum())
    }

    /// As [`Self::minutes_in`], for a booking that was written when there was time for it: a TOTAL whose days have all
    /// been taken since (time off, holidays, other hours) is spread evenly over its calendar days instead. It stays
    /// load without availability, which can be seen and mended; dropping it could not.
    pub fn minutes_still_in(&self, working_time: &WorkingTime, first: Date, last: Date) -> i64 {
        self.minutes_in(working_time, first, last)
            .unwrap_or_else(|_| {
                let all: Vec<Date> = days(self.starts_on, self.ends_on).collect();
                let parts = spread(self.value.max(0), &vec![1; all.len()]).unwrap_or_default();
                let within = all
                    .into_iter()
                    .zip(parts)
                    .filter(|(date, _)| (first..=last).contains(date));
                within.map(|(_, minutes)| minutes).sum()
            })
    }

    /// A TOTAL is always spread over its whole range, the others only over what lies within.
    fn days_within(
        &self,
        working_time: &WorkingTime,
        first: Date,
        last: Date,
    ) -> Result<Vec<(Date, i64)>, NoAvailability> {
        let (first, last) = (first.max(self.starts_on), last.min(self.ends_on));
        if first > last {
            return Ok(Vec::new());
        }
        if self.method == BookingMethod::Total {
            let by_day = days(self.starts_on, self.ends_on).zip(self.minutes_by_day(working_time)?);
            return Ok(by_day
                .filter(|(date, _)| (first..=last).contains(date))
                .collect());
        }
        let on_day = |date| {
            (
                date,
                self.on_a_day_of(working_time.day(date).availability_minutes),
            )
        };
        Ok(days(first, last).map(on_day).collect())
    }

    /// What is left of it when it ends with `last`: a TOTAL keeps the minutes that its days until then had. `None` when
    /// nothing is left.
    pub fn until(&self, working_time: &WorkingTime, last: Date) -> Option<Self> {
        if last >= self.ends_on {
            return Some(self.clone());
        }
        let value = match self.method {
            BookingMethod::Total => self.minutes_still_in(working_time, self.starts_on, last),
            BookingMethod::PerDay | BookingMethod::Percent => self.value,
        };
        (last >= self.starts_on && value > 0).then(|| Self {
            ends_on: last,
            value,
            ..self.clone()
        })
    }

    /// What `minutes` of this booking in one period add to a load: to all three figures when confirmed;
    /// else times the probability, rounded half up, to the expected, and in full to the worst.
    pub fn load(&self, minutes: i64) -> LoadMinutes {
        let Some(probability_bp) = self.probability_bp else {
            return LoadMinutes::confirmed(minutes);
        };
        LoadMinutes {
            confirmed: 0,
            expected: (minutes * probability_bp.clamp(0, WHOLE_BP) + WHOLE_BP / 2) / WHOLE_BP,
            worst: minutes,
        }
    }

    fn on_a_day_of(&self, availability: i64) -> i64 {
        match self.method {
            _ if availability == 0 => 0,
            BookingMethod::Percent => availability * self.value.max(0) / WHOLE_BP,
            BookingMethod::PerDay | BookingMethod::Total => self.value.max(0),
        }
    }
}

/// The three load figures of several bookings in the period from `first` to `last`, both included.
///
/// # Errors
/// [`NoAvailability`] for the first TOTAL that has no day to go to.
pub fn booked<'a>(
    bookings: impl IntoIterator<Item = &'a Booking>,
    working_time: &WorkingTime,
    first: Date,
    last: Date,
) -> Result<LoadMinutes, NoAvailability> {
    bookings
        .into_iter()
        .map(|booking| Ok(booking.load(booking.minutes_in(working_time, first, last)?)))
        .sum()
}

/// The three load figures of several bookings in each of the `weeks` weeks from `first` on. Spreads each booking once.
///
/// # Errors
/// [`NoAvailability`] for the first TOTAL that has no day to go to.
pub fn booked_by_week<'a>(
    bookings: impl IntoIterator<Item = &'a Booking>,
    working_time: &WorkingTime,
    first: Week,
    weeks: usize,
) -> Result<Vec<LoadMinutes>, NoAvailability> {
    let mut loads = vec![LoadMinutes::default(); weeks];
    let all: Vec<Week> = std::iter::successors(Some(first), |week| Some(week.next()))
        .take(weeks)
        .collect();
    let Some(last) = all.last() else {
        return Ok(loads);
    };
    for booking in bookings {
        let within = booking.days_within(working_time, first.monday(), last.sunday())?;
        let mut rest = within.into_iter().peekable();
        for (week, load) in all.iter().zip(&mut loads) {
            let of_the_week =
                std::iter::from_fn(|| rest.next_if(|(date, _)| *date <= week.sunday()));
            *load += booking.load(of_the_week.map(|(_, minutes)| minutes).sum());
        }
    }
    Ok(loads)
}

/// Largest remainder: parts in proportion to `weights` that sum to `total` exactly; equal remainders favour the
/// earlier day. `None` when the weights sum to 0 and there is something to spread.
fn spread(total: i64, weights: &[i64]) -> Option<Vec<i64>> {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total == 0 {
        return Some(vec![0; weights.len()]);
    }
    if sum == 0 {
        return None;
    }
    let exact = |weight: i64| i128::from(total) * i128::from(weight);
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| i64::try_from(exact(*weight) / sum).unwrap_or(i64::MAX))
        .collect();
    let left = usize::try_from(total - parts.iter().sum::<i64>()).unwrap_or(0);
    let mut largest_remainder_first: Vec<usize> = (0..weights.len()).collect();
    largest_remainder_first.sort_by_key(|index| std::cmp::Reverse(exact(weights[*index]) % sum));
    for index in largest_remainder_first.into_iter().take(left) {
        parts[index] += 1;
    }
    Some(parts)
}

#[cfg(test)]
mod tests;
