//! The agency's move from the unsplit role to the split, made of handovers.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment, ProgrammeState};

/// A row of `programme`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "programme")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Why the agency does it: stands in every letter.
    pub reason: String,
    /// How it helps the client: stands in every letter.
    pub benefit: String,
    /// How work goes on: stands in every letter.
    pub way_forward: String,
    /// The approved plan that its handovers were made from.
    pub plan_id: Option<Uuid>,
    /// Its first day; the review is six months later.
    pub starts_on: Day,
    /// Where it stands.
    pub state: ProgrammeState,
    /// The figures frozen at its start.
    pub baseline: Json,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// Who started it.
    pub started_by_id: Option<Uuid>,
    /// Grows with every change.
    pub version: i64,
    /// When the row was written.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
