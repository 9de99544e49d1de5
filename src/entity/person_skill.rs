//! How well a person can do something.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A row of `person_skill`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "person_skill")]
pub struct Model {
    /// Who.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// What.
    #[sea_orm(primary_key, auto_increment = false)]
    pub skill_id: Uuid,
    /// 1 (learning) to 5 (teaches it).
    pub level: i32,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
