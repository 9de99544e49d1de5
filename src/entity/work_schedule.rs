//! The hours a person works, from a day on until the next row's day.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Day;

/// A row of `work_schedule`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "work_schedule")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose hours.
    pub person_id: Uuid,
    /// The first day it holds.
    pub effective_from: Day,
    /// Minutes worked on a Monday, 0–1440.
    pub monday_minutes: i32,
    /// Minutes worked on a Tuesday, 0–1440.
    pub tuesday_minutes: i32,
    /// Minutes worked on a Wednesday, 0–1440.
    pub wednesday_minutes: i32,
    /// Minutes worked on a Thursday, 0–1440.
    pub thursday_minutes: i32,
    /// Minutes worked on a Friday, 0–1440.
    pub friday_minutes: i32,
    /// Minutes worked on a Saturday, 0–1440.
    pub saturday_minutes: i32,
    /// Minutes worked on a Sunday, 0–1440.
    pub sunday_minutes: i32,
    /// Availability factor: the share of time free for client work, in basis points.
    pub factor_bp: i32,
    /// Grows with every change.
    pub version: i64,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
