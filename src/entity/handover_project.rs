//! A project whose accountability a handover moves.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A row of `handover_project`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "handover_project")]
pub struct Model {
    /// Which handover.
    #[sea_orm(primary_key, auto_increment = false)]
    pub handover_id: Uuid,
    /// Which project.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: Uuid,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
