//! What somebody noted about a person and a client: a strength of their own judgement, or that the two stay together.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `relationship`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "relationship")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who of us.
    pub person_id: Uuid,
    /// Whose client.
    pub client_id: Uuid,
    /// Somebody's own judgement, 0–100, which wins over the reckoned strength.
    pub override_points: Option<i32>,
    /// Whether the two stay together, whatever a plan would gain.
    pub pinned: bool,
    /// Why; private.
    pub reason: String,
    /// Grows with every change.
    pub version: i64,
    /// When it last changed.
    pub updated_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
