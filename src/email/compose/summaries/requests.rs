//! Clients' requests that wait, as both weekly mails show them.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::app::App;
use crate::domain::client_requests::unanswered;
use crate::email::capacity_summary::{RequestWaiting, Waits};
use crate::email::compose::delivery::Links;
use crate::entity::{RequestState, client, client_request, person};
use crate::error::Result;

/// A request that waits, and in whose summaries it stands.
struct Waiting {
    request: client_request::Model,
    /// Who must answer; none: nobody holds that side, or it waits for an owner.
    for_person: Option<Uuid>,
    told: Vec<Uuid>,
}

/// The requests that wait on a day.
pub(super) struct Requests {
    waiting: Vec<Waiting>,
    clients: HashMap<Uuid, String>,
    people: HashMap<Uuid, String>,
}

impl Requests {
    /// Reads what has waited too long for production's answer, which both its sides are told, and what waits for an owner.
    /// A fixed number of statements.
    pub(super) async fn load(
        conn: &impl ConnectionTrait,
        owners: &[Uuid],
        day: Date,
    ) -> Result<Self> {
        let late = unanswered(conn, day).await?;
        let mut waiting: Vec<Waiting> = late
            .into_iter()
            .map(|one| {
                let standing = one.standing;
                let told = [standing.must_answer_id, standing.speaker_id];
                Waiting {
                    request: one.request,
                    for_person: standing.must_answer_id,
                    told: told.into_iter().flatten().collect(),
                }
            })
            .collect();
        let objected = client_request::Entity::find()
            .filter(client_request::Column::State.eq(RequestState::Objected))
            .order_by_asc(client_request::Column::RaisedOn)
            .order_by_asc(client_request::Column::Id)
            .all(conn)
            .await?;
        waiting.extend(objected.into_iter().map(|request| Waiting {
            request,
            for_person: None,
            told: owners.to_vec(),
        }));
        Ok(Self {
            clients: clients(conn, &waiting).await?,
            people: people(conn, &waiting).await?,
            waiting,
        })
    }

    /// Those that stand in the summary of any of `people`, the longest waiting first.
    pub(super) fn told(&self, app: &App, people: &[Uuid]) -> Vec<RequestWaiting> {
        let theirs = self
            .waiting
            .iter()
            .filter(|one| one.told.iter().any(|id| people.contains(id)));
        theirs.map(|one| self.line(app, one)).collect()
    }

    fn line(&self, app: &App, one: &Waiting) -> RequestWaiting {
        let request = &one.request;
        let client = self.clients.get(&request.client_id);
        let answerer = one.for_person.and_then(|id| self.people.get(&id));
        let waits = match (request.state, answerer) {
            (RequestState::Objected, _) => Waits::Decision,
            (_, Some(name)) => Waits::Answer(name.into()),
            (_, None) => Waits::Anybody,
        };
        RequestWaiting {
            client: client.map_or("a client", String::as_str).into(),
            title: request.title.as_str().into(),
            raised_on: request.raised_on.0,
            waits,
            url: Some(Links(app).request(request.id)),
        }
    }
}

async fn clients(
    conn: &impl ConnectionTrait,
    waiting: &[Waiting],
) -> Result<HashMap<Uuid, String>> {
    let ids: BTreeSet<Uuid> = waiting.iter().map(|one| one.request.client_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = client::Entity::find().filter(client::Column::Id.is_in(ids));
    let rows = rows.all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

async fn people(conn: &impl ConnectionTrait, waiting: &[Waiting]) -> Result<HashMap<Uuid, String>> {
    let ids: BTreeSet<Uuid> = waiting.iter().filter_map(|one| one.for_person).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = person::Entity::find().filter(person::Column::Id.is_in(ids));
    let rows = rows.all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
