//! A receiver of events.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `webhook`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where events are sent.
    pub url: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The events that are sent, as words separated by blanks.
    pub events: String,
    /// Whether events are sent.
    pub enabled: bool,
    /// Why Meridian itself has paused it; none when it has not.
    pub disabled_reason: Option<String>,
    /// Which secret signs: they are counted from 1.
    pub secret_number: i64,
    /// Since when it does; none: it is the first.
    pub secret_replaced_at: Option<Moment>,
    /// Grows with every change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
