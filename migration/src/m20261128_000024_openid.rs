//! Signing in by the agency's OpenID provider, and which session a sign-in has begun.

use sea_orm_migration::prelude::*;

/// Creates sign-ins by a provider and the identities people have there, and lets mailed links name their session.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
ALTER TABLE sign_in ADD COLUMN session_id uuid REFERENCES session (id) ON DELETE SET NULL;
CREATE INDEX sign_in_session ON sign_in (session_id);

-- Hashes: SHA-256 in hexadecimal digits; of the state that the provider sends back, and of the cookie of the browser.
CREATE TABLE openid_sign_in (
    id uuid PRIMARY KEY,
    state_hash text NOT NULL UNIQUE,
    browser_hash text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    session_id uuid REFERENCES session (id) ON DELETE SET NULL
);
CREATE INDEX openid_sign_in_expiry ON openid_sign_in (expires_at);
CREATE INDEX openid_sign_in_session ON openid_sign_in (session_id);

-- Of one issuer a person is one subject, and a subject one person.
CREATE TABLE openid_identity (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    issuer text NOT NULL,
    subject text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (issuer, subject),
    UNIQUE (person_id, issuer)
);
";
