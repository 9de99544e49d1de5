//! Client updates and proactive outreach: what is due to which client, and who is to see to it.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::availability::WorkingTime;
use super::books::Books;
use super::cadence::{Due, LastContact, outreach_days, outreach_due, update_due};
use super::settings::Settings;
use super::working_time;
use crate::entity::{Day, ProjectStatus, TouchpointKind, client, project, touchpoint};
use crate::error::Result;

/// How a client stands: what is due to it, and who speaks for it.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// The client.
    pub client: &'a client::Model,
    /// Its ACTIVE projects.
    pub active: Vec<&'a project::Model>,
    /// Who is accountable for the client today; none: nobody is.
    pub speaker_id: Option<Uuid>,
    /// The day of the last touchpoint that counts as an update.
    pub last_update_on: Option<Date>,
    /// When the next update is due; none without an ACTIVE project.
    pub update: Option<Due>,
    /// When the next proactive outreach is due; none when the client is not to be prompted.
    pub outreach: Option<Due>,
    /// Days between two outreaches, when there are to be any.
    pub outreach_days: Option<i64>,
}

/// The working times that standings were reckoned with, by person.
pub type WorkingTimes = HashMap<Uuid, WorkingTime>;

/// How the clients of `books` that have ACTIVE or BACK_BURNER projects stand on `day`, by name. Five statements,
/// whatever the number of clients.
pub async fn standings<'a>(
    conn: &impl ConnectionTrait,
    books: &'a Books,
    settings: &Settings,
    day: Date,
) -> Result<(Vec<Standing<'a>>, WorkingTimes)> {
    let mut by_client: BTreeMap<(&str, Uuid), Vec<&project::Model>> = BTreeMap::new();
    for project in &books.projects {
        let client = &books.clients[&project.client_id];
        by_client
            .entry((&client.name, client.id))
            .or_default()
            .push(project);
    }
    let speakers: HashMap<Uuid, Uuid> = by_client
        .keys()
        .filter_map(|(_, id)| Some((*id, books.speaker(*id, day)?.person_id())))
        .collect();
    let mut people: Vec<Uuid> = speakers.values().copied().collect();
    people.sort_unstable();
    people.dedup();
    let working_times = working_time::load(conn, &people).await?;
    let last = LastDays::load(conn, books.clients.keys().copied().collect()).await?;

    let standings = by_client
        .into_iter()
        .map(|((_, id), projects)| {
            let speaker_id = speakers.get(&id).copied();
            let working_time = speaker_id.and_then(|person| working_times.get(&person));
            standing(
                &books.clients[&id],
                &projects,
                speaker_id,
                working_time,
                &last,
                settings,
            )
        })
        .collect();
    Ok((standings, working_times))
}

fn standing<'a>(
    client: &'a client::Model,
    projects: &[&'a project::Model],
    speaker_id: Option<Uuid>,
    working_time: Option<&WorkingTime>,
    last: &LastDays,
    settings: &Settings,
) -> Standing<'a> {
    let active: Vec<&project::Model> = projects
        .iter()
        .copied()
        .filter(|project| project.status == ProjectStatus::Active)
        .collect();
    let kicked_off_on = active
        .iter()
        .filter_map(|project| project.kicked_off_on)
        .map(|day| day.0)
        .min();
    let since = |contacted_on| LastContact {
        contacted_on,
        kicked_off_on,
        client_since: client.starts_on.0,
    };
    let last_update_on = last.updates.get(&client.id).copied();
    let constants = &settings.cadence;
    let update = (!active.is_empty()).then(|| {
        let cadence_days = client.cadence_days.into();
        update_due(
            constants,
            &since(last_update_on),
            cadence_days,
            working_time,
        )
    });
    let every = outreach_days(constants, projects.iter().map(|project| project.status));
    let outreach = every.map(|days| {
        let reached_out_on = last.outreaches.get(&client.id).copied();
        outreach_due(constants, &since(reached_out_on), days, working_time)
    });
    Standing {
        client,
        active,
        speaker_id,
        last_update_on,
        update,
        outreach,
        outreach_days: every,
    }
}

/// The day of the last touchpoint that counts as an update, by client; of clients never contacted, none. One statement for
/// every ten thousand clients.
pub async fn last_updates(
    conn: &impl ConnectionTrait,
    clients: Vec<Uuid>,
) -> Result<HashMap<Uuid, Date>> {
    Ok(LastDays::load(conn, clients).await?.updates)
}

/// The last day of each kind of contact that a cadence runs from, by client.
struct LastDays {
    updates: HashMap<Uuid, Date>,
    outreaches: HashMap<Uuid, Date>,
}

#[derive(FromQueryResult)]
struct LastDay {
    client_id: Uuid,
    kind: TouchpointKind,
    last_on: Day,
}

impl LastDays {
    async fn load(conn: &impl ConnectionTrait, clients: Vec<Uuid>) -> Result<Self> {
        let mut loaded = Self {
            updates: HashMap::new(),
            outreaches: HashMap::new(),
        };
        for clients in clients.chunks(10_000) {
            let rows = touchpoint::Entity::find()
                .select_only()
                .column(touchpoint::Column::ClientId)
                .column(touchpoint::Column::Kind)
                .column_as(touchpoint::Column::OccurredOn.max(), "last_on")
                .filter(touchpoint::Column::ClientId.is_in(clients.iter().copied()))
                .group_by(touchpoint::Column::ClientId)
                .group_by(touchpoint::Column::Kind)
                .into_model::<LastDay>()
                .all(conn)
                .await?;
            for row in rows {
                loaded.take(&row);
            }
        }
        Ok(loaded)
    }

    fn take(&mut self, row: &LastDay) {
        let days = match row.kind {
            TouchpointKind::ReachOut => &mut self.outreaches,
            kind if kind.counts_as_update() => &mut self.updates,
            _ => return,
        };
        let last = days.entry(row.client_id).or_insert(row.last_on.0);
        *last = (*last).max(row.last_on.0);
    }
}
