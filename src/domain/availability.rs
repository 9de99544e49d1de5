//! Availability (`domain.md §5`): scheduled minutes, less holidays and time off, times the availability factor.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use jiff::civil::Date;

use super::calendar::{Week, days, plus_days};

mod changes;

/// How far ahead a working day is looked for: a year and a month of leave.
const SEARCH_DAYS: i64 = 400;

/// The whole of something in basis points.
pub(crate) const WHOLE_BP: i64 = 10_000;

/// A row of somebody's work schedule: in force from a day until the next row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkSchedule {
    /// The first day it holds.
    pub effective_from: Date,
    /// Working minutes of each weekday, Monday first.
    pub minutes: [i64; 7],
    /// The availability factor, bp: the share of time free for client work.
    pub factor_bp: i64,
}

/// A day of somebody's holiday calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// The day.
    pub on: Date,
    /// What it is called.
    pub name: String,
    /// How much of the day is off, bp: 10000 the whole day, 5000 half of it.
    pub off_bp: i64,
}

/// Days on which somebody is away, wholly or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeOff {
    /// The first day away.
    pub starts_on: Date,
    /// The last day away.
    pub ends_on: Date,
    /// Minutes away on each of the days; `None`: the whole day.
    pub minutes_per_day: Option<i64>,
}

/// Minutes of one person on a day, or summed over days or people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Availability {
    /// Working minutes by the schedule: the capacity.
    pub scheduled_minutes: i64,
    /// Of these, off as holiday.
    pub holiday_minutes: i64,
    /// Of the rest, off as time off.
    pub time_off_minutes: i64,
    /// What is left of the schedule.
    pub net_minutes: i64,
    /// What is free for client work: `net × factor`, floored for each day.
    pub availability_minutes: i64,
}

/// When one person works: everything that availability follows from.
#[derive(Clone, Debug)]
pub struct WorkingTime {
    employed_from: Date,
    employed_until: Option<Date>,
    schedules: Vec<WorkSchedule>,
    holidays: Vec<Holiday>,
    away: Vec<AwayFrom>,
}

/// Time off as a step function: what is off from a day until the next step.
/// Overlapping rows are merged here once, so that no day subtracts them twice.
#[derive(Clone, Copy, Debug)]
struct AwayFrom {
    day: Date,
    whole_days: i64,
    minutes: i64,
}

impl WorkingTime {
    /// Takes the rows in any order. `employed_until` is the last day, included; `None`: open.
    pub fn new(
        employed_from: Date,
        employed_until: Option<Date>,
        mut schedules: Vec<WorkSchedule>,
        mut holidays: Vec<Holiday>,
        time_off: &[TimeOff],
    ) -> Self {
        schedules.sort_by_key(|row| row.effective_from);
        holidays.sort_by_key(|holiday| (holiday.on, holiday.off_bp));
        Self {
            employed_from,
            employed_until,
            schedules,
            holidays,
            away: merged(time_off),
        }
    }

    /// The minutes of one day (`domain.md §5`, Availability).
    pub fn day(&self, date: Date) -> Availability {
        let Some(schedule) = self.schedule_on(date) else {
            return Availability::default();
        };
        let weekday = date.weekday().to_monday_zero_offset() as usize;
        let scheduled = schedule.minutes[weekday].max(0);
        if scheduled == 0 {
            return Availability::default();
        }
        let holiday = (scheduled * self.off_bp_on(date) + WHOLE_BP / 2) / WHOLE_BP;
        let time_off = self.away_on(date).min(scheduled - holiday);
        let net = scheduled - holiday - time_off;
        Availability {
            scheduled_minutes: scheduled,
            holiday_minutes: holiday,
            time_off_minutes: time_off,
            net_minutes: net,
            availability_minutes: net * schedule.factor_bp.clamp(0, WHOLE_BP) / WHOLE_BP,
        }
    }

    /// The minutes of several days together.
    pub fn sum(&self, dates: impl IntoIterator<Item = Date>) -> Availability {
        dates.into_iter().map(|date| self.day(date)).sum()
    }

    /// What is free for client work in a usual week, minutes: by the schedule in force, without holidays and time off.
    pub fn usual_week(&self, week: Week) -> i64 {
        let day = |date: Date| {
            let schedule = self.schedule_on(date)?;
            let minutes = schedule.minutes[date.weekday().to_monday_zero_offset() as usize];
            Some(minutes.max(0) * schedule.factor_bp.clamp(0, WHOLE_BP) / WHOLE_BP)
        };
        week.days().filter_map(day).sum()
    }

