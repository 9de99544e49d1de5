//! What somebody noted about a person and a client, and an index that answers how well they know each other.

use sea_orm_migration::prelude::*;

/// Creates relationships.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE relationship (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    client_id uuid NOT NULL REFERENCES client (id),
    override_points integer CHECK (override_points BETWEEN 0 AND 100),
    pinned boolean NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    UNIQUE (person_id, client_id)
);
CREATE INDEX relationship_client ON relationship (client_id);

-- The contacts of the last 90 days are counted from the index alone.
CREATE INDEX touchpoint_relationship ON touchpoint (client_id, occurred_on, person_id);
DROP INDEX touchpoint_client;
";
