//! What is booked on projects, and what was said to clients.

use sea_orm_migration::prelude::*;

/// Creates bookings and touchpoints.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
-- value: minutes for PER_DAY and TOTAL, basis points for PERCENT.
-- probability_bp: of a tentative booking; null means confirmed.
CREATE TABLE booking (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    project_id uuid NOT NULL REFERENCES project (id),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    method text NOT NULL CHECK (method IN ('PER_DAY', 'PERCENT', 'TOTAL')),
    value bigint NOT NULL CHECK (value > 0),
    probability_bp integer CHECK (probability_bp BETWEEN 0 AND 10000),
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    version bigint NOT NULL DEFAULT 1,
    CHECK (ends_on >= starts_on),
    CHECK (method <> 'PER_DAY' OR value <= 1440),
    CHECK (method <> 'PERCENT' OR value <= 10000)
);
CREATE INDEX booking_person ON booking (person_id, ends_on);
CREATE INDEX booking_project ON booking (project_id, ends_on);

-- occurred_on: the local day of occurred_at for whoever logged it.
CREATE TABLE touchpoint (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES client (id),
    project_id uuid REFERENCES project (id),
    person_id uuid REFERENCES person (id),
    contact_id uuid REFERENCES client_contact (id),
    kind text NOT NULL
        CHECK (kind IN ('KICKOFF', 'UPDATE', 'CALL', 'MEETING', 'EMAIL', 'REACH_OUT')),
    occurred_at timestamptz NOT NULL,
    occurred_on date NOT NULL,
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 10000)
);
CREATE INDEX touchpoint_client ON touchpoint (client_id, occurred_on);
CREATE INDEX touchpoint_person ON touchpoint (person_id, client_id, occurred_on);
";
