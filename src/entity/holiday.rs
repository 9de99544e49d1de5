//! A day, or a part of one, on which a calendar's people do not work.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Day;

/// A row of `holiday`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "holiday")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The [`super::holiday_calendar`] it belongs to.
    pub calendar_id: Uuid,
    /// The day it is observed on; one per calendar.
    pub observed_on: Day,
    /// What is celebrated.
    pub name: String,
    /// The share of the working day that is off, in basis points: 10000 a whole day, 5000 half of it.
    pub off_bp: i32,
    /// Grows with every change.
    pub version: i64,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
