//! What of the split stands in people's daily mails beside updates and reach-outs (domain.md §6): who is told, and on which
//! days. That nobody is told twice is for the mails to see to.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::calendar::{Week, plus_days};
use crate::domain::handovers::{StepDue, steps_due};
use crate::domain::overdue::Overdue;
use crate::domain::programmes::{MilestoneReached, milestones_since};
use crate::domain::responsibilities::{Accountability, Scope};
use crate::domain::reviews::{self, DueReview, Owners};
use crate::domain::role_decisions::undecided_kick_offs;
use crate::domain::suppressions::{Unreachable, unreachable};
use crate::domain::unroutable::{Unroutable, unroutable};
use crate::entity::{Side, client, person, project};
use crate::error::Result;

/// Days before a planned kick-off on which it is asked for a decision.
const DAYS_BEFORE_KICK_OFF: i64 = 7;

/// How long a milestone is news: an owner who was away that long has heard of it.
const NEWS_FOR: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Something that a person is to be told.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Who is to be told.
    pub person_id: Uuid,
    /// The client it is about; none: none in particular.
    pub client_id: Option<Uuid>,
    /// What it is.
    pub matter: Matter,
}

/// What a notice is about.
#[derive(Clone, Debug)]
pub enum Matter {
    /// A project is about to kick off and nobody has decided which side leads (R3): its AM, its PM and the owners.
    KickOff {
        /// The project.
        project: project::Model,
        /// What its client is called.
        client_name: String,
    },
    /// A handover's next step is due: whoever's task it is.
    Step {
        /// The step and its handover.
        due: Box<StepDue>,
        /// What whoever hands over is called.
        from_name: String,
        /// What whoever takes over is called.
        to_name: String,
    },
    /// A review waits in the weeks after its own mail: the owner who is asked.
    Review(DueReview),
    /// A programme passed 25, 50, 75 or 100 percent: the owners.
    Milestone(MilestoneReached),
    /// A client update is overdue: the owners, and in copy whoever speaks for the client.
    Overdue(Overdue),
    /// Nothing is sent to somebody's address: the owners.
    Unreachable(Unreachable),
    /// A mail went to nobody: the owners.
    Unroutable(Box<Unroutable>),
}

impl Matter {
    /// News waits for whoever is away; what is to be done goes to whoever stands in.
    pub fn is_news(&self) -> bool {
        match self {
            Self::Milestone(_) | Self::Unroutable(_) => true,
            Self::Overdue(overdue) => overdue.is_copy,
            Self::KickOff { .. } | Self::Step { .. } | Self::Review(_) | Self::Unreachable(_) => {
                false
            }
        }
    }

    /// Whether every owner is told, so that no owner need stand in for another.
    pub fn is_for_every_owner(&self) -> bool {
        match self {
            Self::Overdue(overdue) => !overdue.is_copy,
            Self::Unreachable(_) | Self::Milestone(_) | Self::Unroutable(_) => true,
            Self::KickOff { .. } | Self::Step { .. } | Self::Review(_) => false,
        }
    }
}

/// What `people`, of whom `owners` own the agency, are to be told on `day`. A fixed number of statements.
pub async fn notices(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    owners: &[Uuid],
    day: Date,
    now: Timestamp,
) -> Result<Vec<Notice>> {
    let mut notices = kick_offs(conn, owners, day).await?;
    notices.extend(steps(conn, people, day).await?);
    if !owners.is_empty() {
        notices.extend(waiting_reviews(conn, day).await?);
        notices.extend(milestones(conn, owners, now).await?);
    }
    if owners.iter().any(|owner| people.contains(owner)) {
        notices.extend(undelivered(conn, owners, now).await?);
    }
    notices.retain(|notice| people.contains(&notice.person_id));
    Ok(notices)
}

