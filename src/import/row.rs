//! Reading the cells of a row. Whatever is wrong is reported at once, so that one run tells all of it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::findings::Findings;
use super::known::{Known, Named, Names, key};
use super::sheet::{Record, Sheet};
use crate::domain::check::{Check, shortened};
use crate::entity::{client, client_contact, holiday_calendar, person, project, role};
use crate::error::Error;

/// A row being read. Each function answers none for what is absent, empty or wrong; what is wrong is reported.
pub(super) struct Row<'a> {
    sheet: &'a Sheet,
    record: &'a Record,
    known: &'a Known,
    findings: &'a mut Findings,
    sound: bool,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        sheet: &'a Sheet,
        record: &'a Record,
        known: &'a Known,
        findings: &'a mut Findings,
    ) -> Self {
        Self {
            sheet,
            record,
            known,
            findings,
            sound: true,
        }
    }

    /// Whether nothing wrong was found, and nothing it refers to was refused.
    pub(super) fn is_sound(&self) -> bool {
        self.sound
    }

    /// Reports what is wrong with a cell.
    pub(super) fn fault(&mut self, column: &str, reason: impl Into<String>) {
        self.sound = false;
        let line = Some(self.record.line);
        self.findings
            .add(&self.sheet.file, line, Some(column), reason);
    }

    /// The cell as it is.
    pub(super) fn cell(&self, column: &str) -> Option<&'a str> {
        self.sheet.cell(self.record, column)
    }

    /// The cell, which must be filled.
    pub(super) fn filled(&mut self, column: &str) -> Option<&'a str> {
        let cell = self.cell(column);
        if cell.is_none() {
            let example = self
                .sheet
                .kind
                .column(column)
                .map_or("", |known| known.example);
            self.fault(
                column,
                format!("This cell is empty; write something like {example}."),
            );
        }
        cell
    }

    /// For columns whose empty cell means "none": none without the column, `Some(None)` for an empty cell.
    pub(super) fn clearable<T>(
        &mut self,
        column: &str,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        self.sheet.has(column).then(|| read(self))
    }

    /// A name of 1 to `longest` characters.
    pub(super) fn name(&mut self, column: &str, longest: usize) -> Option<String> {
        let name = self.cell(column)?;
        self.checked(column, |check| check.name("", name, longest))
    }

    /// A name that must be there.
    pub(super) fn filled_name(&mut self, column: &str, longest: usize) -> Option<String> {
        self.filled(column)?;
        self.name(column, longest)
    }

    /// A text that may have line breaks.
    pub(super) fn text(&mut self, column: &str, longest: usize) -> Option<String> {
        let text = self.cell(column)?;
        self.checked(column, |check| check.text("", text, longest))
    }

    /// An email address that must be there.
    pub(super) fn filled_email(&mut self, column: &str) -> Option<String> {
        let email = self.filled(column)?;
        self.checked(column, |check| check.email("", email))
    }

    /// A time zone that must be there, as the database spells it.
    pub(super) fn filled_zone(&mut self, column: &str) -> Option<String> {
        let zone = self.filled(column)?;
        self.checked(column, |check| check.time_zone("", zone))
    }

    /// A day.
    pub(super) fn day(&mut self, column: &str) -> Option<Date> {
        let text = self.cell(column)?;
        match day(text) {
            Ok(day) => self.checked(column, |check| {
                check.day("", day);
                day
            }),
            Err(reason) => {
                self.fault(column, reason);
                None
            }
        }
    }

    /// A day that must be there.
    pub(super) fn filled_day(&mut self, column: &str) -> Option<Date> {
        self.filled(column)?;
        self.day(column)
    }

    /// A whole number from `least` to `most`.
    pub(super) fn whole(&mut self, column: &str, least: i32, most: i32) -> Option<i32> {
        let text = self.cell(column)?;
        let number = text.parse::<i32>().ok();
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let reason = format!(
                "“{}” is not a whole number from {least} to {most}.",
                shortened(text)
            );
            self.fault(column, reason);
        }
        number
    }

    /// One of `words`, in any case and with blanks for its underscores.
    pub(super) fn word<T>(
        &mut self,
        column: &str,
        words: &[&str],
        from_word: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.cell(column)?;
        let value = from_word(&text.to_uppercase().replace([' ', '-'], "_"));
        if value.is_none() {
            let reason = format!("“{}” is none of {}.", shortened(text), words.join(", "));
            self.fault(column, reason);
        }
        value
    }

    /// Yes or no.
    pub(super) fn yes(&mut self, column: &str) -> Option<bool> {
        self.word(column, &["yes", "no"], |word| match word {
            "YES" | "TRUE" => Some(true),
            "NO" | "FALSE" => Some(false),
            _ => None,
        })
    }

    /// An instant that must be there: with an offset, or else the local time of `zone`.
    pub(super) fn filled_instant(&mut self, column: &str, zone: &TimeZone) -> Option<Timestamp> {
        let text = self.filled(column)?;
        match instant(text, zone) {
            Ok(instant) => Some(instant),
            Err(reason) => {
                self.fault(column, reason);
                None
            }
        }
    }

    /// The person whose address stands in a cell.
    pub(super) fn person(&mut self, column: &str) -> Option<&'a person::Model> {
        let email = self.cell(column)?;
        let people = &self.known.people;
        self.resolved(
            column,
            people,
            "person with the address",
            &[email],
            |near| &near.email,
        )
    }

    /// The client whose name stands in a cell that must be filled.
    pub(super) fn client(&mut self, column: &str) -> Option<&'a client::Model> {
        let name = self.filled(column)?;
        let clients = &self.known.clients;
        self.resolved(column, clients, "client", &[name], |near| &near.name)
    }

    /// The project of a client whose name stands in a cell.
    pub(super) fn project(
        &mut self,
        column: &str,
        client: &client::Model,
    ) -> Option<&'a project::Model> {
        let name = self.cell(column)?;
        let projects = &self.known.projects;
        let noun = format!("project of {}", client.name);
        self.resolved(column, projects, &noun, &[&client.name, name], |near| {
            &near.name
        })
    }

    /// The contact of a client whose address stands in a cell.
    pub(super) fn contact(
        &mut self,
        column: &str,
        client: &client::Model,
    ) -> Option<&'a client_contact::Model> {
        let email = self.cell(column)?;
        let contacts = &self.known.contacts;
        let noun = format!("contact of {} with the address", client.name);
        self.resolved(column, contacts, &noun, &[&client.name, email], |near| {
            &near.email
        })
    }

    /// The role whose name stands in a cell that must be filled, also as ACCOUNT_MANAGER.
    pub(super) fn role(&mut self, column: &str) -> Option<&'a role::Model> {
        let name = self.filled(column)?.replace('_', " ");
        let roles = &self.known.roles;
        self.resolved(column, roles, "role", &[&name], |near| &near.name)
    }

    /// The holiday calendar whose name stands in a cell.
    pub(super) fn calendar(&mut self, column: &str) -> Option<&'a holiday_calendar::Model> {
        let name = self.cell(column)?;
        let calendars = &self.known.calendars;
        self.resolved(column, calendars, "holiday calendar", &[name], |near| {
            &near.name
        })
    }

    /// What a natural key names. A row of this run that has a fault of its own is not reported twice.
    fn resolved<T>(
        &mut self,
        column: &str,
        names: &'a Names<T>,
        noun: &str,
        parts: &[&str],
        shown: impl Fn(&T) -> &str,
    ) -> Option<&'a T> {
        let key = key(parts);
        match names.named(&key) {
            Named::Row(row) => Some(row),
            Named::Refused => {
                self.sound = false;
                None
            }
            Named::Nothing => {
                let hint = names.nearest(&key).map_or_else(String::new, |near| {
                    format!(" Did you mean “{}”?", shown(near))
                });
                let given = shortened(parts.last().unwrap_or(&""));
                self.fault(column, format!("There is no {noun} “{given}”.{hint}"));
                None
            }
        }
    }

    /// Lets the domain look at a value. Answers it as it is to be stored.
    fn checked<T>(&mut self, column: &str, look: impl FnOnce(&mut Check) -> T) -> Option<T> {
        let mut check = Check::new();
        let value = look(&mut check);
        match check.finish() {
            Ok(()) => Some(value),
            Err(Error::Invalid(problems)) => {
                for problem in problems {
                    self.fault(column, problem.message);
                }
                None
            }
            Err(error) => {
                self.fault(column, error.to_string());
                None
            }
        }
    }
}

