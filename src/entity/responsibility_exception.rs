//! One line of the catalogue that the other side does on one project, from a day until a day. Append-only.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Moment, Side};

/// A row of `responsibility_exception`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "responsibility_exception")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// On which project.
    pub project_id: Uuid,
    /// Which line of the catalogue.
    pub responsibility_id: Uuid,
    /// Which side does it there.
    pub side: Side,
    /// First day in force.
    pub from_on: Day,
    /// First day no longer in force; none: open.
    pub until_on: Option<Day>,
    /// Why.
    pub reason: String,
    /// Who wrote it, when it was a person.
    pub written_by_id: Option<Uuid>,
    /// When it was written.
    pub created_at: Moment,
    /// When `until_on` was set.
    pub closed_at: Option<Moment>,
    /// Who closed it, when it was a person.
    pub closed_by_id: Option<Uuid>,
    /// Why it was closed.
    pub closed_reason: Option<String>,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
