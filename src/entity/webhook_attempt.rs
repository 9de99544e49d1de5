//! One try to deliver an event; append-only.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `webhook_attempt`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The delivery.
    pub delivery_id: Uuid,
    /// Who tried.
    pub replica: String,
    /// From when.
    pub started_at: Moment,
    /// Until when.
    pub finished_at: Moment,
    /// The status of the answer; none when there was no answer.
    pub status: Option<i32>,
    /// How the answer's body begins; none when there was no answer.
    pub answer: Option<String>,
    /// What went wrong; none when it was delivered.
    pub problem: Option<String>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
