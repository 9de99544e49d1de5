//! Letters to clients with their approvals, and an outbox that also takes mails to a client's contact.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Opens the outbox for letters and reviews, and creates the letters.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let opened = match manager.get_database_backend() {
            DbBackend::Postgres => ALTERED,
            _ => REBUILT,
        };
        crate::run(manager, opened).await?;
        crate::run(manager, TABLES).await
    }
}

const ALTERED: &str = "
ALTER TABLE email DROP CONSTRAINT email_kind_check;
ALTER TABLE email ADD CONSTRAINT email_kind_check
    CHECK (kind IN ('CAPACITY_SUMMARY', 'CLIENT_UPDATE', 'CLIENT_LETTER', 'SIX_MONTH_REVIEW'));
ALTER TABLE email ALTER COLUMN recipient_id DROP NOT NULL;
ALTER TABLE email ADD COLUMN contact_id uuid REFERENCES client_contact (id);
ALTER TABLE email ADD CHECK ((recipient_id IS NULL) <> (contact_id IS NULL));
ALTER TABLE email ADD CHECK ((kind = 'CLIENT_LETTER') = (contact_id IS NOT NULL));
";

// SQLite alters no CHECK: the table is written anew. What refers to it moves first, because a table that is dropped or
// renamed takes the references to it along.
const REBUILT: &str = "
CREATE TABLE email_opened (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('CAPACITY_SUMMARY', 'CLIENT_UPDATE', 'CLIENT_LETTER', 'SIX_MONTH_REVIEW')),
    dedupe_key text NOT NULL UNIQUE,
    recipient_id uuid REFERENCES person (id),
    period text NOT NULL,
    local_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('PENDING', 'CLAIMED', 'DATA', 'SENT', 'FAILED', 'EXPIRED',
        'CANCELLED', 'HELD', 'SKIPPED_EMPTY', 'SKIPPED_ABSENT')),
    reason text,
    due_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    claimed_by text,
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    to_address text,
    subject text,
    message_id text UNIQUE,
    message bytea,
    rendered_at timestamptz,
    sent_at timestamptz,
    created_at timestamptz NOT NULL,
    contact_id uuid REFERENCES client_contact (id),
    CHECK ((recipient_id IS NULL) <> (contact_id IS NULL)),
    CHECK ((kind = 'CLIENT_LETTER') = (contact_id IS NOT NULL))
);
INSERT INTO email_opened (id, kind, dedupe_key, recipient_id, period, local_on, state, reason, due_at, expires_at,
    next_attempt_at, attempts, claimed_by, lease_until, fence, to_address, subject, message_id, message, rendered_at,
    sent_at, created_at)
SELECT id, kind, dedupe_key, recipient_id, period, local_on, state, reason, due_at, expires_at,
    next_attempt_at, attempts, claimed_by, lease_until, fence, to_address, subject, message_id, message, rendered_at,
    sent_at, created_at
FROM email;

CREATE TABLE obligation_moved (
    obligation_key text PRIMARY KEY,
    email_id uuid NOT NULL REFERENCES email_opened (id),
    person_id uuid REFERENCES person (id),
    client_id uuid REFERENCES client (id)
);
INSERT INTO obligation_moved (obligation_key, email_id, person_id, client_id)
SELECT obligation_key, email_id, person_id, client_id FROM obligation;

CREATE TABLE email_attempt_moved (
    id uuid PRIMARY KEY,
    email_id uuid NOT NULL REFERENCES email_opened (id),
    replica text NOT NULL,
    fence bigint NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('ACCEPTED', 'REFUSED_FOR_NOW', 'REFUSED', 'NOT_SENT',
        'AMBIGUOUS', 'FENCED')),
    phase text,
    server_code integer,
    server_text text
);
INSERT INTO email_attempt_moved (id, email_id, replica, fence, started_at, finished_at, outcome, phase, server_code,
    server_text)
SELECT id, email_id, replica, fence, started_at, finished_at, outcome, phase, server_code, server_text
FROM email_attempt;

DROP TABLE obligation;
DROP TABLE email_attempt;
DROP TABLE email;
ALTER TABLE email_opened RENAME TO email;
ALTER TABLE obligation_moved RENAME TO obligation;
ALTER TABLE email_attempt_moved RENAME TO email_attempt;
CREATE INDEX email_due ON email (next_attempt_at) WHERE state = 'PENDING';
CREATE INDEX email_in_flight ON email (lease_until) WHERE state IN ('CLAIMED', 'DATA');
CREATE INDEX email_recipient ON email (recipient_id);
CREATE INDEX obligation_email ON obligation (email_id);
CREATE INDEX email_attempt_email ON email_attempt (email_id);
";

const TABLES: &str = "
CREATE INDEX email_contact ON email (contact_id) WHERE contact_id IS NOT NULL;

-- version counts the texts: an approval is of one of them.
CREATE TABLE letter (
    id uuid PRIMARY KEY,
    handover_id uuid NOT NULL UNIQUE REFERENCES handover (id),
    contact_id uuid NOT NULL REFERENCES client_contact (id),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 20000),
    email_id uuid UNIQUE REFERENCES email (id),
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE letter_approval (
    letter_id uuid NOT NULL REFERENCES letter (id),
    person_id uuid NOT NULL REFERENCES person (id),
    version bigint NOT NULL,
    approved_at timestamptz NOT NULL,
    PRIMARY KEY (letter_id, person_id)
);
";
