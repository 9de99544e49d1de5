//! Finding requests.

use async_graphql::{Context, ID, InputObject, Object, Result};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::ClientRequest;
use crate::domain::page::{Place, PlaceValue, Term};
use crate::entity::{self, client_request};
use crate::graphql::connection::{Connection, Paging, in_memory, list};
use crate::graphql::context::Asked;
use crate::graphql::filter::{DateComparator, IdComparator, RequestStateComparator};
use crate::graphql::id::Kind;
use crate::graphql::loaders::{by_id, by_parent};

/// Which requests. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ClientRequestFilter {
    /// By where they stand.
    state: Option<RequestStateComparator>,
    /// By client.
    client_id: Option<IdComparator>,
    /// By project.
    project_id: Option<IdComparator>,
    /// By who raised them.
    raised_by: Option<IdComparator>,
    /// By the day the client wants it.
    wanted_by: Option<DateComparator>,
    /// That wait for production or for an owner (true), or are settled (false).
    waiting: Option<bool>,
}

impl ClientRequestFilter {
    fn condition(&self) -> crate::error::Result<Condition> {
        use client_request::Column;
        let waiting = [entity::RequestState::Raised, entity::RequestState::Objected];
        let mut all = Condition::all()
            .add_option(self.state.as_ref().map(|state| state.on(Column::State)))
            .add_option(self.wanted_by.as_ref().map(|day| day.on(Column::WantedBy)))
            .add_option(self.waiting.map(|waits| {
                if waits {
                    Column::State.is_in(waiting)
                } else {
                    Column::State.is_not_in(waiting)
                }
            }));
        if let Some(id) = &self.client_id {
            all = all.add(id.on("filter.clientId", Kind::Client, Column::ClientId)?);
        }
        if let Some(id) = &self.project_id {
            all = all.add(id.on("filter.projectId", Kind::Project, Column::ProjectId)?);
        }
        if let Some(id) = &self.raised_by {
            all = all.add(id.on("filter.raisedBy", Kind::Person, Column::RaisedById)?);
        }
        Ok(all)
    }
}

/// Queries about clients' requests. For owners and managers.
#[derive(Default)]
pub struct ClientRequestQueries;

#[Object]
impl ClientRequestQueries {
    /// The request with this id; null when there is none, or none that you may see.
    async fn client_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A request's global id: `req_…`.")] id: ID,
    ) -> Result<Option<ClientRequest>> {
        let id = Kind::ClientRequest.named(&id)?;
        let row = by_id::<client_request::Entity>(ctx, id).await?;
        let row = row.filter(|row| ctx.caller().sees(row));
        Ok(row.map(ClientRequest))
    }

    /// What clients ask for, the newest first.
    async fn client_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only requests for which this holds.")] filter: Option<
            ClientRequestFilter,
        >,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ClientRequest>> {
        ctx.caller().must_read_all("read what clients ask for")?;
        let filter = filter.unwrap_or_default();
        let select = client_request::Entity::find().filter(filter.condition()?);
        let newest_first = Term {
            column: client_request::Column::RaisedAt,
            folded: false,
            descending: true,
        };
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        list(
            ctx,
            "clientRequests",
            select,
            &[newest_first],
            client_request::Column::Id,
            &paging,
            ClientRequest,
        )
        .await
    }
}

/// The requests whose `column` names this client or project, the newest first.
pub async fn requests_of(
    ctx: &Context<'_>,
    column: client_request::Column,
    parent: Uuid,
    paging: &Paging,
) -> Result<Connection<ClientRequest>> {
    ctx.caller().must_read_all("read what clients ask for")?;
    let rows = by_parent::<client_request::Entity>(ctx, column, parent).await?;
    let place = |row: &client_request::Model| {
        let moment = PlaceValue::Moment(row.raised_at);
        Place(vec![moment, PlaceValue::Id(row.id)])
    };
    let name = format!("requests of {}", parent.simple());
    Ok(in_memory(&name, rows, true, paging, place, ClientRequest)?)
}
