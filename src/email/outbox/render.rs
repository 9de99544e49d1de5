//! What composing a claimed mail comes to: its bytes, or the reason why there is none.

use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{Claim, still_claimed, tell, tell_failed};
use crate::domain::mail_messages;
use crate::email::compose::Rendered;
use crate::entity::email::{Column, Entity};
use crate::entity::{EmailState, Moment, email_message};
use crate::error::Result;

/// Keeps the bytes of a claimed mail: every attempt sends these until they are [forgotten](forget_rendered). False when the
/// claim no longer holds or the mail was rendered before.
pub async fn store_rendered(
    conn: &impl ConnectionTrait,
    claim: Claim,
    rendered: &Rendered,
    now: Timestamp,
) -> Result<bool> {
    let kept = email_message::Entity::find()
        .select_only()
        .column(email_message::Column::EmailId)
        .filter(email_message::Column::EmailId.eq(claim.row_id));
    let stored = Entity::update_many()
        .col_expr(Column::ToAddress, Expr::value(&rendered.to_address))
        .col_expr(Column::Subject, Expr::value(&rendered.subject))
        .col_expr(Column::MessageId, Expr::value(&rendered.message_id))
        .col_expr(Column::RenderedAt, Expr::value(Moment(now)))
        .filter(still_claimed(&[claim]))
        .filter(Column::Id.not_in_subquery(kept.into_query()))
        .exec(conn)
        .await?;
    if stored.rows_affected == 0 {
        return Ok(false);
    }
    mail_messages::keep(conn, claim.row_id, rendered.message.clone()).await?;
    Ok(true)
}

/// Forgets the bytes of claimed mails, which are composed anew. Answers of how many the claim still held.
pub async fn forget_rendered(conn: &impl ConnectionTrait, claims: &[Claim]) -> Result<u64> {
    let nothing = || Expr::value(Option::<String>::None);
    let forgotten = Entity::update_many()
        .col_expr(Column::ToAddress, nothing())
        .col_expr(Column::Subject, nothing())
        .col_expr(Column::MessageId, nothing())
        .col_expr(Column::RenderedAt, Expr::value(Option::<Moment>::None))
        .filter(still_claimed(claims))
        .exec(conn)
        .await?;
    // Their rows are locked by now: these are the same.
    let composed_anew = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(still_claimed(claims));
    email_message::Entity::delete_many()
        .filter(email_message::Column::EmailId.in_subquery(composed_anew.into_query()))
        .exec(conn)
        .await?;
    Ok(forgotten.rows_affected)
}

/// Ends a claimed mail without sending it, at `now`, in `state` and for `reason`. False when the claim no longer holds.
pub async fn close(
    conn: &impl ConnectionTrait,
    claim: Claim,
    state: EmailState,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    let closed = Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::Reason, Expr::value(reason))
        .col_expr(Column::ClaimedBy, Expr::value(Option::<String>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Moment>::None))
        .filter(still_claimed(&[claim]))
        .exec(conn)
        .await?;
    if closed.rows_affected == 0 {
        return Ok(false);
    }
    tell(conn, &[claim]).await?;
    if state == EmailState::Failed {
        tell_failed(conn, claim, now).await?;
    }
    Ok(true)
}
