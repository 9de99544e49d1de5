//! One try to send a mail; append-only.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{AttemptOutcome, Moment};

/// A row of `email_attempt`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "email_attempt")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which mail.
    pub email_id: Uuid,
    /// Who tried.
    pub replica: String,
    /// With which claim.
    pub fence: i64,
    /// From when.
    pub started_at: Moment,
    /// Until when.
    pub finished_at: Moment,
    /// What came of it.
    pub outcome: AttemptOutcome,
    /// The phase of SMTP that decided it.
    pub phase: Option<String>,
    /// The mail server's reply code.
    pub server_code: Option<i32>,
    /// The mail server's words, without secrets.
    pub server_text: Option<String>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
