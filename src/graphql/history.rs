//! History: what happened to an object, each change with who made it and what was before and after.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, Object, Result, SimpleObject};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::connection::{Connection, Paging, counted};
use super::context::Asked;
use super::loaders::{Loaders, Shared, by_id, by_ids, shared};
use super::person::Person;
use crate::domain::page::{Place, PlaceValue, page_of};
use crate::entity::{Moment, change, person};

/// Columns that change with every change and say nothing of it.
const BOOKKEEPING: [&str; 2] = ["version", "updated_at"];

/// A change of an object.
#[derive(Clone, Debug, Description)]
pub struct Change {
    row: change::Model,
    /// Columns that the caller may not read.
    hidden: &'static [&'static str],
}

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
        &self.row.action
    }

    /// Who did it; null when it was Meridian itself or somebody at the command line.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.row.actor_id else {
            return Ok(None);
        };
        Ok(by_id::<person::Entity>(ctx, id).await?.map(Person))
    }

    /// Who or what did it, in words: "Olga Berg", "the command line".
    async fn by(&self) -> &str {
        &self.row.actor
    }

    /// When it was made.
    async fn made_at(&self) -> Moment {
        self.row.changed_at
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
            columns(&self.row.before_change),
            columns(&self.row.after_change),
        );
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .filter(|name| !BOOKKEEPING.contains(&name.as_str()))
            .filter(|name| !self.hidden.contains(&name.as_str()))
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

/// The changes of an object, by its id: their ids only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct ChangesOf(Uuid);

impl Loader<ChangesOf> for Loaders {
    type Value = Vec<Uuid>;
    type Error = Shared;

    async fn load(&self, keys: &[ChangesOf]) -> Result<HashMap<ChangesOf, Vec<Uuid>>, Shared> {
        let rows = change::Entity::find()
            .select_only()
            .columns([change::Column::SubjectId, change::Column::Id])
            .filter(change::Column::SubjectId.is_in(keys.iter().map(|key| key.0)))
            .into_tuple::<(Uuid, Uuid)>()
            .all(&self.app.db.read)
            .await
            .map_err(shared)?;
        let mut changes: HashMap<ChangesOf, Vec<Uuid>> = HashMap::new();
        for (subject, id) in rows {
            changes.entry(ChangesOf(subject)).or_default().push(id);
        }
        Ok(changes)
    }
}

/// Columns that only owners and one person may read.
#[derive(Clone, Copy, Debug)]
pub struct Private {
    /// The person.
    pub of: Uuid,
    /// Their names in the table.
    pub columns: &'static [&'static str],
}

/// The history of the object with this id, the newest first. For owners and managers; the caller sees to it that what is
/// private to others is not asked for: see [`without`].
///
/// Of all changes only the ids are read, from the index; what was before and after only of those that are shown. Two
/// statements, however many objects a page shows the history of.
pub async fn of(ctx: &Context<'_>, id: Uuid, paging: &Paging) -> Result<Connection<Change>> {
    read(ctx, id, paging, &[]).await
}

/// As [`of`], without what is private to somebody else.
pub async fn without(
    ctx: &Context<'_>,
    id: Uuid,
    private: Private,
    paging: &Paging,
) -> Result<Connection<Change>> {
    let hidden = match ctx.caller().reads_private_of(private.of) {
        true => &[],
        false => private.columns,
    };
    read(ctx, id, paging, hidden).await
}

async fn read(
    ctx: &Context<'_>,
    id: Uuid,
    paging: &Paging,
    hidden: &'static [&'static str],
) -> Result<Connection<Change>> {
    ctx.caller().must_read_all("read what was changed")?;
    let name = format!("history {id}");
    let window = paging.window(&name)?;
    let ids = ctx.loaders().load_one(ChangesOf(id)).await?;
    let ids = ids.unwrap_or_default();
    let all = ids.len();
    let place = |id: &Uuid| Place(vec![PlaceValue::Id(*id)]);
    let page = page_of(ids, place, true, &window);
    let shown = page.rows.iter().map(|(_, id)| *id);
    let mut rows = by_ids::<change::Entity>(ctx, shown).await?;
    let page = page.filter_map(|id| rows.remove(&id));
    Ok(counted(&name, page, all, |row| Change { row, hidden }))
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
