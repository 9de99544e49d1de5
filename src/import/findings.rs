//! What is wrong with the files.

use std::fmt;

use crate::error::Problem;

use super::columns::Kind;
use super::sheet::Sheet;

/// How many findings a report names.
const KEPT: usize = 1_000;

/// Something wrong with a file, for the person who is to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file as it was given.
    pub file: String,
    /// The line in which the row begins, the first being 1; none: the file as a whole.
    pub line: Option<u64>,
    /// The column's name; none: the row as a whole.
    pub column: Option<String>,
    /// A sentence a person can act on.
    pub reason: String,
}

impl fmt::Display for Finding {
    /// `people.csv:3:time_zone: There is no …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        if let Some(column) = &self.column {
            write!(f, "{column}:")?;
        }
        write!(f, " {}", self.reason)
    }
}

/// Everything found so far; the first [`KEPT`] in words.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
    total: usize,
}

impl Findings {
    pub(super) fn add(
        &mut self,
        file: &str,
        line: Option<u64>,
        column: Option<&str>,
        reason: impl Into<String>,
    ) {
        self.total += 1;
        if self.kept.len() < KEPT {
            self.kept.push(Finding {
                file: file.to_owned(),
                line,
                column: column.map(str::to_owned),
                reason: reason.into(),
            });
        }
    }

    /// Takes over what the domain has to say about a row.
    pub(super) fn add_problems(&mut self, sheet: &Sheet, line: u64, problems: Vec<Problem>) {
        for problem in problems {
            let column = problem
                .field
                .first()
                .and_then(|field| column_of(sheet.kind, field));
            self.add(&sheet.file, Some(line), column, problem.message);
        }
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// What was kept, in the order of the files and their lines, and how many more there were.
    pub(super) fn into_parts(mut self, files: &[&str]) -> (Vec<Finding>, usize) {
        let place = |file: &str| files.iter().position(|known| *known == file);
        self.kept
            .sort_by_cached_key(|finding| (place(&finding.file), finding.line));
        let more = self.total - self.kept.len();
        (self.kept, more)
    }
}

/// The column that holds what the API calls `field`.
fn column_of(kind: Kind, field: &str) -> Option<&'static str> {
    let name = match (kind, field) {
        (Kind::People, "effectiveFrom") => "hours_from".to_owned(),
        (Kind::People, "factorBp") => "factor_percent".to_owned(),
        (Kind::People, field) if field.ends_with("Minutes") => "hours_per_week".to_owned(),
        (Kind::Contacts, "isPrimary") => "primary".to_owned(),
        (Kind::Projects, "on") => "kicked_off_on".to_owned(),
        (_, "id") => return kind.columns().first().map(|column| column.name),
        (_, field) => as_column(field),
    };
    kind.column(&name).map(|column| column.name)
}

/// `holidayCalendarId` is the column `holiday_calendar`.
fn as_column(field: &str) -> String {
    let mut column = String::new();
    for letter in field.strip_suffix("Id").unwrap_or(field).chars() {
        if letter.is_ascii_uppercase() {
            column.push('_');
        }
        column.push(letter.to_ascii_lowercase());
    }
    column
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_api_are_told_by_their_column() {
        for (kind, field, column) in [
            (Kind::People, "holidayCalendarId", Some("holiday_calendar")),
            (Kind::People, "tuesdayMinutes", Some("hours_per_week")),
            (Kind::Contacts, "jobTitle", Some("job_title")),
            (Kind::Projects, "clientId", Some("client")),
            (Kind::Touchpoints, "occurredAt", Some("occurred_at")),
            (Kind::Clients, "id", Some("name")),
            (Kind::Clients, "expectedVersion", None),
        ] {
            assert_eq!(column_of(kind, field), column, "{kind:?} {field}");
        }
    }
}
