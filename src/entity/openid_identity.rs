//! Who somebody is to an OpenID provider.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `openid_identity`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "openid_identity")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom it signs in.
    pub person_id: Uuid,
    /// The provider: its issuer, to the letter.
    pub issuer: String,
    /// What the provider calls them, whatever their address.
    pub subject: String,
    /// When they signed in by it first.
    pub created_at: Moment,
}

/// No relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
