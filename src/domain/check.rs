//! Looking at input before anything is written: every problem at once, each
//! with its field and a sentence a person can act on.

use jiff::civil::Date;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};

use crate::error::{Error, Problem, ProblemCode, Result};

/// The years in which a day is taken seriously.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2200;

/// Collects what is wrong with an input.
#[derive(Debug, Default)]
pub struct Check {
    problems: Vec<Problem>,
}

impl Check {
    /// Nothing looked at yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything found so far, as an error; `Ok` when nothing was.
    pub fn finish(self) -> Result<()> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Error::Invalid(self.problems))
    }

    /// Notes a problem that the caller has found.
    pub fn add(&mut self, field: &str, code: ProblemCode, message: impl Into<String>) {
        self.problems.push(Problem::new(field, code, message));
    }

    /// Takes the problems out of a result, so that they are told with the others; other errors pass.
    pub fn also<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Err(Error::Invalid(problems)) => {
                self.problems.extend(problems);
                Ok(None)
            }
            Err(error) => Err(error),
            other => other.map(Some),
        }
    }

    /// Notes a problem unless `holds`.
    pub fn require(&mut self, holds: bool, field: &str, message: impl Into<String>) {
        if !holds {
            self.add(field, ProblemCode::Invalid, message);
        }
    }

    /// A name: trimmed, one line, 1 to `longest` characters. Answers the name as it is to be stored.
    pub fn name(&mut self, field: &str, name: &str, longest: usize) -> String {
        let name = name.trim();
        let length = name.chars().count();
        self.require(length > 0, field, "Give it a name: this one is empty.");
        self.require(
            length <= longest,
            field,
            format!("This is {length} characters long; at most {longest} are kept."),
        );
        self.require(
            !name.chars().any(char::is_control),
            field,
            "Take out line breaks and other control characters.",
        );
        name.to_owned()
    }

    /// A text of up to `longest` characters that may be empty and may have line breaks.
    pub fn text(&mut self, field: &str, text: &str, longest: usize) -> String {
        let text = text.trim();
        let length = text.chars().count();
        self.require(
            length <= longest,
            field,
            format!("This is {length} characters long; at most {longest} are kept."),
        );
        self.require(
            !text.contains('\0'),
            field,
            "Take out the NUL character: it cannot be stored.",
        );
        text.to_owned()
    }

    /// A reason: a text of 1 to 2,000 characters.
    pub fn reason(&mut self, field: &str, reason: &str) -> String {
        let reason = self.text(field, reason, 2_000);
        self.require(
            !reason.is_empty(),
            field,
            "Say why: the reason is kept in the history.",
        );
        reason
    }

    /// An email address that lettre would send to.
    pub fn email(&mut self, field: &str, email: &str) -> String {
        let email = email.trim();
        self.require(
            email.len() <= 254 && is_email(email),
            field,
            format!(
                "“{}” is not an email address; write one like ana@example.com.",
                shortened(email)
            ),
        );
        email.to_owned()
    }

    /// A level from 1 to 5.
    pub fn level(&mut self, field: &str, level: i32) {
        self.range(field, level.into(), 1, 5);
    }

    /// A whole number from `least` to `most`.
    pub fn range(&mut self, field: &str, value: i64, least: i64, most: i64) {
        self.require(
            (least..=most).contains(&value),
            field,
            format!("{value} is outside {least} to {most}."),
        );
    }

    /// A day within 1970 to 2200.
    pub fn day(&mut self, field: &str, day: Date) {
        self.require(
            YEARS.contains(&day.year()),
            field,
            format!("{day} is not within the years 1970 to 2200."),
        );
    }

    /// A first and a last day in order, each of a sane year.
    pub fn days(&mut self, (first_field, first): (&str, Date), (last_field, last): (&str, Date)) {
        self.day(first_field, first);
        self.day(last_field, last);
        self.require(
            last >= first,
            last_field,
            format!("It ends on {last}, before it starts on {first}."),
        );
    }

    /// An IANA time zone that Meridian knows. Answers its name as the database spells it.
    pub fn time_zone(&mut self, field: &str, name: &str) -> String {
        match crate::domain::zone::zone(field, name.trim()) {
            Ok(zone) => zone.iana_name().unwrap_or("UTC").to_owned(),
            Err(Error::Invalid(problems)) => {
                self.problems.extend(problems);
                name.to_owned()
            }
            Err(error) => {
                self.add(field, ProblemCode::Invalid, error.to_string());
                name.to_owned()
            }
        }
    }

    /// The version the caller has read must be the version there is.
    pub fn version(&mut self, expected: Option<i64>, present: i64) {
        if let Some(expected) = expected.filter(|expected| *expected != present) {
            self.add(
                "expectedVersion",
                ProblemCode::StaleVersion,
                format!("You read version {expected}, but it is at version {present} now. Read it again and repeat the change."),
            );
        }
    }
}

/// `local@domain`, both without blanks or control characters. What a mail server accepts is for it to say.
fn is_email(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
    };
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            local.len() <= 64
                && plain(local)
                && plain(domain)
                && domain
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
        }
        None => false,
    }
}

/// Whether a column has this text, upper and lower case alike: as the unique indexes on names and addresses see it.
pub fn same_text(column: impl ColumnTrait, text: &str) -> SimpleExpr {
    Expr::expr(Func::lower(Expr::col(column.as_column_ref()))).eq(Func::lower(Expr::val(text)))
}

/// At most 60 characters of a text, for quoting it back.
pub fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    text.chars().take(59).chain(['…']).collect()
}
