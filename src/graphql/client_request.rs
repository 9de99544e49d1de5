//! What clients ask for, what production says to it, and what an owner decides.

mod mutations;

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::client::Client;
use super::connection::{Connection, Paging, in_memory, list};
use super::context::Asked;
use super::enums::RequestState;
use super::filter::{DateComparator, IdComparator, RequestStateComparator};
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{Loaders, Shared, by_id, by_parent, shared, the};
use super::person::Person;
use super::project::Project;
use crate::domain::client_requests::{self, Against, PersonAgainst, Standing};
use crate::domain::page::{Place, PlaceValue, Term};
use crate::entity::{self, Day, Moment, client, client_request, person, project};
use crate::error::Error;

pub use mutations::{
    ClientRequestAcceptInput, ClientRequestDecideInput, ClientRequestMutations,
    ClientRequestObjectInput, ClientRequestPayload, ClientRequestRaiseInput,
    ClientRequestWithdrawInput,
};

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

/// What production's people had free and had too much of when production objected to a request.
#[derive(Clone, Debug, Description)]
pub struct CapacityAgainst(Against);

#[Object(use_type_description)]
impl CapacityAgainst {
    /// In a sentence.
    async fn sentence(&self) -> &str {
        &self.0.sentence
    }

    /// Minutes of all of them, over all the weeks, to which nothing was committed.
    async fn bench_minutes(&self) -> i64 {
        self.0.bench_minutes
    }

    /// Minutes of all of them, over all the weeks, past their availability.
    async fn over_minutes(&self) -> i64 {
        self.0.over_minutes
    }

    /// The people: whoever was to answer first, then those booked on the work, by name.
    async fn people(&self) -> Vec<PersonCapacityAgainst> {
        let people = self.0.people.iter().cloned();
        people.map(PersonCapacityAgainst).collect()
    }
}

/// A person's weeks when production objected.
#[derive(Clone, Debug, Description)]
pub struct PersonCapacityAgainst(PersonAgainst);

#[Object(use_type_description)]
impl PersonCapacityAgainst {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// Whether the person held the project side; else they were booked on the work.
    async fn holds_project_side(&self) -> bool {
        self.0.holds_project_side
    }

    /// From the week of the objection to the one in which the client wants it, eight at most; four when it named no day.
    async fn weeks(&self) -> Vec<WeekCapacityAgainst> {
        let weeks = self.0.weeks.iter().cloned();
        weeks
            .map(|week| WeekCapacityAgainst {
                week: week.week,
                availability_minutes: week.availability_minutes,
                load_minutes: week.load_minutes,
                bench_minutes: week.bench_minutes,
                over_minutes: week.over_minutes,
            })
            .collect()
    }
}

/// A week of somebody when production objected.
#[derive(Clone, Debug, SimpleObject)]
pub struct WeekCapacityAgainst {
    /// The ISO week: `2026-W48`.
    week: String,
    /// Minutes free for client work.
    availability_minutes: i64,
    /// Coordination and confirmed bookings, minutes.
    load_minutes: i64,
    /// Availability not committed, minutes.
    bench_minutes: i64,
    /// Confirmed load past the availability, minutes.
    over_minutes: i64,
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
        let row = row.filter(|_| ctx.caller().reads_all());
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
