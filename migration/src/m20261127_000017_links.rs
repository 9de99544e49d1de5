//! What somebody chose about a prompt, which links of mails were used, and mails that pause for a while.

use sea_orm_migration::prelude::*;

/// Creates choices about prompts and used links, and lets a subscription pause until a day.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
-- since: the contact that the prompt counts from; null: there was none. until_on: the first day it prompts again.
CREATE TABLE prompt_choice (
    id uuid PRIMARY KEY,
    topic text NOT NULL CHECK (topic IN ('UPDATE', 'REACH_OUT', 'FACTS')),
    client_id uuid NOT NULL REFERENCES client (id),
    project_id uuid REFERENCES project (id),
    since date,
    kind text NOT NULL CHECK (kind IN ('SNOOZED', 'HANDED_OVER', 'DISMISSED', 'RESUMED')),
    accountable_id uuid NOT NULL REFERENCES person (id),
    handed_to_id uuid REFERENCES person (id),
    until_on date NOT NULL,
    reason text CHECK (length(reason) BETWEEN 1 AND 2000),
    made_by_id uuid REFERENCES person (id),
    made_through text NOT NULL CHECK (made_through IN ('LINK', 'API')),
    made_at timestamptz NOT NULL,
    CHECK ((topic = 'FACTS') = (project_id IS NOT NULL)),
    CHECK (kind <> 'HANDED_OVER' OR handed_to_id IS NOT NULL),
    CHECK (kind IN ('HANDED_OVER', 'SNOOZED') OR handed_to_id IS NULL),
    CHECK ((kind = 'DISMISSED') = (reason IS NOT NULL))
);
CREATE INDEX prompt_choice_client ON prompt_choice (client_id, until_on);
CREATE INDEX prompt_choice_handed_over ON prompt_choice (until_on) WHERE handed_to_id IS NOT NULL;

-- digest: SHA-256 of the link's token, in hexadecimal digits.
CREATE TABLE used_link (
    digest text PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    outcome text NOT NULL,
    used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_link_expiry ON used_link (expires_at);

ALTER TABLE schedule ADD COLUMN paused_until date;
";
