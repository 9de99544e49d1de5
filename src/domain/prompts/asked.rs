//! Who is asked for what: how a prompt stands today, and who may answer it.

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Course, Prompt, course};
use crate::domain::books::Books;
use crate::domain::cadence::{Due, DueState};
use crate::domain::responsibilities::Scope;
use crate::domain::settings::Settings;
use crate::domain::touchpoints::stands_in_for;
use crate::domain::updates::{Standing, standings};
use crate::entity::{
    Day, LeadMode, PromptTopic, Side, TouchpointKind, client, person, project, prompt_choice,
    touchpoint,
};
use crate::error::Result;

/// A prompt as it stands on a day.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which.
    pub prompt: Prompt,
    /// The day.
    pub day: Date,
    /// The client it is about.
    pub client: client::Model,
    /// The project it is about; FACTS only.
    pub project: Option<project::Model>,
    /// The client's ACTIVE project, where it has exactly one.
    pub only_project_id: Option<Uuid>,
    /// The day of the contact that it counts from; none: there was none.
    pub since: Option<Date>,
    /// When what it asks for is due.
    pub due: Due,
    /// Days between two of them.
    pub every_days: i64,
    /// Who is accountable.
    pub accountable_id: Uuid,
    /// The latest choice about it.
    pub choice: Option<prompt_choice::Model>,
}

/// Why a prompt that was mailed asks nothing of its reader any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overtaken {
    /// Its client or project is not there.
    Gone,
    /// Its client is off the lists; the client's name.
    Archived(String),
    /// It was answered: the contact since then.
    Answered {
        /// The client's name.
        client: String,
        /// What sort of contact it was.
        kind: TouchpointKind,
        /// The day of it.
        on: Date,
        /// Who had it, where that is known.
        by: Option<String>,
    },
    /// Nothing is due to the client any more; the client's name.
    NotDue(String),
    /// It asks somebody else.
    Elsewhere {
        /// The client's name.
        client: String,
        /// Who is accountable; none: nobody is.
        by: Option<String>,
    },
}

/// How a prompt stands on `day`, or why it is none.
pub async fn asked(
    conn: &impl ConnectionTrait,
    prompt: Prompt,
    day: Date,
) -> Result<Result<Asked, Overtaken>> {
    let Some((client, project)) = subject(conn, prompt).await? else {
        return Ok(Err(Overtaken::Gone));
    };
    if client.archived_at.is_some() {
        return Ok(Err(Overtaken::Archived(client.name)));
    }
    let settings = Settings::load(conn).await?;
    let books = Books::load(conn, &Scope::Clients(vec![client.id]), day, day).await?;
    let (standings, _) = standings(conn, &books, &settings, day).await?;
    let Some(standing) = standings.first() else {
        return Ok(Err(Overtaken::NotDue(client.name)));
    };
    let due = match prompt.topic {
        PromptTopic::ReachOut => standing.outreach,
        PromptTopic::Update => standing.update,
        PromptTopic::Facts => standing
            .update
            .filter(|_| is_led_by_production(standing, prompt)),
    };
    let Some(due) = due else {
        return Ok(Err(Overtaken::NotDue(client.name)));
    };
    let accountable_id = match &project {
        Some(project) => books
            .accountability
            .accountable(Side::Project, project, day)
            .map(|held| held.person_id()),
        None => standing.speaker_id,
    };
    let Some(accountable_id) = accountable_id else {
        let (client, by) = (client.name, None);
        return Ok(Err(Overtaken::Elsewhere { client, by }));
    };
    Ok(Ok(Asked {
        prompt,
        day,
        since: standing.since(prompt.topic),
        due,
        every_days: match prompt.topic {
            PromptTopic::ReachOut => standing.outreach_days.unwrap_or_default(),
            _ => client.cadence_days.into(),
        },
        accountable_id,
        choice: standing
            .choice(prompt.topic, project.as_ref().map(|row| row.id))
            .cloned(),
        only_project_id: match standing.active.as_slice() {
            [project] => Some(project.id),
            _ => None,
        },
        client,
        project,
    }))
}

