//! What clients ask for, what production says to it, and what an owner decides.

mod against;
mod mutations;
mod queries;

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, ID, Object, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::client::Client;
use super::connection::{Connection, Paging};
use super::context::Asked;
use super::enums::RequestState;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{Loaders, Shared, shared, the};
use super::person::Person;
use super::project::Project;
use crate::domain::client_requests::{self, Against, Standing};
use crate::entity::{self, Day, Moment, client, client_request, person, project};
use crate::error::Error;

pub use against::{CapacityAgainst, PersonCapacityAgainst, WeekCapacityAgainst};
pub use mutations::{
    ClientRequestAcceptInput, ClientRequestDecideInput, ClientRequestMutations,
    ClientRequestObjectInput, ClientRequestPayload, ClientRequestRaiseInput,
    ClientRequestWithdrawInput,
};
pub use queries::{ClientRequestFilter, ClientRequestQueries, requests_of};

/// What a client asks for: raised by the account side, answered by production, and decided by an owner where they do not
/// agree. For owners and managers.
#[derive(Clone, Debug, Description)]
pub struct ClientRequest(pub client_request::Model);

#[Object(use_type_description)]
impl ClientRequest {
    /// The request's global id: `req_…`.
    pub async fn id(&self) -> ID {
        Kind::ClientRequest.id(self.0.id)
    }

    /// Whose request it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// About which project; null: about the client as a whole.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        let Some(id) = self.0.project_id else {
            return Ok(None);
        };
        Ok(Some(Project(the::<project::Entity>(ctx, id).await?)))
    }

    /// What is asked for, in a line of at most 200 characters.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The whole of it; empty when the title says it all.
    async fn detail(&self) -> &str {
        &self.0.detail
    }

    /// How much production work it is thought to take, minutes; null when nobody has said.
    async fn minutes(&self) -> Option<i64> {
        self.0.minutes
    }

    /// The day by which the client wants it; null when it named none.
    async fn wanted_by(&self) -> Option<Day> {
        self.0.wanted_by
    }

    /// Where it stands.
    async fn state(&self) -> RequestState {
        self.0.state.into()
    }

    /// Who raised it; null when it was somebody at the command line.
    async fn raised_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.raised_by_id).await
    }

    /// The day it was raised, where whoever raised it lives.
    async fn raised_on(&self) -> Day {
        self.0.raised_on
    }

    /// When it was raised.
    async fn raised_at(&self) -> Moment {
        self.0.raised_at
    }

    /// Who speaks for the client in this today: the holder of the client side of what it is about; null when nobody holds it.
    async fn speaker(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.standing(ctx).await?.speaker_id).await
    }

    /// Who is to answer it today: the holder of the project side of what it is about; null when nobody holds it.
    async fn must_answer(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.standing(ctx).await?.must_answer_id).await
    }

    /// The first day on which it has waited too long for production's answer, two working days of whoever must give it after
    /// it was raised; null once it is answered, decided or withdrawn.
    async fn late_on(&self, ctx: &Context<'_>) -> Result<Option<Day>> {
        if self.0.state != entity::RequestState::Raised {
            return Ok(None);
        }
        Ok(Some(Day(self.standing(ctx).await?.late_on)))
    }

    /// Who of production answered; null while nobody has.
    async fn answered_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.answered_by_id).await
    }

    /// When production answered; null while it has not.
    async fn answered_at(&self) -> Option<Moment> {
        self.0.answered_at
    }

    /// Whether whoever raised it also answered it: one person holds both sides.
    async fn answered_by_whoever_raised(&self) -> bool {
        client_requests::answered_by_whoever_raised(&self.0)
    }

    /// What production said; null when it said nothing.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }

    /// The capacity that stood against it when production objected; null when it did not.
    async fn against(&self) -> Result<Option<CapacityAgainst>> {
        let Some(json) = self.0.against.clone() else {
            return Ok(None);
        };
        let against = serde_json::from_value::<Against>(json)
            .map_err(|error| Error::Internal(error.into()))?;
        Ok(Some(CapacityAgainst(against)))
    }

    /// Which owner decided; null while none has.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        person(ctx, self.0.decided_by_id).await
    }

    /// When an owner decided; null while none has.
    async fn decided_at(&self) -> Option<Moment> {
        self.0.decided_at
    }

    /// Why the owner decided so; null while none has.
    async fn decision_reason(&self) -> Option<&str> {
        self.0.decision_reason.as_deref()
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

    /// When it last changed.
    async fn updated_at(&self) -> Moment {
        self.0.updated_at
    }
}

impl ClientRequest {
    async fn standing(&self, ctx: &Context<'_>) -> Result<Standing> {
        let standing = ctx.loaders().load_one(StandingKey(self.0.id)).await?;
        Ok(standing.ok_or_else(|| Error::internal("a request that was just read is gone"))?)
    }
}

async fn person(ctx: &Context<'_>, id: Option<Uuid>) -> Result<Option<Person>> {
    Ok(match id {
        Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
        None => None,
    })
}

/// Whose a request is today, as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StandingKey(Uuid);

impl Loader<StandingKey> for Loaders {
    type Value = Standing;
    type Error = Shared;

    async fn load(&self, keys: &[StandingKey]) -> Result<HashMap<StandingKey, Standing>, Shared> {
        let conn = &self.app.db.read;
        let requests = client_request::Entity::find()
            .filter(client_request::Column::Id.is_in(keys.iter().map(|key| key.0)))
            .all(conn)
            .await
            .map_err(shared)?;
        let standings = client_requests::standings(conn, &requests, self.caller.today())
            .await
            .map_err(shared)?;
        Ok(standings
            .into_iter()
            .map(|(id, standing)| (StandingKey(id), standing))
            .collect())
    }
}
