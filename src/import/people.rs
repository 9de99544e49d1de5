//! people.csv: one row a person, told by the address, with the hours they work.

use jiff::civil::Date;
use uuid::Uuid;

use super::columns::Column;
use super::entry::{Done, Entry, Write};
use super::hours::{self, MONDAY_TO_FRIDAY, Weekdays};
use super::known::{Known, key};
use super::row::Row;
use crate::db::Transaction;
use crate::domain::access::Caller;
use crate::domain::check::shortened;
use crate::domain::people::{NewPerson, PersonEdit, create_in, update_in};
use crate::domain::work_schedules::{self, NewWorkSchedule};
use crate::entity::{Access, Day, Side, person, work_schedule};
use crate::error::Result;

/// The columns of people.csv.
pub(super) const COLUMNS: &[Column] = &[
    Column::required("email", "address, unique", "mara@example.com"),
    Column::required("name", "text", "Mara Lindqvist"),
    Column::required("time_zone", "IANA name", "Europe/Stockholm"),
    Column::required("employed_from", "day", "2023-05-01"),
    Column::optional("employed_until", "day, the last one", "none", "2026-12-31"),
    Column::optional(
        "access",
        "OWNER, MANAGER or MEMBER",
        "none: no sign-in",
        "MANAGER",
    ),
    Column::optional("preference", "CLIENT or PROJECT", "none", "CLIENT"),
    Column::optional(
        "holiday_calendar",
        "name of a calendar that Meridian has",
        "none",
        "Sweden",
    ),
    Column::optional(
        "hours_per_week",
        "hours, at most two decimals",
        "no hours are set",
        "37.5",
    ),
    Column::optional("work_days", "weekdays", "Mon-Fri", "Mon-Thu"),
    Column::optional(
        "factor_percent",
        "0 to 100, at most two decimals",
        "80",
        "75",
    ),
    Column::optional("hours_from", "day", "`employed_from`", "2026-09-01"),
];

/// The share of time free for client work of which domain.md's golden case speaks, in basis points.
const USUAL_FACTOR_BP: i32 = 8_000;

/// A row of people.csv.
pub(super) struct PersonRow {
    email: String,
    name: String,
    time_zone: String,
    employed_from: Date,
    employed_until: Option<Option<Date>>,
    access: Option<Option<Access>>,
    preference: Option<Option<Side>>,
    holiday_calendar_id: Option<Option<Uuid>>,
    hours: Option<Hours>,
}

/// What a row says about hours.
struct Hours {
    from: Date,
    minutes_per_week: i64,
    days: Option<Weekdays>,
    factor_bp: Option<i32>,
}

impl Entry for PersonRow {
    const KEY: &'static [&'static str] = &["email"];

    fn read(row: &mut Row<'_>) -> Option<Self> {
        let email = row.filled_email("email");
        let name = row.filled_name("name", 200);
        let time_zone = row.filled_zone("time_zone");
        let employed_from = row.filled_day("employed_from");
        let employed_until = row.clearable("employed_until", |row| row.day("employed_until"));
        if let (Some(first), Some(last)) = (employed_from, employed_until.flatten())
            && last < first
        {
            row.fault(
                "employed_until",
                format!("It ends on {last}, before it starts on {first}."),
            );
        }
        let access = row.clearable("access", |row| {
            row.word("access", Access::WORDS, Access::from_word)
        });
        let preference = row.clearable("preference", |row| {
            row.word("preference", Side::WORDS, Side::from_word)
        });
        let holiday_calendar_id = row.clearable("holiday_calendar", |row| {
            row.calendar("holiday_calendar").map(|calendar| calendar.id)
        });
        let hours = hours_of(row, employed_from);
        Some(Self {
            email: email?,
            name: name?,
            time_zone: time_zone?,
            employed_from: employed_from?,
            employed_until,
            access,
            preference,
            holiday_calendar_id,
            hours,
        })
    }

    fn key(&self) -> String {
        key(&[&self.email])
    }
}

fn hours_of(row: &mut Row<'_>, employed_from: Option<Date>) -> Option<Hours> {
    let minutes_per_week = decimal(row, "hours_per_week", 16_800).map(hours::minutes);
    let days = row.cell("work_days").and_then(|text| {
        let days = hours::weekdays(text);
        if days.is_none() {
            let given = shortened(text);
            let reason =
                format!("“{given}” names no weekdays; write them like Mon-Fri or Mon Tue Thu.");
            row.fault("work_days", reason);
        }
        days
    });
    let factor_bp = decimal(row, "factor_percent", 10_000).and_then(|bp| i32::try_from(bp).ok());
    let from = row.day("hours_from").or(employed_from);
    let Some(minutes_per_week) = minutes_per_week else {
        let rest = ["work_days", "factor_percent", "hours_from"];
        let lonely = rest.into_iter().find(|column| row.cell(column).is_some());
        if let (None, Some(column)) = (row.cell("hours_per_week"), lonely) {
            row.fault(
                "hours_per_week",
                format!("Say how many hours: {column} is filled in."),
            );
        }
        return None;
    };
    let worked = days.unwrap_or(MONDAY_TO_FRIDAY);
    if hours::spread(minutes_per_week, worked)
        .iter()
        .any(|minutes| *minutes > 24 * 60)
    {
        row.fault("hours_per_week", "These are more than 24 hours a day.");
    }
    Some(Hours {
        from: from?,
        minutes_per_week,
        days,
        factor_bp,
    })
}