/// Whether a text begins like 2026-11-20.
fn begins_like_a_day(text: &str) -> bool {
    text.len() >= 10
        && text
            .bytes()
            .take(10)
            .enumerate()
            .all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
}

fn day(text: &str) -> Result<Date, String> {
    if text.len() != 10 || !begins_like_a_day(text) {
        let given = shortened(text);
        return Err(format!("“{given}” is not a day; write it like 2026-11-20."));
    }
    text.parse().map_err(|_| format!("There is no day {text}."))
}

fn instant(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let given = shortened(text);
    let unreadable = format!(
        "“{given}” is not a time; write it like 2026-11-20 14:30, or with its offset like 2026-11-20T14:30:00+01:00."
    );
    if text.len() < 16 || !begins_like_a_day(text) || text.contains('[') {
        return Err(unreadable);
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let local = text.parse::<DateTime>().map_err(|_| unreadable)?;
    let ambiguous = zone.to_ambiguous_timestamp(local);
    if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
        return Err(format!(
            "There was no {given} in {}: the clocks were put forward.",
            zone.iana_name().unwrap_or("UTC")
        ));
    }
    ambiguous
        .earlier()
        .map_err(|_| format!("{given} is too far away."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_iso_only() {
        assert_eq!(day("2026-11-20"), Ok(jiff::civil::date(2026, 11, 20)));
        for (text, reason) in [
            (
                "20.11.2026",
                "“20.11.2026” is not a day; write it like 2026-11-20.",
            ),
            (
                "2026-11-20T10:00",
                "“2026-11-20T10:00” is not a day; write it like 2026-11-20.",
            ),
            ("2026-02-30", "There is no day 2026-02-30."),
            (
                "２０26-1-1",
                "“２０26-1-1” is not a day; write it like 2026-11-20.",
            ),
        ] {
            assert_eq!(day(text), Err(reason.to_owned()));
        }
    }

    #[test]
    fn times_have_an_offset_or_are_local() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (text, utc) in [
            ("2026-11-20 14:30", "2026-11-20T13:30:00Z"),
            ("2026-11-20T14:30:05", "2026-11-20T13:30:05Z"),
            ("2026-07-20 14:30", "2026-07-20T12:30:00Z"),
            ("2026-11-20T14:30:00Z", "2026-11-20T14:30:00Z"),
            ("2026-11-20 14:30:00-05:00", "2026-11-20T19:30:00Z"),
            // Twice that night: the earlier.
            ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(instant(text, &berlin), Ok(utc.parse().unwrap()), "{text}");
        }
        for text in [
            "2026-11-20",
            "14:30",
            "2026-11-20 25:00",
            "2026-13-20 14:30",
            "20.11.2026 14:30",
            "2026-11-20 14:30[Europe/Paris]",
            "2026-11-20T14:30:00+01:00[Europe/Paris]",
        ] {
            let reason = instant(text, &berlin).unwrap_err();
            assert!(reason.contains("is not a time; write it like"), "{reason}");
        }
        assert_eq!(
            instant("2026-03-29 02:30", &berlin).unwrap_err(),
            "There was no 2026-03-29 02:30 in Europe/Berlin: the clocks were put forward."
        );
    }
}
