//! The split as it is done: programmes, their handovers stage by stage, milestones and reviews.

use sea_orm_migration::prelude::*;

/// Creates programmes and handovers.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE programme (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    reason text NOT NULL CHECK (length(reason) <= 5000),
    benefit text NOT NULL CHECK (length(benefit) <= 5000),
    way_forward text NOT NULL CHECK (length(way_forward) <= 5000),
    plan_id uuid UNIQUE REFERENCES plan (id),
    starts_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('RUNNING', 'DONE', 'CANCELLED')),
    baseline jsonb NOT NULL,
    cancel_reason text CHECK (length(cancel_reason) <= 2000),
    started_by_id uuid REFERENCES person (id),
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE handover (
    id uuid PRIMARY KEY,
    programme_id uuid REFERENCES programme (id),
    client_id uuid NOT NULL REFERENCES client (id),
    side text NOT NULL CHECK (side IN ('CLIENT', 'PROJECT')),
    from_person_id uuid NOT NULL REFERENCES person (id),
    to_person_id uuid NOT NULL REFERENCES person (id),
    whole_client boolean NOT NULL,
    stage text NOT NULL CHECK (stage IN ('PLANNED', 'ANNOUNCED', 'INTRODUCED', 'SHADOWING', 'TRANSFERRED', 'CONFIRMED', 'CANCELLED')),
    wave integer NOT NULL CHECK (wave >= 0),
    weight_minutes bigint NOT NULL CHECK (weight_minutes >= 0),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    cancel_reason text CHECK (length(cancel_reason) <= 2000),
    transferred_on date,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (from_person_id <> to_person_id),
    CHECK ((stage = 'CANCELLED') = (cancel_reason IS NOT NULL)),
    CHECK ((stage IN ('TRANSFERRED', 'CONFIRMED')) = (transferred_on IS NOT NULL))
);
CREATE INDEX handover_programme ON handover (programme_id);
CREATE INDEX handover_client ON handover (client_id);
CREATE INDEX handover_from ON handover (from_person_id);
CREATE INDEX handover_to ON handover (to_person_id);
CREATE INDEX handover_open ON handover (stage)
    WHERE stage IN ('PLANNED', 'ANNOUNCED', 'INTRODUCED', 'SHADOWING', 'TRANSFERRED');

CREATE TABLE handover_project (
    handover_id uuid NOT NULL REFERENCES handover (id),
    project_id uuid NOT NULL REFERENCES project (id),
    PRIMARY KEY (handover_id, project_id)
);
CREATE INDEX handover_project_project ON handover_project (project_id);

CREATE TABLE handover_step (
    id uuid PRIMARY KEY,
    handover_id uuid NOT NULL REFERENCES handover (id),
    stage text NOT NULL CHECK (stage IN ('ANNOUNCED', 'INTRODUCED', 'SHADOWING', 'TRANSFERRED', 'CONFIRMED')),
    owner_id uuid NOT NULL REFERENCES person (id),
    due_on date NOT NULL,
    reached_on date,
    reached_at timestamptz,
    reached_by_id uuid REFERENCES person (id),
    UNIQUE (handover_id, stage)
);
CREATE INDEX handover_step_due ON handover_step (due_on) WHERE reached_on IS NULL;

CREATE TABLE programme_milestone (
    programme_id uuid NOT NULL REFERENCES programme (id),
    percent integer NOT NULL CHECK (percent IN (25, 50, 75, 100)),
    reached_on date NOT NULL,
    reached_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, percent)
);

CREATE TABLE programme_review (
    id uuid PRIMARY KEY,
    programme_id uuid NOT NULL REFERENCES programme (id),
    number integer NOT NULL CHECK (number >= 1),
    due_on date NOT NULL,
    figures jsonb,
    verdict text CHECK (verdict IN ('KEEP', 'ADJUST', 'REVERT')),
    note text CHECK (length(note) <= 5000),
    decided_by_id uuid REFERENCES person (id),
    decided_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    UNIQUE (programme_id, number)
);
CREATE INDEX programme_review_due ON programme_review (due_on) WHERE verdict IS NULL;
";
