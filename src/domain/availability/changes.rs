//! What would become of somebody's working time: the changes that a what-if makes to its own copy.

use jiff::civil::Date;

use super::{AwayFrom, TimeOff, WorkSchedule, WorkingTime, changes_of, summed};

impl WorkingTime {
    /// Nothing is worked after `last`.
    pub fn end_after(&mut self, last: Date) {
        let known = self.employed_until.unwrap_or(last);
        self.employed_until = Some(known.min(last));
    }

    /// The person is away on these days too. Rows that overlap are subtracted once, as everywhere.
    pub fn also_away(&mut self, off: &TimeOff) {
        let mut before = (0, 0);
        let mut changes: Vec<AwayFrom> = Vec::with_capacity(self.away.len() + 2);
        for step in &self.away {
            changes.push(AwayFrom {
                day: step.day,
                whole_days: step.whole_days - before.0,
                minutes: step.minutes - before.1,
            });
            before = (step.whole_days, step.minutes);
        }
        changes.extend(changes_of(std::slice::from_ref(off)));
        self.away = summed(changes);
    }

    /// These hours hold from their first day on, in place of all that is written from that day on.
    pub fn work_from(&mut self, schedule: WorkSchedule) {
        let from = schedule.effective_from;
        self.schedules.retain(|row| row.effective_from < from);
        self.schedules.push(schedule);
    }

    /// The availability factor in force on a day, bp; none without hours.
    pub fn factor_bp(&self, date: Date) -> Option<i64> {
        Some(self.schedule_on(date)?.factor_bp)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::calendar::plus_days;

    fn time_off() -> impl Strategy<Value = TimeOff> {
        (0_i64..40, 0_i64..9, prop::option::of(1_i64..500)).prop_map(|(day, length, minutes)| {
            let starts_on = plus_days(date(2026, 1, 5), day);
            TimeOff {
                starts_on,
                ends_on: plus_days(starts_on, length),
                minutes_per_day: minutes,
            }
        })
    }

    fn working(time_off: &[TimeOff]) -> WorkingTime {
        let first = date(2026, 1, 1);
        let hours = WorkSchedule {
            effective_from: first,
            minutes: [450, 450, 450, 450, 450, 0, 0],
            factor_bp: 8_000,
        };
        WorkingTime::new(first, None, vec![hours], Vec::new(), time_off)
    }

    proptest! {
        #[test]
        fn being_away_later_is_as_having_been_away_from_the_start(all in prop::collection::vec(time_off(), 1..8)) {
            let mut late = working(&all[..all.len() - 1]);
            late.also_away(&all[all.len() - 1]);
            let from_the_start = working(&all);
            for day in 0..60 {
                let day = plus_days(date(2026, 1, 1), day);
                prop_assert_eq!(late.day(day), from_the_start.day(day));
            }
        }
    }
}
