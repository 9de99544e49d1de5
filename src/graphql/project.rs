//! Projects.

mod changed;
mod mutations;

use async_graphql::{Context, Description, ID, Object, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::accountable::{self, Accountable, ResponsibilityHeld};
use super::booking::Booking;
use super::client::Client;
use super::client_request::{ClientRequest, requests_of};
use super::connection::{Connection, Paging, in_memory, list};
use super::contact_card::{self, ContactCard};
use super::context::Asked;
use super::decision::Recommendation;
use super::enums::{LeadMode, OrderDirection, ProjectSize, ProjectStatus};
use super::facts::Facts;
use super::handover::{self, Handover};
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_id, by_parent, the};
use super::project_filter::{ProjectFilter, ProjectOrder, ProjectOrderField};
use super::responsibility_exception::{self, ResponsibilityException};
use super::role_decision::{self as decided, RoleDecision};
use super::skill::ProjectSkill;
use crate::domain::page::{Place, PlaceValue};
use crate::domain::role_decisions;
use crate::entity::{
    Day, Moment, booking, client, client_request, project, project_skill, role_decision,
};

pub use changed::{ProjectChanged, ProjectSubscriptions};
pub(in crate::graphql) use mutations::payload;
pub use mutations::{
    ProjectArchiveInput, ProjectCreateInput, ProjectMutations, ProjectPayload,
    ProjectStatusSetInput, ProjectUpdateInput,
};

/// A piece of work for a client.
#[derive(Clone, Debug, Description)]
pub struct Project(pub project::Model);

#[Object(use_type_description)]
impl Project {
    /// The project's global id: `prj_…`.
    pub async fn id(&self) -> ID {
        Kind::Project.id(self.0.id)
    }

    /// What it is called; unique within the client, whatever the case. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// For whom it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// Where it stands.
    async fn status(&self) -> ProjectStatus {
        self.0.status.into()
    }

    /// How large it is to coordinate.
    async fn size(&self) -> ProjectSize {
        self.0.size.into()
    }

    /// How complex production is, from 1 (simple) to 5 (hard).
    async fn complexity(&self) -> i32 {
        self.0.complexity
    }

    /// How hard the delivery dates are, from 1 (loose) to 5 (fixed).
    async fn delivery(&self) -> i32 {
        self.0.delivery
    }

    /// How much its scope moves, from 1 (settled) to 5 (daily).
    async fn volatility(&self) -> i32 {
        self.0.volatility
    }

    /// Which side must be strong on it: as decided for it, else as decided for its client, else JOINT.
    async fn lead_mode(&self) -> LeadMode {
        self.0.lead_mode.into()
    }

