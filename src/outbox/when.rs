//! The instants that leases go by: reckoned by us, or by the database while a statement runs.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Expr, SimpleExpr};

use crate::entity::Moment;

/// An instant in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// This one.
    At(Timestamp),
    /// What PostgreSQL's clock shows when the statement begins, and this much more or less. All replicas share that clock,
    /// so that none whose own is wrong can keep a claim too long or take one away too early.
    ByTheDatabase(SignedDuration),
}

impl When {
    /// So much later, or earlier where `by` is negative.
    #[must_use]
    pub fn plus(self, by: SignedDuration) -> Self {
        let end = if by.is_negative() {
            (Timestamp::MIN, SignedDuration::MIN)
        } else {
            (Timestamp::MAX, SignedDuration::MAX)
        };
        match self {
            Self::At(instant) => Self::At(instant.checked_add(by).unwrap_or(end.0)),
            Self::ByTheDatabase(offset) => {
                Self::ByTheDatabase(offset.checked_add(by).unwrap_or(end.1))
            }
        }
    }

    /// As a value of a statement. `statement_timestamp()` stays the same within one, which lets it use the indices on time.
    pub(crate) fn expression(self) -> SimpleExpr {
        match self {
            Self::At(instant) => Expr::value(Moment(instant)),
            Self::ByTheDatabase(offset) => {
                let microseconds = offset.as_micros();
                Expr::cust(format!(
                    "statement_timestamp() + interval '{microseconds} microseconds'"
                ))
            }
        }
    }
}

impl From<Timestamp> for When {
    fn from(instant: Timestamp) -> Self {
        Self::At(instant)
    }
}
