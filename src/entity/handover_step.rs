//! One stage of a handover: whose task it is, when it is due, and when it was reached.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, HandoverStage, Moment};

/// A row of `handover_step`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "handover_step")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which handover.
    pub handover_id: Uuid,
    /// The stage that is to be reached.
    pub stage: HandoverStage,
    /// Whose task it is.
    pub owner_id: Uuid,
    /// When it is to be reached.
    pub due_on: Day,
    /// The day it was reached.
    pub reached_on: Option<Day>,
    /// When that was noted.
    pub reached_at: Option<Moment>,
    /// Who noted it.
    pub reached_by_id: Option<Uuid>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
