//! Handovers: how one accountability moves from one person to another, stage by stage.

mod filter;
mod mutations;
mod step;

use async_graphql::{Context, Description, ID, Object, Result};
use futures_util::future::try_join_all;
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;

use super::client::Client;
use super::connection::{Connection, Paging, in_memory, list};
use super::context::Asked;
use super::enums::{HandoverStage, Side};
use super::history::{self, Change};
use super::id::Kind;
use super::letter::Letter;
use super::loaders::{Shared, by_id, by_parent, the};
use super::person::Person;
use super::programme::Programme;
use super::project::Project;
use crate::domain::page::{Place, PlaceValue, Term};
use crate::entity::{
    Day, Moment, client, handover, handover_project, handover_step, letter, person, programme,
    project,
};

pub use filter::{HandoverFilter, HandoverStageComparator};
pub use mutations::{
    HandoverAdvanceInput, HandoverCancelInput, HandoverCreateInput, HandoverMutations,
    HandoverPayload, HandoverStepSetInput,
};
pub use step::HandoverStep;

/// The staged move of one accountability, of a client or some of its projects, from one person to another: PLANNED,
/// ANNOUNCED, INTRODUCED, SHADOWING, TRANSFERRED, CONFIRMED. Only TRANSFERRED changes who is accountable.
#[derive(Clone, Debug, Description)]
pub struct Handover(pub handover::Model);

#[Object(use_type_description)]
impl Handover {
    /// The handover's global id: `hnd_…`.
    pub async fn id(&self) -> ID {
        Kind::Handover.id(self.0.id)
    }

    /// The programme it belongs to; null when it stands alone, and for members.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Option<Programme>> {
        let Some(id) = self.0.programme_id else {
            return Ok(None);
        };
        let row = the::<programme::Entity>(ctx, id).await?;
        Ok(Some(row)
            .filter(|row| ctx.caller().sees(row))
            .map(Programme))
    }

    /// Whose accountability moves.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// Which side moves.
    async fn side(&self) -> Side {
        self.0.side.into()
    }

    /// Whether the side of the client as a whole moves, and with it every project that nobody else holds by an assignment of
    /// its own; else only `projects` move.
    async fn whole_client(&self) -> bool {
        self.0.whole_client
    }

    /// The projects that move, by name; of a whole client those that the outgoing person held when it was made.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Project>> {
        let column = handover_project::Column::HandoverId;
        let moved = by_parent::<handover_project::Entity>(ctx, column, self.0.id).await?;
        let rows = moved
            .iter()
            .map(|row| the::<project::Entity>(ctx, row.project_id));
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let place = |row: &project::Model| {
            let name = PlaceValue::Text(row.name.to_lowercase());
            Place(vec![name, PlaceValue::Id(row.id)])
        };
        let name = format!("projects of {}", self.0.id.simple());
        let rows = try_join_all(rows).await?;
        Ok(in_memory(&name, rows, false, &paging, place, Project)?)
    }

    /// Who hands over.
    #[graphql(name = "fromPerson")]
    async fn outgoing(&self, ctx: &Context<'_>) -> Result<Person> {
        let person = the::<person::Entity>(ctx, self.0.from_person_id).await?;
        Ok(Person(person))
    }

    /// Who takes over.
    async fn to_person(&self, ctx: &Context<'_>) -> Result<Person> {
        let person = the::<person::Entity>(ctx, self.0.to_person_id).await?;
        Ok(Person(person))
    }

    /// How far it is.
    async fn stage(&self) -> HandoverStage {
        self.0.stage.into()
    }

    /// How much of it is done, 0 to 100 points: PLANNED 0, ANNOUNCED 30, INTRODUCED 50, SHADOWING 75, TRANSFERRED 95,
    /// CONFIRMED 100.
    async fn points(&self) -> i64 {
        self.0.stage.points()
    }

    /// Its five steps in the order of their stages.
    async fn steps(&self, ctx: &Context<'_>) -> Result<Vec<HandoverStep>> {
        let column = handover_step::Column::HandoverId;
        let mut rows = by_parent::<handover_step::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| row.stage);
        Ok(rows.into_iter().map(HandoverStep).collect())
    }

    /// The step that comes next; null when it is confirmed or cancelled.
    async fn next_step(&self, ctx: &Context<'_>) -> Result<Option<HandoverStep>> {
        let column = handover_step::Column::HandoverId;
        let rows = by_parent::<handover_step::Entity>(ctx, column, self.0.id).await?;
        let next = rows
            .into_iter()
            .find(|row| self.0.stage.next() == Some(row.stage));
        Ok(next.map(HandoverStep))
    }

    /// The week of the programme in which it begins, from 0.
    async fn wave(&self) -> i32 {
        self.0.wave
    }

    /// The client side's minutes a week of what moves, as they were when it was made: its weight in the programme's
    /// progress.
    async fn weight_minutes(&self) -> i64 {
        self.0.weight_minutes
    }

    /// Why this move.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Why it was cancelled; null when it was not.
    async fn cancel_reason(&self) -> Option<&str> {
        self.0.cancel_reason.as_deref()
    }

    /// The first day on which the incoming person is accountable; null before it transfers.
    async fn transferred_on(&self) -> Option<Day> {
        self.0.transferred_on
    }

    /// The letter that tells the client of it; null before one is drafted.
    async fn letter(&self, ctx: &Context<'_>) -> Result<Option<Letter>> {
        let column = letter::Column::HandoverId;
        let rows = by_parent::<letter::Entity>(ctx, column, self.0.id).await?;
        Ok(rows.into_iter().next().map(Letter))
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

    /// When it was created.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Moment {
        self.0.updated_at
    }
}

