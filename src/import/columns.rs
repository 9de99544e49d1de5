//! The kinds of sheets and what columns mean.

use super::{assignments, clients, contacts, people, projects, touchpoints};

/// What the rows of a sheet are, in the order in which sheets are imported: what others refer to comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// People of the agency and their hours.
    People,
    /// Clients.
    Clients,
    /// People at the clients.
    Contacts,
    /// Projects.
    Projects,
    /// Who holds which role from when.
    Assignments,
    /// Logged contacts with clients.
    Touchpoints,
}

/// A column that a sheet may have.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What the first line calls it.
    pub name: &'static str,
    /// Whether it must be there and filled in each row.
    pub required: bool,
    /// How a value is written.
    pub form: &'static str,
    /// What an empty cell, or a sheet without the column, means for a new row.
    pub default: &'static str,
    /// A value.
    pub example: &'static str,
}

impl Column {
    /// A column that must be there and filled.
    pub(super) const fn required(
        name: &'static str,
        form: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            name,
            required: true,
            form,
            default: "",
            example,
        }
    }

    /// A column that may be absent or empty.
    pub(super) const fn optional(
        name: &'static str,
        form: &'static str,
        default: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            name,
            required: false,
            form,
            default,
            example,
        }
    }
}

impl Kind {
    /// Every kind, in the order of import.
    pub const ALL: [Self; 6] = [
        Self::People,
        Self::Clients,
        Self::Contacts,
        Self::Projects,
        Self::Assignments,
        Self::Touchpoints,
    ];

    /// The word for the rows, which is also the name of the file in a folder: "people" for people.csv.
    pub fn word(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Clients => "clients",
            Self::Contacts => "contacts",
            Self::Projects => "projects",
            Self::Assignments => "assignments",
            Self::Touchpoints => "touchpoints",
        }
    }

    /// The columns such a sheet may have.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::People => people::COLUMNS,
            Self::Clients => clients::COLUMNS,
            Self::Contacts => contacts::COLUMNS,
            Self::Projects => projects::COLUMNS,
            Self::Assignments => assignments::COLUMNS,
            Self::Touchpoints => touchpoints::COLUMNS,
        }
    }

    /// The column called `name`.
    pub(super) fn column(self, name: &str) -> Option<&'static Column> {
        self.columns().iter().find(|column| column.name == name)
    }
}
