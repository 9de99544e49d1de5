//! People.

use async_graphql::{ID, Object};

use super::id::Kind;
use crate::entity::person;

/// Someone who works at the agency.
#[derive(Clone, Debug)]
pub struct Person(pub person::Model);

#[Object]
impl Person {
    /// The person's global id: `per_…`.
    pub async fn id(&self) -> ID {
        Kind::Person.id(self.0.id)
    }

    /// Full name.
    async fn name(&self) -> &str {
        &self.0.name
    }
}
