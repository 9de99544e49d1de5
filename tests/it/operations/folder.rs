//! The folder of operations: documents, variables, and the table of its page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// All of `docs/operations`.
pub(super) struct Folder {
    /// The lines of the table, in order.
    pub(super) table: Vec<Line>,
    operations: BTreeMap<String, String>,
    fragments: BTreeMap<String, String>,
}

/// One operation, as the table has it.
pub(super) struct Line {
    /// The file's name without its ending.
    pub(super) name: String,
    /// The first name of the person who asks.
    pub(super) by: String,
    /// SQL statements on SQLite and on PostgreSQL.
    pub(super) statements: [u64; 2],
}

impl Folder {
    /// # Panics
    /// When a file and the table do not agree.
    pub(super) fn read() -> Self {
        let mut folder = Self {
            table: table(),
            operations: BTreeMap::new(),
            fragments: BTreeMap::new(),
        };
        for entry in fs::read_dir(path("")).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|ending| ending == "graphql") {
                folder.take_in(&file);
            }
        }
        let listed: BTreeSet<&String> = folder.table.iter().map(|line| &line.name).collect();
        let there: BTreeSet<&String> = folder.operations.keys().collect();
        assert_eq!(listed.len(), folder.table.len(), "a line stands twice");
        assert_eq!(listed, there, "the table and the files");
        folder
    }

    fn take_in(&mut self, file: &Path) {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(file).unwrap();
        for definition in text.split_inclusive("\n}\n") {
            let mut lines = definition.lines();
            let head = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
            let mut words = head.unwrap_or_default().split([' ', '(']);
            let (kind, name) = (words.next().unwrap(), words.next().unwrap_or_default());
            let before = match kind {
                "fragment" => self.fragments.insert(name.into(), definition.into()),
                "query" => {
                    assert_eq!(name, format!("{stem}Query"));
                    self.operations.insert(stem.into(), definition.into())
                }
                "mutation" => {
                    assert_eq!(name, format!("{stem}Mutation"));
                    self.operations.insert(stem.into(), definition.into())
                }
                other => panic!("{stem} has a {other}: {definition}"),
            };
            assert_eq!(before, None, "{stem} has {name} twice");
        }
    }

    /// An operation with every fragment that it needs, and no other.
    pub(super) fn document(&self, name: &str) -> String {
        let mut document = self.operations[name].clone();
        let mut needed: Vec<&str> = spreads(&self.operations[name]).collect();
        let mut there = BTreeSet::new();
        while let Some(fragment) = needed.pop() {
            if there.insert(fragment) {
                let text = &self.fragments[fragment];
                document.push_str(text);
                needed.extend(spreads(text));
            }
        }
        document
    }

    pub(super) fn is_query(&self, name: &str) -> bool {
        let mut lines = self.operations[name].lines();
        lines.any(|line| line.starts_with("query "))
    }

    /// The variables beside an operation, with what they take from earlier answers.
    pub(super) fn variables(name: &str, answers: &BTreeMap<String, Value>) -> Value {
        let text = fs::read_to_string(path(&format!("{name}.json"))).unwrap();
        let mut variables = serde_json::from_str(&text).unwrap();
        fill_in(&mut variables, answers);
        variables
    }
}

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/operations")
        .join(file)
}

fn table() -> Vec<Line> {
    let page = fs::read_to_string(path("README.md")).unwrap();
    let lines = page.lines().filter_map(|line| line.strip_prefix("| ["));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(" | ").collect();
            let (name, _) = cells[0].split_once(']').unwrap();
            Line {
                name: name.into(),
                by: cells[1].into(),
                statements: [cells[2].parse().unwrap(), cells[3].parse().unwrap()],
            }
        })
        .collect()
}

/// The names of the fragments that a text spreads; not the inline ones.
fn spreads(text: &str) -> impl Iterator<Item = &str> {
    let spreads = text.split("...").skip(1);
    spreads
        .map(|rest| rest.split_whitespace().next().unwrap_or_default())
        .filter(|name| *name != "on")
}

fn fill_in(value: &mut Value, answers: &BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| fill_in(field, answers)),
        Value::Array(items) => items.iter_mut().for_each(|item| fill_in(item, answers)),
        Value::String(text) => {
            let Some(place) = text.strip_prefix('$') else {
                return;
            };
            let (operation, pointer) = place.split_once('/').unwrap();
            let found = answers[operation].pointer(&format!("/{pointer}"));
            *value = found
                .unwrap_or_else(|| panic!("{operation} answered no {pointer}"))
                .clone();
        }
        _ => {}
    }
}
