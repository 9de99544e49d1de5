//! What clients ask for, and what production and the owner said to it.

use sea_orm_migration::prelude::*;

/// Creates requests of clients.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
-- against: the capacity that stood against it when production objected.
CREATE TABLE client_request (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES client (id),
    project_id uuid REFERENCES project (id),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    detail text NOT NULL DEFAULT '' CHECK (length(detail) <= 10000),
    minutes bigint CHECK (minutes BETWEEN 1 AND 1000000),
    wanted_by date,
    state text NOT NULL CHECK (state IN ('RAISED', 'ACCEPTED', 'OBJECTED', 'GRANTED', 'DECLINED', 'WITHDRAWN')),
    raised_by_id uuid REFERENCES person (id),
    raised_on date NOT NULL,
    raised_at timestamptz NOT NULL,
    answered_by_id uuid REFERENCES person (id),
    answered_at timestamptz,
    answer text CHECK (length(answer) <= 2000),
    against jsonb,
    decided_by_id uuid REFERENCES person (id),
    decided_at timestamptz,
    decision_reason text CHECK (length(decision_reason) <= 2000),
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);
CREATE INDEX client_request_client ON client_request (client_id, raised_at);
CREATE INDEX client_request_waiting ON client_request (raised_on) WHERE state IN ('RAISED', 'OBJECTED');
";
