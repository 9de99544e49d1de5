//! The staged move of one accountability, of a client or some of its projects, from one person to another.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, HandoverStage, Moment, Side};

/// A row of `handover`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "handover")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The programme it belongs to; none: it stands alone.
    pub programme_id: Option<Uuid>,
    /// Whose accountability moves.
    pub client_id: Uuid,
    /// Which side moves.
    pub side: Side,
    /// Who hands over.
    pub from_person_id: Uuid,
    /// Who takes over.
    pub to_person_id: Uuid,
    /// Whether the side of the client as a whole moves, and with it every project; else only the projects named.
    pub whole_client: bool,
    /// How far it is.
    pub stage: HandoverStage,
    /// The week of the programme in which it begins, from 0.
    pub wave: i32,
    /// The client side's minutes a week of what moves: its weight in the programme's progress.
    pub weight_minutes: i64,
    /// Why this move.
    pub reason: String,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// The first day on which the other person is accountable.
    pub transferred_on: Option<Day>,
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
