//! Roles, responsibilities, and who holds which role from when until when.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Creates the tables that answer "who is accountable?".
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await?;
        let guards = match manager.get_database_backend() {
            DbBackend::Postgres => GUARDS_ON_POSTGRES,
            _ => GUARDS_ON_SQLITE,
        };
        crate::run(manager, guards).await
    }
}

const TABLES: &str = "
CREATE TABLE role (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    side text UNIQUE CHECK (side IN ('CLIENT', 'PROJECT', 'BOTH')),
    version bigint NOT NULL DEFAULT 1,
    archived_at timestamptz
);
CREATE UNIQUE INDEX role_name ON role (lower(name));

CREATE TABLE responsibility (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    side text NOT NULL CHECK (side IN ('CLIENT', 'PROJECT')),
    position integer NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    archived_at timestamptz
);
CREATE UNIQUE INDEX responsibility_name ON responsibility (lower(name));

-- In force from from_on until the day before until_on. A row whose two days
-- are equal was replaced before it ever held.
CREATE TABLE assignment (
    id uuid PRIMARY KEY,
    role_id uuid NOT NULL REFERENCES role (id),
    client_id uuid REFERENCES client (id),
    project_id uuid REFERENCES project (id),
    person_id uuid NOT NULL REFERENCES person (id),
    from_on date NOT NULL,
    until_on date,
    source text NOT NULL CHECK (source IN ('PERSON', 'IMPORT', 'PLAN', 'HANDOVER', 'DEMO')),
    written_by_id uuid REFERENCES person (id),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by_id uuid REFERENCES person (id),
    closed_reason text CHECK (length(closed_reason) <= 2000),
    CHECK ((client_id IS NULL) <> (project_id IS NULL)),
    CHECK (until_on IS NULL OR until_on >= from_on)
);
CREATE INDEX assignment_client ON assignment (client_id, role_id);
CREATE INDEX assignment_project ON assignment (project_id, role_id);
CREATE INDEX assignment_person ON assignment (person_id, until_on);
";

/// R1 and "append-only". SQLite has one writer at a time, so looking is enough.
const GUARDS_ON_SQLITE: &str = "
CREATE TRIGGER assignment_one_holder_of_project BEFORE INSERT ON assignment
WHEN NEW.project_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM assignment held
    WHERE held.project_id = NEW.project_id AND held.role_id = NEW.role_id
      AND (held.until_on IS NULL OR (held.until_on > held.from_on AND held.until_on > NEW.from_on))
      AND (NEW.until_on IS NULL OR (NEW.until_on > NEW.from_on AND NEW.until_on > held.from_on)))
BEGIN SELECT RAISE(ABORT, 'assignment_one_holder'); END;

CREATE TRIGGER assignment_one_holder_of_client BEFORE INSERT ON assignment
WHEN NEW.client_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM assignment held
    WHERE held.client_id = NEW.client_id AND held.role_id = NEW.role_id
      AND (held.until_on IS NULL OR (held.until_on > held.from_on AND held.until_on > NEW.from_on))
      AND (NEW.until_on IS NULL OR (NEW.until_on > NEW.from_on AND NEW.until_on > held.from_on)))
BEGIN SELECT RAISE(ABORT, 'assignment_one_holder'); END;

CREATE TRIGGER assignment_append_only BEFORE UPDATE ON assignment
WHEN NEW.id IS NOT OLD.id OR NEW.role_id IS NOT OLD.role_id OR NEW.client_id IS NOT OLD.client_id
  OR NEW.project_id IS NOT OLD.project_id OR NEW.person_id IS NOT OLD.person_id
  OR NEW.from_on IS NOT OLD.from_on OR NEW.reason IS NOT OLD.reason OR NEW.source IS NOT OLD.source
  OR NEW.written_by_id IS NOT OLD.written_by_id OR NEW.created_at IS NOT OLD.created_at
  OR (NEW.until_on IS NOT OLD.until_on
      AND (NEW.until_on IS NULL OR (OLD.until_on IS NOT NULL AND NEW.until_on > OLD.until_on)))
BEGIN SELECT RAISE(ABORT, 'assignment_append_only'); END;

CREATE TRIGGER assignment_never_deleted BEFORE DELETE ON assignment
BEGIN SELECT RAISE(ABORT, 'assignment_append_only'); END;
";

/// The same. PostgreSQL has many writers: locking the client or project row
/// first makes the second of two see what the first has written.
const GUARDS_ON_POSTGRES: &str = "
CREATE FUNCTION assignment_one_holder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.project_id IS NOT NULL THEN
        PERFORM 1 FROM project WHERE id = NEW.project_id FOR NO KEY UPDATE;
    ELSE
        PERFORM 1 FROM client WHERE id = NEW.client_id FOR NO KEY UPDATE;
    END IF;
    IF EXISTS (
        SELECT 1 FROM assignment held
        WHERE (held.project_id = NEW.project_id OR held.client_id = NEW.client_id)
          AND held.role_id = NEW.role_id
          AND (held.until_on IS NULL OR (held.until_on > held.from_on AND held.until_on > NEW.from_on))
          AND (NEW.until_on IS NULL OR (NEW.until_on > NEW.from_on AND NEW.until_on > held.from_on)))
    THEN
        RAISE EXCEPTION 'assignment_one_holder' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignment_one_holder BEFORE INSERT ON assignment
    FOR EACH ROW EXECUTE FUNCTION assignment_one_holder();

CREATE FUNCTION assignment_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.id, NEW.role_id, NEW.person_id, NEW.from_on, NEW.reason)
            IS DISTINCT FROM (OLD.id, OLD.role_id, OLD.person_id, OLD.from_on, OLD.reason)
        OR (NEW.client_id, NEW.project_id, NEW.source, NEW.written_by_id, NEW.created_at)
            IS DISTINCT FROM (OLD.client_id, OLD.project_id, OLD.source, OLD.written_by_id, OLD.created_at)
        OR (NEW.until_on IS DISTINCT FROM OLD.until_on
            AND (NEW.until_on IS NULL OR NEW.until_on > OLD.until_on))
    THEN
        RAISE EXCEPTION 'assignment_append_only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignment_append_only BEFORE UPDATE OR DELETE ON assignment
    FOR EACH ROW EXECUTE FUNCTION assignment_append_only();
";
