//! One caller, and what of an answer is for them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use meridian::entity::Access;
use serde_json::Value;

use super::table::{Column, Table};
use super::world::World;
use crate::support::app::Actor;

/// A caller, and what the table lets them read.
pub(super) struct Reader<'a> {
    pub(super) world: &'a World,
    pub(super) by: &'a Actor,
    pub(super) kinds: Table,
    fields: Table,
    wrong: RefCell<Vec<String>>,
}

impl<'a> Reader<'a> {
    pub(super) fn of(world: &'a World, by: &'a Actor) -> Self {
        Self {
            world,
            by,
            kinds: Table::under("Types"),
            fields: Table::under("Fields"),
            wrong: RefCell::default(),
        }
    }

    /// Notes something that is not as the table says.
    pub(super) fn note(&self, what: String) {
        let words = format!("{}: {what}", self.by.person.name);
        let mut wrong = self.wrong.borrow_mut();
        if !wrong.contains(&words) {
            wrong.push(words);
        }
    }

    /// # Panics
    /// When something was not as the table says.
    pub(super) fn is_content(&self) {
        let wrong = self.wrong.borrow();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// In which column the caller stands where something is `whose`.
    pub(super) fn column(&self, whose: &str) -> Column {
        let is_theirs = self.by.person.name == whose;
        match (self.by.person.access, is_theirs) {
            (Some(Access::Owner), _) => Column::Owner,
            (Some(Access::Manager), true) => Column::ManagerOfIt,
            (Some(Access::Manager), false) => Column::OtherManager,
            (_, true) => Column::MemberOfIt,
            (_, false) => Column::OtherMember,
        }
    }

    pub(super) fn sees(&self, kind: &str, whose: &str) -> bool {
        self.kinds.cell(kind, self.column(whose)) == Some("seen")
    }

    /// Looks whether an answer holds ids or words that are not for the caller. Answers the ids that it holds.
    pub(super) fn reads(&self, answer: &str, asked: &str) -> BTreeSet<String> {
        for part in answer.split("hush/").skip(1) {
            let mut words = part.split('/');
            let (field, whose) = (words.next().unwrap(), words.next().unwrap());
            let may = match self.fields.cell(field, self.column(whose)) {
                Some(cell) => cell == "seen",
                None => self.sees(field, whose),
            };
            if !may {
                self.note(format!("reads {field} of {whose:?} by {asked}"));
            }
        }
        let reads_preference = self.fields.cell("Person.preference", self.column(""));
        let preference = [
            "prefers project",
            "prefers client",
            r#""name":"preference""#,
        ];
        if reads_preference != Some("seen") && preference.iter().any(|one| answer.contains(one)) {
            self.note(format!("reads what Nora prefers by {asked}"));
        }
        let mut found = BTreeSet::new();
        for owned in &self.world.owned {
            if answer.contains(&owned.id) {
                let kind = kind_of(&owned.id);
                if !self.sees(&kind, owned.whose) {
                    self.note(format!("sees a {kind} of {:?} by {asked}", owned.whose));
                }
                found.insert(owned.id.clone());
            }
        }
        found
    }
}

/// The type that an id names: `TimeOff`.
pub(super) fn kind_of(id: &str) -> String {
    let (kind, _) = meridian::global_id::parse(id).unwrap();
    format!("{kind:?}")
}

/// A list counts what it shows.
pub(super) fn check_totals(reader: &Reader<'_>, value: &Value, asked: &str) {
    if let (Some(total), Some(nodes)) = (value["totalCount"].as_u64(), value["nodes"].as_array())
        && !asked.contains("(first: 12)")
        && !asked.contains("(first: 3)")
        && total != nodes.len() as u64
    {
        reader.note(format!("{total} of {} are counted by {asked}", nodes.len()));
    }
    let inside: Vec<&Value> = match value {
        Value::Array(all) => all.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    };
    for one in inside {
        check_totals(reader, one, asked);
    }
}
