//! People, the hours they work, the days they do not, and what they can do.

use sea_orm_migration::prelude::*;

/// Creates the tables around a person.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
CREATE TABLE holiday_calendar (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    version bigint NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX holiday_calendar_name ON holiday_calendar (lower(name));

CREATE TABLE holiday (
    id uuid PRIMARY KEY,
    calendar_id uuid NOT NULL REFERENCES holiday_calendar (id),
    observed_on date NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    off_bp integer NOT NULL CHECK (off_bp BETWEEN 1 AND 10000),
    version bigint NOT NULL DEFAULT 1,
    UNIQUE (calendar_id, observed_on)
);

CREATE TABLE person (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    time_zone text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
    access text CHECK (access IN ('OWNER', 'MANAGER', 'MEMBER')),
    preference text CHECK (preference IN ('CLIENT', 'PROJECT')),
    holiday_calendar_id uuid REFERENCES holiday_calendar (id),
    standing_delegate_id uuid REFERENCES person (id),
    employed_from date NOT NULL,
    employed_until date,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CHECK (employed_until IS NULL OR employed_until >= employed_from),
    CHECK (standing_delegate_id IS NULL OR standing_delegate_id <> id)
);
CREATE UNIQUE INDEX person_email ON person (lower(email));

CREATE TABLE work_schedule (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    effective_from date NOT NULL,
    monday_minutes integer NOT NULL CHECK (monday_minutes BETWEEN 0 AND 1440),
    tuesday_minutes integer NOT NULL CHECK (tuesday_minutes BETWEEN 0 AND 1440),
    wednesday_minutes integer NOT NULL CHECK (wednesday_minutes BETWEEN 0 AND 1440),
    thursday_minutes integer NOT NULL CHECK (thursday_minutes BETWEEN 0 AND 1440),
    friday_minutes integer NOT NULL CHECK (friday_minutes BETWEEN 0 AND 1440),
    saturday_minutes integer NOT NULL CHECK (saturday_minutes BETWEEN 0 AND 1440),
    sunday_minutes integer NOT NULL CHECK (sunday_minutes BETWEEN 0 AND 1440),
    factor_bp integer NOT NULL CHECK (factor_bp BETWEEN 0 AND 10000),
    version bigint NOT NULL DEFAULT 1,
    UNIQUE (person_id, effective_from)
);

CREATE TABLE time_off (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    minutes_per_day integer CHECK (minutes_per_day BETWEEN 1 AND 1440),
    delegate_id uuid REFERENCES person (id),
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    version bigint NOT NULL DEFAULT 1,
    CHECK (ends_on >= starts_on),
    CHECK (delegate_id IS NULL OR delegate_id <> person_id)
);
CREATE INDEX time_off_person ON time_off (person_id, ends_on);

CREATE TABLE skill (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100)
);
CREATE UNIQUE INDEX skill_name ON skill (lower(name));

CREATE TABLE person_skill (
    person_id uuid NOT NULL REFERENCES person (id),
    skill_id uuid NOT NULL REFERENCES skill (id),
    level integer NOT NULL CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (person_id, skill_id)
);
";
