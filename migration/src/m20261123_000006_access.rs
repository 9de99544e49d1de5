//! Who may use the API, what the owner has set, and what changed.

use sea_orm_migration::prelude::*;

/// Creates API tokens, settings and history.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE api_token (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    hash text NOT NULL UNIQUE,
    hint text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);

CREATE TABLE setting (
    name text PRIMARY KEY,
    value jsonb NOT NULL
);

-- subject_kind is the table's name. actor_id null: Meridian itself or the command line, as actor says.
CREATE TABLE change (
    id uuid PRIMARY KEY,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    action text NOT NULL,
    actor_id uuid REFERENCES person (id),
    actor text NOT NULL,
    changed_at timestamptz NOT NULL,
    before_change jsonb,
    after_change jsonb
);
CREATE INDEX change_subject ON change (subject_kind, subject_id, id);
";
