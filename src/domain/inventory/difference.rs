//! What changed between two inventories.

use std::collections::HashMap;

use super::Line;
use super::cells::cells;

/// What changed between two inventories. Lines are the same when they are about the same client and project, whatever these
/// are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Lines of the later one only.
    pub added: Vec<Line>,
    /// Lines of the earlier one only.
    pub removed: Vec<Line>,
    /// Lines of both that say something else.
    pub changed: Vec<ChangedLine>,
}

/// A line that says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedLine {
    /// The line as it is in the later inventory.
    pub line: Line,
    /// What changed of it, in the order of the columns.
    pub fields: Vec<FieldChange>,
}

/// What became of one field of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Which, as the spreadsheet's columns are called.
    pub name: &'static str,
    /// What it was; none: not set.
    pub before: Option<String>,
    /// What it is then; none: not set.
    pub after: Option<String>,
}

/// What changed from `before` to `after`, each list in the order of its inventory.
pub fn difference(before: &[Line], after: &[Line]) -> Difference {
    let mut earlier: HashMap<_, &Line> = before.iter().map(|line| (line.key(), line)).collect();
    let mut difference = Difference::default();
    for line in after {
        let Some(was) = earlier.remove(&line.key()) else {
            difference.added.push(line.clone());
            continue;
        };
        let fields = changes(was, line);
        if !fields.is_empty() {
            let line = line.clone();
            difference.changed.push(ChangedLine { line, fields });
        }
    }
    let gone = before
        .iter()
        .filter(|line| earlier.contains_key(&line.key()));
    difference.removed = gone.cloned().collect();
    difference
}

fn changes(before: &Line, after: &Line) -> Vec<FieldChange> {
    cells(before)
        .into_iter()
        .zip(cells(after))
        .filter(|(before, after)| !before.says_the_same(after))
        .map(|(before, after)| FieldChange {
            name: after.name,
            before: before.text,
            after: after.text,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::inventory::Holder;
    use crate::domain::relationships::Warmth;
    use crate::entity::Day;

    fn line(client: u128, name: &str, holder: Option<(u128, &str)>) -> Line {
        Line {
            client_id: Uuid::from_u128(client),
            client: name.to_owned(),
            communication: 3,
            sensitivity: 3,
            growth: 3,
            project: None,
            client_side: holder.map(|(id, name)| Holder {
                person_id: Uuid::from_u128(id),
                name: name.to_owned(),
                role: "Account manager".to_owned(),
                since: Day(date(2026, 1, 1)),
                why: "she asked".to_owned(),
                strength: 50,
                warmth: Warmth::Warm,
            }),
            project_side: None,
            client_minutes: 15,
            project_minutes: 0,
            last_update_on: None,
            update_due_on: None,
            update_state: None,
            in_trouble_since: None,
        }
    }

    fn told(before: &Line, after: &Line) -> Vec<FieldChange> {
        let both = difference(std::slice::from_ref(before), std::slice::from_ref(after));
        assert_eq!((both.added, both.removed), (vec![], vec![]));
        both.changed
            .into_iter()
            .flat_map(|one| one.fields)
            .collect()
    }

    #[test]
    fn a_new_name_is_a_change_of_the_same_line() {
        let renamed = told(&line(1, "Acme", None), &line(1, "Acme Ltd", None));
        let change = FieldChange {
            name: "clientName",
            before: Some("Acme".into()),
            after: Some("Acme Ltd".into()),
        };
        assert_eq!(renamed, [change]);
    }

    #[test]
    fn a_holder_is_compared_by_who_it_is_and_not_by_the_name() {
        let before = line(1, "Acme", Some((1, "Dana")));
        assert_eq!(told(&before, &line(1, "Acme", Some((1, "Dana Roth")))), []);
        let namesake = told(&before, &line(1, "Acme", Some((2, "Dana"))));
        let names: Vec<&str> = namesake.iter().map(|change| change.name).collect();
        assert_eq!(names, ["clientSide"]);
        let nobody = told(&before, &line(1, "Acme", None));
        assert_eq!(nobody.len(), 5, "{nobody:?}");
    }

    proptest! {
        #[test]
        fn every_line_is_added_removed_changed_or_the_same(
            before in proptest::collection::btree_map(0_u128..8, 0_u8..3, 0..8),
            after in proptest::collection::btree_map(0_u128..8, 0_u8..3, 0..8),
        ) {
            let lines = |given: &std::collections::BTreeMap<u128, u8>| -> Vec<Line> {
                given.iter().map(|(id, name)| line(*id, &name.to_string(), None)).collect()
            };
            let found = difference(&lines(&before), &lines(&after));
            let ids = |lines: &[Line]| -> HashSet<u128> {
                lines.iter().map(|line| line.client_id.as_u128()).collect()
            };
            let changed: Vec<Line> = found.changed.iter().map(|one| one.line.clone()).collect();
            let only = |one: &std::collections::BTreeMap<u128, u8>, other: &std::collections::BTreeMap<u128, u8>| -> HashSet<u128> {
                one.keys().filter(|id| !other.contains_key(id)).copied().collect()
            };
            let differs = |id: &&u128| before.get(id).is_some_and(|name| after[id] != *name);
            prop_assert_eq!(ids(&found.added), only(&after, &before));
            prop_assert_eq!(ids(&found.removed), only(&before, &after));
            prop_assert_eq!(ids(&changed), after.keys().filter(differs).copied().collect());
        }
    }
}
