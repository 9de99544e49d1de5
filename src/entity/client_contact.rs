//! A person at a client.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::Moment;

/// A row of `client_contact`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "client_contact")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where they work.
    pub client_id: Uuid,
    /// Full name.
    pub name: String,
    /// Their address; unique within the client.
    pub email: String,
    /// What they do there.
    pub job_title: Option<String>,
    /// Whom letters go to; one per client.
    pub is_primary: bool,
    /// Grows with every change.
    pub version: i64,
    /// When they were taken off the lists.
    pub archived_at: Option<Moment>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
