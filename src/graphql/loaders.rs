//! One set of loaders per request: whatever a page shows, each edge costs one statement.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::Loader;
use sea_orm::{
    ColumnTrait, EntityTrait, IdenStatic, Iterable, ModelTrait, PrimaryKeyToColumn,
    PrimaryKeyTrait, QueryFilter, Value,
};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::context::Asked;
use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::settings::Settings;
use crate::error::Error;

/// What an error is to a loader: shared by everybody who waited for the batch.
pub type Shared = Arc<Error>;

/// Loads what resolvers ask for, in batches.
#[derive(Debug)]
pub struct Loaders {
    /// The application.
    pub app: App,
    /// Who asks, and when.
    pub caller: Caller,
    settings: OnceCell<Settings>,
}

impl Loaders {
    /// Loaders for one request.
    pub fn new(app: App, caller: Caller) -> Self {
        Self {
            app,
            caller,
            settings: OnceCell::new(),
        }
    }

    /// The settings in force, read once a request.
    pub async fn settings(&self) -> Result<&Settings, Error> {
        let read = || Settings::load(&self.app.db.read);
        self.settings.get_or_try_init(read).await
    }
}

/// A row of `E` by its id.
pub struct ById<E>(Uuid, PhantomData<fn() -> E>);

/// The rows of `E` whose `column` names the parent.
pub struct ByParent<E: EntityTrait> {
    column: E::Column,
    parent: Uuid,
}

impl<E> Loader<ById<E>> for Loaders
where
    E: EntityTrait,
    E::Model: Send + Sync,
    <E::PrimaryKey as PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    type Value = E::Model;
    type Error = Shared;

    async fn load(&self, keys: &[ById<E>]) -> Result<HashMap<ById<E>, E::Model>, Shared> {
        let Some(id) = E::PrimaryKey::iter()
            .next()
            .map(PrimaryKeyToColumn::into_column)
        else {
            return Ok(HashMap::new());
        };
        let rows = E::find()
            .filter(id.is_in(keys.iter().map(|key| key.0)))
            .all(&self.app.db.read)
            .await
            .map_err(shared)?;
        let keyed = |row: E::Model| uuid(row.get(id)).map(|key| (ById::new(key), row));
        Ok(rows.into_iter().filter_map(keyed).collect())
    }
}

impl<E> Loader<ByParent<E>> for Loaders
where
    E: EntityTrait,
    E::Column: Send + Sync,
    E::Model: Send + Sync,
{
    type Value = Vec<E::Model>;
    type Error = Shared;

    async fn load(
        &self,
        keys: &[ByParent<E>],
    ) -> Result<HashMap<ByParent<E>, Vec<E::Model>>, Shared> {
        let mut loaded: HashMap<ByParent<E>, Vec<E::Model>> = HashMap::new();
        let mut columns: Vec<E::Column> = Vec::new();
        for key in keys {
            if !columns
                .iter()
                .any(|column| column.as_str() == key.column.as_str())
            {
                columns.push(key.column);
            }
        }
        for column in columns {
            let parents = keys
                .iter()
                .filter(|key| key.column.as_str() == column.as_str())
                .map(|key| key.parent);
            let rows = E::find()
                .filter(column.is_in(parents))
                .all(&self.app.db.read)
                .await
                .map_err(shared)?;
            for row in rows {
                if let Some(parent) = uuid(row.get(column)) {
                    loaded
                        .entry(ByParent { column, parent })
                        .or_default()
                        .push(row);
                }
            }
        }
        Ok(loaded)
    }
}

/// The row with this id; none when there is none.
pub async fn by_id<E>(ctx: &Context<'_>, id: Uuid) -> Result<Option<E::Model>, Shared>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    <E::PrimaryKey as PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    ctx.loaders().load_one(ById::<E>::new(id)).await
}

/// The rows with these ids, by id, without those that are not there.
pub async fn by_ids<E>(
    ctx: &Context<'_>,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, E::Model>, Shared>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    <E::PrimaryKey as PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    let rows = ctx.loaders().load_many(ids.map(ById::<E>::new)).await?;
    Ok(rows.into_iter().map(|(key, row)| (key.0, row)).collect())
}

/// The row with this id, which a foreign key says is there.
pub async fn the<E>(ctx: &Context<'_>, id: Uuid) -> Result<E::Model, Shared>
where
    E: EntityTrait,
    E::Model: Send + Sync,
    <E::PrimaryKey as PrimaryKeyTrait>::ValueType: From<Uuid>,
{
    by_id::<E>(ctx, id)
        .await?
        .ok_or_else(|| Arc::new(Error::internal("a row that a foreign key names is gone")))
}

/// The rows whose `column` names this parent.
pub async fn by_parent<E>(
    ctx: &Context<'_>,
    column: E::Column,
    parent: Uuid,
) -> Result<Vec<E::Model>, Shared>
where
    E: EntityTrait,
    E::Column: Send + Sync,
    E::Model: Send + Sync,
{
    let rows = ctx
        .loaders()
        .load_one(ByParent::<E> { column, parent })
        .await?;
    Ok(rows.unwrap_or_default())
}

/// Wraps an error for everybody who waits for a batch.
pub fn shared(error: impl Into<Error>) -> Shared {
    Arc::new(error.into())
}

fn uuid(value: Value) -> Option<Uuid> {
    match value {
        Value::Uuid(id) => id,
        _ => None,
    }
}

impl<E> ById<E> {
    fn new(id: Uuid) -> Self {
        Self(id, PhantomData)
    }
}

// Derives would ask the same of `E`, which is only a name here.
impl<E> Clone for ById<E> {
    fn clone(&self) -> Self {
        Self::new(self.0)
    }
}

impl<E> PartialEq for ById<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E> Eq for ById<E> {}

impl<E> Hash for ById<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: EntityTrait> Clone for ByParent<E> {
    fn clone(&self) -> Self {
        Self {
            column: self.column,
            parent: self.parent,
        }
    }
}

impl<E: EntityTrait> PartialEq for ByParent<E> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.column.as_str() == other.column.as_str()
    }
}

impl<E: EntityTrait> Eq for ByParent<E> {}

impl<E: EntityTrait> Hash for ByParent<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
        self.column.as_str().hash(state);
    }
}
