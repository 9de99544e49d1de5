//! What the agency holds on a day, part by part: one side of a project, or the client side of a client without open
//! projects.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::guards::SETTLED_MONTHS;
use super::input::Subject;
use crate::domain::books::Books;
use crate::domain::load::SideLoad;
use crate::domain::planning::{FixedCounts, Target, UnitStatus};
use crate::domain::responsibilities::{Held, Scope};
use crate::domain::settings::Settings;
use crate::entity::{ProjectStatus, Side, client, project};
use crate::error::Result;

/// The whole agency on a day, and who held what in the months before it.
#[derive(Debug)]
pub(super) struct Agency {
    /// Clients, projects and holders.
    pub(super) books: Books,
    /// The settings in force.
    pub(super) settings: Settings,
    /// The day whose holders count.
    pub(super) day: Date,
    /// The first day whose holders were read.
    pub(super) since: Date,
}

/// What can be held as one.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    /// Which project or idle client.
    pub(super) target: Target,
    /// The project; none of an idle client.
    pub(super) project: Option<&'a project::Model>,
    /// The client.
    pub(super) client: &'a client::Model,
    /// Which side.
    pub(super) side: Side,
    /// Who holds it on the day.
    pub(super) held: Option<&'a Held>,
    /// What whoever holds it carries, minutes a week.
    pub(super) minutes: SideLoad,
    /// The client-side work of it, whoever carries it, minutes a week.
    pub(super) client_side_minutes: i64,
}

impl Agency {
    /// Reads the agency on `day`: five statements.
    pub(super) async fn read(conn: &impl ConnectionTrait, day: Date) -> Result<Self> {
        let since = day.saturating_sub(SETTLED_MONTHS.months());
        Ok(Self {
            books: Books::load(conn, &Scope::All, since, day).await?,
            settings: Settings::load(conn).await?,
            day,
            since,
        })
    }

    /// Every part there is, held or not, in the order of clients and projects by name. Nobody is asked for a client
    /// without open projects that nobody holds.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let busy: HashSet<Uuid> = self
            .books
            .projects
            .iter()
            .map(|row| row.client_id)
            .collect();
        let projects = self.books.projects.iter().flat_map(|project| {
            [Side::Client, Side::Project]
                .into_iter()
                .filter_map(|side| self.side_of(project, side))
        });
        let idle = self
            .books
            .clients
            .values()
            .filter(|client| !busy.contains(&client.id))
            .map(|client| self.idle(client))
            .filter(|part| part.held.is_some());
        let mut parts: Vec<Part<'_>> = projects.chain(idle).collect();
        parts.sort_by(|a, b| a.place().cmp(&b.place()));
        parts
    }

    fn side_of<'a>(&'a self, project: &'a project::Model, side: Side) -> Option<Part<'a>> {
        let load = self.books.load_of(project, &self.settings.load);
        Some(Part {
            target: Target::Project(project.id),
            project: Some(project),
            client: self.books.clients.get(&project.client_id)?,
            side,
            held: self
                .books
                .accountability
                .accountable(side, project, self.day),
            minutes: match side {
                Side::Client => load.account_manager,
                Side::Project => load.production_manager,
            },
            client_side_minutes: load.sides().client_minutes,
        })
    }

    fn idle<'a>(&'a self, client: &'a client::Model) -> Part<'a> {
        let minutes = self.settings.load.idle_client_minutes;
        Part {
            target: Target::IdleClient(client.id),
            project: None,
            client,
            side: Side::Client,
            held: self.books.accountability.accountable_for_client(
                Side::Client,
                client.id,
                self.day,
            ),
            minutes: SideLoad {
                client_minutes: minutes,
                project_minutes: 0,
            },
            client_side_minutes: minutes,
        }
    }
}

impl Part<'_> {
    /// Who holds it.
    pub(super) fn holder(&self) -> Option<Uuid> {
        self.held.map(Held::person_id)
    }

    /// What people call the project, or the client.
    pub(super) fn name(&self) -> &str {
        self.project
            .map_or(&self.client.name, |project| &project.name)
    }

    /// "client side" or "project side".
    pub(super) fn side_word(&self) -> &'static str {
        side_word(self.side)
    }

    /// What it counts as.
    pub(super) fn status(&self) -> UnitStatus {
        match self.project.map(|project| project.status) {
            Some(ProjectStatus::Active) => UnitStatus::Active,
            Some(_) => UnitStatus::BackBurner,
            None => UnitStatus::Idle,
        }
    }

    /// Whether a subject names it.
    pub(super) fn is_of(&self, subject: Subject) -> bool {
        match subject {
            Subject::Client(id) => self.client.id == id,
            Subject::Project(id) => self.target == Target::Project(id),
        }
    }

    fn place(&self) -> (&str, Uuid, Option<(&str, Uuid)>, Side) {
        let project = self.project.map(|project| (&*project.name, project.id));
        (&self.client.name, self.client.id, project, self.side)
    }
}

/// "client side" or "project side".
pub(super) fn side_word(side: Side) -> &'static str {
    match side {
        Side::Client => "client side",
        Side::Project => "project side",
    }
}

/// What people hold of `parts`: minutes and projects, each project once.
pub(super) fn holdings(parts: &[Part<'_>]) -> BTreeMap<Uuid, (SideLoad, FixedCounts)> {
    let mut counted = BTreeSet::new();
    let mut held: BTreeMap<Uuid, (SideLoad, FixedCounts)> = BTreeMap::new();
    for part in parts {
        let Some(holder) = part.holder() else {
            continue;
        };
        let (minutes, counts) = held.entry(holder).or_default();
        *minutes += part.minutes;
        if counted.insert((holder, part.target)) {
            match part.status() {
                UnitStatus::Active => counts.active += 1,
                UnitStatus::BackBurner => counts.back_burner += 1,
                UnitStatus::Idle => {}
            }
        }
    }
    held
}
