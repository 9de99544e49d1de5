//! The marks that one attempt to send leaves on its mail. Each answers whether the claim still held.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, UpdateMany};

use super::{Claim, held, is_in, is_in_any};
use crate::entity::EmailState::{Claimed, Data, Expired, Failed, Held, Pending, Sent};
use crate::entity::email::{Column, Entity};
use crate::entity::{EmailState, Moment};
use crate::error::Result;

/// `CLAIMED → DATA`: from here on the mail server may have the mail. False: somebody else has it, or its time has
/// passed, and it must not be sent. The lease begins anew, because the server may take its time with the message.
pub async fn enter_data(
    conn: &impl ConnectionTrait,
    claim: Claim,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<bool> {
    let entered = Entity::update_many()
        .col_expr(Column::State, Expr::value(Data))
        .col_expr(Column::LeaseUntil, Expr::value(Moment(lease_until)))
        .filter(held(&[claim]))
        .filter(is_in(Claimed))
        .filter(Column::ExpiresAt.gt(Moment(now)))
        .exec(conn)
        .await?;
    Ok(entered.rows_affected == 1)
}

/// `DATA → SENT`: the mail server took it. Also when maintenance has given the mail up meanwhile and nobody has claimed
/// it since: then the server's word spares a second copy.
pub async fn mark_sent(
    conn: &impl ConnectionTrait,
    claim: Claim,
    sent_at: Timestamp,
) -> Result<bool> {
    let marked = leave(Sent)
        .col_expr(Column::SentAt, Expr::value(Moment(sent_at)))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::Reason, Expr::value(Option::<String>::None))
        .filter(held(&[claim]))
        .filter(is_in_any(&[Data, Pending, Held, Expired]))
        .exec(conn)
        .await?;
    Ok(marked.rows_affected == 1)
}

/// `CLAIMED or DATA → PENDING`: certainly not sent, to be tried again at `next_attempt_at`, at the latest when the mail
/// expires. `counts`: the attempt makes the next wait longer.
pub async fn retry_later(
    conn: &impl ConnectionTrait,
    claim: Claim,
    next_attempt_at: Timestamp,
    counts: bool,
) -> Result<bool> {
    let attempts = Expr::col(Column::Attempts).add(i32::from(counts));
    let marked = leave(Pending)
        .col_expr(Column::NextAttemptAt, Expr::value(Moment(next_attempt_at)))
        .col_expr(Column::Attempts, attempts)
        .filter(held(&[claim]))
        .filter(is_in_any(&[Claimed, Data]))
        .exec(conn)
        .await?;
    Ok(marked.rows_affected == 1)
}

/// `CLAIMED or DATA → FAILED`: refused for good, and `reason` says by whom and why.
pub async fn fail(conn: &impl ConnectionTrait, claim: Claim, reason: &str) -> Result<bool> {
    let marked = leave(Failed)
        .col_expr(Column::Reason, Expr::value(reason))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(held(&[claim]))
        .filter(is_in_any(&[Claimed, Data]))
        .exec(conn)
        .await?;
    Ok(marked.rows_affected == 1)
}

fn leave(state: EmailState) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::ClaimedBy, Expr::value(Option::<String>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Moment>::None))
}
