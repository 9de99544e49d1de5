//! Taking rows, giving them back, and taking them back from whoever vanished.

use jiff::Timestamp;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, UpdateMany,
};

use super::{CLAIMED, Outbox, PENDING, When, is_in};
use crate::entity::Moment;
use crate::error::Result;

/// Claims up to `limit` rows for which `which` holds and whose time has come, for `replica` until `lease_until`; of more than
/// these the ones that have waited longest. No two claims get the same row, on however many replicas they run.
pub async fn claim<E: Outbox>(
    conn: &impl ConnectionTrait,
    which: Condition,
    replica: &str,
    now: When,
    lease_until: When,
    limit: u64,
) -> Result<Vec<E::Model>> {
    let mut due = E::find()
        .select_only()
        .column(E::ID)
        .filter(is_due::<E>(now))
        .filter(which)
        .order_by_asc(E::NEXT_ATTEMPT_AT)
        .order_by_asc(E::ID)
        .limit(limit)
        .into_query();
    // SQLite, which has one writer at a time, is given the statement without the lock.
    due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    Ok(E::update_many()
        .col_expr(E::STATE, Expr::value(CLAIMED))
        .col_expr(E::FENCE, Expr::col(E::FENCE).add(1))
        .col_expr(E::CLAIMED_BY, Expr::value(replica))
        .col_expr(E::LEASE_UNTIL, lease_until.expression())
        .filter(E::ID.in_subquery(due))
        .exec_with_returning(conn)
        .await?)
}

/// When the next row for which `which` holds is to be tried, of those that are still worth it; none when none waits.
pub async fn next_attempt_at<E: Outbox>(
    conn: &impl ConnectionTrait,
    which: Condition,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let next: Option<Moment> = E::find()
        .select_only()
        .column(E::NEXT_ATTEMPT_AT)
        .filter(is_in::<E>(PENDING))
        .filter(which)
        .filter(E::EXPIRES_AT.gt(Moment(now)))
        .order_by_asc(E::NEXT_ATTEMPT_AT)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(next.map(|moment| moment.0))
}

/// Gives back the claimed rows for which `which` holds, to be claimed again at once. Answers how many they were.
pub async fn give_back<E: Outbox>(conn: &impl ConnectionTrait, which: Condition) -> Result<u64> {
    let released = moved::<E>(CLAIMED, PENDING)
        .filter(which)
        .exec(conn)
        .await?;
    Ok(released.rows_affected)
}

/// The statement that moves rows from one state to another whose lease ran out before `since`.
pub fn abandoned<E: Outbox>(
    state: &'static str,
    since: When,
    becomes: &'static str,
) -> UpdateMany<E> {
    let ran_out = Expr::col(E::LEASE_UNTIL).lt(since.expression());
    moved::<E>(state, becomes).filter(ran_out)
}

fn moved<E: Outbox>(state: &'static str, becomes: &'static str) -> UpdateMany<E> {
    E::update_many()
        .col_expr(E::STATE, Expr::value(becomes))
        .col_expr(E::CLAIMED_BY, Expr::value(Option::<String>::None))
        .col_expr(E::LEASE_UNTIL, Expr::value(Option::<Moment>::None))
        .filter(is_in::<E>(state))
}

fn is_due<E: Outbox>(now: When) -> Condition {
    Condition::all()
        .add(is_in::<E>(PENDING))
        .add(Expr::col(E::NEXT_ATTEMPT_AT).lte(now.expression()))
        .add(Expr::col(E::EXPIRES_AT).gt(now.expression()))
}
