//! `docs/access.md`: who may what, as people read it and as these stories go through it.

use std::collections::BTreeMap;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/access.md");

/// Who asks, in the order of the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Owner,
    ManagerOfIt,
    OtherManager,
    MemberOfIt,
    OtherMember,
}

impl Column {
    pub(super) const ALL: [Self; 5] = [
        Self::Owner,
        Self::ManagerOfIt,
        Self::OtherManager,
        Self::MemberOfIt,
        Self::OtherMember,
    ];

    /// The column of those whose it is not.
    pub(super) fn other(self) -> Self {
        match self {
            Self::ManagerOfIt => Self::OtherManager,
            Self::MemberOfIt => Self::OtherMember,
            same => same,
        }
    }
}

/// The rows under one heading: the cells of each by its name.
pub(super) struct Table(pub(super) BTreeMap<String, [String; 5]>);

/// Stands in the second column of what belongs to nobody, and in a cell that cannot be reached.
pub(super) const NOTHING: &str = "–";

impl Table {
    /// The table under `heading`.
    ///
    /// # Panics
    /// When there is none, or when a row has not a name, whose it is and five cells.
    pub(super) fn under(heading: &str) -> Self {
        let text = std::fs::read_to_string(FILE).unwrap();
        let (_, part) = text
            .split_once(&format!("\n## {heading}\n"))
            .unwrap_or_else(|| panic!("no heading {heading}"));
        let part = part.split("\n## ").next().unwrap_or_default();
        let mut rows = BTreeMap::new();
        for line in part.lines().filter(|line| line.starts_with("| `")) {
            let parts: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [name, whose, cells @ ..] = &parts[..] else {
                panic!("{line}");
            };
            let cells: [&str; 5] = cells.try_into().unwrap_or_else(|_| panic!("{line}"));
            let name = name.trim_matches('`').to_owned();
            if *whose == NOTHING {
                assert_eq!((cells[1], cells[3]), (cells[2], cells[4]), "{line}");
            }
            let before = rows.insert(name, cells.map(str::to_owned));
            assert_eq!(before, None, "twice: {line}");
        }
        assert!(!rows.is_empty(), "{heading} has no rows");
        Self(rows)
    }

    /// The cell of a row; none where there is no such row.
    pub(super) fn cell(&self, row: &str, column: Column) -> Option<&str> {
        self.0.get(row).map(|cells| &*cells[column as usize])
    }
}
