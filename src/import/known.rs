//! What there is already, read in a few statements before the first row is written, and kept up to date from then on.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::columns::Kind;
use super::sheet::Sheet;
use crate::entity::{
    assignment, client, client_contact, holiday_calendar, person, project, role, work_schedule,
};
use crate::error::Result;

/// Rows by their natural key.
#[derive(Debug)]
pub(super) struct Names<T> {
    rows: HashMap<String, T>,
    /// Keys of rows that stand in a file of this run and cannot be imported.
    refused: HashSet<String>,
    /// Whether a file of this run may name rows that could not be read.
    incomplete: bool,
}

/// What a name turned out to be.
pub(super) enum Named<'a, T> {
    /// A row that is there.
    Row(&'a T),
    /// A row of this run that has a fault of its own, which is reported there.
    Refused,
    /// Nothing.
    Nothing,
}

/// What holds a role: role, client or project, and the first day.
pub(super) type HeldFrom = (Uuid, Uuid, Date);

/// What there is already.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) people: Names<person::Model>,
    pub(super) calendars: Names<holiday_calendar::Model>,
    pub(super) clients: Names<client::Model>,
    pub(super) contacts: Names<client_contact::Model>,
    pub(super) projects: Names<project::Model>,
    pub(super) roles: Names<role::Model>,
    pub(super) schedules: HashMap<(Uuid, Date), work_schedule::Model>,
    /// Who holds what since exactly that day.
    pub(super) holders: HashMap<HeldFrom, Uuid>,
    /// Clients whose primary contact a row of this run has named.
    pub(super) with_primary: HashSet<Uuid>,
}

/// The natural key that is made of these parts, upper and lower case alike.
pub(super) fn key(parts: &[&str]) -> String {
    let folded: Vec<String> = parts
        .iter()
        .map(|part| part.trim().to_lowercase())
        .collect();
    folded.join("\0")
}

impl Known {
    /// Reads what the rows of the sheets may refer to.
    pub(super) async fn load(conn: &impl ConnectionTrait, sheets: &[Sheet]) -> Result<Self> {
        let of_kind = |kind| sheets.iter().filter(move |sheet| sheet.kind == kind);
        let incomplete = |kind| of_kind(kind).any(|sheet| !sheet.complete);
        let clients = client::Entity::find().all(conn).await?;
        let names: HashMap<Uuid, String> = clients
            .iter()
            .map(|client| (client.id, client.name.clone()))
            .collect();
        let of = |id: Uuid, name: &str| key(&[names.get(&id).map_or("", String::as_str), name]);
        let contacts = client_contact::Entity::find().all(conn).await?;
        let projects = project::Entity::find().all(conn).await?;
        let people = person::Entity::find().all(conn).await?;
        let calendars = holiday_calendar::Entity::find().all(conn).await?;
        let roles = role::Entity::find().all(conn).await?;
        let mut schedules = Vec::new();
        if of_kind(Kind::People).next().is_some() {
            schedules = work_schedule::Entity::find().all(conn).await?;
        }
        let mut assignments = Vec::new();
        if of_kind(Kind::Assignments).next().is_some() {
            assignments = assignment::Entity::find().all(conn).await?;
        }
        Ok(Self {
            people: Names::new(people, |row| key(&[&row.email]), incomplete(Kind::People)),
            calendars: Names::new(calendars, |row| key(&[&row.name]), false),
            clients: Names::new(clients, |row| key(&[&row.name]), incomplete(Kind::Clients)),
            contacts: Names::new(
                contacts,
                |row| of(row.client_id, &row.email),
                incomplete(Kind::Contacts),
            ),
            projects: Names::new(
                projects,
                |row| of(row.client_id, &row.name),
                incomplete(Kind::Projects),
            ),
            roles: Names::new(roles, |row| key(&[&row.name]), false),
            schedules: schedules
                .into_iter()
                .map(|row| ((row.person_id, row.effective_from.0), row))
                .collect(),
            holders: assignments
                .iter()
                .filter_map(|row| Some((held_from(row)?, row.person_id)))
                .collect(),
            with_primary: HashSet::new(),
        })
    }

    /// Notes that a row of this run is not imported. What refers to it is not reported again.
    pub(super) fn refuse(&mut self, kind: Kind, key: Option<String>) {
        match kind {
            Kind::People => self.people.refuse(key),
            Kind::Clients => self.clients.refuse(key),
            Kind::Contacts => self.contacts.refuse(key),
            Kind::Projects => self.projects.refuse(key),
            Kind::Assignments | Kind::Touchpoints => {}
        }
    }
}

/// The day on which an assignment began; none for one that was replaced before it ever held.
pub(super) fn held_from(row: &assignment::Model) -> Option<HeldFrom> {
    if row.until_on == Some(row.from_on) {
        return None;
    }
    let target = row.project_id.or(row.client_id)?;
    Some((row.role_id, target, row.from_on.0))
}

impl<T> Names<T> {
    fn new(rows: Vec<T>, key: impl Fn(&T) -> String, incomplete: bool) -> Self {
        Self {
            rows: rows.into_iter().map(|row| (key(&row), row)).collect(),
            refused: HashSet::new(),
            incomplete,
        }
    }

    /// The row of a key, if there is one.
    pub(super) fn row(&self, key: &str) -> Option<&T> {
        self.rows.get(key)
    }

    /// What a key names.
    pub(super) fn named(&self, key: &str) -> Named<'_, T> {
        match self.rows.get(key) {
            _ if self.refused.contains(key) => Named::Refused,
            Some(row) => Named::Row(row),
            None if self.incomplete => Named::Refused,
            None => Named::Nothing,
        }
    }

    /// Notes that a row was written.
    pub(super) fn put(&mut self, key: String, row: T) {
        self.rows.insert(key, row);
    }

    pub(super) fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.values_mut()
    }

    /// The key nearest to one that names nothing, if one is near.
    pub(super) fn nearest(&self, key: &str) -> Option<&T> {
        // Longer keys are nobody's slip of the pen, and slow to compare.
        if key.len() > 200 {
            return None;
        }
        self.rows
            .iter()
            .map(|(known, row)| (strsim::osa_distance(key, known), known, row))
            .filter(|(distance, ..)| distance * 4 <= key.len())
            .min_by_key(|(distance, known, _)| (*distance, *known))
            .map(|(.., row)| row)
    }

    fn refuse(&mut self, key: Option<String>) {
        match key {
            Some(key) => {
                self.refused.insert(key);
            }
            None => self.incomplete = true,
        }
    }
}
