//! Programmes: the agency's move from the unsplit role to the split.

mod mutations;
mod progress;

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Object, Result};
use sea_orm::EntityTrait;

use super::connection::{Connection, Paging, in_memory, list};
use super::context::Asked;
use super::enums::ProgrammeState;
use super::handover::{self, Handover};
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_id, by_parent, the};
use super::person::Person;
use super::plan::Plan;
use super::programme_review::ProgrammeReview;
use super::split_figures::SplitFigures;
use crate::domain::page::{Place, PlaceValue, Term};
use crate::domain::split_figures;
use crate::entity::{self, Day, Moment, person, programme, programme_milestone, programme_review};

pub use mutations::{
    ProgrammeCancelInput, ProgrammeMutations, ProgrammePayload, ProgrammeStartInput,
    ProgrammeUpdateInput,
};
pub use progress::{HandoverProgress, ProgrammeMilestone, ProgrammeProgress, StageCount};

/// The agency's move from the unsplit role to the split, made of handovers. For owners and managers.
#[derive(Clone, Debug, Description)]
pub struct Programme(pub programme::Model);

#[Object(use_type_description)]
impl Programme {
    /// The programme's global id: `prg_…`.
    pub async fn id(&self) -> ID {
        Kind::Programme.id(self.0.id)
    }

    /// What it is called. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Why the agency does it: stands in every letter to a client.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// How it helps the client: stands in every letter to a client.
    async fn benefit(&self) -> &str {
        &self.0.benefit
    }

    /// How work goes on: stands in every letter to a client.
    async fn way_forward(&self) -> &str {
        &self.0.way_forward
    }

    /// The plan that its handovers were made from; null when they were made by hand.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>> {
        Ok(match self.0.plan_id {
            Some(id) => Some(Plan(the::<entity::plan::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// Its first day. Its waves begin on the Mondays on or after it; the first review is half a year later.
    async fn starts_on(&self) -> Day {
        self.0.starts_on
    }

    /// Where it stands.
    async fn state(&self) -> ProgrammeState {
        self.0.state.into()
    }

    /// The figures frozen on the day it was started.
    async fn baseline(&self) -> Result<SplitFigures> {
        let frozen = split_figures::SplitFigures::frozen(&self.0.baseline)?;
        Ok(SplitFigures(Arc::new(frozen)))
    }

    /// How far it is, in points and in counts.
    async fn progress(&self, ctx: &Context<'_>) -> Result<ProgrammeProgress> {
        let column = entity::handover::Column::ProgrammeId;
        let mut rows = by_parent::<entity::handover::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| (row.wave, row.id));
        Ok(ProgrammeProgress::of(rows))
    }

    /// The milestones it has passed, in order: at most four.
    async fn milestones(&self, ctx: &Context<'_>) -> Result<Vec<ProgrammeMilestone>> {
        let column = programme_milestone::Column::ProgrammeId;
        let mut rows = by_parent::<programme_milestone::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| row.percent);
        Ok(rows.into_iter().map(ProgrammeMilestone::from).collect())
    }

    /// Its handovers, those of the first wave first.
    async fn handovers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Handover>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        handover::of_programme(ctx, self.0.id, &paging).await
    }

    /// The looks back at it, the next one first.
    async fn reviews(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ProgrammeReview>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let column = programme_review::Column::ProgrammeId;
        let rows = by_parent::<programme_review::Entity>(ctx, column, self.0.id).await?;
        let place = |row: &programme_review::Model| {
            let number = PlaceValue::Number(row.number.into());
            Place(vec![number, PlaceValue::Id(row.id)])
        };
        let name = format!("reviews of {}", self.0.id.simple());
        Ok(in_memory(
            &name,
            rows,
            true,
            &paging,
            place,
            ProgrammeReview,
        )?)
    }

    /// Who started it; null when it was not a person.
    async fn started_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.0.started_by_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// Why it was cancelled; null when it was not.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// What was changed, milestones included, the newest first.
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

    /// When it was created.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Moment {
        self.0.updated_at
    }
}

/// Queries about programmes.
#[derive(Default)]
pub struct ProgrammeQueries;

#[Object]
impl ProgrammeQueries {
    /// The programme with this id; null when there is none, or none that you may see. For owners and managers.
    async fn programme(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A programme's global id: `prg_…`.")] id: ID,
    ) -> Result<Option<Programme>> {
        let id = Kind::Programme.named(&id)?;
        let row = by_id::<programme::Entity>(ctx, id).await?;
        Ok(row.filter(|row| ctx.caller().sees(row)).map(Programme))
    }

    /// The agency's programmes, the latest start first. For owners and managers.
    async fn programmes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Programme>> {
        ctx.caller().must_read_all("read programmes")?;
        let terms = [Term {
            column: programme::Column::StartsOn,
            descending: true,
            folded: false,
        }];
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let select = programme::Entity::find();
        let id = programme::Column::Id;
        list(ctx, "programmes", select, &terms, id, &paging, Programme).await
    }
}
