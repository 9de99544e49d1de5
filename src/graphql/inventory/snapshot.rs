//! Snapshots of the inventory, and what changed between two.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};

use super::{InventoryLine, page, place};
use crate::domain::inventory::{self, ChangedLine, Difference, FieldChange};
use crate::entity::{Day, Moment, inventory_snapshot, person};
use crate::graphql::connection::{Connection, Paging, in_memory};
use crate::graphql::context::Asked;
use crate::graphql::history::{self, Change};
use crate::graphql::id::Kind;
use crate::graphql::loaders::the;
use crate::graphql::payload::{UserError, split};
use crate::graphql::person::Person;

/// The inventory as it stood on a day. For owners and managers.
#[derive(Clone, Debug, Description)]
pub struct InventorySnapshot(pub inventory_snapshot::Model);

#[Object(use_type_description)]
impl InventorySnapshot {
    /// The snapshot's global id: `inv_…`.
    pub async fn id(&self) -> ID {
        Kind::InventorySnapshot.id(self.0.id)
    }

    /// What it is called. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The day it shows.
    async fn taken_on(&self) -> Day {
        self.0.taken_on
    }

    /// When it was taken.
    async fn taken_at(&self) -> Moment {
        self.0.taken_at
    }

    /// Who took it; null when it was not a person.
    async fn taken_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.0.taken_by_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// Its lines, by client and project as they were called.
    async fn lines(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<InventoryLine>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let lines = inventory::lines_of(&self.0)?;
        page(&format!("inventory {}", self.0.id), lines, &paging)
    }

    /// What was changed, the newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Change>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        Ok(Some(history::of(ctx, self.0.id, &paging).await?))
    }
}

/// What changed between two inventories.
#[derive(Clone, Debug, Description)]
pub struct InventoryDifference(pub(super) Difference);

/// A line of both inventories that says something else.
#[derive(Clone, Debug, Description)]
pub struct ChangedInventoryLine(ChangedLine);

/// What became of one field of a line.
#[derive(Clone, Debug, SimpleObject)]
pub struct InventoryFieldChange {
    /// Which field, as the columns of the exported spreadsheet are called: `leadMode`, `clientSideSince`.
    name: &'static str,
    /// What it was; null when it was not set.
    before: Option<String>,
    /// What it is then; null when it is not set.
    after: Option<String>,
}

#[Object(use_type_description)]
impl InventoryDifference {
    /// Lines of the later inventory only.
    async fn added(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<InventoryLine>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        page("inventoryDifference added", self.0.added.clone(), &paging)
    }

    /// Lines of the earlier inventory only.
    async fn removed(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<InventoryLine>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let lines = self.0.removed.clone();
        page("inventoryDifference removed", lines, &paging)
    }

    /// Lines of both that say something else, by client and project.
    async fn changed(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ChangedInventoryLine>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let name = "inventoryDifference changed";
        let changed = self.0.changed.clone();
        let place = |one: &ChangedLine| place(&one.line);
        let wrap = ChangedInventoryLine;
        Ok(in_memory(name, changed, false, &paging, place, wrap)?)
    }
}

#[Object(use_type_description)]
impl ChangedInventoryLine {
    /// The line as it is in the later inventory.
    async fn line(&self) -> InventoryLine {
        InventoryLine(self.0.line.clone())
    }

    /// What changed of it, in the order of the columns.
    async fn fields(&self) -> Vec<InventoryFieldChange> {
        let fields = self.0.fields.iter().cloned();
        fields.map(InventoryFieldChange::from).collect()
    }
}

impl From<FieldChange> for InventoryFieldChange {
    fn from(change: FieldChange) -> Self {
        Self {
            name: change.name,
            before: change.before,
            after: change.after,
        }
    }
}

/// How to call a snapshot.
#[derive(Debug, InputObject)]
pub struct InventorySnapshotTakeInput {
    /// What it is called: "before the split". 1 to 200 characters.
    name: String,
}

/// What came of taking a snapshot.
#[derive(Debug, SimpleObject)]
pub struct InventorySnapshotPayload {
    /// The snapshot; null when none was taken.
    snapshot: Option<InventorySnapshot>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of the inventory's snapshots.
#[derive(Default)]
pub struct InventoryMutations;

#[Object]
impl InventoryMutations {
    /// Keeps the inventory as it stands today. Owners and managers.
    async fn inventory_snapshot_take(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How to call it.")] input: InventorySnapshotTakeInput,
    ) -> Result<InventorySnapshotPayload> {
        let taken = inventory::take(ctx.db(), ctx.caller(), &input.name).await;
        let (row, user_errors) = split(taken)?;
        Ok(InventorySnapshotPayload {
            snapshot: row.map(InventorySnapshot),
            user_errors,
        })
    }
}
