//! Lines of the catalogue that the other side does on one project.

use sea_orm_migration::prelude::*;

/// Creates exceptions from the catalogue.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE responsibility_exception (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id),
    responsibility_id uuid NOT NULL REFERENCES responsibility (id),
    side text NOT NULL CHECK (side IN ('CLIENT', 'PROJECT')),
    from_on date NOT NULL,
    until_on date,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    written_by_id uuid REFERENCES person (id),
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by_id uuid REFERENCES person (id),
    closed_reason text CHECK (length(closed_reason) BETWEEN 1 AND 2000),
    CHECK (until_on IS NULL OR until_on >= from_on)
);
CREATE INDEX responsibility_exception_project ON responsibility_exception (project_id, from_on);
";
