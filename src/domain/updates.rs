//! Client updates and proactive outreach: what is due to which client, and who is to see to it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::availability::WorkingTime;
use super::books::Books;
use super::cadence::{Due, LastContact, due_from, outreach_days, outreach_due, update_due};
use super::prompts::Choices;
use super::settings::Settings;
use super::working_time;
use crate::entity::{
    Day, ProjectStatus, PromptChoiceKind, PromptTopic, TouchpointKind, client, project,
    prompt_choice, touchpoint,
};
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
    /// The day of the last touchpoint that counts as an outreach.
    pub last_outreach_on: Option<Date>,
    /// When the next update is due; none without an ACTIVE project.
    pub update: Option<Due>,
    /// When the next proactive outreach is due; none when the client is not to be prompted.
    pub outreach: Option<Due>,
    /// Days between two outreaches, when there are to be any.
    pub outreach_days: Option<i64>,
    /// What was chosen about its prompts.
    choices: Arc<Choices>,
}

/// The working times that standings were reckoned with, by person.
pub type WorkingTimes = HashMap<Uuid, WorkingTime>;

impl Standing<'_> {
    /// The day of the contact that a prompt counts from; none: there was none.
    pub fn since(&self, topic: PromptTopic) -> Option<Date> {
        match topic {
            PromptTopic::ReachOut => self.last_outreach_on,
            PromptTopic::Update | PromptTopic::Facts => self.last_update_on,
        }
    }

    /// The latest choice about a prompt that is due, or about to be; `project_id` for FACTS.
    pub fn choice(
        &self,
        topic: PromptTopic,
        project_id: Option<Uuid>,
    ) -> Option<&prompt_choice::Model> {
        let since = self.since(topic);
        self.choices.about(self.client.id, topic, project_id, since)
    }
}

/// How the clients of `books` that have ACTIVE or BACK_BURNER projects stand on `day`, by name. Six statements,
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
    let clients: Vec<Uuid> = books.clients.keys().copied().collect();
    let reckoning = Reckoning {
        settings,
        day,
        choices: Arc::new(Choices::load(conn, &clients, day).await?),
        last: LastDays::load(conn, clients).await?,
    };
    let standings = by_client
        .into_iter()
        .map(|((_, id), projects)| {
            let speaker_id = speakers.get(&id).copied();
            let working_time = speaker_id.and_then(|person| working_times.get(&person));
            reckoning.standing(&books.clients[&id], &projects, speaker_id, working_time)
        })
        .collect();
    Ok((standings, working_times))
}

/// What standings are reckoned from, beside the client itself.
struct Reckoning<'a> {
    settings: &'a Settings,
    day: Date,
    choices: Arc<Choices>,
    last: LastDays,
}

impl Reckoning<'_> {
    fn standing<'a>(
        &self,
        client: &'a client::Model,
        projects: &[&'a project::Model],
        speaker_id: Option<Uuid>,
        working_time: Option<&WorkingTime>,
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
        let last_update_on = self.last.updates.get(&client.id).copied();
        let last_outreach_on = self.last.outreaches.get(&client.id).copied();
        let constants = &self.settings.cadence;
        let mut standing = Standing {
            client,
            speaker_id,
            last_update_on,
            last_outreach_on,
            update: (!active.is_empty()).then(|| {
                let last = since(last_update_on);
                update_due(constants, &last, client.cadence_days.into(), working_time)
            }),
            outreach: None,
            outreach_days: outreach_days(constants, projects.iter().map(|row| row.status)),
            active,
            choices: Arc::clone(&self.choices),
        };
        standing.outreach = standing.outreach_days.map(|days| {
            let last = since(last_outreach_on);
            outreach_due(constants, &last, days, working_time)
        });
        let again = |topic, due| self.after_dismissal(&standing, topic, due, working_time);
        let update = again(PromptTopic::Update, standing.update);
        let outreach = again(PromptTopic::ReachOut, standing.outreach);
        Standing {
            update,
            outreach,
            ..standing
        }
    }

    /// What was not needed is due again on the day that was named then, and late only after that.
    fn after_dismissal(
        &self,
        standing: &Standing<'_>,
        topic: PromptTopic,
        due: Option<Due>,
        working_time: Option<&WorkingTime>,
    ) -> Option<Due> {
        let due = due?;
        let dismissed = standing
            .choice(topic, None)
            .filter(|choice| choice.kind == PromptChoiceKind::Dismissed)
            .map(|choice| choice.until_on.0)
            .filter(|until| *until <= self.day && due.due_on < *until);
        Some(dismissed.map_or(due, |until| {
            due_from(&self.settings.cadence, until, working_time)
        }))
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
