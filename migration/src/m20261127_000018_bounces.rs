//! What mail servers report after they took a mail, and addresses that nothing is sent to until an owner lifts that.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Lets the timeline of a mail go on after it was sent, and gives suppressed addresses ids and an end.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (outcomes, new_id) = match manager.get_database_backend() {
            DbBackend::Postgres => (ALTERED, "gen_random_uuid()"),
            _ => (REBUILT, "randomblob(16)"),
        };
        crate::run(manager, outcomes).await?;
        crate::run(manager, &SUPPRESSED.replace("NEW_ID", new_id)).await
    }
}

const ALTERED: &str = "
ALTER TABLE email_attempt DROP CONSTRAINT email_attempt_outcome_check;
ALTER TABLE email_attempt ADD CONSTRAINT email_attempt_outcome_check
    CHECK (outcome IN ('ACCEPTED', 'REFUSED_FOR_NOW', 'REFUSED', 'NOT_SENT', 'AMBIGUOUS', 'FENCED', 'BOUNCED',
        'REPORTED'));
";

// SQLite alters no CHECK: the table is written anew.
const REBUILT: &str = "
CREATE TABLE email_attempt_reported (
    id uuid PRIMARY KEY,
    email_id uuid NOT NULL REFERENCES email (id),
    replica text NOT NULL,
    fence bigint NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('ACCEPTED', 'REFUSED_FOR_NOW', 'REFUSED', 'NOT_SENT', 'AMBIGUOUS',
        'FENCED', 'BOUNCED', 'REPORTED')),
    phase text,
    server_code integer,
    server_text text
);
INSERT INTO email_attempt_reported (id, email_id, replica, fence, started_at, finished_at, outcome, phase, server_code,
    server_text)
SELECT id, email_id, replica, fence, started_at, finished_at, outcome, phase, server_code, server_text
FROM email_attempt;
DROP TABLE email_attempt;
ALTER TABLE email_attempt_reported RENAME TO email_attempt;
CREATE INDEX email_attempt_email ON email_attempt (email_id);
";

// An address is suppressed once at a time; what was lifted stays readable.
const SUPPRESSED: &str = "
CREATE TABLE suppressed_address_lifted (
    id uuid PRIMARY KEY,
    address text NOT NULL,
    reason text NOT NULL,
    suppressed_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by_id uuid REFERENCES person (id),
    lifted_reason text,
    version bigint NOT NULL DEFAULT 1,
    CHECK ((lifted_at IS NULL) = (lifted_reason IS NULL))
);
INSERT INTO suppressed_address_lifted (id, address, reason, suppressed_at)
SELECT NEW_ID, address, reason, suppressed_at FROM suppressed_address;
DROP TABLE suppressed_address;
ALTER TABLE suppressed_address_lifted RENAME TO suppressed_address;
CREATE UNIQUE INDEX suppressed_address_in_force ON suppressed_address (address) WHERE lifted_at IS NULL;
CREATE INDEX suppressed_address_suppressed_at ON suppressed_address (suppressed_at, id);
CREATE INDEX email_failed ON email (local_on) WHERE state = 'FAILED';
CREATE INDEX email_attempt_bounced ON email_attempt (email_id) WHERE outcome = 'BOUNCED';
";
