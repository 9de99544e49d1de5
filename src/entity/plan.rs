//! A re-assignment plan: who should hold what, worked out and not yet done.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment, PlanKind, PlanState};

/// A row of `plan`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "plan")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is for.
    pub kind: PlanKind,
    /// What it is called.
    pub name: String,
    /// Where it stands.
    pub state: PlanState,
    /// Whose book is given away, of a LEAVER plan.
    pub leaver_id: Option<Uuid>,
    /// The day from which it moves anything.
    pub starts_on: Day,
    /// What was asked.
    pub input: Json,
    /// What was worked out; none until then.
    pub outcome: Option<Json>,
    /// Why there is no outcome: which constraints clash, or what went wrong.
    pub problem: Option<String>,
    /// Who asked for it.
    pub made_by_id: Option<Uuid>,
    /// Who approved it.
    pub approved_by_id: Option<Uuid>,
    /// When.
    pub approved_at: Option<Moment>,
    /// Grows with every change.
    pub version: i64,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
