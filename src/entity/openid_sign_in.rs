//! A browser was sent to the OpenID provider to sign in; only hashes of what it takes to come back are kept.

use sea_orm::entity::prelude::*;

use super::Moment;

/// A row of `openid_sign_in`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "openid_sign_in")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256 of the state that the provider sends back, hex.
    pub state_hash: String,
    /// SHA-256 of the secret in the cookie of the browser, hex.
    pub browser_hash: String,
    /// When the browser was sent.
    pub created_at: Moment,
    /// Until when it may come back.
    pub expires_at: Moment,
    /// When it came back.
    pub used_at: Option<Moment>,
    /// The session that came of it.
    pub session_id: Option<Uuid>,
}

/// No relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
