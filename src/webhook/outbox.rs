//! The outbox of webhooks, as statements: `PENDING → CLAIMED → DELIVERED`, back to PENDING, or off to FAILED.
//!
//! Unlike a mail a delivery has an id that its receiver can tell a second copy by. So nothing marks that it is being handed
//! over: one whose sender vanished is sent again.

use jiff::Timestamp;
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::entity::webhook_delivery::{Column, Entity, Model};
use crate::entity::{Moment, WebhookDeliveryState, webhook, webhook_attempt};
use crate::error::Result;
use crate::outbox::{self, Claim, When};

/// Why a delivery has failed that was not tried until its end.
const EXPIRED: &str = "It could not be delivered within three days; the webhook was paused, or the attempts tell why.";

impl From<&Model> for Claim {
    fn from(row: &Model) -> Self {
        Self {
            row_id: row.id,
            fence: row.fence,
        }
    }
}

/// The webhooks for which something is due, in no order that means anything. Those that are paused have nothing due.
pub async fn due(conn: &impl ConnectionTrait, now: When) -> Result<Vec<webhook::Model>> {
    let deliveries = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(
            Expr::col((Entity, Column::WebhookId)).equals((webhook::Entity, webhook::Column::Id)),
        )
        .filter(outbox::is_in::<Entity>(outbox::PENDING))
        .filter(Expr::col((Entity, Column::NextAttemptAt)).lte(now.expression()))
        .into_query();
    Ok(webhook::Entity::find()
        .filter(webhook::Column::Enabled.eq(true))
        .filter(Expr::exists(deliveries))
        .order_by_asc(webhook::Column::Id)
        .all(conn)
        .await?)
}

/// Claims up to `limit` deliveries to a webhook that are due: see [`outbox::claim`].
pub async fn claim(
    conn: &impl ConnectionTrait,
    webhook_id: Uuid,
    replica: &str,
    now: When,
    lease_until: When,
    limit: u64,
) -> Result<Vec<Model>> {
    let of_it = Condition::all().add(Column::WebhookId.eq(webhook_id));
    outbox::claim::<Entity>(conn, of_it, replica, now, lease_until, limit).await
}

/// What is to become of a delivery after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The receiver took it.
    Delivered,
    /// It is tried again, not before this.
    Later(Timestamp),
    /// It is not tried any more, for this reason.
    Failed(String),
}

/// Adds `attempt` to the log and marks its delivery, unless somebody else has it by now. Answers whether the claim held; where
/// the webhook was deleted meanwhile there is nothing to write.
pub async fn mark(
    conn: &impl ConnectionTrait,
    claim: Claim,
    mark: &Mark,
    attempt: webhook_attempt::Model,
) -> Result<bool> {
    let found = Entity::find_by_id(claim.row_id)
        .lock_exclusive()
        .one(conn)
        .await?;
    let Some(row) = found else {
        return Ok(false);
    };
    let now = attempt.finished_at;
    let attempt = attempt.into_active_model().reset_all();
    webhook_attempt::Entity::insert(attempt)
        .exec_without_returning(conn)
        .await?;
    if Claim::from(&row) != claim || row.state != WebhookDeliveryState::Claimed {
        return Ok(false);
    }
    let attempts = row.attempts + 1;
    let mut row = Model {
        claimed_by: None,
        lease_until: None,
        attempts,
        ..row
    };
    match mark {
        Mark::Delivered => {
            row.state = WebhookDeliveryState::Delivered;
            row.ended_at = Some(now);
        }
        Mark::Later(at) => {
            row.state = WebhookDeliveryState::Pending;
            row.next_attempt_at = Moment(*at);
        }
        Mark::Failed(reason) => {
            row.state = WebhookDeliveryState::Failed;
            row.reason = Some(reason.clone());
            row.ended_at = Some(now);
        }
    }
    row.into_active_model().reset_all().update(conn).await?;
    Ok(true)
}

/// Takes deliveries back whose lease has run out, and ends those that were not delivered in time. Answers both counts.
pub async fn take_back(
    conn: &impl ConnectionTrait,
    now: When,
    noted_at: Timestamp,
) -> Result<(u64, u64)> {
    let taken_back = outbox::abandoned::<Entity>(outbox::CLAIMED, now, outbox::PENDING)
        .exec(conn)
        .await?;
    let expired = Entity::update_many()
        .col_expr(Column::State, Expr::value(WebhookDeliveryState::Failed))
        .col_expr(Column::Reason, Expr::value(EXPIRED))
        .col_expr(Column::EndedAt, Expr::value(Moment(noted_at)))
        .filter(outbox::is_in::<Entity>(outbox::PENDING))
        .filter(Expr::col(Column::ExpiresAt).lte(now.expression()))
        .exec(conn)
        .await?;
    Ok((taken_back.rows_affected, expired.rows_affected))
}

/// Removes deliveries that ended before `before`, with their attempts. Answers how many.
pub async fn prune(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let ended = || Column::EndedAt.lt(Moment(before));
    let ids = Entity::find().select_only().column(Column::Id);
    webhook_attempt::Entity::delete_many()
        .filter(webhook_attempt::Column::DeliveryId.in_subquery(ids.filter(ended()).into_query()))
        .exec(conn)
        .await?;
    let pruned = Entity::delete_many().filter(ended()).exec(conn).await?;
    Ok(pruned.rows_affected)
}
