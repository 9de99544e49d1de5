//! The outbox's state machine, as statements: `PENDING → CLAIMED → DATA → SENT`, and the ways off it.
//!
//! Every claim makes the row's fence grow. A sender shows the fence of its claim with everything it writes, and a
//! statement that finds a newer one changes nothing: whoever was overtaken can neither send nor mark.

mod attempt;
mod claim;
mod group;
mod lane;
mod mark;
mod never_left;
mod render;
mod tell;
mod upkeep;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, SimpleExpr};

pub use attempt::{Attempt, record, record_all};
pub use claim::{claim, claim_in, next_attempt_at, release, release_all, renew};
pub use group::{Mark, Marked, mark_together};
pub use lane::Lane;
pub use mark::{
    Retry, enter_data, enter_data_all, fail, fail_all, mark_all_sent, mark_sent, retry_all_later,
    retry_later, standing_in,
};
pub use never_left::never_left;
pub use render::{close, forget_rendered, store_rendered};
pub use upkeep::{OnAmbiguous, TakenBack, clear_bodies, expire, forget_sign_ins, prune, take_back};

use tell::{tell, tell_failed, tell_sent};

pub use crate::outbox::{Claim, When};

pub use crate::domain::planned_mails::{insert, pending};
pub use crate::domain::suppressions::{suppress, suppressed};

use crate::entity::EmailState;
use crate::entity::email::{Column, Entity, Model};
use crate::outbox::{held, padded};

impl From<&Model> for Claim {
    fn from(row: &Model) -> Self {
        Self {
            row_id: row.id,
            fence: row.fence,
        }
    }
}

/// The row is in `state`. The words stand in the statement itself, and the condition of the index on what is in flight beside
/// it, else SQLite would not use the partial indices.
fn is_in(state: EmailState) -> SimpleExpr {
    let column = || Expr::col((Entity, Column::State));
    let word = |state: EmailState| Expr::cust(format!("'{}'", state.word()));
    let is_in = column().eq(word(state));
    match state {
        EmailState::Claimed | EmailState::Data => {
            is_in.and(column().is_in([word(EmailState::Claimed), word(EmailState::Data)]))
        }
        _ => is_in,
    }
}

/// The row is in one of `states`.
fn is_in_any(states: &[EmailState]) -> Condition {
    states
        .iter()
        .fold(Condition::any(), |any, state| any.add(is_in(*state)))
}

/// The rows of which `claims` still hold and nothing was done with. The state is said in a way that keeps PostgreSQL from
/// the index on what is in flight: its statistics are from when nothing was, so that it would take reading all of it for the
/// shortest way to a few keys.
fn still_claimed(claims: &[Claim]) -> Condition {
    let state = Expr::cust("email.state || ''");
    Condition::all()
        .add(held::<Entity>(claims))
        .add(state.eq(EmailState::Claimed.word()))
}
