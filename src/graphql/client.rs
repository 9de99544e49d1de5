//! Clients.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::accountable::{self, Accountable, ResponsibilityHeld};
use super::client_filter::{ClientFilter, ClientOrder, ClientOrderField};
use super::client_request::{ClientRequest, requests_of};
use super::connection::{Connection, Paging, in_memory, list};
use super::contact::Contact;
use super::context::Asked;
use super::enums::OrderDirection;
use super::facts::Facts;
use super::filter::ProjectStatusComparator;
use super::handover::{self, Handover};
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_id, by_parent};
use super::payload::{UserError, split, split_or_current};
use super::project::Project;
use super::touchpoint::Touchpoint;
use crate::domain::clients::{self, ClientEdit, NewClient};
use crate::domain::page::{Place, PlaceValue};
use crate::entity::{Day, Moment, client, client_contact, client_request, project, touchpoint};

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
    ) -> Result<Connection<ClientRequest>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        requests_of(ctx, client_request::Column::ClientId, self.0.id, &paging).await
    }

    /// What was changed, the newest first. For owners and managers.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Change>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        history::of(ctx, self.0.id, &paging).await
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

/// What a new client needs.
#[derive(Debug, InputObject)]
pub struct ClientCreateInput {
    /// What it is called; unique whatever the case. 1 to 200 characters.
    name: String,
    /// Since when it is a client; today by default.
    starts_on: Option<Day>,
    /// How much communication it needs, 1 to 5.
    #[graphql(default = 3)]
    communication: i32,
    /// How sensitive the relationship is, 1 to 5.
    #[graphql(default = 3)]
    sensitivity: i32,
    /// How much it could grow, 1 to 5.
    #[graphql(default = 3)]
    growth: i32,
    /// Days between two client updates, 1 to 365.
    #[graphql(default = 7)]
    cadence_days: i32,
}

/// What to change about a client. What is absent stays.
#[derive(Debug, InputObject)]
pub struct ClientUpdateInput {
    /// Which client.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What it is called; unique whatever the case. 1 to 200 characters.
    name: Option<String>,
    /// Since when it is a client.
    starts_on: Option<Day>,
    /// How much communication it needs, 1 to 5.
    communication: Option<i32>,
    /// How sensitive the relationship is, 1 to 5.
    sensitivity: Option<i32>,
    /// How much it could grow, 1 to 5.
    growth: Option<i32>,
    /// Days between two client updates, 1 to 365.
    cadence_days: Option<i32>,
}

/// Which client to archive.
#[derive(Debug, InputObject)]
pub struct ClientArchiveInput {
    /// Which client.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a client.
#[derive(Debug, SimpleObject)]
pub struct ClientPayload {
    /// The client as it is now; null when nothing was changed, but for a stale version.
    client: Option<Client>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of clients.
#[derive(Default)]
pub struct ClientMutations;

#[Object]
impl ClientMutations {
    /// Creates a client. Owners only.
    async fn client_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the client needs.")] input: ClientCreateInput,
    ) -> Result<ClientPayload> {
        let caller = ctx.caller();
        let new = NewClient {
            name: input.name,
            starts_on: input.starts_on.map_or_else(|| caller.today(), |day| day.0),
            communication: input.communication,
            sensitivity: input.sensitivity,
            growth: input.growth,
            cadence_days: input.cadence_days,
        };
        let (row, user_errors) = split(clients::create(ctx.db(), caller, new).await)?;
        Ok(ClientPayload {
            client: row.map(Client),
            user_errors,
        })
    }

    /// Changes a client. Owners, and managers accountable for it.
    async fn client_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ClientUpdateInput,
    ) -> Result<ClientPayload> {
        let edit = ClientEdit {
            name: input.name,
            starts_on: input.starts_on.map(|day| day.0),
            communication: input.communication,
            sensitivity: input.sensitivity,
            growth: input.growth,
            cadence_days: input.cadence_days,
        };
        let updated = async {
            let id = Kind::Client.parse("id", &input.id)?;
            clients::update(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Takes a client off the lists. Owners only; refused while it has unfinished projects.
    async fn client_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ClientArchiveInput,
    ) -> Result<ClientPayload> {
        let archived = async {
            let id = Kind::Client.parse("id", &input.id)?;
            clients::archive(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, archived.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<client::Model>,
) -> Result<ClientPayload> {
    let (row, user_errors) = split_or_current::<client::Entity>(ctx, id, changed).await?;
    Ok(ClientPayload {
        client: row.map(Client),
        user_errors,
    })
}
