//! A link of a mail that was used: each is used once.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `used_link`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "used_link")]
pub struct Model {
    /// SHA-256 of the link's token, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: String,
    /// Whose link.
    pub person_id: Uuid,
    /// What came of it, in a sentence.
    pub outcome: String,
    /// When.
    pub used_at: Moment,
    /// When the link would have expired: from then on the row says nothing that the token does not.
    pub expires_at: Moment,
}

/// No relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
