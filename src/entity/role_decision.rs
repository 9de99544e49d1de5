//! Which side was decided to lead: of a project, or of a client as the default its projects inherit. Append-only.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{AssignmentSource, Day, LeadMode, Moment};

/// A row of `role_decision`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "role_decision")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of a client, as the default of its projects; or else of a project.
    pub client_id: Option<Uuid>,
    /// Of one project; or else of a client.
    pub project_id: Option<Uuid>,
    /// What was decided.
    pub lead_mode: LeadMode,
    /// What was recommended at that moment.
    pub recommended: LeadMode,
    /// Why; never empty when it is not what was recommended.
    pub reason: String,
    /// The client's score it was made on, 1–5.
    pub communication: i32,
    /// The client's score it was made on, 1–5.
    pub sensitivity: i32,
    /// The client's score it was made on, 1–5.
    pub growth: i32,
    /// The project's score it was made on, 1–5; none of a client's default.
    pub complexity: Option<i32>,
    /// The project's score it was made on, 1–5; none of a client's default.
    pub delivery: Option<i32>,
    /// The project's score it was made on, 1–5; none of a client's default.
    pub volatility: Option<i32>,
    /// What wrote it.
    pub source: AssignmentSource,
    /// Who decided, when it was a person.
    pub decided_by_id: Option<Uuid>,
    /// The day it was decided, where whoever decided lives.
    pub decided_on: Day,
    /// When it was written.
    pub decided_at: Moment,
    /// The kick-off it was made or re-confirmed for, once that has happened: it serves no other.
    pub kicked_off_on: Option<Day>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
