//! Signing in by a mailed link, sessions, and what an API token may do.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Creates sign-ins and sessions, gives API tokens a scope, and lets sign-in mails into the outbox.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let opened = match manager.get_database_backend() {
            DbBackend::Postgres => ALTERED,
            _ => REWRITTEN,
        };
        crate::run(manager, opened).await?;
        crate::run(manager, TABLES).await
    }
}

const ALTERED: &str = "
ALTER TABLE email DROP CONSTRAINT email_kind_check;
ALTER TABLE email ADD CONSTRAINT email_kind_check
    CHECK (kind IN ('CAPACITY_SUMMARY', 'CLIENT_UPDATE', 'CLIENT_LETTER', 'SIX_MONTH_REVIEW', 'TEST', 'SIGN_IN'));
";

// As m20261127_000019_watching does: SQLite alters no CHECK, and the index made afterwards tells other connections.
const REWRITTEN: &str = "
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''TEST'')', '''TEST'', ''SIGN_IN'')')
WHERE type = 'table' AND name = 'email';
PRAGMA writable_schema = RESET;
";

const TABLES: &str = "
CREATE INDEX email_sign_in ON email (state, next_attempt_at) WHERE kind = 'SIGN_IN';

-- The tokens there are were made to do whatever their person may.
ALTER TABLE api_token ADD COLUMN scope text NOT NULL DEFAULT 'WRITE' CHECK (scope IN ('READ', 'WRITE'));

-- Hashes: SHA-256 in hexadecimal digits; of the token in the mail, and of the cookie of the browser that asked.
CREATE TABLE sign_in (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    token_hash text NOT NULL UNIQUE,
    browser_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX sign_in_person ON sign_in (person_id);
CREATE INDEX sign_in_expiry ON sign_in (expires_at);

-- hash: of the secret in the cookie. replaced_hash: of the one before, which counts until confirmed_at, the first time
-- that the new one came, and a little longer.
CREATE TABLE session (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    hash text NOT NULL UNIQUE,
    replaced_hash text UNIQUE,
    renewed_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    browser text NOT NULL,
    network text NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE INDEX session_expiry ON session (expires_at);
";
