//! When a schedule falls due: local times made instants, the periods they
//! belong to, and how long a late one is still worth sending.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::domain::calendar::{Week, plus_days};
use crate::error::{Error, Result};

/// New rules move a zone by less, and no two occurrences are nearer.
const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);

/// Periods looked at on either side of an instant. A gap moves an occurrence by a day at most, and no zone has dropped
/// two days running.
const PERIODS_AROUND: i64 = 3;

/// How often a schedule falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Once an ISO week, on this day.
    Weekly {
        /// The local day of the week.
        weekday: Weekday,
    },
    /// Once on every local day that exists.
    Daily,
}

impl Rhythm {
    /// The period of which `day` is the scheduled day: `2026-W48` for a weekly rhythm, `2026-11-23` for a daily one.
    pub fn period_key(self, day: Date) -> String {
        match self {
            Self::Weekly { .. } => Week::of(day).to_string(),
            Self::Daily => day.to_string(),
        }
    }

    /// The first day of the period of `day`: its week's Monday, or itself.
    pub fn begins(self, day: Date) -> Date {
        match self {
            Self::Weekly { .. } => Week::of(day).monday(),
            Self::Daily => day,
        }
    }
}

/// A rhythm at a local time in a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    rhythm: Rhythm,
    time: Time,
    zone: TimeZone,
}

/// One time that a schedule falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The local day it is scheduled for, which names its period. A gap may move `at` past the end of this day.
    pub day: Date,
    /// The instant, UTC.
    pub at: Timestamp,
}

/// How long after its instant an occurrence that was missed is still worth sending (jobs-and-mail: catch-up).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// 36 hours: the weekly capacity summary.
    ThirtySixHours,
    /// Until the local day ends: the prompts, which speak of "today".
    RestOfDay,
}

impl Recurrence {
    /// A rhythm at `minute_of_day` (0…1439 minutes after local midnight) in `zone`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `minuteOfDay` outside of a day.
    pub fn try_new(rhythm: Rhythm, minute_of_day: i64, zone: TimeZone) -> Result<Self> {
        let time = i8::try_from(minute_of_day.div_euclid(60))
            .and_then(|hour| Ok((hour, i8::try_from(minute_of_day.rem_euclid(60))?)))
            .ok()
            .and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
        let time = time.ok_or_else(|| {
            Error::invalid(
                "minuteOfDay",
                format!(
                    "The local time must be a minute of the day, 0 to 1439; it is {minute_of_day}."
                ),
            )
        })?;
        Ok(Self { rhythm, time, zone })
    }

    /// The first occurrence strictly after `instant`.
    ///
    /// # Errors
    /// [`Error::Internal`] at the end of the calendar, the year 9999.
    pub fn after(&self, instant: Timestamp) -> Result<Occurrence> {
        self.around(instant)
            .find(|occurrence| occurrence.at > instant)
            .ok_or_else(|| self.out_of_calendar(instant))
    }

    /// The latest occurrence at or before `instant`: the only one that is caught up on after a standstill.
    ///
    /// # Errors
    /// [`Error::Internal`] at the beginning of the calendar, the year -9999.
    pub fn latest(&self, instant: Timestamp) -> Result<Occurrence> {
        self.around(instant)
            .take_while(|occurrence| occurrence.at <= instant)
            .last()
            .ok_or_else(|| self.out_of_calendar(instant))
    }

    /// What falls due at `instant`: this rhythm's own occurrence, else one of that local day, which an earlier rule had
    /// promised.
    ///
    /// # Errors
    /// [`Error::Internal`] at the beginning of the calendar, the year -9999.
    pub fn promised(&self, instant: Timestamp) -> Result<Occurrence> {
        let latest = self.latest(instant)?;
        if latest.at == instant {
            return Ok(latest);
        }
        Ok(Occurrence {
            day: self.zone.to_datetime(instant).date(),
            at: instant,
        })
    }

