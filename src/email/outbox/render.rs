//! What composing a claimed mail comes to: its bytes, or the reason why there is none.

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{Claim, held, is_in};
use crate::email::compose::Rendered;
use crate::entity::email::{Column, Entity};
use crate::entity::{EmailState, Moment};
use crate::error::Result;

/// Keeps the bytes of a claimed mail: every attempt sends these until they are [forgotten](forget_rendered). False when the claim no longer holds or
/// the mail was rendered before.
pub async fn store_rendered(
    conn: &impl ConnectionTrait,
    claim: Claim,
    rendered: &Rendered,
    now: Timestamp,
) -> Result<bool> {
    let stored = Entity::update_many()
        .col_expr(Column::ToAddress, Expr::value(&rendered.to_address))
        .col_expr(Column::Subject, Expr::value(&rendered.subject))
        .col_expr(Column::MessageId, Expr::value(&rendered.message_id))
        .col_expr(Column::Message, Expr::value(rendered.message.clone()))
        .col_expr(Column::RenderedAt, Expr::value(Moment(now)))
        .filter(held(&[claim]))
        .filter(is_in(EmailState::Claimed))
        .filter(Column::Message.is_null())
        .exec(conn)
        .await?;
    Ok(stored.rows_affected == 1)
}

/// Forgets the bytes of claimed mails, which are composed anew. Answers of how many the claim still held.
pub async fn forget_rendered(conn: &impl ConnectionTrait, claims: &[Claim]) -> Result<u64> {
    let nothing = || Expr::value(Option::<String>::None);
    let forgotten = Entity::update_many()
        .col_expr(Column::ToAddress, nothing())
        .col_expr(Column::Subject, nothing())
        .col_expr(Column::MessageId, nothing())
        .col_expr(Column::Message, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(Column::RenderedAt, Expr::value(Option::<Moment>::None))
        .filter(held(claims))
        .filter(is_in(EmailState::Claimed))
        .exec(conn)
        .await?;
    Ok(forgotten.rows_affected)
}

/// Ends a claimed mail without sending it, in `state` and for `reason`. False when the claim no longer holds.
pub async fn close(
    conn: &impl ConnectionTrait,
    claim: Claim,
    state: EmailState,
    reason: &str,
) -> Result<bool> {
    let closed = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Reason, Expr::value(reason))
        .col_expr(Column::ClaimedBy, Expr::value(Option::<String>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Moment>::None))
        .filter(held(&[claim]))
        .filter(is_in(EmailState::Claimed))
        .exec(conn)
        .await?;
    Ok(closed.rows_affected == 1)
}
