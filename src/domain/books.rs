//! Books: all that each manager is accountable for, and what it asks of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::counts::Counts;
use super::load::{LoadConstants, ProjectLoad, ProjectProfile, SideLoad, project_load};
use super::responsibilities::{Accountability, Held, Scope};
use crate::entity::{ProjectStatus, Side, client, project};
use crate::error::Result;

/// The clients of a scope, their projects that make load, and who is accountable for them on any day of a period.
#[derive(Clone, Debug)]
pub struct Books {
    /// The clients on the lists, by id.
    pub clients: HashMap<Uuid, client::Model>,
    /// Their ACTIVE and BACK_BURNER projects.
    pub projects: Vec<project::Model>,
    /// Who is accountable.
    pub accountability: Accountability,
}

/// All that one person is accountable for on a day.
#[derive(Clone, Debug, Default)]
pub struct Book<'a> {
    /// The projects of which the person holds a side, or both.
    pub projects: Vec<HeldProject<'a>>,
    /// The clients without such projects whose client side the person holds.
    pub idle_clients: Vec<&'a client::Model>,
    /// Coordination minutes a week, by the side they belong to.
    pub coordination: SideLoad,
}

/// A project in somebody's book.
#[derive(Clone, Debug)]
pub struct HeldProject<'a> {
    /// The project.
    pub project: &'a project::Model,
    /// Whether the person holds its client side.
    pub client_side: bool,
    /// Whether the person holds its project side.
    pub project_side: bool,
    /// What it asks of the person, minutes a week.
    pub minutes: SideLoad,
}

/// An ACTIVE project without an accountable person on a side (R2).
#[derive(Clone, Debug)]
pub struct Unstaffed<'a> {
    /// The project.
    pub project: &'a project::Model,
    /// The side that nobody holds.
    pub side: Side,
}

impl Books {
    /// Reads a scope for the days from `first` to `last`: four statements.
    pub async fn load(
        conn: &impl ConnectionTrait,
        scope: &Scope,
        first: Date,
        last: Date,
    ) -> Result<Self> {
        let mut clients = client::Entity::find().filter(client::Column::ArchivedAt.is_null());
        let mut projects = project::Entity::find()
            .filter(project::Column::ArchivedAt.is_null())
            .filter(
                project::Column::Status.is_in([ProjectStatus::Active, ProjectStatus::BackBurner]),
            );
        if let Scope::Clients(ids) = scope {
            clients = clients.filter(client::Column::Id.is_in(ids.iter().copied()));
            projects = projects.filter(project::Column::ClientId.is_in(ids.iter().copied()));
        }
        let clients: HashMap<Uuid, client::Model> = clients
            .all(conn)
            .await?
            .into_iter()
            .map(|client| (client.id, client))
            .collect();
        let mut projects = projects.all(conn).await?;
        projects.retain(|project| clients.contains_key(&project.client_id));
        projects.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(Self {
            accountability: Accountability::load_between(conn, scope, first, last).await?,
            clients,
            projects,
        })
    }