    /// The role decision that `leadMode` rests on: its own, or its client's default; null while nothing was decided.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<RoleDecision>> {
        Ok(self.decided(ctx).await?.map(RoleDecision))
    }

    /// Every role decision of its own, the newest first.
    async fn decisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<RoleDecision>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        decided::of_project(ctx, self.0.id, &paging).await
    }

    /// Which side should lead it by the client's and its own profile.
    async fn recommendation(&self, ctx: &Context<'_>) -> Result<Recommendation> {
        let client = the::<client::Entity>(ctx, self.0.client_id).await?;
        let decision = self.decided(ctx).await?;
        let constants = &ctx.loaders().loader().settings().await?.decisions;
        let decision = decision.as_ref();
        Ok(role_decisions::recommendation(constants, &client, &self.0, decision).into())
    }

    /// The day its kick-off is planned for; null when it is not, or no more.
    async fn kick_off_planned_on(&self) -> Option<Day> {
        self.0.kick_off_planned_on
    }

    /// The day it last became ACTIVE; null before its kick-off.
    async fn kicked_off_on(&self) -> Option<Day> {
        self.0.kicked_off_on
    }

    /// The day it is to go live; null when not set.
    async fn launch_on(&self) -> Option<Day> {
        self.0.launch_on
    }

    /// What it asks of whoever is accountable for it, the highest level first; 20 at most.
    async fn skills(&self, ctx: &Context<'_>) -> Result<Vec<ProjectSkill>> {
        let column = project_skill::Column::ProjectId;
        let mut rows = by_parent::<project_skill::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| (-row.level, row.skill_id));
        Ok(rows.into_iter().map(ProjectSkill).collect())
    }

    /// Who is accountable for each side on a day, and why; a side that nobody holds is left out.
    async fn accountable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Day>,
    ) -> Result<Vec<Accountable>> {
        let on = on.map_or_else(|| ctx.caller().today(), |day| day.0);
        accountable::of_project(ctx, &self.0, on).await
    }

    /// Who does what on a day, and why: each line of the catalogue with whoever holds the side that does it, which an exception
    /// of this project may change.
    async fn responsibilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Day>,
    ) -> Result<Vec<ResponsibilityHeld>> {
        let on = on.map_or_else(|| ctx.caller().today(), |day| day.0);
        accountable::responsibilities_of_project(ctx, &self.0, on).await
    }

    /// The lines of the catalogue that the other side does on it, did or is to do; the latest `fromOn` first.
    async fn responsibility_exceptions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ResponsibilityException>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        responsibility_exception::of_project(ctx, self.0.id, &paging).await
    }

    /// Who to ask for what on a day, to be handed to the client.
    async fn contact_card(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Day>,
    ) -> Result<ContactCard> {
        let on = on.map_or_else(|| ctx.caller().today(), |day| day.0);
        contact_card::of_project(ctx, &self.0, on).await
    }

    /// The bookings that touch a period, by first day. Members see their own.
    #[expect(clippy::too_many_arguments, reason = "the four of Relay and a period")]
    async fn bookings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First day of the period; today by default.")] from_on: Option<Day>,
        #[graphql(desc = "Last day of the period, included; without it the period is open.")]
        to_on: Option<Day>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Booking>> {
        let column = booking::Column::ProjectId;
        let mut rows = by_parent::<booking::Entity>(ctx, column, self.0.id).await?;
        let caller = ctx.caller();
        let from_on = from_on.unwrap_or_else(|| Day(caller.today()));
        rows.retain(|row| {
            caller.sees(row)
                && row.ends_on >= from_on
                && to_on.is_none_or(|to_on| row.starts_on <= to_on)
        });
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let place = |row: &booking::Model| {
            Place(vec![PlaceValue::Day(row.starts_on), PlaceValue::Id(row.id)])
        };
        let name = format!("bookings of {}", self.0.id.simple());
        Ok(in_memory(&name, rows, false, &paging, place, Booking)?)
    }

    /// The handovers that move it and that you may see, the newest first.
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
        handover::of_project(ctx, self.0.id, &paging).await
    }

    /// What the client asks for in this project, the newest first. For owners and managers.
    async fn requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<ClientRequest>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let column = client_request::Column::ProjectId;
        Ok(Some(requests_of(ctx, column, self.0.id, &paging).await?))
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

    /// When it was archived; null while it is on the lists.
    async fn archived_at(&self) -> Option<Moment> {
        self.0.archived_at
    }
}

impl Project {
    async fn decided(&self, ctx: &Context<'_>) -> Result<Option<role_decision::Model>> {
        let Some(id) = self.0.decision_id else {
            return Ok(None);
        };
        Ok(by_id::<role_decision::Entity>(ctx, id).await?)
    }
}

/// Queries about projects.
#[derive(Default)]
pub struct ProjectQueries;

#[Object]
impl ProjectQueries {
    /// The project with this id; null when there is none.
    async fn project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A project's global id: `prj_…`.")] id: ID,
    ) -> Result<Option<Project>> {
        let id = Kind::Project.named(&id)?;
        Ok(by_id::<project::Entity>(ctx, id).await?.map(Project))
    }

    /// The agency's projects; archived ones only when the filter asks for them. By name unless ordered otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "the four of Relay, a filter and an order"
    )]
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only projects for which this holds.")] filter: Option<ProjectFilter>,
        #[graphql(
            desc = "By what to order; the first term weighs most. At most 3.",
            validator(max_items = 3)
        )]
        order_by: Option<Vec<ProjectOrder>>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Project>> {
        let filter = filter.unwrap_or_default();
        if filter.asks_overdue() {
            ctx.caller()
                .must_read_all("read which updates are overdue")?;
        }
        let facts = Facts::load(ctx, filter.needs_facts())
            .await?
            .with_re_decide(ctx, filter.asks_re_decide())
            .await?;
        let mut select = project::Entity::find().filter(filter.condition(&facts)?);
        if filter.archived.is_none() {
            select = select.filter(project::Column::ArchivedAt.is_null());
        }
        let order = order_by.unwrap_or_else(|| {
            vec![ProjectOrder {
                field: ProjectOrderField::Name,
                direction: OrderDirection::Asc,
            }]
        });
        let terms: Vec<_> = order.iter().map(ProjectOrder::term).collect();
        let name = format!("projects {order:?}");
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let id = project::Column::Id;
        list(ctx, &name, select, &terms, id, &paging, Project).await
    }
}
