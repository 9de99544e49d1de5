//! Taking mails, keeping them, giving them back.

use jiff::Timestamp;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{Claim, Lane, When, is_in, still_claimed};
use crate::entity::EmailState;
use crate::entity::email::{Column, Entity, Model};
use crate::error::Result;
use crate::outbox::{self, give_back, held};

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
    let (now, until) = (now.into(), lease_until.into());
    let mut claimed =
        outbox::claim::<Entity>(conn, lane.condition(), replica, now, until, limit).await?;
    claimed.sort_by_key(|row| (row.next_attempt_at, row.id));
    Ok(claimed)
}

/// When the next mail of a lane that may still leave is to be tried; none when none waits.
pub async fn next_attempt_at(
    conn: &impl ConnectionTrait,
    lane: Lane,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    outbox::next_attempt_at::<Entity>(conn, lane.condition(), now).await
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
    give_back::<Entity>(conn, held::<Entity>(claims)).await
}

/// Gives back every mail that `replica` has claimed and not begun to hand over: the last thing it does.
pub async fn release_all(conn: &impl ConnectionTrait, replica: &str) -> Result<u64> {
    let by_it = Condition::all()
        .add(Column::ClaimedBy.eq(replica))
        .add(is_in(EmailState::Claimed));
    give_back::<Entity>(conn, by_it).await
}
