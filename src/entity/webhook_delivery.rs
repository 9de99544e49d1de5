//! One event for one webhook: the outbox of webhooks, and their log.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Moment, WebhookDeliveryState, WebhookEvent};

/// A row of `webhook_delivery`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The webhook.
    pub webhook_id: Uuid,
    /// What happened.
    pub event: WebhookEvent,
    /// What is sent: JSON, the same by every attempt.
    pub body: String,
    /// Where it stands.
    pub state: WebhookDeliveryState,
    /// Why it failed.
    pub reason: Option<String>,
    /// When it may next be tried.
    pub next_attempt_at: Moment,
    /// Until when it is tried.
    pub expires_at: Moment,
    /// Attempts so far, since it was made or replayed.
    pub attempts: i32,
    /// The replica that sends it.
    pub claimed_by: Option<String>,
    /// Until when that replica may.
    pub lease_until: Option<Moment>,
    /// Grows with each claim; older holders may write nothing.
    pub fence: i64,
    /// When it was delivered or had failed.
    pub ended_at: Option<Moment>,
    /// When it happened.
    pub created_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
