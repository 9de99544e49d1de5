//! History: what happened to an object, each change with who made it and what was before and after.

use async_graphql::{Context, Description, Object, Result, SimpleObject};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::connection::{Connection, Paging, in_memory};
use super::context::Asked;
use super::loaders::{by_id, by_parent};
use super::person::Person;
use crate::domain::page::{Place, PlaceValue};
use crate::entity::{Moment, change, person};

/// Columns that change with every change and say nothing of it.
const BOOKKEEPING: [&str; 2] = ["version", "updated_at"];

/// A change of an object.
#[derive(Clone, Debug, Description)]
pub struct Change(change::Model);

/// What became of one field.
#[derive(Clone, Debug, SimpleObject)]
pub struct FieldChange {
    /// Which field, as the object's type names it where it has it: `leadMode`.
    name: String,
    /// What it was, as JSON; null when the object was new, or the field not set.
    before: Option<String>,
    /// What it is then, as JSON; null when the object was deleted, or the field not set.
    after: Option<String>,
}

#[Object(use_type_description)]
impl Change {
    /// What was done: CREATED, UPDATED, ARCHIVED or DELETED.
    async fn action(&self) -> &str {
        &self.0.action
    }

    /// Who did it; null when it was Meridian itself or somebody at the command line.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.actor_id else {
            return Ok(None);
        };
        Ok(by_id::<person::Entity>(ctx, id).await?.map(Person))
    }

    /// Who or what did it, in words: "Olga Berg", "the command line".
    async fn by(&self) -> &str {
        &self.0.actor
    }

    /// When.
    async fn changed_at(&self) -> Moment {
        self.0.changed_at
    }

    /// The fields that were changed, in the order of their names; of an object that was created or deleted all that were
    /// set.
    async fn fields(&self) -> Vec<FieldChange> {
        let none = Map::new();
        let columns = |side: &'_ Option<Value>| match side {
            Some(Value::Object(columns)) => columns.clone(),
            _ => none.clone(),
        };
        let (before, after) = (
            columns(&self.0.before_change),
            columns(&self.0.after_change),
        );
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .filter(|name| !BOOKKEEPING.contains(&name.as_str()))
            .map(|name| (name, set(before.get(name)), set(after.get(name))))
            .filter(|(_, before, after)| before != after)
            .map(|(name, before, after)| FieldChange {
                name: camel_case(name),
                before,
                after,
            })
            .collect()
    }
}

/// The history of the object with this id, the newest first. For owners and managers; the caller sees to it that what is
/// private to others is not asked for.
pub async fn of(ctx: &Context<'_>, id: Uuid, paging: &Paging) -> Result<Connection<Change>> {
    ctx.caller().must_read_all("read what was changed")?;
    let column = change::Column::SubjectId;
    let mut rows = by_parent::<change::Entity>(ctx, column, id).await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    let name = format!("history {id}");
    let place = |row: &change::Model| Place(vec![PlaceValue::Id(row.id)]);
    Ok(in_memory(&name, rows, true, paging, place, Change)?)
}

fn set(value: Option<&Value>) -> Option<String> {
    value.filter(|value| !value.is_null()).map(Value::to_string)
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}