/// Queries about handovers.
#[derive(Default)]
pub struct HandoverQueries;

#[Object]
impl HandoverQueries {
    /// The handover with this id; null when there is none, or none that you may see. For owners, managers and the two
    /// people of it.
    async fn handover(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A handover's global id: `hnd_…`.")] id: ID,
    ) -> Result<Option<Handover>> {
        let id = Kind::Handover.named(&id)?;
        let row = by_id::<handover::Entity>(ctx, id).await?;
        let row = row.filter(|row| ctx.caller().sees(row));
        Ok(row.map(Handover))
    }

    /// The handovers you may see, in the order in which they were made.
    async fn handovers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only handovers for which this holds.")] filter: Option<HandoverFilter>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Handover>> {
        let select = handover::Entity::find()
            .filter(filter.unwrap_or_default().condition()?)
            .filter(ctx.caller().seen_handovers());
        let terms = [Term {
            column: handover::Column::CreatedAt,
            descending: false,
            folded: false,
        }];
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let id = handover::Column::Id;
        list(ctx, "handovers", select, &terms, id, &paging, Handover).await
    }
}

/// The handovers of a client that the caller may see, the newest first.
pub(super) async fn of_client(
    ctx: &Context<'_>,
    client_id: Uuid,
    paging: &Paging,
) -> Result<Connection<Handover>> {
    let column = handover::Column::ClientId;
    let rows = by_parent::<handover::Entity>(ctx, column, client_id).await?;
    newest_first(ctx, client_id, rows, paging)
}

/// The handovers that move a project and that the caller may see, the newest first.
pub(super) async fn of_project(
    ctx: &Context<'_>,
    project_id: Uuid,
    paging: &Paging,
) -> Result<Connection<Handover>> {
    let column = handover_project::Column::ProjectId;
    let moving = by_parent::<handover_project::Entity>(ctx, column, project_id).await?;
    let rows = moving
        .iter()
        .map(|row| the::<handover::Entity>(ctx, row.handover_id));
    let rows: Result<Vec<handover::Model>, Shared> = try_join_all(rows).await;
    newest_first(ctx, project_id, rows?, paging)
}

/// The handovers of a programme, the first wave first.
pub(super) async fn of_programme(
    ctx: &Context<'_>,
    programme_id: Uuid,
    paging: &Paging,
) -> Result<Connection<Handover>> {
    let column = handover::Column::ProgrammeId;
    let rows = by_parent::<handover::Entity>(ctx, column, programme_id).await?;
    let name = format!("handovers of {}", programme_id.simple());
    let place = |row: &handover::Model| {
        let wave = PlaceValue::Number(row.wave.into());
        Place(vec![wave, PlaceValue::Id(row.id)])
    };
    Ok(in_memory(&name, rows, false, paging, place, Handover)?)
}

fn newest_first(
    ctx: &Context<'_>,
    of: Uuid,
    mut rows: Vec<handover::Model>,
    paging: &Paging,
) -> Result<Connection<Handover>> {
    rows.retain(|row| ctx.caller().sees(row));
    let name = format!("handovers of {}", of.simple());
    let place = |row: &handover::Model| Place(vec![PlaceValue::Id(row.id)]);
    Ok(in_memory(&name, rows, true, paging, place, Handover)?)
}
