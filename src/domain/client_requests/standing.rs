//! Who raises and who answers a request, and since when it has waited too long. Asked anew on each day, so that a request
//! follows whoever is accountable (R12).

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::availability::WorkingTime;
use crate::domain::calendar::plus_days;
use crate::domain::responsibilities::{Accountability, Held, OPEN, Scope};
use crate::domain::working_time;
use crate::entity::{ProjectStatus, RequestState, Side, client_request, project};
use crate::error::Result;

/// Working days that production has to answer.
pub const WORKING_DAYS_TO_ANSWER: u32 = 2;

/// Whose a request is on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Who holds the client side of what it is about; of a client as a whole without a holder, whoever holds that of most
    /// of its active projects.
    pub speaker_id: Option<Uuid>,
    /// The same for the project side: who must answer.
    pub must_answer_id: Option<Uuid>,
    /// The first day on which it has waited too long for an answer: two working days of whoever must give it after it was
    /// raised. Calendar days when nobody must.
    pub late_on: Date,
}

/// A request that has waited too long for production's answer.
#[derive(Clone, Debug)]
pub struct Unanswered {
    /// The request.
    pub request: client_request::Model,
    /// Whose it is.
    pub standing: Standing,
}

/// The RAISED requests that have waited for more than two working days on `day`, the longest waiting first. A fixed number
/// of statements.
pub async fn unanswered(conn: &impl ConnectionTrait, day: Date) -> Result<Vec<Unanswered>> {
    let raised = client_request::Entity::find()
        .filter(client_request::Column::State.eq(RequestState::Raised))
        .order_by_asc(client_request::Column::RaisedOn)
        .order_by_asc(client_request::Column::Id)
        .all(conn)
        .await?;
    let mut standings = standings(conn, &raised, day).await?;
    Ok(raised
        .into_iter()
        .filter_map(|request| {
            let standing = standings.remove(&request.id)?;
            (day >= standing.late_on).then_some(Unanswered { request, standing })
        })
        .collect())
}

/// Whose each of `requests` is on `day`, by the request. A fixed number of statements.
pub async fn standings(
    conn: &impl ConnectionTrait,
    requests: &[client_request::Model],
    day: Date,
) -> Result<HashMap<Uuid, Standing>> {
    if requests.is_empty() {
        return Ok(HashMap::new());
    }
    let mut clients: Vec<Uuid> = requests.iter().map(|row| row.client_id).collect();
    clients.sort_unstable();
    clients.dedup();
    let holders = Holders::load(conn, &clients, day).await?;
    let first = |side, request: &client_request::Model| holders.of(side, request).first().copied();
    let mut people: Vec<Uuid> = requests
        .iter()
        .filter_map(|request| first(Side::Project, request))
        .collect();
    people.sort_unstable();
    people.dedup();
    let working_times = working_time::load(conn, &people).await?;
    let standing = |request: &client_request::Model| {
        let must_answer_id = first(Side::Project, request);
        let works = must_answer_id.and_then(|id| working_times.get(&id));
        Standing {
            speaker_id: first(Side::Client, request),
            must_answer_id,
            late_on: late_on(request.raised_on.0, works),
        }
    };
    Ok(requests
        .iter()
        .map(|request| (request.id, standing(request)))
        .collect())
}

fn late_on(raised_on: Date, works: Option<&WorkingTime>) -> Date {
    works
        .and_then(|person| person.add_working_days(raised_on, WORKING_DAYS_TO_ANSWER))
        .unwrap_or_else(|| plus_days(raised_on, WORKING_DAYS_TO_ANSWER.into()))
}

/// Who holds the sides of some clients and of their open projects on a day.
pub(super) struct Holders {
    accountability: Accountability,
    open: HashMap<Uuid, Vec<project::Model>>,
}

impl Holders {
    /// Three statements.
    pub(super) async fn load(
        conn: &impl ConnectionTrait,
        clients: &[Uuid],
        day: Date,
    ) -> Result<Self> {
        let scope = Scope::Clients(clients.to_vec());
        let projects = project::Entity::find()
            .filter(project::Column::ClientId.is_in(clients.iter().copied()))
            .filter(project::Column::ArchivedAt.is_null())
            .order_by_asc(project::Column::Name)
            .order_by_asc(project::Column::Id)
            .all(conn)
            .await?;
        let mut open: HashMap<Uuid, Vec<project::Model>> = HashMap::new();
        for project in projects {
            open.entry(project.client_id).or_default().push(project);
        }
        Ok(Self {
            accountability: Accountability::load(conn, &scope, day).await?,
            open,
        })
    }

    /// The open projects of a client, by name.
    pub(super) fn open_projects(&self, client_id: Uuid) -> impl Iterator<Item = &project::Model> {
        self.of_client(client_id)
            .filter(|project| OPEN.contains(&project.status))
    }

    fn of_client(&self, client_id: Uuid) -> impl Iterator<Item = &project::Model> {
        self.open.get(&client_id).into_iter().flatten()
    }

    /// Who holds `side` of what a request is about, the one who is to see to it first. Of a project one person at most. Of
    /// a client as a whole its holder, then whoever holds the side of its open projects: of most active ones first.
    pub(super) fn of(&self, side: Side, request: &client_request::Model) -> Vec<Uuid> {
        if let Some(id) = request.project_id {
            let mut projects = self.of_client(request.client_id);
            let project = projects.find(|project| project.id == id);
            let held = project.and_then(|project| self.accountability.of_project(side, project));
            return held.map(Held::person_id).into_iter().collect();
        }
        let whole = self.accountability.of_client(side, request.client_id);
        let mut people: Vec<Uuid> = whole.map(Held::person_id).into_iter().collect();
        for person in self.by_projects(side, request.client_id) {
            if !people.contains(&person) {
                people.push(person);
            }
        }
        people
    }

    /// Of two with as many, the one whose project has the first name comes first: the sort is stable.
    fn by_projects(&self, side: Side, client_id: Uuid) -> Vec<Uuid> {
        let mut held: Vec<(Uuid, usize, usize)> = Vec::new();
        for project in self.open_projects(client_id) {
            let Some(holder) = self.accountability.of_project(side, project) else {
                continue;
            };
            let id = holder.person_id();
            let active = usize::from(project.status == ProjectStatus::Active);
            match held.iter_mut().find(|(known, ..)| *known == id) {
                Some((_, of_active, of_open)) => {
                    *of_active += active;
                    *of_open += 1;
                }
                None => held.push((id, active, 1)),
            }
        }
        held.sort_by_key(|(_, active, open)| Reverse((*active, *open)));
        held.into_iter().map(|(id, ..)| id).collect()
    }
}
