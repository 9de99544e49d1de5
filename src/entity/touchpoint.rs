//! A logged contact with a client.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment, TouchpointKind};

/// A row of `touchpoint`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "touchpoint")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// With whom.
    pub client_id: Uuid,
    /// About which project, if about one.
    pub project_id: Option<Uuid>,
    /// Who of us.
    pub person_id: Option<Uuid>,
    /// Who of them.
    pub contact_id: Option<Uuid>,
    /// What sort of contact.
    pub kind: TouchpointKind,
    /// When.
    pub occurred_at: Moment,
    /// The local day of `occurred_at` for whoever had the contact.
    pub occurred_on: Day,
    /// What was said.
    pub note: String,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