    /// Whether the person works that day by schedule and holidays. Time off does not make it a non-working day.
    pub fn is_working_day(&self, date: Date) -> bool {
        let day = self.day(date);
        day.scheduled_minutes > day.holiday_minutes
    }

    /// Whether no hours were ever entered, so that nothing can be said about working days.
    pub fn is_unscheduled(&self) -> bool {
        self.schedules.is_empty()
    }

    /// Whether time off takes the whole of a working day. A holiday alone does not: nobody stands in for it.
    pub fn is_away_all_day(&self, date: Date) -> bool {
        self.is_working_day(date) && self.day(date).net_minutes == 0
    }

    /// The first working day on or after `from`; `None` when the next 400 days hold none.
    pub fn next_working_day(&self, from: Date) -> Option<Date> {
        days(from, plus_days(from, SEARCH_DAYS)).find(|date| self.is_working_day(*date))
    }

    /// The `count`th working day after `from`, or `from` itself for 0; `None` when one of the gaps passes 400 days.
    pub fn add_working_days(&self, from: Date, count: u32) -> Option<Date> {
        (0..count).try_fold(from, |date, _| self.next_working_day(date.tomorrow().ok()?))
    }

    fn schedule_on(&self, date: Date) -> Option<&WorkSchedule> {
        if date < self.employed_from || self.employed_until.is_some_and(|last| date > last) {
            return None;
        }
        let begun = self
            .schedules
            .partition_point(|row| row.effective_from <= date);
        self.schedules[..begun].last()
    }

    /// Two entries for one day are two names for it, not two days off: the longer counts.
    fn off_bp_on(&self, date: Date) -> i64 {
        let begun = self.holidays.partition_point(|holiday| holiday.on <= date);
        self.holidays[..begun]
            .last()
            .filter(|holiday| holiday.on == date)
            .map_or(0, |holiday| holiday.off_bp.clamp(0, WHOLE_BP))
    }

    fn away_on(&self, date: Date) -> i64 {
        let begun = self.away.partition_point(|step| step.day <= date);
        self.away[..begun].last().map_or(0, |step| {
            if step.whole_days > 0 {
                i64::MAX
            } else {
                step.minutes
            }
        })
    }
}

fn merged(time_off: &[TimeOff]) -> Vec<AwayFrom> {
    summed(changes_of(time_off))
}

/// What each row adds on its first day and takes back after its last.
fn changes_of(time_off: &[TimeOff]) -> Vec<AwayFrom> {
    let mut changes = Vec::with_capacity(time_off.len() * 2);
    for off in time_off.iter().filter(|off| off.starts_on <= off.ends_on) {
        let change = AwayFrom {
            day: off.starts_on,
            whole_days: i64::from(off.minutes_per_day.is_none()),
            // A day has no more; the cap keeps absurd rows from overflowing when summed.
            minutes: off.minutes_per_day.unwrap_or(0).clamp(0, 24 * 60),
        };
        changes.push(change);
        if let Ok(day) = off.ends_on.tomorrow() {
            changes.push(AwayFrom {
                day,
                whole_days: -change.whole_days,
                minutes: -change.minutes,
            });
        }
    }
    changes
}

fn summed(mut changes: Vec<AwayFrom>) -> Vec<AwayFrom> {
    changes.sort_by_key(|change| change.day);
    let mut steps: Vec<AwayFrom> = Vec::with_capacity(changes.len());
    for change in changes {
        match steps.last_mut() {
            Some(step) if step.day == change.day => step.change_by(change),
            last => {
                let mut step = last.map_or(
                    AwayFrom {
                        whole_days: 0,
                        minutes: 0,
                        ..change
                    },
                    |step| *step,
                );
                step.day = change.day;
                step.change_by(change);
                steps.push(step);
            }
        }
    }
    steps
}

impl AwayFrom {
    fn change_by(&mut self, change: Self) {
        self.whole_days += change.whole_days;
        self.minutes += change.minutes;
    }
}

impl Add for Availability {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            scheduled_minutes: self.scheduled_minutes + other.scheduled_minutes,
            holiday_minutes: self.holiday_minutes + other.holiday_minutes,
            time_off_minutes: self.time_off_minutes + other.time_off_minutes,
            net_minutes: self.net_minutes + other.net_minutes,
            availability_minutes: self.availability_minutes + other.availability_minutes,
        }
    }
}

impl AddAssign for Availability {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Availability {
    fn sum<I: Iterator<Item = Self>>(each: I) -> Self {
        each.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
pub(super) mod tests;
