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
mod when;

use std::collections::BTreeMap;

use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SimpleExpr};
use uuid::Uuid;

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
pub use when::When;

use tell::tell;

pub use crate::domain::planned_mails::{insert, pending};
pub use crate::domain::suppressions::{suppress, suppressed};

use crate::entity::EmailState;
use crate::entity::email::{Column, Model};

/// A sender's hold on one mail: void as soon as another claim makes the row's fence grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The mail.
    pub email_id: Uuid,
    /// The row's fence when it was claimed.
    pub fence: i64,
}

impl From<&Model> for Claim {
    fn from(row: &Model) -> Self {
        Self {
            email_id: row.id,
            fence: row.fence,
        }
    }
}

impl From<(Uuid, i64)> for Claim {
    fn from((email_id, fence): (Uuid, i64)) -> Self {
        Self { email_id, fence }
    }
}

/// The row is in `state`. The words stand in the statement itself, and the condition of the index on what is in flight beside
/// it, else SQLite would not use the partial indices.
fn is_in(state: EmailState) -> SimpleExpr {
    let column = || Expr::col((crate::entity::email::Entity, Column::State));
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

/// The rows of which `claims` still hold: found by their keys, which is why nothing else stands in the condition.
fn held(claims: &[Claim]) -> Condition {
    if claims.is_empty() {
        // An empty condition would be true of every row.
        return Condition::all().add(Expr::cust("1 = 0"));
    }
    let mut ids_by_fence: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
    for claim in claims {
        let ids = ids_by_fence.entry(claim.fence).or_default();
        ids.push(claim.email_id);
    }
    ids_by_fence
        .into_iter()
        .fold(Condition::any(), |any, (fence, ids)| {
            any.add(Column::Fence.eq(fence).and(Column::Id.is_in(padded(ids))))
        })
}

/// The rows of which `claims` still hold and nothing was done with. The state is said in a way that keeps PostgreSQL from
/// the index on what is in flight: its statistics are from when nothing was, so that it would take reading all of it for the
/// shortest way to a few keys.
fn still_claimed(claims: &[Claim]) -> Condition {
    let state = Expr::cust("email.state || ''");
    Condition::all()
        .add(held(claims))
        .add(state.eq(EmailState::Claimed.word()))
}

/// `rows` with the last of them repeated until their number is a power of two, which the statement must not mind. So there
/// are few different statements, and each connection prepares them once: groups of marks come in every size.
fn padded<T: Clone>(mut rows: Vec<T>) -> Vec<T> {
    if let Some(last) = rows.last().cloned() {
        rows.resize(rows.len().next_power_of_two(), last);
    }
    rows
}
