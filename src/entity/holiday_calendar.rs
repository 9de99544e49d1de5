//! A named set of holidays that people share: a country, a region, an office.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A row of `holiday_calendar`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "holiday_calendar")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What people call it; unique.
    pub name: String,
    /// Grows with every change.
    pub version: i64,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
