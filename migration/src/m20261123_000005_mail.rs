//! Who gets which mail when, and the outbox.

use sea_orm_migration::prelude::*;

/// Creates subscriptions, the outbox, its obligations and its attempts.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
-- weekday: ISO, 1 = Monday; null means every working day.
-- time_zone: null means the person's own.
-- time_zone_data: the version of the zone rules next_due_at was computed with.
CREATE TABLE schedule (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    kind text NOT NULL CHECK (kind IN ('CAPACITY_SUMMARY', 'CLIENT_UPDATE')),
    weekday integer CHECK (weekday BETWEEN 1 AND 7),
    minute_of_day integer NOT NULL CHECK (minute_of_day BETWEEN 0 AND 1439),
    time_zone text CHECK (length(time_zone) BETWEEN 1 AND 64),
    next_due_at timestamptz NOT NULL,
    time_zone_data text NOT NULL,
    paused boolean NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    UNIQUE (person_id, kind)
);
CREATE INDEX schedule_due ON schedule (next_due_at);

-- dedupe_key: kind/recipient/period, so that R9 holds in the database.
-- fence grows with every claim: whoever holds an older one may write nothing.
CREATE TABLE email (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('CAPACITY_SUMMARY', 'CLIENT_UPDATE')),
    dedupe_key text NOT NULL UNIQUE,
    recipient_id uuid NOT NULL REFERENCES person (id),
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
    created_at timestamptz NOT NULL
);
CREATE INDEX email_due ON email (next_attempt_at) WHERE state = 'PENDING';
CREATE INDEX email_in_flight ON email (lease_until) WHERE state IN ('CLAIMED', 'DATA');
CREATE INDEX email_recipient ON email (recipient_id);

-- What a mail discharges: a client's update of a week, a person's summary of a week.
CREATE TABLE obligation (
    obligation_key text PRIMARY KEY,
    email_id uuid NOT NULL REFERENCES email (id),
    person_id uuid REFERENCES person (id),
    client_id uuid REFERENCES client (id)
);
CREATE INDEX obligation_email ON obligation (email_id);

CREATE TABLE email_attempt (
    id uuid PRIMARY KEY,
    email_id uuid NOT NULL REFERENCES email (id),
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
CREATE INDEX email_attempt_email ON email_attempt (email_id);

CREATE TABLE suppressed_address (
    address text PRIMARY KEY,
    reason text NOT NULL,
    suppressed_at timestamptz NOT NULL
);
";
