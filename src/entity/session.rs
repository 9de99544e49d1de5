//! A browser that is signed in; only hashes of its secret are kept.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `session`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who is signed in.
    pub person_id: Uuid,
    /// SHA-256 of the secret in the browser's cookie, hex.
    #[serde(skip)]
    pub hash: String,
    /// SHA-256 of the secret before that one.
    #[serde(skip)]
    pub replaced_hash: Option<String>,
    /// When the secret was made.
    #[serde(skip)]
    pub renewed_at: Moment,
    /// When the browser first came with it; none: not yet, or it is the first.
    #[serde(skip)]
    pub confirmed_at: Option<Moment>,
    /// When the person signed in.
    pub created_at: Moment,
    /// When the browser was last heard of, to some minutes.
    #[serde(skip)]
    pub last_seen_at: Moment,
    /// When it ends whatever happens.
    pub expires_at: Moment,
    /// When it was ended before that.
    pub ended_at: Option<Moment>,
    /// Which browser, in a few words: `Firefox on Linux`.
    pub browser: String,
    /// Whence, without the part of the address that names one machine: `203.0.113.x`.
    pub network: String,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
