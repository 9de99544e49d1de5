//! Overbooking in a window (`domain.md §5`): work with an earliest day and a deadline fits only if every interval
//! has room for the demands inside it (Hall's condition).

use jiff::civil::Date;

use super::calendar::days;

/// Work that must be done within some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The first day it can be worked on.
    pub earliest_on: Date,
    /// The last day it can be worked on, included.
    pub deadline_on: Date,
    /// How much work it is.
    pub minutes: i64,
}

/// An interval that holds more work than time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overbooking {
    /// Its first day.
    pub starts_on: Date,
    /// Its last day, included.
    pub ends_on: Date,
    /// What the demands inside it sum to.
    pub demand_minutes: i64,
    /// What there is.
    pub availability_minutes: i64,
    /// The places in the input of the demands that force it: those that lie inside, wholly.
    pub forced_by: Vec<usize>,
}

impl Overbooking {
    /// How much does not fit, minutes, over 0.
    pub fn excess_minutes(&self) -> i64 {
        self.demand_minutes - self.availability_minutes
    }
}

/// The tightest violated interval: the one with most minutes that do not fit; of equals the shortest, then the
/// earliest. `None` when everything fits. `availability_on` gives the minutes of a day.
pub fn tightest_overbooking(
    demands: &[Demand],
    availability_on: impl Fn(Date) -> i64,
) -> Option<Overbooking> {
    let availability = RunningAvailability::over(demands, availability_on)?;
    let mut by_deadline: Vec<&Demand> =
        demands.iter().filter(|demand| demand.minutes > 0).collect();
    by_deadline.sort_by_key(|demand| demand.deadline_on);
    let mut tightest: Option<Overbooking> = None;
    // An interval violated anywhere is violated between some demand's earliest day and some demand's deadline.
    for starts_on in by_deadline.iter().map(|demand| demand.earliest_on) {
        let mut demand_minutes = 0;
        for last in by_deadline
            .iter()
            .filter(|demand| demand.earliest_on >= starts_on)
        {
            demand_minutes += last.minutes;
            let found = Overbooking {
                starts_on,
                ends_on: last.deadline_on,
                demand_minutes,
                availability_minutes: availability.between(starts_on, last.deadline_on),
                forced_by: Vec::new(),
            };
            if found.excess_minutes() > 0
                && tightest
                    .as_ref()
                    .is_none_or(|known| found.is_tighter_than(known))
            {
                tightest = Some(found);
            }
        }
    }
    tightest.map(|interval| interval.naming(demands))
}

impl Overbooking {
    fn is_tighter_than(&self, other: &Self) -> bool {
        let rank = |interval: &Self| {
            let length = interval.starts_on.duration_until(interval.ends_on);
            (-interval.excess_minutes(), length, interval.starts_on)
        };
        rank(self) < rank(other)
    }

    fn naming(mut self, demands: &[Demand]) -> Self {
        let inside = |demand: &Demand| {
            demand.minutes > 0
                && demand.earliest_on >= self.starts_on
                && demand.deadline_on <= self.ends_on
        };
        self.forced_by = (0..demands.len())
            .filter(|index| inside(&demands[*index]))
            .collect();
        self
    }
}

/// Availability summed from the first day on, so that any interval is one subtraction.
struct RunningAvailability {
    dates: Vec<Date>,
    until: Vec<i64>,
}

impl RunningAvailability {
    fn over(demands: &[Demand], availability_on: impl Fn(Date) -> i64) -> Option<Self> {
        let first = demands.iter().map(|demand| demand.earliest_on).min()?;
        let last = demands.iter().map(|demand| demand.deadline_on).max()?;
        let dates: Vec<Date> = days(first, last).collect();
        let mut until = vec![0];
        let mut sum = 0;
        for date in &dates {
            sum += availability_on(*date).max(0);
            until.push(sum);
        }
        Some(Self { dates, until })
    }

    /// Both days included; 0 when `last` comes before `first`.
    fn between(&self, first: Date, last: Date) -> i64 {
        let before = self.dates.partition_point(|date| *date < first);
        let through = self.dates.partition_point(|date| *date <= last);
        (self.until[through] - self.until[before]).max(0)
    }
}

#[cfg(test)]
mod tests;
