//! Changes of clients.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::Client;
use crate::domain::client_trouble;
use crate::domain::clients::{self, ClientEdit, NewClient};
use crate::entity::{Day, client};
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split, split_or_current};

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

/// Whether a client is in trouble.
#[derive(Debug, InputObject)]
pub struct ClientTroubleSetInput {
    /// Which client.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What the trouble is, 1 to 2,000 characters; null: it is over.
    reason: Option<String>,
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

    /// Says that a client is in trouble and why, or that it is over: no change is planned that would burden it. Owners,
    /// and managers accountable for it.
    async fn client_trouble_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the trouble is.")] input: ClientTroubleSetInput,
    ) -> Result<ClientPayload> {
        let set = async {
            let id = Kind::Client.parse("id", &input.id)?;
            let reason = input.reason.as_deref();
            client_trouble::set(ctx.db(), ctx.caller(), id, input.expected_version, reason).await
        };
        payload(ctx, &input.id, set.await).await
    }
}

/// The payload of a change of the client that an input's `id` names.
pub(in crate::graphql) async fn payload(
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
