//! Re-assignment plans, and the skills that projects ask of their managers.

use sea_orm_migration::prelude::*;

/// Creates plans.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE project_skill (
    project_id uuid NOT NULL REFERENCES project (id),
    skill_id uuid NOT NULL REFERENCES skill (id),
    level integer NOT NULL CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (project_id, skill_id)
);

CREATE TABLE plan (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('REASSIGNMENT', 'LEAVER', 'SPLIT')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    state text NOT NULL
        CHECK (state IN ('SOLVING', 'READY', 'INFEASIBLE', 'FAILED', 'CANCELLED', 'APPROVED')),
    leaver_id uuid REFERENCES person (id),
    starts_on date NOT NULL,
    input jsonb NOT NULL,
    outcome jsonb,
    problem text,
    made_by_id uuid REFERENCES person (id),
    approved_by_id uuid REFERENCES person (id),
    approved_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((kind = 'LEAVER') = (leaver_id IS NOT NULL)),
    CHECK (state NOT IN ('READY', 'APPROVED') OR outcome IS NOT NULL)
);
CREATE INDEX plan_leaver ON plan (leaver_id);
CREATE INDEX plan_created ON plan (created_at);
";
