//! Clients.

mod mutations;

use async_graphql::{Context, Description, ID, Object, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::accountable::{self, Accountable, ResponsibilityHeld};
use super::client_filter::{ClientFilter, ClientOrder, ClientOrderField};
use super::client_request::{ClientRequest, requests_of};
use super::connection::{Connection, Paging, in_memory, list};
use super::contact::Contact;
use super::context::Asked;
use super::decision::Recommendation;
use super::enums::OrderDirection;
use super::facts::Facts;
use super::filter::ProjectStatusComparator;
use super::handover::{self, Handover};
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_id, by_parent};
use super::project::Project;
use super::prompt_choice::{self, PromptChoice};
use super::relationship::{self, Relationship};
use super::role_decision::RoleDecision;
use super::touchpoint::Touchpoint;
use crate::domain::page::{Place, PlaceValue};
use crate::domain::role_decisions;
use crate::entity::{
    Day, Moment, client, client_contact, client_request, project, role_decision, touchpoint,
};

pub(in crate::graphql) use mutations::payload;
pub use mutations::{
    ClientArchiveInput, ClientCreateInput, ClientMutations, ClientPayload, ClientTroubleSetInput,
    ClientUpdateInput,
};

/// A company the agency works for.
#[derive(Clone, Debug, Description)]
pub struct Client(pub client::Model);

#[Object(use_type_description)]
impl Client {
    /// The client's global id: `cli_…`.
    pub async fn id(&self) -> ID {
        Kind::Client.id(self.0.id)
    }

    /// What it is called; unique whatever the case. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Since when it is a client.
    async fn starts_on(&self) -> Day {
        self.0.starts_on
    }

    /// How much communication it needs, from 1 (little) to 5 (daily).
    async fn communication(&self) -> i32 {
        self.0.communication
    }

    /// How sensitive the relationship is, from 1 (robust) to 5 (delicate).
    async fn sensitivity(&self) -> i32 {
        self.0.sensitivity
    }

    /// How much it could grow, from 1 (as it is) to 5 (much).
    async fn growth(&self) -> i32 {
        self.0.growth
    }

    /// Days between two client updates, 1 to 365.
    async fn cadence_days(&self) -> i32 {
        self.0.cadence_days
    }

