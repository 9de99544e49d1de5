//! Links that pause a mail for a while, or change when it comes.

use axum::http::StatusCode;

use super::fields::Fields;
use super::page::{Choice, Field, Form, Input, Page, capital};
use super::visit::{Outcome, Visit, not_now, unless_mended};
use crate::domain::calendar::plus_days;
use crate::domain::subscriptions::{self, ScheduleEdit};
use crate::email::format;
use crate::entity::{EmailKind, schedule};
use crate::error::Result;

const WEEKS: [i32; 3] = [1, 2, 4];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// What mails of a kind are called.
pub(super) fn mails(kind: EmailKind) -> &'static str {
    match kind {
        EmailKind::CapacitySummary => "weekly capacity summaries",
        EmailKind::ClientUpdate => "client-update prompts",
        EmailKind::ClientLetter => "letters to clients",
        EmailKind::SixMonthReview => "six-month reviews",
        EmailKind::Test => "test mails",
        EmailKind::SignIn => "sign-in mails",
    }
}

impl Visit<'_> {
    /// The page that offers how long. Changes nothing.
    pub(super) async fn question_of_pause(&self, kind: EmailKind) -> Result<Page> {
        Ok(match self.coming(kind).await? {
            Ok(row) => self.pausing(&row, None),
            Err(page) => page,
        })
    }

    pub(super) async fn pause(&self, kind: EmailKind, fields: &Fields) -> Result<Page> {
        let row = match self.coming(kind).await? {
            Ok(row) => row,
            Err(page) => return Ok(page),
        };
        let Some(weeks) = fields.number("weeks", &WEEKS) else {
            let wrong = "For how long: choose one of the three.";
            return Ok(self.pausing(&row, Some(wrong)).refused());
        };
        let today = subscriptions::local_today(&row, &self.person, self.caller.now)?;
        let until = plus_days(today, i64::from(weeks) * 7);
        let tx = self.app.db.begin().await?;
        if let Some(page) = self.take(&tx).await? {
            return Ok(page);
        }
        let (caller, person) = (&self.caller, self.person.id);
        subscriptions::pause_until_in(&tx, caller, person, kind, until).await?;
        let outcome = Outcome {
            done: format!(
                "{} for {} pause until {}",
                capital(mails(kind)),
                self.name(),
                format::day(until)
            ),
            more: "Then they come again by themselves.".to_owned(),
        };
        let page = self.note(&tx, outcome).await?;
        tx.commit().await?;
        Ok(page)
    }

    fn pausing(&self, row: &schedule::Model, wrong: Option<&str>) -> Page {
        let options = WEEKS
            .iter()
            .map(|weeks| Choice {
                value: weeks.to_string(),
                label: format::count((*weeks).into(), "week", "weeks"),
                chosen: *weeks == 1,
            })
            .collect();
        let field = Field {
            name: "weeks",
            label: "For how long?",
            input: Input::Radio { options },
            wrong: wrong.map(str::to_owned),
        };
        Page::asking(
            format!("Pause {} for {}?", mails(row.kind), self.name()),
            vec!["They come again by themselves afterwards.".to_owned()],
            vec![Form {
                fields: vec![field],
                ..Form::button("Pause this mail")
            }],
        )
    }

    /// The page that asks for a day and a time. Changes nothing.
    pub(super) async fn question_of_time(&self, kind: EmailKind) -> Result<Page> {
        Ok(match self.coming(kind).await? {
            Ok(row) => self.timing(&row, &[]),
            Err(page) => page,
        })
    }

    pub(super) async fn change_time(&self, kind: EmailKind, fields: &Fields) -> Result<Page> {
        let row = match self.coming(kind).await? {
            Ok(row) => row,
            Err(page) => return Ok(page),
        };
        let is_weekly = row.weekday.is_some();
        let weekday = fields.number("weekday", &[1, 2, 3, 4, 5, 6, 7]);
        let minute = fields.minute_of_day("time");
        let mut wrong = Vec::new();
        if is_weekly && weekday.is_none() {
            wrong.push(("weekday", "Day: choose one from Monday to Sunday."));
        }
        let Some(minute) = minute.filter(|_| wrong.is_empty()) else {
            if minute.is_none() {
                wrong.push(("time", "Time: write hours and minutes, such as 08:30."));
            }
            return Ok(self.timing(&row, &wrong).refused());
        };
        let edit = ScheduleEdit {
            weekday: weekday.filter(|_| is_weekly),
            minute_of_day: Some(minute),
            ..ScheduleEdit::default()
        };
        let tx = self.app.db.begin().await?;
        if let Some(page) = self.take(&tx).await? {
            return Ok(page);
        }
        let (caller, person) = (&self.caller, self.person.id);
        match subscriptions::set_in(&tx, caller, person, kind, None, edit).await {
            Ok(row) => {
                let page = self.note(&tx, self.timed(&row)).await?;
                tx.commit().await?;
                Ok(page)
            }
            Err(error) => unless_mended(error, |problems| not_now(&problems)),
        }
    }

    fn timed(&self, row: &schedule::Model) -> Outcome {
        let on = match weekday(row) {
            Some(day) => format!("on {day}s"),
            None => "on working days".to_owned(),
        };
        Outcome {
            done: format!(
                "{} for {} come {on} at {} ({})",
                capital(mails(row.kind)),
                self.name(),
                clock(row.minute_of_day),
                subscriptions::effective_zone(row, &self.person)
            ),
            more: "This holds from the next one on.".to_owned(),
        }
    }

    fn timing(&self, row: &schedule::Model, wrong: &[(&str, &str)]) -> Page {
        let wrong = |name: &str| {
            let found = wrong.iter().find(|(one, _)| *one == name);
            found.map(|(_, message)| (*message).to_owned())
        };
        let mut fields = Vec::new();
        if let Some(current) = row.weekday {
            let options = WEEKDAYS.iter().zip(1..).map(|(label, number)| Choice {
                value: number.to_string(),
                label: (*label).to_owned(),
                chosen: number == current,
            });
            fields.push(Field {
                name: "weekday",
                label: "Day",
                input: Input::Select {
                    options: options.collect(),
                },
                wrong: wrong("weekday"),
            });
        }
        fields.push(Field {
            name: "time",
            label: "Time",
            input: Input::Time {
                value: clock(row.minute_of_day),
            },
            wrong: wrong("time"),
        });
        let zone = subscriptions::effective_zone(row, &self.person);
        Page::asking(
            format!("When are {} for {} to come?", mails(row.kind), self.name()),
            vec![format!("The time is that of {zone}.")],
            vec![Form {
                fields,
                ..Form::button("Change the time")
            }],
        )
    }

    /// The person's own subscription, which is not stopped; else the page that says so.
    async fn coming(&self, kind: EmailKind) -> Result<Result<schedule::Model, Page>> {
        let row = subscriptions::of_kind(&self.app.db.read, self.person.id, kind).await?;
        let (title, text) = match row {
            Some(row) if !row.paused => return Ok(Ok(row)),
            Some(_) => (
                format!("{} for {} are stopped", capital(mails(kind)), self.name()),
                format!("{} or an owner can start them again.", self.name()),
            ),
            None => (
                format!("{} has no subscription to {}", self.name(), mails(kind)),
                "They come only while a colleague is away, or has handed something over."
                    .to_owned(),
            ),
        };
        let text = format!("{text} Nothing has changed by this link.");
        Ok(Err(Page::saying(StatusCode::CONFLICT, title, text)))
    }
}

fn weekday(row: &schedule::Model) -> Option<&'static str> {
    let index = usize::try_from(row.weekday? - 1).ok()?;
    WEEKDAYS.get(index).copied()
}

/// `08:30`
fn clock(minute_of_day: i32) -> String {
    format!("{:02}:{:02}", minute_of_day / 60, minute_of_day % 60)
}