async fn kick_offs(conn: &impl ConnectionTrait, owners: &[Uuid], day: Date) -> Result<Vec<Notice>> {
    let last = plus_days(day, DAYS_BEFORE_KICK_OFF);
    let projects = undecided_kick_offs(conn, day, last).await?;
    if projects.is_empty() {
        return Ok(Vec::new());
    }
    let ids: BTreeSet<Uuid> = projects.iter().map(|row| row.client_id).collect();
    let clients = client::Entity::find().filter(client::Column::Id.is_in(ids.clone()));
    let names: HashMap<Uuid, String> = clients
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let scope = Scope::Clients(ids.into_iter().collect());
    let accountability = Accountability::load(conn, &scope, day).await?;
    let mut notices = Vec::new();
    for project in projects {
        let held = [Side::Client, Side::Project]
            .into_iter()
            .filter_map(|side| accountability.of_project(side, &project))
            .map(|held| held.person_id());
        let told: BTreeSet<Uuid> = held.chain(owners.iter().copied()).collect();
        let client_name = names.get(&project.client_id).cloned().unwrap_or_default();
        notices.extend(told.into_iter().map(|person_id| Notice {
            person_id,
            client_id: Some(project.client_id),
            matter: Matter::KickOff {
                project: project.clone(),
                client_name: client_name.clone(),
            },
        }));
    }
    Ok(notices)
}

async fn steps(conn: &impl ConnectionTrait, people: &[Uuid], day: Date) -> Result<Vec<Notice>> {
    let due = steps_due(conn, Some(people), day).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let ends = due
        .iter()
        .flat_map(|due| [due.handover.from_person_id, due.handover.to_person_id]);
    let ends: BTreeSet<Uuid> = ends.collect();
    let names: HashMap<Uuid, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(ends))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
    let notices = due.into_iter().map(|due| Notice {
        person_id: due.owner.id,
        client_id: Some(due.handover.client_id),
        matter: Matter::Step {
            from_name: name(due.handover.from_person_id),
            to_name: name(due.handover.to_person_id),
            due: Box::new(due),
        },
    });
    Ok(notices.collect())
}

/// The week in which a review falls due has the review's own mail.
async fn waiting_reviews(conn: &impl ConnectionTrait, day: Date) -> Result<Vec<Notice>> {
    let before = plus_days(Week::of(day).monday(), -1);
    let waiting = reviews::due(conn, before).await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let owners = Owners::load(conn).await?;
    let notices = waiting.into_iter().filter_map(|due| {
        let owner = owners.asked(&due.programme, day)?;
        Some(Notice {
            person_id: owner.id,
            client_id: None,
            matter: Matter::Review(due),
        })
    });
    Ok(notices.collect())
}

async fn milestones(
    conn: &impl ConnectionTrait,
    owners: &[Uuid],
    now: Timestamp,
) -> Result<Vec<Notice>> {
    let since = now.checked_sub(NEWS_FOR).unwrap_or(Timestamp::MIN);
    let reached = milestones_since(conn, since).await?;
    let told = reached.into_iter().flat_map(|reached| {
        owners.iter().map(move |owner| Notice {
            person_id: *owner,
            client_id: None,
            matter: Matter::Milestone(reached.clone()),
        })
    });
    Ok(told.collect())
}

/// What does not arrive. Every owner is told of every owner's address too: whose it is could not read of it.
async fn undelivered(
    conn: &impl ConnectionTrait,
    owners: &[Uuid],
    now: Timestamp,
) -> Result<Vec<Notice>> {
    let unreachable = unreachable(conn, now).await?.into_iter();
    let unreachable = unreachable.map(Matter::Unreachable);
    let unroutable = unroutable(conn, now).await?.into_iter();
    let unroutable = unroutable.map(|one| Matter::Unroutable(Box::new(one)));
    let told = unreachable.chain(unroutable).flat_map(|matter| {
        owners.iter().map(move |owner| Notice {
            person_id: *owner,
            client_id: None,
            matter: matter.clone(),
        })
    });
    Ok(told.collect())
}
