//! Which side was decided to lead, when a project is to be kicked off, and which clients are in trouble.

use sea_orm_migration::prelude::*;

/// Creates role decisions, and what projects and clients say of them.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
-- of a project, or of a client as the default that its projects inherit; append-only.
-- kicked_off_on: the kick-off that it was made for, once that has happened.
CREATE TABLE role_decision (
    id uuid PRIMARY KEY,
    client_id uuid REFERENCES client (id),
    project_id uuid REFERENCES project (id),
    lead_mode text NOT NULL CHECK (lead_mode IN ('ACCOUNT_LED', 'JOINT', 'PRODUCTION_LED')),
    recommended text NOT NULL CHECK (recommended IN ('ACCOUNT_LED', 'JOINT', 'PRODUCTION_LED')),
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 2000),
    communication integer NOT NULL CHECK (communication BETWEEN 1 AND 5),
    sensitivity integer NOT NULL CHECK (sensitivity BETWEEN 1 AND 5),
    growth integer NOT NULL CHECK (growth BETWEEN 1 AND 5),
    complexity integer CHECK (complexity BETWEEN 1 AND 5),
    delivery integer CHECK (delivery BETWEEN 1 AND 5),
    volatility integer CHECK (volatility BETWEEN 1 AND 5),
    source text NOT NULL CHECK (source IN ('PERSON', 'IMPORT', 'DEMO')),
    decided_by_id uuid REFERENCES person (id),
    decided_on date NOT NULL,
    decided_at timestamptz NOT NULL,
    kicked_off_on date,
    CHECK ((client_id IS NULL) <> (project_id IS NULL)),
    CHECK (project_id IS NULL OR (complexity IS NOT NULL AND delivery IS NOT NULL AND volatility IS NOT NULL)),
    CHECK (lead_mode = recommended OR length(reason) > 0)
);
CREATE INDEX role_decision_client ON role_decision (client_id, decided_at);
CREATE INDEX role_decision_project ON role_decision (project_id, decided_at);

ALTER TABLE project ADD COLUMN decision_id uuid REFERENCES role_decision (id);
ALTER TABLE project ADD COLUMN kick_off_planned_on date;
CREATE INDEX project_kick_off_planned ON project (kick_off_planned_on);

ALTER TABLE client ADD COLUMN decision_id uuid REFERENCES role_decision (id);
ALTER TABLE client ADD COLUMN in_trouble_since date;
ALTER TABLE client ADD COLUMN in_trouble_reason text CHECK (length(in_trouble_reason) BETWEEN 1 AND 2000);
";
