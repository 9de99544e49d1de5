//! What a plan leaves where it is because of its guards.

use std::sync::Arc;

use async_graphql::{Context, Description, Object, Result};

use super::outcome::{client_of, project_of};
use crate::domain::planning;
use crate::domain::plans::Solved;
use crate::entity::person;
use crate::graphql::client::Client;
use crate::graphql::enums::Side;
use crate::graphql::loaders::the;
use crate::graphql::person::Person;
use crate::graphql::project::Project;

/// One side of a project, or of a client without open projects, that guards keep with whoever holds it.
#[derive(Clone, Debug, Description)]
pub struct PlanKept {
    solved: Arc<Solved>,
    kept: planning::Kept,
}

impl PlanKept {
    /// Of what a plan found kept.
    pub(super) fn new(solved: &Arc<Solved>, kept: planning::Kept) -> Self {
        let solved = Arc::clone(solved);
        Self { solved, kept }
    }

    fn unit(&self) -> &planning::Unit {
        &self.solved.problem.units[self.kept.unit]
    }
}

#[Object(use_type_description)]
impl PlanKept {
    /// The project; null when it is a client without open projects.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        project_of(ctx, self.unit()).await
    }

    /// The client.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        client_of(ctx, &self.solved, self.unit()).await
    }

    /// Which side.
    async fn side(&self) -> Side {
        self.unit().side.into()
    }

    /// Who holds it, and keeps it.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        let id = self.solved.problem.people[self.kept.holder].id;
        Ok(Person(the::<person::Entity>(ctx, id).await?))
    }

    /// Why, a sentence a guard, such as “Harbour Lights launches on 2026-12-11.” An owner may set a guard aside with
    /// `guardOverrides`.
    async fn reasons(&self) -> &[String] {
        &self.kept.sentences
    }
}
