//! What is done for mails that no sender will come back to.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    UpdateMany,
};

use super::{is_in, is_in_any};
use crate::domain::subscriptions::SUBSCRIBED;
use crate::entity::email::{Column, Entity};
use crate::entity::{EmailState, Moment, email_attempt, obligation};
use crate::error::Result;

/// What becomes of a mail whose sender vanished while handing it over: it is sent again, the same bytes with the same
/// Message-ID, because a copy is better than a mail that never came.
const AFTER_GRACE: EmailState = EmailState::Pending;

/// The states that a mail does not leave. HELD is none: an owner is to decide.
const FINAL: [EmailState; 6] = [
    EmailState::Sent,
    EmailState::Failed,
    EmailState::Expired,
    EmailState::Cancelled,
    EmailState::SkippedEmpty,
    EmailState::SkippedAbsent,
];

/// Mails taken back from senders that did not report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Claimed, and certainly not sent.
    pub claimed: u64,
    /// Being handed over, and perhaps sent.
    pub in_doubt: u64,
}

/// Takes mails back whose lease has run out: at once while they were only claimed, after `grace` (the longest that a
/// mail server may still be thinking about the message) once they were being handed over.
pub async fn take_back(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    grace: SignedDuration,
) -> Result<TakenBack> {
    let claimed = abandoned(EmailState::Claimed, now, EmailState::Pending)
        .exec(conn)
        .await?;
    let since = now.checked_sub(grace).unwrap_or(Timestamp::MIN);
    let in_doubt = abandoned(EmailState::Data, since, AFTER_GRACE)
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .exec(conn)
        .await?;
    Ok(TakenBack {
        claimed: claimed.rows_affected,
        in_doubt: in_doubt.rows_affected,
    })
}

/// Ends the mails that were not sent in time. Answers how many.
pub async fn expire(conn: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let reason = "It could not be sent before its time had passed; the attempts tell why.";
    let expired = Entity::update_many()
        .col_expr(Column::State, Expr::value(EmailState::Expired))
        .col_expr(Column::Reason, Expr::value(reason))
        .filter(is_in(EmailState::Pending))
        .filter(Column::ExpiresAt.lte(Moment(now)))
        .exec(conn)
        .await?;
    Ok(expired.rows_affected)
}

/// Forgets the text of mails that ended before `before`. Answers how many.
pub async fn clear_bodies(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let cleared = Entity::update_many()
        .col_expr(Column::Message, Expr::value(Option::<Vec<u8>>::None))
        .filter(ended(before))
        .filter(Column::Message.is_not_null())
        .exec(conn)
        .await?;
    Ok(cleared.rows_affected)
}

/// Removes mails that ended before `before`, with their attempts and obligations; but not letters and reviews, which are
/// few, and whose rows are what keeps them from being sent again. Answers how many mails.
pub async fn prune(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    email_attempt::Entity::delete_many()
        .filter(email_attempt::Column::EmailId.in_subquery(ids(before).into_query()))
        .exec(conn)
        .await?;
    obligation::Entity::delete_many()
        .filter(obligation::Column::EmailId.in_subquery(ids(before).into_query()))
        .exec(conn)
        .await?;
    let pruned = Entity::delete_many()
        .filter(ended(before))
        .filter(Column::Kind.is_in(SUBSCRIBED))
        .exec(conn)
        .await?;
    Ok(pruned.rows_affected)
}

fn abandoned(state: EmailState, since: Timestamp, becomes: EmailState) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(becomes))
        .col_expr(Column::ClaimedBy, Expr::value(Option::<String>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Moment>::None))
        .filter(is_in(state))
        .filter(Column::LeaseUntil.lt(Moment(since)))
}

/// A mail that was not sent counts from when it would have expired.
fn ended(before: Timestamp) -> Condition {
    let end = Func::coalesce([
        Expr::col((Entity, Column::SentAt)),
        Expr::col((Entity, Column::ExpiresAt)),
    ]);
    Condition::all()
        .add(is_in_any(&FINAL))
        .add(Expr::expr(end).lt(Moment(before)))
}

fn ids(before: Timestamp) -> Select<Entity> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(ended(before))
        .filter(Column::Kind.is_in(SUBSCRIBED))
}
