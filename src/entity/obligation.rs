//! What a mail discharges, once per period: a client's update of a week, a person's summary of a week.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A row of `obligation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "obligation")]
pub struct Model {
    /// E.g. `client_update/{client}/2026-W48`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub obligation_key: String,
    /// The mail that discharges it.
    pub email_id: Uuid,
    /// Whose summary.
    pub person_id: Option<Uuid>,
    /// Whose update.
    pub client_id: Option<Uuid>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
