//! The outbox: one row a mail.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, EmailKind, EmailState, Moment};

/// A row of `email`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "email")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which mail.
    pub kind: EmailKind,
    /// Kind, recipient and period: what R9 allows once.
    pub dedupe_key: String,
    /// Who of the agency gets it; none: a client's contact does.
    pub recipient_id: Option<Uuid>,
    /// Which contact of a client gets it; none: somebody of the agency does.
    pub contact_id: Option<Uuid>,
    /// ISO week (`2026-W48`) or local day (`2026-11-23`).
    pub period: String,
    /// The local day it is for.
    pub local_on: Day,
    /// Where it stands.
    pub state: EmailState,
    /// Why it was skipped, failed, expired, cancelled or held.
    pub reason: Option<String>,
    /// When it should leave.
    pub due_at: Moment,
    /// When it is no longer worth sending.
    pub expires_at: Moment,
    /// When a sender may next take it.
    pub next_attempt_at: Moment,
    /// Attempts that counted.
    pub attempts: i32,
    /// The replica that works on it.
    pub claimed_by: Option<String>,
    /// Until when that replica may.
    pub lease_until: Option<Moment>,
    /// Grows with each claim; older holders may write nothing.
    pub fence: i64,
    /// The address it was rendered for.
    pub to_address: Option<String>,
    /// Its subject, once rendered.
    pub subject: Option<String>,
    /// Its Message-ID, once rendered; the same for every attempt.
    pub message_id: Option<String>,
    /// When it was rendered.
    pub rendered_at: Option<Moment>,
    /// When the mail server took it.
    pub sent_at: Option<Moment>,
    /// When it was planned.
    pub created_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