    /// Everybody's book on `day`, by person.
    pub fn on(&self, day: Date, constants: &LoadConstants) -> BTreeMap<Uuid, Book<'_>> {
        let mut books: BTreeMap<Uuid, Book> = BTreeMap::new();
        for project in &self.projects {
            let load = self.load_of(project, constants);
            let shares = [
                (Side::Client, load.account_manager),
                (Side::Project, load.production_manager),
            ];
            for (side, minutes) in shares {
                if let Some(held) = self.accountability.accountable(side, project, day) {
                    let book = books.entry(held.person_id()).or_default();
                    book.take(project, side, minutes);
                }
            }
        }
        let busy: HashSet<Uuid> = self.projects.iter().map(|row| row.client_id).collect();
        for client in self
            .clients
            .values()
            .filter(|client| !busy.contains(&client.id))
        {
            let held = self
                .accountability
                .accountable_for_client(Side::Client, client.id, day);
            if let Some(held) = held {
                let book = books.entry(held.person_id()).or_default();
                book.idle_clients.push(client);
                book.coordination.client_minutes += constants.idle_client_minutes;
            }
        }
        for book in books.values_mut() {
            book.idle_clients
                .sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        }
        books
    }

    /// What a project asks of its two accountable people, minutes a week.
    pub fn load_of(&self, project: &project::Model, constants: &LoadConstants) -> ProjectLoad {
        project_load(constants, &self.profile(project))
    }

    /// What of a project and its client makes its load.
    pub fn profile(&self, project: &project::Model) -> ProjectProfile {
        let communication = self
            .clients
            .get(&project.client_id)
            .map_or(3, |client| client.communication);
        ProjectProfile {
            status: project.status,
            size: project.size,
            communication: communication.into(),
            complexity: project.complexity.into(),
            lead_mode: project.lead_mode,
        }
    }

    /// The ACTIVE projects that nobody is accountable for on one side or the other on `day`.
    pub fn unstaffed(&self, day: Date) -> Vec<Unstaffed<'_>> {
        self.active()
            .flat_map(|project| {
                [Side::Client, Side::Project].map(|side| Unstaffed { project, side })
            })
            .filter(|gap| {
                self.accountability
                    .accountable(gap.side, gap.project, day)
                    .is_none()
            })
            .collect()
    }

    /// Who speaks for a client on `day`: the holder of its client side, or else whoever holds the client side of
    /// most of its active projects, or else of its back-burner ones (of two with as many, the one whose project has the first
    /// name).
    pub fn speaker(&self, client_id: Uuid, day: Date) -> Option<&Held> {
        let whole = self
            .accountability
            .accountable_for_client(Side::Client, client_id, day);
        if whole.is_some() {
            return whole;
        }
        let of_client = |row: &&project::Model| row.client_id == client_id;
        self.holder_of_most(self.active().filter(of_client), day)
            .or_else(|| self.holder_of_most(self.projects.iter().filter(of_client), day))
    }

    fn holder_of_most<'a>(
        &'a self,
        projects: impl Iterator<Item = &'a project::Model>,
        day: Date,
    ) -> Option<&'a Held> {
        let mut holders: Vec<(&Held, usize)> = Vec::new();
        for project in projects {
            let Some(held) = self.accountability.accountable(Side::Client, project, day) else {
                continue;
            };
            match holders
                .iter_mut()
                .find(|(one, _)| one.person_id() == held.person_id())
            {
                Some((_, projects)) => *projects += 1,
                None => holders.push((held, 1)),
            }
        }
        let most = holders.iter().map(|(_, projects)| *projects).max()?;
        holders
            .into_iter()
            .find(|(_, projects)| *projects == most)
            .map(|(held, _)| held)
    }

    /// The ACTIVE projects.
    pub fn active(&self) -> impl Iterator<Item = &project::Model> {
        self.projects
            .iter()
            .filter(|project| project.status == ProjectStatus::Active)
    }
}

impl<'a> Book<'a> {
    fn take(&mut self, project: &'a project::Model, side: Side, minutes: SideLoad) {
        self.coordination += minutes;
        // Both sides of a project are looked at one after the other.
        let last = self.projects.last();
        if last.is_none_or(|last| last.project.id != project.id) {
            self.projects.push(HeldProject {
                project,
                client_side: false,
                project_side: false,
                minutes: SideLoad::default(),
            });
        }
        let Some(held) = self.projects.last_mut() else {
            return;
        };
        held.minutes += minutes;
        match side {
            Side::Client => held.client_side = true,
            Side::Project => held.project_side = true,
        }
    }

    /// How many projects it has, by status.
    pub fn counts(&self) -> Counts {
        Counts::of(self.projects.iter().map(|held| held.project.status))
    }
}
