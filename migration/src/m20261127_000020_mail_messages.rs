//! What mails say, apart from where they stand; and those that are due, in order.

use sea_orm_migration::prelude::*;

/// Moves the messages into a table of their own: a mail is marked several times on its way, and SQLite writes a row whole.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, MOVED).await
    }
}

const MOVED: &str = "
CREATE TABLE email_message (
    email_id uuid PRIMARY KEY REFERENCES email (id),
    message bytea NOT NULL
);
INSERT INTO email_message (email_id, message) SELECT id, message FROM email WHERE message IS NOT NULL;
ALTER TABLE email DROP COLUMN message;

-- On Monday at eight many fall due in one instant: a claim takes the first hundred without sorting them all.
DROP INDEX email_due;
CREATE INDEX email_due ON email (next_attempt_at, id) WHERE state = 'PENDING';
";
