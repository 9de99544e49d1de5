//! An address that nothing is sent to any more.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `suppressed_address`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "suppressed_address")]
pub struct Model {
    /// In lower case.
    #[sea_orm(primary_key, auto_increment = false)]
    pub address: String,
    /// The mail server's words.
    pub reason: String,
    /// Since when.
    pub suppressed_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