/// A decimal number in hundredths, at most `most` of them.
fn decimal(row: &mut Row<'_>, column: &str, most: i64) -> Option<i64> {
    let text = row.cell(column)?;
    let number = hours::hundredths(text.trim_end_matches(['%', ' ']));
    let number = number.filter(|number| *number <= most);
    if number.is_none() {
        let given = shortened(text);
        let reason = format!(
            "“{given}” is not a number from 0 to {} with at most two decimals, like 37.5.",
            most / 100
        );
        row.fault(column, reason);
    }
    number
}

impl Write for PersonRow {
    async fn write(self, tx: &Transaction, caller: &Caller, known: &mut Known) -> Result<Done> {
        let key = self.key();
        let (person, done) = match known.people.row(&key) {
            None => (create_in(tx, caller, self.as_new()).await?, Done::Created),
            Some(before) if self.applied_to(before) == *before => (before.clone(), Done::Unchanged),
            Some(before) => {
                let after = update_in(tx, caller, before.id, None, self.as_edit()).await?;
                (after, Done::Updated)
            }
        };
        let schedule = match &self.hours {
            Some(hours) => hours.write(tx, caller, known, person.id).await?,
            None => None,
        };
        known.people.put(key, person);
        let Some(schedule) = schedule else {
            return Ok(done);
        };
        let from = (schedule.person_id, schedule.effective_from.0);
        known.schedules.insert(from, schedule);
        Ok(match done {
            Done::Created => Done::Created,
            Done::Updated | Done::Unchanged => Done::Updated,
        })
    }
}

impl PersonRow {
    fn as_new(&self) -> NewPerson {
        NewPerson {
            name: self.name.clone(),
            email: self.email.clone(),
            time_zone: self.time_zone.clone(),
            access: self.access.flatten(),
            preference: self.preference.flatten(),
            holiday_calendar_id: self.holiday_calendar_id.flatten(),
            standing_delegate_id: None,
            employed_from: self.employed_from,
            employed_until: self.employed_until.flatten(),
        }
    }

    fn as_edit(&self) -> PersonEdit {
        PersonEdit {
            name: Some(self.name.clone()),
            email: None,
            time_zone: Some(self.time_zone.clone()),
            access: self.access,
            preference: self.preference,
            holiday_calendar_id: self.holiday_calendar_id,
            standing_delegate_id: None,
            employed_from: Some(self.employed_from),
            employed_until: self.employed_until,
        }
    }

    fn applied_to(&self, before: &person::Model) -> person::Model {
        person::Model {
            name: self.name.clone(),
            time_zone: self.time_zone.clone(),
            access: self.access.unwrap_or(before.access),
            preference: self.preference.unwrap_or(before.preference),
            holiday_calendar_id: self
                .holiday_calendar_id
                .unwrap_or(before.holiday_calendar_id),
            employed_from: Day(self.employed_from),
            employed_until: self
                .employed_until
                .map_or(before.employed_until, |day| day.map(Day)),
            ..before.clone()
        }
    }
}

impl Hours {
    /// Sets the hours from their day on; none when they are so already.
    async fn write(
        &self,
        tx: &Transaction,
        caller: &Caller,
        known: &Known,
        person_id: Uuid,
    ) -> Result<Option<work_schedule::Model>> {
        let before = known.schedules.get(&(person_id, self.from));
        let minutes = self.minutes(before.map(work_schedules::minutes));
        let usual = before.map_or(USUAL_FACTOR_BP, |before| before.factor_bp);
        let factor_bp = self.factor_bp.unwrap_or(usual);
        let is_so = |before: &work_schedule::Model| {
            work_schedules::minutes(before) == minutes && before.factor_bp == factor_bp
        };
        if before.is_some_and(is_so) {
            return Ok(None);
        }
        let new = NewWorkSchedule {
            person_id,
            effective_from: self.from,
            minutes,
            factor_bp,
        };
        Ok(Some(work_schedules::set_in(tx, caller, None, new).await?))
    }

    /// The minutes of each weekday. Without weekdays in the file, hours of the same sum stay as they lie.
    fn minutes(&self, before: Option<[i32; 7]>) -> [i32; 7] {
        let same_sum = |minutes: &[i32; 7]| {
            minutes.iter().copied().map(i64::from).sum::<i64>() == self.minutes_per_week
        };
        match (self.days, before.filter(same_sum)) {
            (None, Some(before)) => before,
            (days, _) => hours::spread(self.minutes_per_week, days.unwrap_or(MONDAY_TO_FRIDAY)),
        }
    }
}
