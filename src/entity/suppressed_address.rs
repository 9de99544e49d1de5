//! An address that nothing is sent to, until an owner lifts that.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `suppressed_address`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "suppressed_address")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// In lower case; one row in force at most.
    pub address: String,
    /// What happened, with the mail server's words.
    pub reason: String,
    /// Since when.
    pub suppressed_at: Moment,
    /// Until when; none: in force.
    pub lifted_at: Option<Moment>,
    /// Who lifted it, when it was a person.
    pub lifted_by_id: Option<Uuid>,
    /// Why it was lifted.
    pub lifted_reason: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
