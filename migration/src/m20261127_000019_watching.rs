//! Test mails, and an index that counts the outbox.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Lets test mails into the outbox, and makes it cheap to count.
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
        crate::run(manager, INDEX).await
    }
}

const ALTERED: &str = "
ALTER TABLE email DROP CONSTRAINT email_kind_check;
ALTER TABLE email ADD CONSTRAINT email_kind_check
    CHECK (kind IN ('CAPACITY_SUMMARY', 'CLIENT_UPDATE', 'CLIENT_LETTER', 'SIX_MONTH_REVIEW', 'TEST'));
";

// SQLite alters no CHECK. A wider one changes nothing of what is stored, so its text is changed where SQLite keeps it
// (https://sqlite.org/lang_altertable.html, section 7); the index made afterwards tells other connections.
const REWRITTEN: &str = "
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''SIX_MONTH_REVIEW'')', '''SIX_MONTH_REVIEW'', ''TEST'')')
WHERE type = 'table' AND name = 'email';
PRAGMA writable_schema = RESET;
";

// A mail enters it once, at its end: those on their way have indices of their own.
const INDEX: &str = "
CREATE INDEX email_at_rest ON email (state, kind) WHERE state NOT IN ('PENDING', 'CLAIMED', 'DATA');
";