/// As [`asked`], for somebody who was mailed the prompt when it counted from the contact of `since`: none of their
/// business any more when it was answered since, or asks somebody else.
pub async fn asked_of(
    conn: &impl ConnectionTrait,
    reader: &person::Model,
    prompt: Prompt,
    since: Option<Date>,
    day: Date,
) -> Result<Result<Asked, Overtaken>> {
    let asked = match asked(conn, prompt, day).await? {
        Ok(asked) => asked,
        Err(overtaken) => return Ok(Err(overtaken)),
    };
    if asked.since != since {
        return Ok(Err(answered(conn, &asked).await?));
    }
    if asked.may_be_answered_by(conn, reader.id).await? {
        return Ok(Ok(asked));
    }
    let accountable = person::Entity::find_by_id(asked.accountable_id).one(conn);
    Ok(Err(Overtaken::Elsewhere {
        client: asked.client.name.clone(),
        by: accountable.await?.map(|person| person.name),
    }))
}

impl Asked {
    /// Whether it prompts, or did so until somebody put it off.
    pub fn is_due(&self) -> bool {
        self.due.state(self.day) != DueState::Ahead
    }

    /// What comes of the latest choice about it.
    pub fn course(&self) -> Course {
        course(self.choice.as_ref(), self.accountable_id, self.day)
    }

    /// Whether it asks `person_id`: whoever is accountable, whom they handed it to, and whoever stands in today for either.
    pub async fn may_be_answered_by(
        &self,
        conn: &impl ConnectionTrait,
        person_id: Uuid,
    ) -> Result<bool> {
        let mut prompted = vec![self.accountable_id];
        if let Course::With { to, .. } = self.course() {
            prompted.push(to);
        }
        if prompted.contains(&person_id) {
            return Ok(true);
        }
        stands_in_for(conn, person_id, &prompted, self.client.id, self.day).await
    }
}

async fn subject(
    conn: &impl ConnectionTrait,
    prompt: Prompt,
) -> Result<Option<(client::Model, Option<project::Model>)>> {
    let project = match prompt.topic {
        PromptTopic::Facts => {
            let project = project::Entity::find_by_id(prompt.subject_id).one(conn);
            let Some(project) = project.await? else {
                return Ok(None);
            };
            Some(project)
        }
        PromptTopic::Update | PromptTopic::ReachOut => None,
    };
    let client_id = project
        .as_ref()
        .map_or(prompt.subject_id, |project| project.client_id);
    let client = client::Entity::find_by_id(client_id).one(conn).await?;
    Ok(client.map(|client| (client, project)))
}

fn is_led_by_production(standing: &Standing<'_>, prompt: Prompt) -> bool {
    let mut active = standing.active.iter();
    active.any(|row| row.id == prompt.subject_id && row.lead_mode == LeadMode::ProductionLed)
}

/// The contact that answered a prompt. Where the log was corrected back in time there is none: then it is simply not due.
async fn answered(conn: &impl ConnectionTrait, asked: &Asked) -> Result<Overtaken> {
    let client = asked.client.name.clone();
    let kinds: Vec<TouchpointKind> = match asked.prompt.topic {
        PromptTopic::ReachOut => vec![TouchpointKind::ReachOut],
        PromptTopic::Update | PromptTopic::Facts => TouchpointKind::WORDS
            .iter()
            .filter_map(|word| TouchpointKind::from_word(word))
            .filter(|kind| kind.counts_as_update())
            .collect(),
    };
    let last = touchpoint::Entity::find()
        .filter(touchpoint::Column::ClientId.eq(asked.client.id))
        .filter(touchpoint::Column::Kind.is_in(kinds))
        .filter(touchpoint::Column::OccurredOn.lte(Day(asked.since.unwrap_or(asked.day))))
        .order_by_desc(touchpoint::Column::OccurredOn)
        .order_by_desc(touchpoint::Column::OccurredAt)
        .one(conn)
        .await?;
    let Some(last) = last else {
        return Ok(Overtaken::NotDue(client));
    };
    let by = match last.person_id {
        Some(id) => person::Entity::find_by_id(id).one(conn).await?,
        None => None,
    };
    Ok(Overtaken::Answered {
        client,
        kind: last.kind,
        on: last.occurred_on.0,
        by: by.map(|person| person.name),
    })
}
