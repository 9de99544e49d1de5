//! One line of the catalogue; belongs to one side.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Moment, Side};

/// A row of `responsibility`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "responsibility")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What has to be done; unique.
    pub name: String,
    /// Which side does it.
    pub side: Side,
    /// Its place in the list.
    pub position: i32,
    /// Grows with every change.
    pub version: i64,
    /// When it was retired.
    pub archived_at: Option<Moment>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
