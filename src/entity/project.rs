//! A piece of work for a client.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, LeadMode, Moment, ProjectSize, ProjectStatus};

/// A row of `project`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "project")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// For whom.
    pub client_id: Uuid,
    /// What it is called; unique within the client.
    pub name: String,
    /// Where it stands.
    pub status: ProjectStatus,
    /// How large it is to coordinate.
    pub size: ProjectSize,
    /// How complex production is, 1–5.
    pub complexity: i32,
    /// How hard the delivery dates are, 1–5.
    pub delivery: i32,
    /// How much its scope moves, 1–5.
    pub volatility: i32,
    /// Which side must be strong on it: as decided for it, else as decided for its client, else JOINT.
    pub lead_mode: LeadMode,
    /// The decision that `lead_mode` rests on: its own, or its client's; none while nothing was decided.
    pub decision_id: Option<Uuid>,
    /// When it is to be kicked off.
    pub kick_off_planned_on: Option<Day>,
    /// When it last became ACTIVE.
    pub kicked_off_on: Option<Day>,
    /// When it is to go live.
    pub launch_on: Option<Day>,
    /// Grows with every change.
    pub version: i64,
    /// When the row was written.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When it was taken off the lists.
    pub archived_at: Option<Moment>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
