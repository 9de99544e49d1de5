//! What the outboxes of mails and of webhooks have in common: rows that wait for their time, and that one replica at a time
//! holds for a while.
//!
//! Every claim makes the row's fence grow. Whoever holds it shows the fence of its claim with everything it writes, and a
//! statement that finds a newer one changes nothing.

mod claim;
mod when;

use std::collections::BTreeMap;

use sea_orm::sea_query::{Condition, Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait};
use uuid::Uuid;

pub use claim::{abandoned, claim, give_back, next_attempt_at};
pub use when::When;

/// The word for rows that wait for their time.
pub const PENDING: &str = "PENDING";

/// The word for rows that a replica holds.
pub const CLAIMED: &str = "CLAIMED";

/// A table whose rows are claimed.
pub trait Outbox: EntityTrait {
    /// Its key.
    const ID: Self::Column;
    /// Where a row stands.
    const STATE: Self::Column;
    /// Grows with each claim.
    const FENCE: Self::Column;
    /// The replica that holds a row.
    const CLAIMED_BY: Self::Column;
    /// Until when.
    const LEASE_UNTIL: Self::Column;
    /// When a row may next be claimed.
    const NEXT_ATTEMPT_AT: Self::Column;
    /// When it is no longer worth it.
    const EXPIRES_AT: Self::Column;
}

/// The entities whose columns have the names above.
macro_rules! outboxes {
    ($($entity:ident),+) => {$(
        impl Outbox for crate::entity::$entity::Entity {
            const ID: Self::Column = crate::entity::$entity::Column::Id;
            const STATE: Self::Column = crate::entity::$entity::Column::State;
            const FENCE: Self::Column = crate::entity::$entity::Column::Fence;
            const CLAIMED_BY: Self::Column = crate::entity::$entity::Column::ClaimedBy;
            const LEASE_UNTIL: Self::Column = crate::entity::$entity::Column::LeaseUntil;
            const NEXT_ATTEMPT_AT: Self::Column = crate::entity::$entity::Column::NextAttemptAt;
            const EXPIRES_AT: Self::Column = crate::entity::$entity::Column::ExpiresAt;
        }
    )+};
}

outboxes!(email, webhook_delivery);

/// A hold on one row: void as soon as another claim makes its fence grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// The mail, or the delivery.
    pub row_id: Uuid,
    /// The row's fence when it was claimed.
    pub fence: i64,
}

impl From<(Uuid, i64)> for Claim {
    fn from((row_id, fence): (Uuid, i64)) -> Self {
        Self { row_id, fence }
    }
}

/// The row is in the state of this word, which stands in the statement itself, else SQLite would not use the partial indices.
pub fn is_in<E: Outbox>(word: &'static str) -> SimpleExpr {
    Expr::col((E::default(), E::STATE)).eq(Expr::cust(format!("'{word}'")))
}

/// The rows of which `claims` still hold: found by their keys, which is why nothing else stands in the condition.
pub fn held<E: Outbox>(claims: &[Claim]) -> Condition {
    if claims.is_empty() {
        // An empty condition would be true of every row.
        return Condition::all().add(Expr::cust("1 = 0"));
    }
    let mut ids_by_fence: BTreeMap<i64, Vec<Uuid>> = BTreeMap::new();
    for claim in claims {
        let ids = ids_by_fence.entry(claim.fence).or_default();
        ids.push(claim.row_id);
    }
    ids_by_fence
        .into_iter()
        .fold(Condition::any(), |any, (fence, ids)| {
            any.add(E::FENCE.eq(fence).and(E::ID.is_in(padded(ids))))
        })
}

/// `rows` with the last of them repeated until their number is a power of two, which the statement must not mind. So there
/// are few different statements, and each connection prepares them once: groups of marks come in every size.
pub fn padded<T: Clone>(mut rows: Vec<T>) -> Vec<T> {
    if let Some(last) = rows.last().cloned() {
        rows.resize(rows.len().next_power_of_two(), last);
    }
    rows
}
