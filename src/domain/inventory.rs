//! The inventory: every client and project as it stands, who holds which side since when, and how well they know the client.

mod cells;
mod difference;
mod export;
mod snapshots;

use std::collections::{HashMap, HashSet};

use jiff::civil::{Date, date};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::books::Books;
use super::cadence::{Due, DueState};
use super::load::SideLoad;
use super::relationships::Warmth;
use super::responsibilities::{Accountability, Held, Scope};
use super::role_decisions::projects_to_re_decide;
use super::settings::Settings;
use super::strengths::Strengths;
use super::updates::{last_updates, standings};
use crate::entity::{Day, LeadMode, ProjectSize, ProjectStatus, Side, client, person, project};
use crate::error::Result;
pub use difference::{ChangedLine, Difference, FieldChange, difference};
pub use export::{Format, export};
pub use snapshots::{between, lines_of, take};

/// Before any agency's first assignment.
const EVER: Date = date(1, 1, 1);

/// One line of the inventory: a project, or a client without an ACTIVE or BACK_BURNER project. Also what a snapshot keeps, so
/// that names and profiles stay what they were on its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Whose it is.
    pub client_id: Uuid,
    /// What the client is called.
    pub client: String,
    /// How much communication the client needs, 1–5.
    pub communication: i32,
    /// How sensitive the relationship is, 1–5.
    pub sensitivity: i32,
    /// How much the client could grow, 1–5.
    pub growth: i32,
    /// The project; none: the client as a whole.
    pub project: Option<ProjectPart>,
    /// Who holds the client side.
    pub client_side: Option<Holder>,
    /// Who holds the project side.
    pub project_side: Option<Holder>,
    /// Client-side work, minutes a week, whoever carries it.
    pub client_minutes: i64,
    /// Project-side work, minutes a week, whoever carries it.
    pub project_minutes: i64,
    /// The day of the client's last contact that counts as an update.
    pub last_update_on: Option<Day>,
    /// When the client's next update is due; none without an ACTIVE project.
    pub update_due_on: Option<Day>,
    /// How that update stands.
    pub update_state: Option<DueState>,
    /// Since when the relationship with the client is in trouble.
    pub in_trouble_since: Option<Day>,
}

/// What a line says of its project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectPart {
    /// Which.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Where it stands.
    pub status: ProjectStatus,
    /// How large it is to coordinate.
    pub size: ProjectSize,
    /// How complex production is, 1–5.
    pub complexity: i32,
    /// How hard the delivery dates are, 1–5.
    pub delivery: i32,
    /// How much its scope moves, 1–5.
    pub volatility: i32,
    /// Which side must be strong on it.
    pub lead_mode: LeadMode,
    /// Whether the lead mode rests on a decision.
    pub decided: bool,
    /// Whether that decision is to be made again. Snapshots that were taken before this was kept say it of none.
    #[serde(default)]
    pub re_decide: bool,
}

/// Who holds a side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who.
    pub person_id: Uuid,
    /// Full name.
    pub name: String,
    /// The role through which they hold it.
    pub role: String,
    /// Since when without a break, through whichever role.
    pub since: Day,
    /// Why, as a sentence's end; says since when through this role.
    pub why: String,
    /// How well they know the client, 0–100.
    pub strength: i64,
    /// What that strength is called.
    pub warmth: Warmth,
}

impl Line {
    /// What it is about: the client and the project. The same in every inventory, whatever they are called by then.
    pub fn key(&self) -> (Uuid, Option<Uuid>) {
        (self.client_id, self.project.as_ref().map(|part| part.id))
    }
}

/// The inventory on a day, by client and project: who holds what, since when, and how well they know the client, as on that
/// day; names, profiles, statuses and the log of contacts as they are now. Twenty-two statements, whatever its length.
pub async fn read(conn: &impl ConnectionTrait, on: Date) -> Result<Vec<Line>> {
    let agency = Agency::load(conn, on).await?;
    let mut lines: Vec<Line> = agency
        .idle_clients()
        .map(|client| agency.line(client, None))
        .collect();
    let projects = agency.books.projects.iter().chain(&agency.proposed);
    for project in projects {
        if let Some(client) = agency.books.clients.get(&project.client_id) {
            lines.push(agency.line(client, Some(project)));
        }
    }
    lines.sort_by_cached_key(|line| {
        let project = line.project.as_ref();
        let named = project.map(|part| (part.name.to_lowercase(), part.id));
        (line.client.to_lowercase(), line.client_id, named)
    });
    Ok(lines)
}

