//! Which mails a sender takes: those that somebody waits for in front of a screen do not queue behind a Monday morning's.

use sea_orm::sea_query::{Condition, Expr, ExprTrait};

use crate::entity::EmailKind;
use crate::entity::email::{Column, Entity};

/// Mails that are sent in an order of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lane {
    /// All of them.
    #[default]
    Every,
    /// Sign-in mails.
    Urgent,
    /// All but these.
    Ordinary,
}

impl Lane {
    /// The row goes by this lane. The word stands in the statement itself, else SQLite would not use the partial index.
    pub(super) fn condition(self) -> Condition {
        let kind = || Expr::col((Entity, Column::Kind));
        let urgent = || Expr::cust(format!("'{}'", EmailKind::SignIn.word()));
        match self {
            Self::Every => Condition::all(),
            Self::Urgent => Condition::all().add(kind().eq(urgent())),
            Self::Ordinary => Condition::all().add(kind().ne(urgent())),
        }
    }
}
