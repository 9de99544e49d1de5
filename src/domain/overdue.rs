//! Client updates past their three working days: told once to the owners, with whoever speaks for the client in copy
//! (domain.md §6).

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::books::Books;
use super::cadence::DueState;
use super::notices::{Matter, Notice};
use super::prompts::{Course, course};
use super::responsibilities::Scope;
use super::settings::Settings;
use super::updates::{Standing, standings};
use crate::entity::{PromptTopic, person};
use crate::error::Result;

/// A client update that is overdue.
#[derive(Clone, Debug)]
pub struct Overdue {
    /// The client that waits.
    pub client_id: Uuid,
    /// What it is called.
    pub client_name: String,
    /// Who speaks for it; none: nobody does.
    pub speaker_id: Option<Uuid>,
    /// What they are called.
    pub speaker_name: Option<String>,
    /// The day of the last contact that counts; none: there never was one.
    pub last_update_on: Option<Date>,
    /// The day it was due.
    pub due_on: Date,
    /// For whoever speaks for the client, who gets it in copy.
    pub is_copy: bool,
}

/// What each of `owners` is told on `day`: of the whole agency, but for the clients that they speak for themselves. Ten
/// statements.
pub async fn to_owners(
    conn: &impl ConnectionTrait,
    settings: &Settings,
    owners: &[Uuid],
    day: Date,
) -> Result<Vec<Notice>> {
    let books = Books::load(conn, &Scope::All, day, day).await?;
    let (standings, _) = standings(conn, &books, settings, day).await?;
    let overdue: Vec<Overdue> = standings
        .iter()
        .filter(|standing| course_of(standing, day) != Course::Waits)
        .filter_map(|standing| overdue(standing, day))
        .collect();
    let speakers = overdue.iter().filter_map(|overdue| overdue.speaker_id);
    let names: HashMap<Uuid, String> = person::Entity::find()
        .filter(person::Column::Id.is_in(speakers))
        .all(conn)
        .await?
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let mut notices = Vec::new();
    for overdue in overdue {
        let name = overdue.speaker_id.and_then(|id| names.get(&id).cloned());
        let named = Overdue {
            speaker_name: name,
            ..overdue
        };
        let told = owners
            .iter()
            .filter(|owner| named.speaker_id != Some(**owner));
        notices.extend(told.map(|owner| notice(*owner, named.clone())));
    }
    Ok(notices)
}

/// The copies for those of `people` who speak for a client among `standings` whose update is overdue.
pub fn copies(standings: &[Standing<'_>], people: &[Uuid], day: Date) -> Vec<Notice> {
    let is_theirs = |standing: &&Standing<'_>| {
        matches!(course_of(standing, day), Course::AsDue | Course::Again(_))
    };
    let overdue = standings
        .iter()
        .filter(is_theirs)
        .filter_map(|standing| overdue(standing, day));
    let copy = |overdue: Overdue| {
        let speaker = overdue.speaker_id.filter(|id| people.contains(id))?;
        let copy = Overdue {
            is_copy: true,
            ..overdue
        };
        Some(notice(speaker, copy))
    };
    overdue.filter_map(copy).collect()
}

/// What whoever speaks for a client chose about its update: what waits is in the weekly summary, with the reason.
fn course_of(standing: &Standing<'_>, day: Date) -> Course {
    match standing.speaker_id {
        Some(speaker) => course(standing.choice(PromptTopic::Update, None), speaker, day),
        None => Course::AsDue,
    }
}

fn overdue(standing: &Standing<'_>, day: Date) -> Option<Overdue> {
    let due = standing.update?;
    (due.state(day) == DueState::Overdue).then(|| Overdue {
        client_id: standing.client.id,
        client_name: standing.client.name.clone(),
        speaker_id: standing.speaker_id,
        speaker_name: None,
        last_update_on: standing.last_update_on,
        due_on: due.due_on,
        is_copy: false,
    })
}

/// What an owner is told is not for whoever knows the client best: for an owner who is away, no relationship stands in.
fn notice(person_id: Uuid, overdue: Overdue) -> Notice {
    Notice {
        person_id,
        client_id: overdue.is_copy.then_some(overdue.client_id),
        matter: Matter::Overdue(overdue),
    }
}
