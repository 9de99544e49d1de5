//! Minutes of a person reserved on a project.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{BookingMethod, Day};

/// A row of `booking`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "booking")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose time.
    pub person_id: Uuid,
    /// For what.
    pub project_id: Uuid,
    /// First day.
    pub starts_on: Day,
    /// Last day, included.
    pub ends_on: Day,
    /// How `value` is to be read.
    pub method: BookingMethod,
    /// Minutes for PER_DAY and TOTAL, basis points for PERCENT.
    pub value: i64,
    /// How likely a tentative booking is; none: CONFIRMED.
    pub probability_bp: Option<i32>,
    /// What for.
    pub note: String,
    /// Grows with every change.
    pub version: i64,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
