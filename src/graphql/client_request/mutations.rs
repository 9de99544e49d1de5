//! Changes of clients' requests.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::ClientRequest;
use crate::domain::client_requests::{self, NewRequest};
use crate::entity::{Day, client_request};
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split, split_or_current};

/// What a new request needs.
#[derive(Debug, InputObject)]
pub struct ClientRequestRaiseInput {
    /// Whose request.
    client_id: ID,
    /// About which of the client's projects: PROPOSED, ACTIVE or BACK_BURNER. Null: about the client as a whole.
    project_id: Option<ID>,
    /// What is asked for; 1 to 200 characters.
    title: String,
    /// The whole of it; at most 10,000 characters.
    #[graphql(default)]
    detail: String,
    /// How much production work it is thought to take, 1 to 1000000 minutes.
    minutes: Option<i64>,
    /// The day by which the client wants it; today or later.
    wanted_by: Option<Day>,
}

/// Which request production accepts.
#[derive(Debug, InputObject)]
pub struct ClientRequestAcceptInput {
    /// Which request: RAISED.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What production says to it; at most 2,000 characters.
    #[graphql(default)]
    answer: String,
}

/// Which request production objects to, and why.
#[derive(Debug, InputObject)]
pub struct ClientRequestObjectInput {
    /// Which request: RAISED.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What stands against it; 1 to 2,000 characters.
    answer: String,
}

/// What an owner decides about a request.
#[derive(Debug, InputObject)]
pub struct ClientRequestDecideInput {
    /// Which request: RAISED or OBJECTED.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Whether it is GRANTED (true) or DECLINED (false).
    grant: bool,
    /// Why; 1 to 2,000 characters.
    reason: String,
}

/// Which request is taken back.
#[derive(Debug, InputObject)]
pub struct ClientRequestWithdrawInput {
    /// Which request: RAISED or OBJECTED.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Why; at most 2,000 characters, kept in the history.
    #[graphql(default)]
    reason: String,
}

/// What came of a change of a client's request.
#[derive(Debug, SimpleObject)]
pub struct ClientRequestPayload {
    /// The request as it is now; null when nothing was changed, but for a stale version.
    client_request: Option<ClientRequest>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of clients' requests.
#[derive(Default)]
pub struct ClientRequestMutations;

#[Object]
impl ClientRequestMutations {
    /// Raises what a client asks for. Owners, and whoever holds the client side of what it is about.
    async fn client_request_raise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the client asks for.")] input: ClientRequestRaiseInput,
    ) -> Result<ClientRequestPayload> {
        let raised = async {
            let project = input.project_id.as_ref();
            let new = NewRequest {
                client_id: Kind::Client.parse("clientId", &input.client_id)?,
                project_id: project
                    .map(|id| Kind::Project.parse("projectId", id))
                    .transpose()?,
                title: input.title,
                detail: input.detail,
                minutes: input.minutes,
                wanted_by: input.wanted_by.map(|day| day.0),
            };
            client_requests::raise(ctx.db(), ctx.caller(), new).await
        };
        let (row, user_errors) = split(raised.await)?;
        Ok(ClientRequestPayload {
            client_request: row.map(ClientRequest),
            user_errors,
        })
    }

    /// Production accepts a request. Owners, and whoever holds the project side of what it is about, or stands in for them:
    /// of a client as a whole, the project side of any of its open projects. It may be who raised it, where one person holds
    /// both sides.
    async fn client_request_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] input: ClientRequestAcceptInput,
    ) -> Result<ClientRequestPayload> {
        let accepted = async {
            let id = Kind::ClientRequest.parse("id", &input.id)?;
            let expected = input.expected_version;
            client_requests::accept(ctx.db(), ctx.caller(), id, expected, &input.answer).await
        };
        payload(ctx, &input.id, accepted.await).await
    }

    /// Production objects to a request, and the capacity that stands against it is kept with the answer. Allowed as
    /// `clientRequestAccept` is.
    async fn client_request_object(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and why.")] input: ClientRequestObjectInput,
    ) -> Result<ClientRequestPayload> {
        let objected = async {
            let id = Kind::ClientRequest.parse("id", &input.id)?;
            let expected = input.expected_version;
            client_requests::object(ctx.db(), ctx.caller(), id, expected, &input.answer).await
        };
        payload(ctx, &input.id, objected.await).await
    }

    /// Decides a request that production objected to, or has not answered. Owners only.
    async fn client_request_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and what is decided.")] input: ClientRequestDecideInput,
    ) -> Result<ClientRequestPayload> {
        let decided = async {
            let id = Kind::ClientRequest.parse("id", &input.id)?;
            let expected = input.expected_version;
            let (db, caller) = (ctx.db(), ctx.caller());
            client_requests::decide(db, caller, id, expected, input.grant, &input.reason).await
        };
        payload(ctx, &input.id, decided.await).await
    }

    /// Takes a request back. Owners, whoever raised it, and whoever holds the client side of what it is about.
    async fn client_request_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request.")] input: ClientRequestWithdrawInput,
    ) -> Result<ClientRequestPayload> {
        let withdrawn = async {
            let id = Kind::ClientRequest.parse("id", &input.id)?;
            let expected = input.expected_version;
            client_requests::withdraw(ctx.db(), ctx.caller(), id, expected, &input.reason).await
        };
        payload(ctx, &input.id, withdrawn.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<client_request::Model>,
) -> Result<ClientRequestPayload> {
    let (row, user_errors) = split_or_current::<client_request::Entity>(ctx, id, changed).await?;
    Ok(ClientRequestPayload {
        client_request: row.map(ClientRequest),
        user_errors,
    })
}
