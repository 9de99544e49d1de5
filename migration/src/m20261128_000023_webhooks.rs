//! Webhooks, what is to be delivered to them, and what came of it.

use sea_orm_migration::prelude::*;

/// Creates webhooks, their deliveries and attempts.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
-- events: their words, separated by blanks. The secret is not kept: it is made of the server's, the id and secret_number.
-- secret_replaced_at: since when there is this one; the one before counts for a day longer.
CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
    description text NOT NULL,
    events text NOT NULL,
    enabled boolean NOT NULL,
    disabled_reason text,
    secret_number bigint NOT NULL,
    secret_replaced_at timestamptz,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- body: what is sent, byte for byte the same by every attempt.
CREATE TABLE webhook_delivery (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES webhook (id),
    event text NOT NULL,
    body text NOT NULL,
    state text NOT NULL CHECK (state IN ('PENDING', 'CLAIMED', 'DELIVERED', 'FAILED')),
    reason text,
    next_attempt_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    claimed_by text,
    lease_until timestamptz,
    fence bigint NOT NULL,
    ended_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX webhook_delivery_webhook ON webhook_delivery (webhook_id, created_at);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_attempt_at) WHERE state = 'PENDING';
CREATE INDEX webhook_delivery_in_flight ON webhook_delivery (lease_until) WHERE state = 'CLAIMED';
CREATE INDEX webhook_delivery_end ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE webhook_attempt (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES webhook_delivery (id),
    replica text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    status integer,
    answer text,
    problem text
);
CREATE INDEX webhook_attempt_delivery ON webhook_attempt (delivery_id, id);
";
