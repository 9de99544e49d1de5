//! A look back at a programme: due half a year after its start, and again as the owner decides.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment, ReviewVerdict};

/// A row of `programme_review`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "programme_review")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which programme.
    pub programme_id: Uuid,
    /// The first, the second …
    pub number: i32,
    /// The owner's working day it is due.
    pub due_on: Day,
    /// The figures on the day of the review; none until then.
    pub figures: Option<Json>,
    /// What the owner decided.
    pub verdict: Option<ReviewVerdict>,
    /// Why, in the owner's words.
    pub note: Option<String>,
    /// Which owner.
    pub decided_by_id: Option<Uuid>,
    /// When.
    pub decided_at: Option<Moment>,
    /// Grows with every change.
    pub version: i64,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
