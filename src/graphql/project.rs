//! Projects.

use async_graphql::{ID, Object};

use super::id::Kind;
use crate::entity::project;

/// A piece of work for a client.
#[derive(Clone, Debug)]
pub struct Project(pub project::Model);

#[Object]
impl Project {
    /// The project's global id: `prj_…`.
    pub async fn id(&self) -> ID {
        Kind::Project.id(self.0.id)
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }
}
