//! Lines of the catalogue that the other side does on one project.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Creates exceptions from the catalogue.
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
CREATE TABLE responsibility_exception (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES project (id),
    responsibility_id uuid NOT NULL REFERENCES responsibility (id),
    side text NOT NULL CHECK (side IN ('CLIENT', 'PROJECT')),
    from_on date NOT NULL,
    until_on date,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    written_by_id uuid REFERENCES person (id),
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by_id uuid REFERENCES person (id),
    closed_reason text CHECK (length(closed_reason) BETWEEN 1 AND 2000),
    CHECK (until_on IS NULL OR until_on >= from_on)
);
CREATE INDEX responsibility_exception_project ON responsibility_exception (project_id, from_on);
";

/// At most one exception of a line on a day, and append-only: as for assignments.
const GUARDS_ON_SQLITE: &str = "
CREATE TRIGGER responsibility_exception_one_side BEFORE INSERT ON responsibility_exception
WHEN EXISTS (
    SELECT 1 FROM responsibility_exception other
    WHERE other.project_id = NEW.project_id AND other.responsibility_id = NEW.responsibility_id
      AND (other.until_on IS NULL OR (other.until_on > other.from_on AND other.until_on > NEW.from_on))
      AND (NEW.until_on IS NULL OR (NEW.until_on > NEW.from_on AND NEW.until_on > other.from_on)))
BEGIN SELECT RAISE(ABORT, 'responsibility_exception_one_side'); END;

CREATE TRIGGER responsibility_exception_append_only BEFORE UPDATE ON responsibility_exception
WHEN NEW.id IS NOT OLD.id OR NEW.project_id IS NOT OLD.project_id
  OR NEW.responsibility_id IS NOT OLD.responsibility_id OR NEW.side IS NOT OLD.side
  OR NEW.from_on IS NOT OLD.from_on OR NEW.reason IS NOT OLD.reason
  OR NEW.written_by_id IS NOT OLD.written_by_id OR NEW.created_at IS NOT OLD.created_at
  OR (NEW.until_on IS NOT OLD.until_on
      AND (NEW.until_on IS NULL OR (OLD.until_on IS NOT NULL AND NEW.until_on > OLD.until_on)))
BEGIN SELECT RAISE(ABORT, 'responsibility_exception_append_only'); END;

CREATE TRIGGER responsibility_exception_never_deleted BEFORE DELETE ON responsibility_exception
BEGIN SELECT RAISE(ABORT, 'responsibility_exception_append_only'); END;
";

/// The same. Locking the project first makes the second of two writers see what the first has written.
const GUARDS_ON_POSTGRES: &str = "
CREATE FUNCTION responsibility_exception_one_side() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM project WHERE id = NEW.project_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM responsibility_exception other
        WHERE other.project_id = NEW.project_id AND other.responsibility_id = NEW.responsibility_id
          AND (other.until_on IS NULL OR (other.until_on > other.from_on AND other.until_on > NEW.from_on))
          AND (NEW.until_on IS NULL OR (NEW.until_on > NEW.from_on AND NEW.until_on > other.from_on)))
    THEN
        RAISE EXCEPTION 'responsibility_exception_one_side' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER responsibility_exception_one_side BEFORE INSERT ON responsibility_exception
    FOR EACH ROW EXECUTE FUNCTION responsibility_exception_one_side();

CREATE FUNCTION responsibility_exception_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.id, NEW.project_id, NEW.responsibility_id, NEW.side, NEW.from_on, NEW.reason)
            IS DISTINCT FROM
            (OLD.id, OLD.project_id, OLD.responsibility_id, OLD.side, OLD.from_on, OLD.reason)
        OR (NEW.written_by_id, NEW.created_at) IS DISTINCT FROM (OLD.written_by_id, OLD.created_at)
        OR (NEW.until_on IS DISTINCT FROM OLD.until_on
            AND (NEW.until_on IS NULL OR NEW.until_on > OLD.until_on))
    THEN
        RAISE EXCEPTION 'responsibility_exception_append_only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER responsibility_exception_append_only BEFORE UPDATE OR DELETE ON responsibility_exception
    FOR EACH ROW EXECUTE FUNCTION responsibility_exception_append_only();
";
