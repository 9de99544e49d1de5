//! The letter that tells a client of a handover.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `letter`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "letter")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is about; a handover has one letter.
    pub handover_id: Uuid,
    /// Who gets it.
    pub contact_id: Uuid,
    /// Its subject.
    pub subject: String,
    /// Its text: paragraphs apart by an empty line.
    pub body: String,
    /// The mail that takes it to the contact; none until it is approved.
    pub email_id: Option<Uuid>,
    /// Counts the texts: an approval is of one of them.
    pub version: i64,
    /// When the row was written.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
