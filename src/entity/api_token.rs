//! A bearer token of the API; only its hash is kept.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Moment, TokenScope};

/// A row of `api_token`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom it signs in.
    pub person_id: Uuid,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the token, hex.
    #[serde(skip)]
    pub hash: String,
    /// Its last four characters, to tell tokens apart.
    pub hint: String,
    /// What it may do.
    pub scope: TokenScope,
    /// Since when.
    pub created_at: Moment,
    /// Until when.
    pub expires_at: Option<Moment>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Moment>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
