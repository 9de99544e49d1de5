//! A skill that a project asks of whoever is accountable for it.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A row of `project_skill`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "project_skill")]
pub struct Model {
    /// Which project.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: Uuid,
    /// Which skill.
    #[sea_orm(primary_key, auto_increment = false)]
    pub skill_id: Uuid,
    /// How well, at least: 1–5.
    pub level: i32,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
