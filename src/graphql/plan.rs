//! Re-assignment plans.

mod inputs;
mod kept;
mod mutations;
mod outcome;
mod terms;

use async_graphql::{Context, Description, ID, Object, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::connection::{Connection, Paging, list};
use super::context::Asked;
use super::enums::{PlanKind, PlanState};
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_id, the};
use super::person::Person;
use crate::domain::page::Term;
use crate::domain::plans;
use crate::entity::{Day, Moment, person, plan};

pub use inputs::{
    PlanCreateInput, PlanGuardOverrideInput, PlanPinInput, PlanReceiverInput, PlanWeightsInput,
};
pub use kept::PlanKept;
pub use mutations::{PlanApproveInput, PlanCancelInput, PlanMutations, PlanPayload};
pub use outcome::{
    PlanBroken, PlanCost, PlanFigures, PlanMove, PlanOutcome, PlanPerson, PlanPoint,
};
pub use terms::{Guard, PlanGuardOverride, PlanPin, PlanReceiver, PlanTerms, PlanWeights};

/// A re-assignment plan: who should hold what, worked out and not yet done. For owners and managers. It moves nobody:
/// handovers are made from it once it is approved.
#[derive(Clone, Debug, Description)]
pub struct Plan(pub plan::Model);

#[Object(use_type_description)]
impl Plan {
    /// The plan's global id: `pln_…`.
    pub async fn id(&self) -> ID {
        Kind::Plan.id(self.0.id)
    }

    /// What it is for.
    async fn kind(&self) -> PlanKind {
        self.0.kind.into()
    }

    /// What it is called. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it stands.
    async fn state(&self) -> PlanState {
        self.0.state.into()
    }

    /// The day whose holders it starts from, and on or after which its first week begins.
    async fn starts_on(&self) -> Day {
        self.0.starts_on
    }

    /// Whose book is given away, of a LEAVER plan; else null.
    async fn leaver(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.0.leaver_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// What was asked of it.
    async fn terms(&self) -> Result<PlanTerms> {
        Ok(PlanTerms(plans::input_of(&self.0)?))
    }

    /// Why there is no outcome: which constraints clash, or what went wrong. Null unless INFEASIBLE or FAILED.
    async fn problem(&self) -> Option<&str> {
        self.0.problem.as_deref()
    }

    /// What was worked out; null until it is READY, and when there is nothing.
    async fn outcome(&self) -> Result<Option<PlanOutcome>> {
        Ok(plans::solved(&self.0)?.map(|solved| PlanOutcome::new(self.0.id, solved)))
    }

    /// Who asked for it; null when it was somebody at the command line.
    async fn made_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.0.made_by_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// Who approved it; null while nobody has.
    async fn approved_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.0.approved_by_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// When it was approved; null while it is not.
    async fn approved_at(&self) -> Option<Moment> {
        self.0.approved_at
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

    /// Grows with every change; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// When it was asked for.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Moment {
        self.0.updated_at
    }
}

/// Queries about plans.
#[derive(Default)]
pub struct PlanQueries;

#[Object]
impl PlanQueries {
    /// The plan with this id; null when there is none, or for members.
    async fn plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A plan's global id: `pln_…`.")] id: ID,
    ) -> Result<Option<Plan>> {
        let id = Kind::Plan.named(&id)?;
        let row = by_id::<plan::Entity>(ctx, id).await?;
        Ok(row.filter(|row| ctx.caller().sees(row)).map(Plan))
    }

    /// The plans that were asked for, the latest first. For owners and managers.
    #[expect(
        clippy::too_many_arguments,
        reason = "the four of Relay and two filters"
    )]
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only plans of these kinds.")] kinds: Option<Vec<PlanKind>>,
        #[graphql(desc = "Only plans that stand so.")] states: Option<Vec<PlanState>>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Plan>> {
        ctx.caller().must_read_all("read plans")?;
        let mut select = plan::Entity::find();
        if let Some(kinds) = kinds {
            let kinds = kinds.into_iter().map(crate::entity::PlanKind::from);
            select = select.filter(plan::Column::Kind.is_in(kinds));
        }
        if let Some(states) = states {
            let states = states.into_iter().map(crate::entity::PlanState::from);
            select = select.filter(plan::Column::State.is_in(states));
        }
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let terms = [Term {
            column: plan::Column::CreatedAt,
            descending: true,
            folded: false,
        }];
        list(
            ctx,
            "plans",
            select,
            &terms,
            plan::Column::Id,
            &paging,
            Plan,
        )
        .await
    }
}
