//! assignments.csv: one row says who holds a role of a client or project from a day on.

use jiff::civil::Date;
use uuid::Uuid;

use super::columns::Column;
use super::entry::{Done, Entry, Write};
use super::known::{HeldFrom, Known, held_from};
use super::row::Row;
use crate::db::Transaction;
use crate::domain::access::Caller;
use crate::domain::assignments::{Change, NewAssignment, Outcome, Target, set_in};
use crate::entity::AssignmentSource;
use crate::error::Result;

/// The columns of assignments.csv.
pub(super) const COLUMNS: &[Column] = &[
    Column::required("role", "name of a role", "Account manager"),
    Column::required("client", "name of a client", "Harbour Books"),
    Column::optional(
        "project",
        "name of a project of the client",
        "the whole client",
        "Online shop",
    ),
    Column::required(
        "person",
        "address of a person, or “nobody”",
        "mara@example.com",
    ),
    Column::required("from_on", "day", "2025-03-01"),
    Column::optional(
        "reason",
        "text",
        "Imported from assignments.csv",
        "Knows the buyers",
    ),
];

/// Who holds a role that nobody holds.
const NOBODY: &str = "nobody";

/// A row of assignments.csv.
pub(super) struct AssignmentRow {
    role_id: Uuid,
    target: Target,
    person_id: Option<Uuid>,
    from_on: Date,
    reason: Option<String>,
}

impl Entry for AssignmentRow {
    const KEY: &'static [&'static str] = &["role", "client", "from_on"];

    fn read(row: &mut Row<'_>) -> Option<Self> {
        let role = row.role("role");
        let client = row.client("client");
        let project = client.map(|client| (row.cell("project"), row.project("project", client)));
        let person = match row.filled("person") {
            Some(cell) if cell.eq_ignore_ascii_case(NOBODY) => Some(None),
            Some(_) => row.person("person").map(Some),
            None => None,
        };
        let from_on = row.filled_day("from_on");
        let reason = row.text("reason", 2_000);
        let target = match (client?, project?) {
            (client, (None, _)) => Target::Client(client.id),
            (_, (Some(_), project)) => Target::Project(project?.id),
        };
        Some(Self {
            role_id: role?.id,
            target,
            person_id: person?.map(|person| person.id),
            from_on: from_on?,
            reason,
        })
    }

    /// Without the person: two people cannot hold the same from the same day on (R1).
    fn key(&self) -> String {
        format!("{:?}", self.held_from())
    }
}

impl Write for AssignmentRow {
    async fn write(self, tx: &Transaction, caller: &Caller, known: &mut Known) -> Result<Done> {
        // What began that day as the file says stands, even if it has ended since: somebody decided so.
        let held_by = known.holders.get(&self.held_from()).copied();
        if self.person_id.is_some() && self.person_id == held_by {
            return Ok(Done::Unchanged);
        }
        let new = NewAssignment {
            role_id: self.role_id,
            target: self.target,
            person_id: self.person_id,
            from_on: self.from_on,
            reason: self
                .reason
                .unwrap_or_else(|| "Imported from assignments.csv".to_owned()),
        };
        match set_in(tx, caller, AssignmentSource::Import, new).await? {
            Outcome::Already(_) => Ok(Done::Unchanged),
            Outcome::Changed(change) => Ok(known.take_assignment(&change)),
        }
    }
}

impl AssignmentRow {
    fn held_from(&self) -> HeldFrom {
        let (Target::Client(target) | Target::Project(target)) = self.target;
        (self.role_id, target, self.from_on)
    }
}

impl Known {
    /// Notes what was written. A row that takes the place of one from the same day is an update of it.
    fn take_assignment(&mut self, change: &Change) -> Done {
        let replaced = change
            .closed
            .as_ref()
            .filter(|row| held_from(row).is_none());
        if let Some(row) = replaced {
            let target = row.project_id.or(row.client_id).unwrap_or_default();
            self.holders.remove(&(row.role_id, target, row.from_on.0));
        }
        if let Some(row) = &change.opened
            && let Some(from) = held_from(row)
        {
            self.holders.insert(from, row.person_id);
        }
        match replaced {
            Some(_) => Done::Updated,
            None => Done::Created,
        }
    }
}
