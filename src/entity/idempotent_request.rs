//! A mutation that was sent with a key, so that it is run once.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `idempotent_request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "idempotent_request")]
pub struct Model {
    /// SHA-256 of the caller and their key, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_digest: String,
    /// SHA-256 of what was asked for, in hexadecimal digits.
    pub request_digest: String,
    /// The execution that holds the key.
    pub claim_id: Uuid,
    /// When it was begun.
    pub claimed_at: Moment,
    /// When it came to its end; none while it is executed, or when whoever executed it is gone.
    pub ended_at: Option<Moment>,
    /// What was answered, sealed; none while nothing was, or when what became of it is not known.
    pub answer: Option<Vec<u8>>,
    /// From when on the key can be used anew.
    pub expires_at: Moment,
}

/// No relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
