//! The one error type. Domain functions return it; GraphQL, HTTP and the
//! command line each map it in one place.

use jiff::SignedDuration;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// What a caller's user can mend: which field, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path of the offending input field in the API's words, e.g. `["startsOn"]`. Empty: the request as a whole.
    pub field: Vec<String>,
    /// What kind of problem it is, for programs.
    pub code: ProblemCode,
    /// A sentence a person can act on.
    pub message: String,
}

/// The kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemCode {
    /// Outside the accepted range or form.
    Invalid,
    /// Another row has this value already.
    Taken,
    /// The id names nothing that the caller may see, or something of another kind.
    NotFound,
    /// Somebody changed it since; read it again.
    StaleVersion,
    /// Its present state, or what depends on it, does not allow this.
    NotAllowedNow,
}

impl Problem {
    /// A value outside the accepted range or form.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(field, ProblemCode::Invalid, message)
    }

    /// A problem of any code with one field.
    pub fn new(field: &str, code: ProblemCode, message: impl Into<String>) -> Self {
        let field = field
            .split('.')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            field,
            code,
            message: message.into(),
        }
    }

    /// The same, with its field below `place` of a larger input.
    fn below(mut self, place: &[&str]) -> Self {
        let place = place.iter().map(|&step| step.to_owned());
        self.field.splice(..0, place);
        self
    }
}

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or the caller may not know that it does. Carries the noun: "client".
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// The input is wrong; nothing was changed.
    #[error("{}", first_message(.0))]
    Invalid(Vec<Problem>),
    /// Somebody else was faster; trying again may succeed.
    #[error("{0}")]
    Conflict(String),
    /// The caller is known but may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// The caller is not known.
    #[error("Sign in at /sign-in, or send a valid API token as `Authorization: Bearer mer_…`.")]
    Unauthenticated,
    /// Too much was asked lately. Carries how long it is until there is room again.
    #[error("Too much was asked in too short a time. Try again in {} s.", whole_seconds(*.0))]
    RateLimited(SignedDuration),
    /// A part we depend on does not answer; try again later.
    #[error("{0}")]
    Unavailable(String),
    /// Our fault; logged in full, shown to nobody.
    #[error("Something went wrong on our side.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Shorthand for what domain functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One problem with one field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::invalid(field, message)])
    }

    /// One problem with one field and a code of its own.
    pub fn problem(field: &str, code: ProblemCode, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(field, code, message)])
    }

    /// The same, with the problems' fields below `place` of a larger input.
    pub fn below(self, place: &[&str]) -> Self {
        match self {
            Self::Invalid(problems) => Self::Invalid(
                problems
                    .into_iter()
                    .map(|problem| problem.below(place))
                    .collect(),
            ),
            other => other,
        }
    }

    /// Whole seconds, 1 at least, after which it may succeed; none: that is not known.
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::RateLimited(wait) => Some(whole_seconds(*wait)),
            _ => None,
        }
    }

    /// A fault of ours described in words.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(message.into().into())
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match (&error, error.sql_err()) {
            (_, Some(SqlErr::UniqueConstraintViolation(_))) => Self::Conflict(
                "Another row with these values was written at the same moment. Read again and retry.".into(),
            ),
            (_, Some(SqlErr::ForeignKeyConstraintViolation(_))) => {
                Self::Conflict("Something this refers to has just gone. Read again and retry.".into())
            }
            // The trigger that guards R1, under the same name on both databases.
            _ if error.to_string().contains("assignment_one_holder") => Self::Conflict(
                "Somebody else assigned this role at the same moment. Read again and retry.".into(),
            ),
            _ if is_lost_race(&error) => Self::Conflict(
                "Somebody else changed the same things at the same moment. Read again and retry.".into(),
            ),
            (DbErr::Conn(_) | DbErr::ConnectionAcquire(_), _) => {
                Self::Unavailable("The database does not answer. Try again in a moment.".into())
            }
            _ => Self::Internal(error.into()),
        }
    }
}

/// Whether the database gave this transaction up for another one: a deadlock, or one that cannot be put in an order.
fn is_lost_race(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        error
    else {
        return false;
    };
    let code = cause.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| matches!(code.as_ref(), "40P01" | "40001"))
}

fn whole_seconds(wait: SignedDuration) -> i64 {
    let is_over = wait.subsec_nanos() > 0;
    wait.as_secs().saturating_add(i64::from(is_over)).max(1)
}

fn first_message(problems: &[Problem]) -> &str {
    problems
        .first()
        .map_or("The input is not valid.", |problem| &problem.message)
}

/// Turns the database's "there is one already" into a problem with `field`; other errors stay what they are.
pub fn taken<T>(result: Result<T, DbErr>, field: &str, message: &str) -> Result<T> {
    result.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::problem(field, ProblemCode::Taken, message)
        }
        _ => error.into(),
    })
}
