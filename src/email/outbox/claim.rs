//! Taking mails, keeping them, giving them back.

use jiff::Timestamp;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::{Claim, Lane, When, held, is_in, still_claimed};
use crate::entity::email::{Column, Entity, Model};
use crate::entity::{EmailState, Moment};
use crate::error::Result;

/// Claims up to `limit` mails whose time has come for `replica` until `lease_until`, those that have waited longest
/// first. No two claims get the same mail, on however many replicas they run.
pub async fn claim(
    conn: &impl ConnectionTrait,
    replica: &str,
    now: impl Into<When>,
    lease_until: impl Into<When>,
    limit: u64,
) -> Result<Vec<Model>> {
    claim_in(conn, Lane::Every, replica, now, lease_until, limit).await
}

/// As [`claim`], of the mails of one lane.
pub async fn claim_in(
    conn: &impl ConnectionTrait,
    lane: Lane,
    replica: &str,
    now: impl Into<When>,
    lease_until: impl Into<When>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut due = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(is_due(now.into()))
        .filter(lane.condition())
        .order_by_asc(Column::NextAttemptAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_query();
    // SQLite, which has one writer at a time, is given the statement without the lock.
    due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let mut claimed = Entity::update_many()
        .col_expr(Column::State, Expr::value(EmailState::Claimed))
        .col_expr(Column::Fence, Expr::col(Column::Fence).add(1))
        .col_expr(Column::ClaimedBy, Expr::value(replica))
        .col_expr(Column::LeaseUntil, lease_until.into().expression())
        .filter(Column::Id.in_subquery(due))
        .exec_with_returning(conn)
        .await?;
    claimed.sort_by_key(|row| (row.next_attempt_at, row.id));
    Ok(claimed)
}

/// When the next mail of a lane that may still leave is to be tried; none when none waits.
pub async fn next_attempt_at(
    conn: &impl ConnectionTrait,
    lane: Lane,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let next: Option<Moment> = Entity::find()
        .select_only()
        .column(Column::NextAttemptAt)
        .filter(is_in(EmailState::Pending))
        .filter(lane.condition())
        .filter(Column::ExpiresAt.gt(Moment(now)))
        .order_by_asc(Column::NextAttemptAt)
        .limit(1)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(next.map(|moment| moment.0))
}

/// Keeps claimed mails until `lease_until`. Answers how many were still held.
pub async fn renew(
    conn: &impl ConnectionTrait,
    claims: &[Claim],
    lease_until: impl Into<When>,
) -> Result<u64> {
    let renewed = Entity::update_many()
        .col_expr(Column::LeaseUntil, lease_until.into().expression())
        .filter(still_claimed(claims))
        .exec(conn)
        .await?;
    Ok(renewed.rows_affected)
}

/// Gives mails back that nothing was done with, to be claimed again at once. Answers how many were still held.
pub async fn release(conn: &impl ConnectionTrait, claims: &[Claim]) -> Result<u64> {
    give_back(conn, held(claims)).await
}

/// Gives back every mail that `replica` has claimed and not begun to hand over: the last thing it does.
pub async fn release_all(conn: &impl ConnectionTrait, replica: &str) -> Result<u64> {
    give_back(conn, Condition::all().add(Column::ClaimedBy.eq(replica))).await
}

async fn give_back(conn: &impl ConnectionTrait, which: Condition) -> Result<u64> {
    let released = Entity::update_many()
        .col_expr(Column::State, Expr::value(EmailState::Pending))
        .col_expr(Column::ClaimedBy, Expr::value(Option::<String>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Moment>::None))
        .filter(which)
        .filter(is_in(EmailState::Claimed))
        .exec(conn)
        .await?;
    Ok(released.rows_affected)
}

fn is_due(now: When) -> Condition {
    Condition::all()
        .add(is_in(EmailState::Pending))
        .add(Expr::col(Column::NextAttemptAt).lte(now.expression()))
        .add(Expr::col(Column::ExpiresAt).gt(now.expression()))
}
