//! The inventory as it stood on some days.

use sea_orm_migration::prelude::*;

/// Creates snapshots of the inventory.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE inventory_snapshot (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    taken_on date NOT NULL,
    taken_at timestamptz NOT NULL,
    taken_by_id uuid REFERENCES person (id),
    lines jsonb NOT NULL
);
CREATE INDEX inventory_snapshot_taken ON inventory_snapshot (taken_at);
";
