//! Somebody asked to be mailed a link that signs them in; only hashes of what that takes are kept.

use sea_orm::entity::prelude::*;

use super::Moment;

/// A row of `sign_in`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom the link signs in.
    pub person_id: Uuid,
    /// SHA-256 of the token in the link, hex.
    pub token_hash: String,
    /// SHA-256 of the secret in the cookie of the browser that asked, hex.
    pub browser_hash: String,
    /// When it was asked for.
    pub created_at: Moment,
    /// Until when the link works.
    pub expires_at: Moment,
    /// When it was used.
    pub used_at: Option<Moment>,
    /// The session that came of it.
    pub session_id: Option<Uuid>,
}

/// No relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