    /// Which side leads its projects until they are decided themselves; null while they are decided one by one.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<RoleDecision>> {
        Ok(self.default(ctx).await?.map(RoleDecision))
    }

    /// Which side should lead its projects by its own profile, each score of a project taken to be 3.
    async fn recommendation(&self, ctx: &Context<'_>) -> Result<Recommendation> {
        let default = self.default(ctx).await?;
        let constants = &ctx.loaders().loader().settings().await?.decisions;
        Ok(role_decisions::recommendation_for_client(constants, &self.0, default.as_ref()).into())
    }

    /// Since when the relationship is in trouble; null when it is not.
    async fn in_trouble_since(&self) -> Option<Day> {
        self.0.in_trouble_since
    }

    /// What the trouble is; null when there is none. For owners and managers: null, with an error, for others.
    async fn in_trouble_reason(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        ctx.caller().must_read_all("read what the trouble is")?;
        Ok(self.0.in_trouble_reason.as_deref())
    }

    /// Who is accountable for each side of the client as a whole on a day, and why; a side that nobody holds is left out.
    async fn accountable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Day>,
    ) -> Result<Vec<Accountable>> {
        let on = on.map_or_else(|| ctx.caller().today(), |day| day.0);
        accountable::of_client(ctx, &self.0, on).await
    }

    /// Who does what for the client as a whole on a day, and why: each line of the catalogue with whoever holds its side.
    async fn responsibilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Day>,
    ) -> Result<Vec<ResponsibilityHeld>> {
        let on = on.map_or_else(|| ctx.caller().today(), |day| day.0);
        accountable::responsibilities_of_client(ctx, &self.0, on).await
    }

    /// The people at the client, the primary contact first; archived ones left out.
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<Contact>> {
        let column = client_contact::Column::ClientId;
        let mut rows = by_parent::<client_contact::Entity>(ctx, column, self.0.id).await?;
        rows.retain(|row| row.archived_at.is_none());
        rows.sort_by_key(|row| (!row.is_primary, row.name.to_lowercase(), row.id));
        Ok(rows.into_iter().map(Contact).collect())
    }

    /// Its projects by name; archived ones left out.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only projects that stand so.")] status: Option<ProjectStatusComparator>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Project>> {
        let column = project::Column::ClientId;
        let mut rows = by_parent::<project::Entity>(ctx, column, self.0.id).await?;
        let status = status.unwrap_or_default();
        rows.retain(|row| row.archived_at.is_none() && status.holds(row.status));
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
        Ok(in_memory(&name, rows, false, &paging, place, Project)?)
    }

    /// The contacts we had with it, newest first.
    async fn touchpoints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Touchpoint>> {
        let column = touchpoint::Column::ClientId;
        let rows = by_parent::<touchpoint::Entity>(ctx, column, self.0.id).await?;
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let place = |row: &touchpoint::Model| {
            let moment = PlaceValue::Moment(row.occurred_at);
            Place(vec![moment, PlaceValue::Id(row.id)])
        };
        let name = format!("touchpoints of {}", self.0.id.simple());
        Ok(in_memory(&name, rows, true, &paging, place, Touchpoint)?)
    }

    /// Everybody who has to do with it and how well they know it today, the strongest first. Members see themselves only.
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Relationship>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        relationship::of_client(ctx, self.0.id, &paging).await
    }

    /// The handovers of its sides, or those of its projects, that you may see, the newest first.
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
        handover::of_client(ctx, self.0.id, &paging).await
    }

    /// What it asks for, the newest first. For owners and managers.
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
        let column = client_request::Column::ClientId;
        Ok(Some(requests_of(ctx, column, self.0.id, &paging).await?))
    }

    /// What was chosen about its prompts instead of doing what they ask for, the newest first. For owners and managers.
    async fn prompt_choices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<PromptChoice>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        Ok(Some(
            prompt_choice::of_client(ctx, self.0.id, &paging).await?,
        ))
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

impl Client {
    async fn default(&self, ctx: &Context<'_>) -> Result<Option<role_decision::Model>> {
        let Some(id) = self.0.decision_id else {
            return Ok(None);
        };
        Ok(by_id::<role_decision::Entity>(ctx, id).await?)
    }
}

/// Queries about clients.
#[derive(Default)]
pub struct ClientQueries;

#[Object]
impl ClientQueries {
    /// The client with this id; null when there is none.
    async fn client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A client's global id: `cli_…`.")] id: ID,
    ) -> Result<Option<Client>> {
        let id = Kind::Client.named(&id)?;
        Ok(by_id::<client::Entity>(ctx, id).await?.map(Client))
    }

    /// The agency's clients; archived ones only when the filter asks for them. By name unless ordered otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "the four of Relay, a filter and an order"
    )]
    async fn clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only clients for which this holds.")] filter: Option<ClientFilter>,
        #[graphql(
            desc = "By what to order; the first term weighs most. At most 3.",
            validator(max_items = 3)
        )]
        order_by: Option<Vec<ClientOrder>>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Client>> {
        let filter = filter.unwrap_or_default();
        if filter.asks_overdue() {
            ctx.caller()
                .must_read_all("read which updates are overdue")?;
        }
        let facts = Facts::load(ctx, filter.needs_facts()).await?;
        let mut select = client::Entity::find().filter(filter.condition(&facts)?);
        if filter.archived.is_none() {
            select = select.filter(client::Column::ArchivedAt.is_null());
        }
        let order = order_by.unwrap_or_else(|| {
            vec![ClientOrder {
                field: ClientOrderField::Name,
                direction: OrderDirection::Asc,
            }]
        });
        let terms: Vec<_> = order.iter().map(ClientOrder::term).collect();
        let name = format!("clients {order:?}");
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        list(
            ctx,
            &name,
            select,
            &terms,
            client::Column::Id,
            &paging,
            Client,
        )
        .await
    }
}
