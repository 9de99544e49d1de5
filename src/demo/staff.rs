//! The rows around a person: hours, skills, days away and mail subscriptions.

use jiff::SignedDuration;
use jiff::civil::Weekday;
use uuid::Uuid;

use super::copy::{Copy, WRITTEN_AT};
use super::people::{DANA, PersonSketch, SAM};
use super::{STARTS_AT, day};
use crate::domain::availability::{Holiday, TimeOff, WorkSchedule, WorkingTime};
use crate::domain::occurrence::{Recurrence, Rhythm};
use crate::domain::zone::zone_data_version;
use crate::entity::{
    Access, Day, EmailKind, Moment, person, person_skill, schedule, time_off, work_schedule,
};
use crate::error::Result;

/// When mails go out, minutes after local midnight: 08:00.
const EIGHT_O_CLOCK: i32 = 480;

impl PersonSketch {
    /// When the person works, by the rules that will hold once the rows are written.
    pub(super) fn working_time(&self) -> WorkingTime {
        let employed_from = day(self.employed_from);
        let schedules = self.hours.iter().map(|hours| {
            let [monday, tuesday, wednesday, thursday, friday] = hours.minutes.map(i64::from);
            WorkSchedule {
                effective_from: hours.from.map_or(employed_from, day),
                minutes: [monday, tuesday, wednesday, thursday, friday, 0, 0],
                factor_bp: hours.factor_bp.into(),
            }
        });
        let holidays = self
            .place
            .calendar()
            .days
            .iter()
            .map(|(on, name, off_bp)| Holiday {
                on: *on,
                name: (*name).to_owned(),
                off_bp: (*off_bp).into(),
            });
        let time_off: Vec<TimeOff> = self
            .time_off
            .iter()
            .map(|off| TimeOff {
                starts_on: day(off.days.0),
                ends_on: day(off.days.1),
                minutes_per_day: off.minutes_per_day.map(i64::from),
            })
            .collect();
        WorkingTime::new(
            employed_from,
            None,
            schedules.collect(),
            holidays.collect(),
            &time_off,
        )
    }
}

impl Copy<'_> {
    /// Adds the person at `index` among the copy's people.
    pub(super) fn add_person(&mut self, index: usize, sketch: &PersonSketch) -> Result<()> {
        let id = self.people[index];
        let mailbox = self.address(sketch.mailbox);
        self.rows.people.push(person::Model {
            id,
            name: self.name(sketch.name),
            email: format!("{mailbox}@halyard.example"),
            time_zone: sketch.place.zone_name().to_owned(),
            access: Some(sketch.access),
            preference: sketch.preference,
            holiday_calendar_id: Some(self.stamp.calendars[sketch.place as usize]),
            standing_delegate_id: None,
            employed_from: Day(day(sketch.employed_from)),
            employed_until: None,
            version: 1,
            created_at: WRITTEN_AT,
            updated_at: WRITTEN_AT,
            archived_at: None,
        });
        let delegate = sketch
            .standing_delegate
            .map(|other| (id, self.people[other]));
        self.rows.standing_delegates.extend(delegate);
        self.add_hours(id, sketch);
        for (skill, level) in sketch.skills {
            self.rows.person_skills.push(person_skill::Model {
                person_id: id,
                skill_id: self.stamp.skills[*skill as usize],
                level: *level,
            });
        }
        self.add_time_off(id, sketch);
        self.add_subscriptions(id, index, sketch)
    }

    fn add_hours(&mut self, person_id: Uuid, sketch: &PersonSketch) {
        for hours in sketch.hours {
            let [monday, tuesday, wednesday, thursday, friday] = hours.minutes;
            self.rows.work_schedules.push(work_schedule::Model {
                id: self.ids.next(),
                person_id,
                effective_from: Day(day(hours.from.unwrap_or(sketch.employed_from))),
                monday_minutes: monday,
                tuesday_minutes: tuesday,
                wednesday_minutes: wednesday,
                thursday_minutes: thursday,
                friday_minutes: friday,
                saturday_minutes: 0,
                sunday_minutes: 0,
                factor_bp: hours.factor_bp,
                version: 1,
            });
        }
    }

    fn add_time_off(&mut self, person_id: Uuid, sketch: &PersonSketch) {
        for off in sketch.time_off {
            self.rows.time_off.push(time_off::Model {
                id: self.ids.next(),
                person_id,
                starts_on: Day(day(off.days.0)),
                ends_on: Day(day(off.days.1)),
                minutes_per_day: off.minutes_per_day,
                delegate_id: off.delegate.map(|other| self.people[other]),
                note: off.note.to_owned(),
                version: 1,
            });
        }
    }

    /// Dana, Sam and the owner get both mails.
    fn add_subscriptions(
        &mut self,
        person_id: Uuid,
        index: usize,
        sketch: &PersonSketch,
    ) -> Result<()> {
        if matches!(index, DANA | SAM) || sketch.access == Access::Owner {
            self.add_subscription(person_id, sketch, EmailKind::CapacitySummary)?;
            self.add_subscription(person_id, sketch, EmailKind::ClientUpdate)?;
        }
        Ok(())
    }

    fn add_subscription(
        &mut self,
        person_id: Uuid,
        sketch: &PersonSketch,
        kind: EmailKind,
    ) -> Result<()> {
        let (weekday, rhythm) = match kind {
            EmailKind::CapacitySummary => (
                Some(1),
                Rhythm::Weekly {
                    weekday: Weekday::Monday,
                },
            ),
            _ => (None, Rhythm::Daily),
        };
        let zone = self.stamp.zones[sketch.place as usize].clone();
        let recurrence = Recurrence::try_new(rhythm, EIGHT_O_CLOCK.into(), zone)?;
        // An occurrence at the very start counts too.
        let next = recurrence.after(STARTS_AT - SignedDuration::from_micros(1))?;
        self.rows.schedules.push(schedule::Model {
            id: self.ids.next(),
            person_id,
            kind,
            weekday,
            minute_of_day: EIGHT_O_CLOCK,
            time_zone: None,
            next_due_at: Moment(next.at),
            time_zone_data: zone_data_version().to_owned(),
            paused: false,
            paused_until: None,
            version: 1,
        });
        Ok(())
    }
}
