//! A named hat.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Moment, RoleSide};

/// A row of `role`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "role")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What the agency calls it; unique.
    pub name: String,
    /// The side it holds; none for contributor roles. One role per side.
    pub side: Option<RoleSide>,
    /// Grows with every change.
    pub version: i64,
    /// When it was retired.
    pub archived_at: Option<Moment>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
