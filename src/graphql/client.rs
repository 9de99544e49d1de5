//! Clients.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::connection::{Connection, Paging, list};
use super::contact::Contact;
use super::context::Asked;
use super::enums::OrderDirection;
use super::filter::{IdComparator, TextComparator};
use super::id::Kind;
use super::loaders::{by_id, by_parent};
use super::payload::{UserError, split, split_or_current};
use crate::domain::clients::{self, ClientEdit, NewClient};
use crate::domain::page::Term;
use crate::entity::{Day, Moment, client, client_contact};

/// A company the agency works for.
#[derive(Clone, Debug)]
pub struct Client(pub client::Model);

#[Object]
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

    /// The people at the client, the primary contact first; archived ones left out.
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<Contact>> {
        let column = client_contact::Column::ClientId;
        let mut rows = by_parent::<client_contact::Entity>(ctx, column, self.0.id).await?;
        rows.retain(|row| row.archived_at.is_none());
        rows.sort_by_key(|row| (!row.is_primary, row.name.to_lowercase(), row.id));
        Ok(rows.into_iter().map(Contact).collect())
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

/// Which clients. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ClientFilter {
    /// By name.
    name: Option<TextComparator>,
    /// By id.
    id: Option<IdComparator>,
    /// Archived ones (true) or those on the lists (false, the default of the list as a whole).
    archived: Option<bool>,
    /// All of these must hold; at most 20.
    #[graphql(validator(max_items = 20))]
    and: Option<Vec<ClientFilter>>,
    /// One of these must hold; at most 20.
    #[graphql(validator(max_items = 20))]
    or: Option<Vec<ClientFilter>>,
    /// This must not hold.
    not: Option<Box<ClientFilter>>,
}

/// What clients can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ClientOrderField {
    /// By name, upper and lower case alike.
    Name,
    /// By the day they became clients.
    StartsOn,
    /// By when they were created here.
    CreatedAt,
}

/// One term of an order of clients.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct ClientOrder {
    /// By what.
    field: ClientOrderField,
    /// In which direction.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

impl ClientFilter {
    fn condition(&self) -> crate::error::Result<Condition> {
        let mut all = Condition::all();
        if let Some(name) = &self.name {
            all = all.add(name.on(client::Column::Name));
        }
        if let Some(id) = &self.id {
            all = all.add(id.on("filter.id", Kind::Client, client::Column::Id)?);
        }
        if let Some(archived) = self.archived {
            let column = client::Column::ArchivedAt;
            all = all.add(if archived {
                column.is_not_null()
            } else {
                column.is_null()
            });
        }
        for filter in self.and.iter().flatten() {
            all = all.add(filter.condition()?);
        }
        if let Some(filters) = &self.or {
            let mut any = Condition::any();
            for filter in filters {
                any = any.add(filter.condition()?);
            }
            all = all.add(any);
        }
        if let Some(filter) = &self.not {
            all = all.add(filter.condition()?.not());
        }
        Ok(all)
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
        let mut select = client::Entity::find().filter(filter.condition()?);
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

impl ClientOrder {
    fn term(&self) -> Term<client::Column> {
        let (column, folded) = match self.field {
            ClientOrderField::Name => (client::Column::Name, true),
            ClientOrderField::StartsOn => (client::Column::StartsOn, false),
            ClientOrderField::CreatedAt => (client::Column::CreatedAt, false),
        };
        Term {
            column,
            folded,
            descending: self.direction == OrderDirection::Desc,
        }
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
