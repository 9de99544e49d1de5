//! A line as named cells: what the spreadsheet has as columns, and what two inventories are compared by.

use uuid::Uuid;

use super::{Holder, Line, ProjectPart};

/// One cell of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// What it is called, as the API names it: `leadMode`.
    pub(super) name: &'static str,
    /// What it shows; none: not set.
    pub(super) text: Option<String>,
    /// Whom or what it names, where a name may change and mean the same.
    pub(super) id: Option<Uuid>,
}

impl Cell {
    /// Whether two cells of the same name say the same.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        match (self.id, other.id) {
            (None, None) => self.text == other.text,
            (one, another) => one == another,
        }
    }
}

/// What the cells of a line are called, in order.
pub(super) const COLUMNS: [&str; 29] = [
    "clientName",
    "projectName",
    "status",
    "size",
    "leadMode",
    "decided",
    "reDecide",
    "communication",
    "sensitivity",
    "growth",
    "complexity",
    "delivery",
    "volatility",
    "clientSide",
    "clientSideRole",
    "clientSideSince",
    "clientSideWhy",
    "clientSideStrength",
    "projectSide",
    "projectSideRole",
    "projectSideSince",
    "projectSideWhy",
    "projectSideStrength",
    "clientMinutes",
    "projectMinutes",
    "lastUpdateOn",
    "updateDueOn",
    "updateState",
    "inTroubleSince",
];

fn cell(name: &'static str, value: Option<impl ToString>) -> Cell {
    Cell {
        name,
        text: value.map(|value| value.to_string()),
        id: None,
    }
}

/// All cells of a line, in the order of the columns.
pub(super) fn cells(line: &Line) -> Vec<Cell> {
    let mut cells = vec![cell("clientName", Some(&line.client))];
    let part = line.project.as_ref();
    cells.extend(of_project(part));
    cells.extend([
        cell("communication", Some(line.communication)),
        cell("sensitivity", Some(line.sensitivity)),
        cell("growth", Some(line.growth)),
        cell("complexity", part.map(|part| part.complexity)),
        cell("delivery", part.map(|part| part.delivery)),
        cell("volatility", part.map(|part| part.volatility)),
    ]);
    cells.extend(of_holder(line.client_side.as_ref(), CLIENT_SIDE));
    cells.extend(of_holder(line.project_side.as_ref(), PROJECT_SIDE));
    let word = line.update_state.map(super::export::state_word);
    cells.extend([
        cell("clientMinutes", Some(line.client_minutes)),
        cell("projectMinutes", Some(line.project_minutes)),
        cell("lastUpdateOn", line.last_update_on),
        cell("updateDueOn", line.update_due_on),
        cell("updateState", word),
        cell("inTroubleSince", line.in_trouble_since),
    ]);
    cells
}

fn of_project(part: Option<&ProjectPart>) -> [Cell; 6] {
    [
        cell("projectName", part.map(|part| &part.name)),
        cell("status", part.map(|part| part.status.word())),
        cell("size", part.map(|part| part.size.word())),
        cell("leadMode", part.map(|part| part.lead_mode.word())),
        cell("decided", part.map(|part| part.decided)),
        cell("reDecide", part.map(|part| part.re_decide)),
    ]
}

const CLIENT_SIDE: [&str; 5] = [
    "clientSide",
    "clientSideRole",
    "clientSideSince",
    "clientSideWhy",
    "clientSideStrength",
];

const PROJECT_SIDE: [&str; 5] = [
    "projectSide",
    "projectSideRole",
    "projectSideSince",
    "projectSideWhy",
    "projectSideStrength",
];

fn of_holder(
    holder: Option<&Holder>,
    [name, role, since, why, strength]: [&'static str; 5],
) -> [Cell; 5] {
    let who = Cell {
        id: holder.map(|holder| holder.person_id),
        ..cell(name, holder.map(|holder| &holder.name))
    };
    [
        who,
        cell(role, holder.map(|holder| &holder.role)),
        cell(since, holder.map(|holder| holder.since)),
        cell(why, holder.map(|holder| &holder.why)),
        cell(strength, holder.map(|holder| holder.strength)),
    ]
}
