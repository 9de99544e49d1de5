//! A company the agency works for.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment};

/// A row of `client`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "client")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is called; unique whatever the case.
    pub name: String,
    /// Since when it is a client.
    pub starts_on: Day,
    /// How much communication it needs, 1–5.
    pub communication: i32,
    /// How sensitive the relationship is, 1–5.
    pub sensitivity: i32,
    /// How much it could grow, 1–5.
    pub growth: i32,
    /// Days between two client updates.
    pub cadence_days: i32,
    /// The decision that new projects inherit; none: they are decided one by one.
    pub decision_id: Option<Uuid>,
    /// Since when the relationship is in trouble; none: it is not.
    pub in_trouble_since: Option<Day>,
    /// What the trouble is; private.
    pub in_trouble_reason: Option<String>,
    /// Grows with every change.
    pub version: i64,
    /// When the row was written.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When it was taken off the lists.
    pub archived_at: Option<Moment>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