    /// When a schedule falls due next after it was changed, at `now`, from the rule `before`, by which `promised` was
    /// next: at this rule's next occurrence, unless the period that was promised a mail would then go without one. Then the
    /// promise is kept, or where that instant lies in another period by this rule's zone, what this rule has missed is
    /// caught up on.
    ///
    /// # Errors
    /// [`Error::Internal`] at either end of the calendar.
    pub fn taking_over(
        &self,
        before: &Self,
        promised: Timestamp,
        now: Timestamp,
    ) -> Result<Timestamp> {
        let next = self.after(now)?;
        let owed = self.rhythm.begins(before.promised(promised)?.day);
        if self.rhythm.begins(next.day) <= owed {
            return Ok(next.at);
        }
        if self.rhythm.begins(self.promised(promised)?.day) == owed {
            return Ok(promised);
        }
        let missed = self.of_period(owed);
        Ok(missed.map_or(promised, |occurrence| occurrence.at))
    }

    /// When a schedule falls due by the zone rules at hand that was computed by others to fall due at `stored`: the same
    /// occurrence, even where it has passed by them. What was promised beside the rhythm stays as it is.
    ///
    /// # Errors
    /// [`Error::Internal`] at the end of the calendar, the year 9999.
    pub fn by_other_rules(&self, stored: Timestamp) -> Result<Timestamp> {
        let nearest = self.after(stored - HALF_A_DAY)?.at;
        Ok(if nearest <= stored + HALF_A_DAY {
            nearest
        } else {
            stored
        })
    }

    /// The period that `occurrence` fulfils: `2026-W48` or `2026-11-23`.
    pub fn period_key(&self, occurrence: Occurrence) -> String {
        self.rhythm.period_key(occurrence.day)
    }

    /// The instant from which `occurrence` is too late to send. Always after its own instant.
    ///
    /// # Errors
    /// [`Error::Internal`] at the end of the calendar, the year 9999.
    pub fn expires_at(&self, occurrence: Occurrence, catch_up: CatchUp) -> Result<Timestamp> {
        match catch_up {
            CatchUp::ThirtySixHours => occurrence.at.checked_add(SignedDuration::from_hours(36)),
            CatchUp::RestOfDay => self
                .zone
                .to_datetime(occurrence.at)
                .date()
                .tomorrow()
                .and_then(|tomorrow| {
                    self.zone
                        .to_timestamp(tomorrow.to_datetime(Time::midnight()))
                }),
        }
        .map_err(|_| self.out_of_calendar(occurrence.at))
    }

    /// The occurrences of the periods around `instant`, in order.
    fn around(&self, instant: Timestamp) -> impl Iterator<Item = Occurrence> {
        let today = self.zone.to_datetime(instant).date();
        let (first, days) = match self.rhythm {
            Rhythm::Weekly { weekday } => (
                i64::from(
                    weekday.to_monday_zero_offset() - today.weekday().to_monday_zero_offset(),
                ),
                7,
            ),
            Rhythm::Daily => (0, 1),
        };
        (-PERIODS_AROUND..=PERIODS_AROUND).filter_map(move |period| {
            let day = today
                .checked_add(Span::new().days(first + period * days))
                .ok()?;
            self.on(day)
        })
    }

    /// The occurrence scheduled for `day`. In a gap of the local time it moves forward by the gap's length, in a fold
    /// it is the first of the two. A day that the zone dropped has no daily occurrence, but its week still has one.
    pub fn on(&self, day: Date) -> Option<Occurrence> {
        let exists = match self.rhythm {
            Rhythm::Weekly { .. } => true,
            Rhythm::Daily => self.has_day(day),
        };
        let at = self.zone.to_timestamp(day.to_datetime(self.time)).ok()?;
        exists.then_some(Occurrence { day, at })
    }

    /// The occurrence of the period that begins on `first`.
    fn of_period(&self, first: Date) -> Option<Occurrence> {
        self.on(match self.rhythm {
            Rhythm::Weekly { weekday } => {
                plus_days(first, i64::from(weekday.to_monday_zero_offset()))
            }
            Rhythm::Daily => first,
        })
    }

    /// Whether the zone has this day at all. Samoa went from 2011-12-29 straight to the 31st.
    fn has_day(&self, day: Date) -> bool {
        self.zone
            .to_timestamp(day.to_datetime(Time::midnight()))
            .is_ok_and(|start| self.zone.to_datetime(start).date() == day)
    }

    fn out_of_calendar(&self, instant: Timestamp) -> Error {
        Error::internal(format!("the calendar ends near {instant}: {self:?}"))
    }
}

#[cfg(test)]
mod all_zones;
#[cfg(test)]
#[path = "occurrence_tests.rs"]
mod tests;
