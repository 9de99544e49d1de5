//! Who holds a role for a client or a project. Append-only: a change closes one row and opens another.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{AssignmentSource, Day, Moment};

/// A row of `assignment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which role.
    pub role_id: Uuid,
    /// For a whole client; or else for a project.
    pub client_id: Option<Uuid>,
    /// For one project; or else for a client.
    pub project_id: Option<Uuid>,
    /// Who holds it.
    pub person_id: Uuid,
    /// First day in force.
    pub from_on: Day,
    /// First day no longer in force; none: open.
    pub until_on: Option<Day>,
    /// What wrote it.
    pub source: AssignmentSource,
    /// Who wrote it, when it was a person.
    pub written_by_id: Option<Uuid>,
    /// Why.
    pub reason: String,
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
