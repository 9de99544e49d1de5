//! Projects.

use async_graphql::{
    Context, Description, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::accountable::{self, Accountable, ResponsibilityHeld};
use super::booking::Booking;
use super::client::Client;
use super::connection::{Connection, Paging, in_memory, list};
use super::context::Asked;
use super::decision::Recommendation;
use super::enums::{LeadMode, OrderDirection, ProjectSize, ProjectStatus};
use super::facts::Facts;
use super::id::Kind;
use super::loaders::{by_id, by_parent, the};
use super::payload::{UserError, split, split_or_current};
use super::project_filter::{ProjectFilter, ProjectOrder, ProjectOrderField};
use crate::domain::booking_changes;
use crate::domain::page::{Place, PlaceValue};
use crate::domain::project_status::{self, StatusMove};
use crate::domain::projects::{self, NewProject, ProjectEdit};
use crate::entity::{Day, Moment, booking, client, project};

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

    /// Which side must be strong on it. JOINT until something else is decided.
    async fn lead_mode(&self) -> LeadMode {
        self.0.lead_mode.into()
    }

    /// Which side should lead it by the client's and its own profile.
    async fn recommendation(&self, ctx: &Context<'_>) -> Result<Recommendation> {
        let client = the::<client::Entity>(ctx, self.0.client_id).await?;
        let settings = ctx.loaders().loader().settings().await?;
        Ok(projects::recommendation(&settings.decisions, &client, &self.0).into())
    }

    /// The day it last became ACTIVE; null before its kick-off.
    async fn kicked_off_on(&self) -> Option<Day> {
        self.0.kicked_off_on
    }

    /// The day it is to go live; null when not set.
    async fn launch_on(&self) -> Option<Day> {
        self.0.launch_on
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

    /// Who does what on a day, and why: each line of the catalogue with whoever holds its side.
    async fn responsibilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Day>,
    ) -> Result<Vec<ResponsibilityHeld>> {
        let on = on.map_or_else(|| ctx.caller().today(), |day| day.0);
        accountable::responsibilities_of_project(ctx, &self.0, on).await
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
            booking_changes::may_read(caller, row)
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
        let facts = Facts::load(ctx, filter.needs_facts()).await?;
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

/// What a new project needs.
#[derive(Debug, InputObject)]
pub struct ProjectCreateInput {
    /// For whom it is; not archived.
    client_id: ID,
    /// What it is called; unique within the client, whatever the case. 1 to 200 characters.
    name: String,
    /// Where it stands. With ACTIVE, say the `leadMode`.
    #[graphql(default_with = "ProjectStatus::Proposed")]
    status: ProjectStatus,
    /// How large it is to coordinate.
    #[graphql(default_with = "ProjectSize::M")]
    size: ProjectSize,
    /// How complex production is, 1 to 5.
    #[graphql(default = 3)]
    complexity: i32,
    /// How hard the delivery dates are, 1 to 5.
    #[graphql(default = 3)]
    delivery: i32,
    /// How much its scope moves, 1 to 5.
    #[graphql(default = 3)]
    volatility: i32,
    /// Which side must be strong on it; JOINT by default, but an ACTIVE project must say.
    lead_mode: Option<LeadMode>,
    /// The day it was kicked off, for a project that runs already; at most today. An ACTIVE project without it is kicked
    /// off today, and a KICKOFF touchpoint is logged.
    kicked_off_on: Option<Day>,
    /// The day it is to go live.
    launch_on: Option<Day>,
}

/// What to change about a project. What is absent stays, null clears. Its status is moved by `projectStatusSet`.
#[derive(Debug, InputObject)]
pub struct ProjectUpdateInput {
    /// Which project.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What it is called; unique within the client, whatever the case. 1 to 200 characters.
    name: Option<String>,
    /// How large it is to coordinate.
    size: Option<ProjectSize>,
    /// How complex production is, 1 to 5.
    complexity: Option<i32>,
    /// How hard the delivery dates are, 1 to 5.
    delivery: Option<i32>,
    /// How much its scope moves, 1 to 5.
    volatility: Option<i32>,
    /// Which side must be strong on it.
    lead_mode: Option<LeadMode>,
    /// The day it is to go live; null clears.
    launch_on: MaybeUndefined<Day>,
}

/// Where a project is to stand. PROPOSED can become ACTIVE, BACK_BURNER or CANCELLED; ACTIVE and BACK_BURNER each other,
/// COMPLETED or CANCELLED; and these two ACTIVE or BACK_BURNER again.
#[derive(Debug, InputObject)]
pub struct ProjectStatusSetInput {
    /// Which project.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Where it is to stand.
    status: ProjectStatus,
    /// Which side leads: made or re-confirmed, and needed, whenever a project becomes ACTIVE.
    lead_mode: Option<LeadMode>,
    /// Why; at most 2,000 characters, kept in the history.
    reason: Option<String>,
    /// The day it happened, at most today, which it is by default. Of ACTIVE: the kick-off.
    on: Option<Day>,
}

/// Which project to archive.
#[derive(Debug, InputObject)]
pub struct ProjectArchiveInput {
    /// Which project.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a project.
#[derive(Debug, SimpleObject)]
pub struct ProjectPayload {
    /// The project as it is now; null when nothing was changed, but for a stale version.
    project: Option<Project>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of projects.
#[derive(Default)]
pub struct ProjectMutations;

#[Object]
impl ProjectMutations {
    /// Creates a project. Owners, and managers accountable for the client.
    async fn project_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the project needs.")] input: ProjectCreateInput,
    ) -> Result<ProjectPayload> {
        let created = async {
            let new = NewProject {
                client_id: Kind::Client.parse("clientId", &input.client_id)?,
                name: input.name,
                status: input.status.into(),
                size: input.size.into(),
                complexity: input.complexity,
                delivery: input.delivery,
                volatility: input.volatility,
                lead_mode: input.lead_mode.map(Into::into),
                kicked_off_on: input.kicked_off_on.map(|day| day.0),
                launch_on: input.launch_on.map(|day| day.0),
            };
            projects::create(ctx.db(), ctx.caller(), new).await
        };
        let (row, user_errors) = split(created.await)?;
        Ok(ProjectPayload {
            project: row.map(Project),
            user_errors,
        })
    }

    /// Changes a project, but not its status. Owners, and managers accountable for it.
    async fn project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProjectUpdateInput,
    ) -> Result<ProjectPayload> {
        let launch_on: Option<Option<Day>> = input.launch_on.into();
        let edit = ProjectEdit {
            name: input.name,
            size: input.size.map(Into::into),
            complexity: input.complexity,
            delivery: input.delivery,
            volatility: input.volatility,
            lead_mode: input.lead_mode.map(Into::into),
            launch_on: launch_on.map(|day| day.map(|day| day.0)),
        };
        let updated = async {
            let id = Kind::Project.parse("id", &input.id)?;
            projects::update(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Moves a project's status. Owners, and managers accountable for it. What becomes ACTIVE is kicked off: the day is
    /// kept as `kickedOffOn`, and a KICKOFF touchpoint logged.
    async fn project_status_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where it is to stand.")] input: ProjectStatusSetInput,
    ) -> Result<ProjectPayload> {
        let to = StatusMove {
            status: input.status.into(),
            lead_mode: input.lead_mode.map(Into::into),
            reason: input.reason,
            on: input.on.map(|day| day.0),
        };
        let moved = async {
            let id = Kind::Project.parse("id", &input.id)?;
            project_status::set(ctx.db(), ctx.caller(), id, input.expected_version, to).await
        };
        payload(ctx, &input.id, moved.await).await
    }

    /// Takes a COMPLETED or CANCELLED project off the lists. Owners, and managers accountable for it.
    async fn project_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which project.")] input: ProjectArchiveInput,
    ) -> Result<ProjectPayload> {
        let archived = async {
            let id = Kind::Project.parse("id", &input.id)?;
            projects::archive(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, archived.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<project::Model>,
) -> Result<ProjectPayload> {
    let (row, user_errors) = split_or_current::<project::Entity>(ctx, id, changed).await?;
    Ok(ProjectPayload {
        project: row.map(Project),
        user_errors,
    })
}
