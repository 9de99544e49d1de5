//! Days on which a person is away, wholly or for some minutes.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Day;

/// A row of `time_off`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "time_off")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who is away.
    pub person_id: Uuid,
    /// First day.
    pub starts_on: Day,
    /// Last day, included.
    pub ends_on: Day,
    /// Minutes off on each day; none: the whole day.
    pub minutes_per_day: Option<i32>,
    /// Who stands in meanwhile.
    pub delegate_id: Option<Uuid>,
    /// Why, in the person's words; private.
    pub note: String,
    /// Grows with every change.
    pub version: i64,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
