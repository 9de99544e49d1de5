//! Somebody's word that a letter may go as it stands.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `letter_approval`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "letter_approval")]
pub struct Model {
    /// Which letter.
    #[sea_orm(primary_key, auto_increment = false)]
    pub letter_id: Uuid,
    /// Who approved it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: Uuid,
    /// The version of the letter that was read.
    pub version: i64,
    /// When.
    pub approved_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
