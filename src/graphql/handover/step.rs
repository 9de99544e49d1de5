//! The steps of a handover.

use async_graphql::{Context, Description, ID, Object, Result};

use super::Handover;
use crate::entity::{Day, Moment, handover, handover_step, person};
use crate::graphql::connection::{Connection, Paging};
use crate::graphql::enums::HandoverStage;
use crate::graphql::history::{self, Change};
use crate::graphql::id::Kind;
use crate::graphql::loaders::the;
use crate::graphql::person::Person;

/// One stage of a handover: whose task it is, when it is due, and when it was reached.
#[derive(Clone, Debug, Description)]
pub struct HandoverStep(pub handover_step::Model);

#[Object(use_type_description)]
impl HandoverStep {
    /// The step's global id: `stp_…`.
    pub async fn id(&self) -> ID {
        Kind::HandoverStep.id(self.0.id)
    }

    /// Its handover.
    async fn handover(&self, ctx: &Context<'_>) -> Result<Handover> {
        let row = the::<handover::Entity>(ctx, self.0.handover_id).await?;
        Ok(Handover(row))
    }

    /// The stage that is to be reached.
    async fn stage(&self) -> HandoverStage {
        self.0.stage.into()
    }

    /// Whose task it is: the outgoing person's until TRANSFERRED and the incoming one's to confirm, unless changed.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.owner_id).await?))
    }

    /// The day on which it is to be reached.
    async fn due_on(&self) -> Day {
        self.0.due_on
    }

    /// The day on which it was reached; null while it is not.
    async fn reached_on(&self) -> Option<Day> {
        self.0.reached_on
    }

    /// When that was noted; null while it is not reached.
    async fn reached_at(&self) -> Option<Moment> {
        self.0.reached_at
    }

    /// Who noted it; null while it is not reached, or when it was not a person.
    async fn reached_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.0.reached_by_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// What was changed, the newest first. For owners and managers.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Change>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        Ok(Some(history::of(ctx, self.0.id, &paging).await?))
    }
}
