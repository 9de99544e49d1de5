//! The inventory as it stood on a day.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment};

/// A row of `inventory_snapshot`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "inventory_snapshot")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// The day it shows.
    pub taken_on: Day,
    /// When it was taken.
    pub taken_at: Moment,
    /// Who took it.
    pub taken_by_id: Option<Uuid>,
    /// The lines, as the inventory has them.
    pub lines: Json,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
