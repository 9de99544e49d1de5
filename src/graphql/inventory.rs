//! The inventory: every client and project as it stands.

mod line;
mod snapshot;

use async_graphql::{Context, Enum, ID, Object, Result};

use super::connection::{Connection, Paging, in_memory, list};
use super::context::Asked;
use super::id::Kind;
use super::loaders::by_id;
use crate::domain::inventory;
use crate::domain::page::{Place, PlaceValue, Term};
use crate::entity::{Day, inventory_snapshot};

pub use line::{InventoryHolder, InventoryLine, UpdateState};
pub use snapshot::{
    ChangedInventoryLine, InventoryDifference, InventoryFieldChange, InventoryMutations,
    InventorySnapshot, InventorySnapshotPayload, InventorySnapshotTakeInput,
};

/// How the inventory is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "inventory::Format")]
pub enum InventoryFormat {
    /// Every field, for spreadsheets: comma-separated, in UTF-8, with the names of the columns in the first row. What a spreadsheet
    /// would take for a formula has a quote in front.
    Csv,
    /// A table to read, in Markdown.
    Markdown,
}

/// Queries about the inventory. Owners and managers.
#[derive(Default)]
pub struct InventoryQueries;

#[Object]
impl InventoryQueries {
    /// Every ACTIVE, BACK_BURNER and PROPOSED project, and every client without ACTIVE or BACK_BURNER projects, by client and
    /// project. Who holds what, since when and how well they know the client is answered for the day; names, profiles,
    /// statuses and the log of contacts are those of now.
    async fn inventory(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today by default.")] on: Option<Day>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<InventoryLine>> {
        let caller = ctx.caller();
        caller.must_read_all("read the inventory")?;
        let on = on.map_or_else(|| caller.today(), |day| day.0);
        let lines = inventory::read(&ctx.db().read, on).await?;
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        page(&format!("inventory {on}"), lines, &paging)
    }

    /// The inventory written out.
    async fn inventory_export(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How to write it.")] format: InventoryFormat,
        #[graphql(desc = "The day; today by default.")] on: Option<Day>,
    ) -> Result<String> {
        let caller = ctx.caller();
        caller.must_read_all("read the inventory")?;
        let on = on.map_or_else(|| caller.today(), |day| day.0);
        let lines = inventory::read(&ctx.db().read, on).await?;
        Ok(inventory::export(format.into(), &lines, on)?)
    }

    /// The snapshots that were taken, the newest first.
    async fn inventory_snapshots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<InventorySnapshot>> {
        ctx.caller().must_read_all("read the inventory")?;
        let newest_first = [Term {
            column: inventory_snapshot::Column::TakenAt,
            folded: false,
            descending: true,
        }];
        let select = <inventory_snapshot::Entity as sea_orm::EntityTrait>::find();
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let id = inventory_snapshot::Column::Id;
        let name = "inventorySnapshots";
        list(
            ctx,
            name,
            select,
            &newest_first,
            id,
            &paging,
            InventorySnapshot,
        )
        .await
    }

    /// The snapshot with this id; null when there is none.
    async fn inventory_snapshot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A snapshot's global id: `inv_…`.")] id: ID,
    ) -> Result<Option<InventorySnapshot>> {
        ctx.caller().must_read_all("read the inventory")?;
        let id = Kind::InventorySnapshot.named(&id)?;
        let row = by_id::<inventory_snapshot::Entity>(ctx, id).await?;
        Ok(row.map(InventorySnapshot))
    }

    /// What changed from one snapshot to another, or to today. Lines are compared by client and project, whatever these are
    /// called by then, and holders by who they are.
    async fn inventory_difference(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The earlier snapshot: `inv_…`.")] from_id: ID,
        #[graphql(desc = "The later snapshot: `inv_…`; null: the inventory as it is now.")]
        to_id: Option<ID>,
    ) -> Result<InventoryDifference> {
        let from = Kind::InventorySnapshot.named(&from_id)?;
        let to = to_id
            .map(|id| Kind::InventorySnapshot.named(&id))
            .transpose()?;
        let found = inventory::between(&ctx.db().read, ctx.caller(), from, to).await?;
        Ok(InventoryDifference(found))
    }
}

/// One page of an inventory's lines.
fn page(
    name: &str,
    lines: Vec<inventory::Line>,
    paging: &Paging,
) -> Result<Connection<InventoryLine>> {
    Ok(in_memory(name, lines, false, paging, place, InventoryLine)?)
}

/// Where a line stands: by client, its own line first, then by project.
fn place(line: &inventory::Line) -> Place {
    let project = line.project.as_ref();
    Place(vec![
        PlaceValue::Text(line.client.to_lowercase()),
        PlaceValue::Id(line.client_id),
        PlaceValue::Text(
            project
                .map(|part| part.name.to_lowercase())
                .unwrap_or_default(),
        ),
        PlaceValue::Id(project.map(|part| part.id).unwrap_or_default()),
    ])
}
