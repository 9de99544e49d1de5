//! projects.csv: one row a project, told by client and name.

use jiff::civil::Date;

use super::columns::Column;
use super::entry::{Done, Entry, Write};
use super::known::{Known, key};
use super::row::Row;
use crate::db::Transaction;
use crate::domain::access::Caller;
use crate::domain::project_status::{self, StatusMove};
use crate::domain::projects::{NewProject, ProjectEdit, create_in, update_in};
use crate::domain::role_decisions::{Wish, adopt_in};
use crate::entity::{AssignmentSource, Day, LeadMode, ProjectSize, ProjectStatus, client, project};
use crate::error::{Error, ProblemCode, Result};

/// The columns of projects.csv.
pub(super) const COLUMNS: &[Column] = &[
    Column::required("client", "name of a client", "Harbour Books"),
    Column::required("name", "text, unique within the client", "Online shop"),
    Column::optional(
        "status",
        "PROPOSED, ACTIVE, BACK_BURNER, COMPLETED or CANCELLED",
        "PROPOSED",
        "ACTIVE",
    ),
    Column::optional("size", "XS, S, M, L or XL", "M", "L"),
    Column::optional("complexity", "1 to 5", "3", "4"),
    Column::optional("delivery", "1 to 5", "3", "2"),
    Column::optional("volatility", "1 to 5", "3", "3"),
    Column::optional(
        "lead_mode",
        "ACCOUNT_LED, JOINT or PRODUCTION_LED",
        "as its client, else JOINT; an ACTIVE project must say",
        "PRODUCTION_LED",
    ),
    Column::optional(
        "kicked_off_on",
        "day, at most today",
        "none; the day of the import for an ACTIVE project",
        "2026-02-09",
    ),
    Column::optional("launch_on", "day", "none", "2027-01-15"),
];

/// Why a project stands and is led as the file says.
const REASON: &str = "Imported from projects.csv";

/// A row of projects.csv.
pub(super) struct ProjectRow {
    client: client::Model,
    name: String,
    status: Option<ProjectStatus>,
    size: Option<ProjectSize>,
    complexity: Option<i32>,
    delivery: Option<i32>,
    volatility: Option<i32>,
    lead_mode: Option<LeadMode>,
    kicked_off_on: Option<Date>,
    launch_on: Option<Option<Date>>,
}

impl Entry for ProjectRow {
    const KEY: &'static [&'static str] = &["client", "name"];

    fn read(row: &mut Row<'_>) -> Option<Self> {
        let client = row.client("client").cloned();
        let name = row.filled_name("name", 200);
        let status = row.word("status", ProjectStatus::WORDS, ProjectStatus::from_word);
        let size = row.word("size", ProjectSize::WORDS, ProjectSize::from_word);
        let complexity = row.whole("complexity", 1, 5);
        let delivery = row.whole("delivery", 1, 5);
        let volatility = row.whole("volatility", 1, 5);
        let lead_mode = row.word("lead_mode", LeadMode::WORDS, LeadMode::from_word);
        let kicked_off_on = row.day("kicked_off_on");
        let launch_on = row.clearable("launch_on", |row| row.day("launch_on"));
        Some(Self {
            client: client?,
            name: name?,
            status,
            size,
            complexity,
            delivery,
            volatility,
            lead_mode,
            kicked_off_on,
            launch_on,
        })
    }

    fn key(&self) -> String {
        key(&[&self.client.name, &self.name])
    }
}

impl Write for ProjectRow {
    async fn write(self, tx: &Transaction, caller: &Caller, known: &mut Known) -> Result<Done> {
        let key = self.key();
        let Some(before) = known.projects.row(&key).cloned() else {
            let made = create_in(tx, caller, self.into_new()).await?;
            known.projects.put(key, made);
            return Ok(Done::Created);
        };
        let mut after = before.clone();
        // First what it is like, which is what its decision is made on.
        if self.applied_to(&before) != before {
            after = update_in(tx, caller, before.id, None, self.edit()).await?;
        }
        if let Some(status) = self.status.filter(|status| *status != before.status) {
            let to = self.status_move(status);
            after = project_status::set_in(tx, caller, before.id, None, to).await?;
        }
        self.must_keep_kick_off(&after)?;
        if let Some(wish) = self.wish() {
            after = adopt_in(tx, caller, after, wish).await?;
        }
        let done = if after == before {
            Done::Unchanged
        } else {
            Done::Updated
        };
        known.projects.put(key, after);
        Ok(done)
    }
}

impl ProjectRow {
    fn wish(&self) -> Option<Wish> {
        self.lead_mode.map(|lead_mode| Wish {
            lead_mode,
            reason: REASON.to_owned(),
            source: AssignmentSource::Import,
        })
    }

    fn into_new(self) -> NewProject {
        let decision = self.wish();
        NewProject {
            client_id: self.client.id,
            name: self.name,
            status: self.status.unwrap_or(ProjectStatus::Proposed),
            size: self.size.unwrap_or(ProjectSize::M),
            complexity: self.complexity.unwrap_or(3),
            delivery: self.delivery.unwrap_or(3),
            volatility: self.volatility.unwrap_or(3),
            decision,
            kick_off_planned_on: None,
            kicked_off_on: self.kicked_off_on,
            launch_on: self.launch_on.flatten(),
        }
    }

    fn status_move(&self, status: ProjectStatus) -> StatusMove {
        StatusMove {
            status,
            lead_mode: self.lead_mode,
            reason: Some(REASON.to_owned()),
            source: AssignmentSource::Import,
            on: self
                .kicked_off_on
                .filter(|_| status == ProjectStatus::Active),
        }
    }

    /// The kick-off is set by becoming ACTIVE, and by nothing else.
    fn must_keep_kick_off(&self, project: &project::Model) -> Result<()> {
        let kept = project.kicked_off_on.map(|day| day.0);
        if self.kicked_off_on.is_none() || self.kicked_off_on == kept {
            return Ok(());
        }
        let stands = kept.map_or_else(
            || format!("It is {} and was not kicked off", project.status.word()),
            |day| format!("It was kicked off on {day}"),
        );
        Err(Error::problem(
            "kickedOffOn",
            ProblemCode::NotAllowedNow,
            format!("{stands}; that changes only when it becomes ACTIVE. Leave the cell empty."),
        ))
    }

    fn edit(&self) -> ProjectEdit {
        ProjectEdit {
            name: None,
            size: self.size,
            complexity: self.complexity,
            delivery: self.delivery,
            volatility: self.volatility,
            kick_off_planned_on: None,
            launch_on: self.launch_on,
        }
    }

    fn applied_to(&self, before: &project::Model) -> project::Model {
        project::Model {
            size: self.size.unwrap_or(before.size),
            complexity: self.complexity.unwrap_or(before.complexity),
            delivery: self.delivery.unwrap_or(before.delivery),
            volatility: self.volatility.unwrap_or(before.volatility),
            launch_on: self.launch_on.map_or(before.launch_on, |day| day.map(Day)),
            ..before.clone()
        }
    }
}
