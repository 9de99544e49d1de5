//! History as the API reads it: by the object alone, whose id no other table has.

use sea_orm_migration::prelude::*;

/// Makes history readable by object.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLES).await
    }
}

const TABLES: &str = "
DROP INDEX change_subject;
CREATE INDEX change_subject ON change (subject_id, id);
";
