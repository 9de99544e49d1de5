//! Mutations that are run once.

use sea_orm_migration::prelude::*;

/// Remembers which keys were used, and what was answered.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLE).await
    }
}

const TABLE: &str = "
-- key_digest, request_digest: SHA-256 in hexadecimal digits. ended_at: null while it is executed, or when whoever executed it
-- is gone. answer: sealed; null when what became of it is not known.
CREATE TABLE idempotent_request (
    key_digest text PRIMARY KEY,
    request_digest text NOT NULL,
    claim_id uuid NOT NULL,
    claimed_at timestamptz NOT NULL,
    ended_at timestamptz,
    answer bytea,
    expires_at timestamptz NOT NULL,
    CHECK (answer IS NULL OR ended_at IS NOT NULL)
);
CREATE INDEX idempotent_request_expiry ON idempotent_request (expires_at);
";
