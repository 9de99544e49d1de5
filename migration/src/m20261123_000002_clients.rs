//! Clients, whom we speak to there, and their projects.

use sea_orm_migration::prelude::*;

/// Creates the tables around a client.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE client (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    starts_on date NOT NULL,
    communication integer NOT NULL CHECK (communication BETWEEN 1 AND 5),
    sensitivity integer NOT NULL CHECK (sensitivity BETWEEN 1 AND 5),
    growth integer NOT NULL CHECK (growth BETWEEN 1 AND 5),
    cadence_days integer NOT NULL CHECK (cadence_days BETWEEN 1 AND 365),
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE UNIQUE INDEX client_name ON client (lower(name));

CREATE TABLE client_contact (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES client (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    job_title text CHECK (length(job_title) <= 200),
    is_primary boolean NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    archived_at timestamptz
);
CREATE UNIQUE INDEX client_contact_email ON client_contact (client_id, lower(email));
CREATE UNIQUE INDEX client_contact_primary ON client_contact (client_id)
    WHERE is_primary AND archived_at IS NULL;

CREATE TABLE project (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES client (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    status text NOT NULL
        CHECK (status IN ('PROPOSED', 'ACTIVE', 'BACK_BURNER', 'COMPLETED', 'CANCELLED')),
    size text NOT NULL CHECK (size IN ('XS', 'S', 'M', 'L', 'XL')),
    complexity integer NOT NULL CHECK (complexity BETWEEN 1 AND 5),
    delivery integer NOT NULL CHECK (delivery BETWEEN 1 AND 5),
    volatility integer NOT NULL CHECK (volatility BETWEEN 1 AND 5),
    lead_mode text NOT NULL CHECK (lead_mode IN ('ACCOUNT_LED', 'JOINT', 'PRODUCTION_LED')),
    kicked_off_on date,
    launch_on date,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz
);
CREATE UNIQUE INDEX project_name ON project (client_id, lower(name));
CREATE INDEX project_status ON project (status);
";