/// All that the lines are made of.
struct Agency {
    on: Date,
    settings: Settings,
    books: Books,
    /// Who was accountable on any day until this one.
    history: Accountability,
    proposed: Vec<project::Model>,
    strengths: Strengths,
    names: HashMap<Uuid, String>,
    due: HashMap<Uuid, Due>,
    last_updates: HashMap<Uuid, Date>,
    to_re_decide: HashSet<Uuid>,
}

impl Agency {
    async fn load(conn: &impl ConnectionTrait, on: Date) -> Result<Self> {
        let settings = Settings::load(conn).await?;
        let books = Books::load(conn, &Scope::All, on, on).await?;
        let proposed = project::Entity::find()
            .filter(project::Column::ArchivedAt.is_null())
            .filter(project::Column::Status.eq(ProjectStatus::Proposed))
            .all(conn)
            .await?;
        let (standings, _) = standings(conn, &books, &settings, on).await?;
        let due = standings
            .into_iter()
            .filter_map(|standing| Some((standing.client.id, standing.update?)))
            .collect();
        let clients = books.clients.keys().copied().collect();
        Ok(Self {
            on,
            due,
            last_updates: last_updates(conn, clients).await?,
            strengths: Strengths::read(conn, &settings.relationships, &Scope::All, on).await?,
            history: Accountability::load_between(conn, &Scope::All, EVER, on).await?,
            names: names(conn).await?,
            to_re_decide: to_re_decide(conn, &settings, on).await?,
            settings,
            books,
            proposed,
        })
    }

    /// The clients that cost their manager the idle minutes: without an ACTIVE or BACK_BURNER project.
    fn idle_clients(&self) -> impl Iterator<Item = &client::Model> {
        let busy: HashSet<Uuid> = self
            .books
            .projects
            .iter()
            .map(|row| row.client_id)
            .collect();
        let clients = self.books.clients.values();
        clients.filter(move |client| !busy.contains(&client.id))
    }

    fn line(&self, client: &client::Model, project: Option<&project::Model>) -> Line {
        let side = |side| {
            let held = match project {
                Some(project) => self.history.accountable(side, project, self.on),
                None => self
                    .history
                    .accountable_for_client(side, client.id, self.on),
            }?;
            let since = self.history.held_since(side, client.id, project, self.on)?;
            Some(self.holder(client.id, held, Day(since)))
        };
        let minutes = match project {
            Some(project) => self.books.profile(project).sides(&self.settings.load),
            None => SideLoad {
                client_minutes: self.settings.load.idle_client_minutes,
                project_minutes: 0,
            },
        };
        let due = self.due.get(&client.id);
        Line {
            client_id: client.id,
            client: client.name.clone(),
            communication: client.communication,
            sensitivity: client.sensitivity,
            growth: client.growth,
            project: project.map(|project| self.project_part(project)),
            client_side: side(Side::Client),
            project_side: side(Side::Project),
            client_minutes: minutes.client_minutes,
            project_minutes: minutes.project_minutes,
            last_update_on: self.last_updates.get(&client.id).copied().map(Day),
            update_due_on: due.map(|due| Day(due.due_on)),
            update_state: due.map(|due| due.state(self.on)),
            in_trouble_since: client.in_trouble_since,
        }
    }

    fn project_part(&self, project: &project::Model) -> ProjectPart {
        ProjectPart {
            id: project.id,
            name: project.name.clone(),
            status: project.status,
            size: project.size,
            complexity: project.complexity,
            delivery: project.delivery,
            volatility: project.volatility,
            lead_mode: project.lead_mode,
            decided: project.decision_id.is_some(),
            re_decide: self.to_re_decide.contains(&project.id),
        }
    }

    fn holder(&self, client_id: Uuid, held: &Held, since: Day) -> Holder {
        let person_id = held.person_id();
        let strength = self.strengths.of(client_id, person_id);
        Holder {
            person_id,
            name: self.names.get(&person_id).cloned().unwrap_or_default(),
            role: held.role.name.clone(),
            since,
            why: held.why(),
            strength: strength.map_or(0, |strength| strength.points),
            warmth: strength.map_or(Warmth::Cool, |strength| strength.warmth),
        }
    }
}

/// The projects whose decision is to be made again: because of the profiles as they are now, or of its age on the day.
async fn to_re_decide(
    conn: &impl ConnectionTrait,
    settings: &Settings,
    on: Date,
) -> Result<HashSet<Uuid>> {
    let projects = projects_to_re_decide(conn, &settings.decisions, on).await?;
    Ok(projects.into_iter().collect())
}

/// What everybody is called: an agency has fewer people than projects.
async fn names(conn: &impl ConnectionTrait) -> Result<HashMap<Uuid, String>> {
    let rows = person::Entity::find().all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
