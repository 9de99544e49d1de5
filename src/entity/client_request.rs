//! What a client asks for, raised by the account side and answered by production.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment, RequestState};

/// A row of `client_request`.
#[derive(Clone, Debug, PartialEq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "client_request")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose request.
    pub client_id: Uuid,
    /// About which project; none: about the client as a whole.
    pub project_id: Option<Uuid>,
    /// What is asked for, in a line.
    pub title: String,
    /// The whole of it; may be empty.
    pub detail: String,
    /// How much production work it is thought to take.
    pub minutes: Option<i64>,
    /// When the client wants it.
    pub wanted_by: Option<Day>,
    /// Where it stands.
    pub state: RequestState,
    /// Who raised it.
    pub raised_by_id: Option<Uuid>,
    /// The day it was raised, where whoever raised it lives.
    pub raised_on: Day,
    /// When it was raised.
    pub raised_at: Moment,
    /// Who of production answered.
    pub answered_by_id: Option<Uuid>,
    /// When.
    pub answered_at: Option<Moment>,
    /// What production said.
    pub answer: Option<String>,
    /// The capacity that stood against it when production objected.
    pub against: Option<Json>,
    /// Which owner decided.
    pub decided_by_id: Option<Uuid>,
    /// When.
    pub decided_at: Option<Moment>,
    /// Why.
    pub decision_reason: Option<String>,
    /// Grows with every change.
    pub version: i64,
    /// When it last changed.
    pub updated_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
