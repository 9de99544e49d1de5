//! A programme's progress crossed 25, 50, 75 or 100 percent.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment};

/// A row of `programme_milestone`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "programme_milestone")]
pub struct Model {
    /// Which programme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub programme_id: Uuid,
    /// 25, 50, 75 or 100.
    #[sea_orm(primary_key, auto_increment = false)]
    pub percent: i32,
    /// The day it was crossed.
    pub reached_on: Day,
    /// When it was crossed.
    pub reached_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
