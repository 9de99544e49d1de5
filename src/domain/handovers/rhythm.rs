//! When the stages of a handover are due when nobody says otherwise.

use jiff::civil::Date;
use uuid::Uuid;

use super::stages::STEPS;
use crate::domain::availability::WorkingTime;
use crate::domain::calendar::plus_days;
use crate::domain::planning::wave_begins_on;
use crate::domain::updates::WorkingTimes;
use crate::entity::HandoverStage;

/// Days from a handover's first day until each stage of [`STEPS`] is due.
const DAYS: [i64; 5] = [0, 7, 14, 28, 42];

/// A step as it is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlannedStep {
    pub(super) stage: HandoverStage,
    pub(super) owner_id: Uuid,
    pub(super) due_on: Date,
}

/// The five steps of a handover that begins on `begins_on`: the outgoing person's task until TRANSFERRED, the incoming
/// one's to confirm; each moved forward to that person's next working day.
pub(super) fn planned_steps(
    (from, to): (Uuid, Uuid),
    begins_on: Date,
    working_times: &WorkingTimes,
) -> [PlannedStep; 5] {
    let mut earliest = begins_on;
    std::array::from_fn(|index| {
        let stage = STEPS[index];
        let owner_id = match stage {
            HandoverStage::Confirmed => to,
            _ => from,
        };
        // The incoming person's calendar must not put a step before the one it follows.
        let day = plus_days(begins_on, DAYS[index]).max(earliest);
        let due_on = working_day(working_times.get(&owner_id), day);
        earliest = due_on;
        PlannedStep {
            stage,
            owner_id,
            due_on,
        }
    })
}

/// The day on which a handover that begins on `begins_on` transfers, before it is moved to a working day.
pub(crate) fn transfers_on(begins_on: Date) -> Date {
    plus_days(begins_on, DAYS[3])
}

/// The wave of a programme in which `day` lies, from 0.
pub(super) fn wave_of(starts_on: Date, day: Date) -> i32 {
    let first = wave_begins_on(starts_on, 0);
    let days = first.until(day).map_or(0, |span| span.get_days());
    (days / 7).max(0)
}

/// The first working day on or after `day`; `day` itself when nothing is known of the hours.
pub(crate) fn working_day(working_time: Option<&WorkingTime>, day: Date) -> Date {
    working_time
        .filter(|known| !known.is_unscheduled())
        .and_then(|known| known.next_working_day(day))
        .unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::availability::{Holiday, WorkSchedule};

    fn weekdays(holidays: Vec<Holiday>) -> WorkingTime {
        let hours = WorkSchedule {
            effective_from: date(2024, 1, 1),
            minutes: [450, 450, 450, 450, 450, 0, 0],
            factor_bp: 8_000,
        };
        WorkingTime::new(date(2024, 1, 1), None, vec![hours], holidays, &[])
    }

    #[test]
    fn a_wave_begins_on_the_first_monday_on_or_after_the_start() {
        assert_eq!(wave_begins_on(date(2026, 11, 23), 0), date(2026, 11, 23));
        assert_eq!(wave_begins_on(date(2026, 11, 24), 0), date(2026, 11, 30));
        assert_eq!(wave_begins_on(date(2026, 11, 24), 2), date(2026, 12, 14));
        assert_eq!(wave_of(date(2026, 11, 24), date(2026, 12, 14)), 2);
        assert_eq!(wave_of(date(2026, 11, 24), date(2026, 12, 13)), 1);
        assert_eq!(wave_of(date(2026, 11, 24), date(2026, 11, 24)), 0);
    }

    #[test]
    fn steps_are_due_on_working_days_of_whoever_does_them() {
        let (from, to) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let holiday = |day| Holiday {
            on: day,
            name: "a holiday".to_owned(),
            off_bp: 10_000,
        };
        let working_times = WorkingTimes::from([
            (from, weekdays(vec![holiday(date(2026, 12, 21))])),
            (to, weekdays(vec![holiday(date(2027, 1, 4))])),
        ]);
        let steps = planned_steps((from, to), date(2026, 11, 23), &working_times);
        let days = steps.map(|step| (step.owner_id, step.due_on));
        assert_eq!(
            days,
            [
                (from, date(2026, 11, 23)),
                (from, date(2026, 11, 30)),
                (from, date(2026, 12, 7)),
                (from, date(2026, 12, 22)),
                (to, date(2027, 1, 5)),
            ]
        );
        let unknown = planned_steps((from, to), date(2026, 11, 23), &WorkingTimes::new());
        assert_eq!(unknown[3].due_on, transfers_on(date(2026, 11, 23)));
    }
}
