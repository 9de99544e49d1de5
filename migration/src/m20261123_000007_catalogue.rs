//! What every new database starts with: the three roles and the catalogue of
//! responsibilities (domain.md §3).

use sea_orm_migration::{prelude::*, sea_orm::prelude::Uuid};

/// Fills roles and responsibilities.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const ROLES: [(&str, &str); 3] = [
    ("Account manager", "CLIENT"),
    ("Production manager", "PROJECT"),
    ("Project manager", "BOTH"),
];

const RESPONSIBILITIES: [(&str, &str); 14] = [
    ("Calls and emails as they come", "CLIENT"),
    ("Scheduled communication (kick-offs, updates)", "CLIENT"),
    (
        "Proactive outreach (ideas, opportunities, suggestions)",
        "CLIENT",
    ),
    ("Understanding the client's business", "CLIENT"),
    (
        "Advocating internally for the client's goals and requests",
        "CLIENT",
    ),
    ("Developing the relationship", "CLIENT"),
    ("Assigning tasks", "PROJECT"),
    ("Managing capacity and delegating by skill", "PROJECT"),
    ("Making sure the team understands its tasks", "PROJECT"),
    ("Reviewing deliverables", "PROJECT"),
    ("Testing and QA", "PROJECT"),
    ("Reviewing scope", "PROJECT"),
    ("Loading project content", "PROJECT"),
    ("Configuring settings", "PROJECT"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut roles = Query::insert();
        roles.into_table("role").columns(["id", "name", "side"]);
        for (number, (name, side)) in (1..).zip(ROLES) {
            roles.values_panic([catalogue_id(0x01, number).into(), name.into(), side.into()]);
        }
        manager.execute(roles).await?;

        let mut responsibilities = Query::insert();
        responsibilities
            .into_table("responsibility")
            .columns(["id", "name", "side", "position"]);
        for (position, (name, side)) in (1..).zip(RESPONSIBILITIES) {
            responsibilities.values_panic([
                catalogue_id(0x02, position).into(),
                name.into(),
                side.into(),
                position.into(),
            ]);
        }
        manager.execute(responsibilities).await
    }
}

/// The same ids in every database, so that documents and tests can name
/// them: a version 7 UUID of the catalogue's birth with a table and a number.
fn catalogue_id(table: u8, number: i32) -> Uuid {
    const BORN_AT_MILLISECONDS: u128 = 1_795_392_000_000;
    Uuid::from_u128(
        BORN_AT_MILLISECONDS << 80
            | 0x7000 << 64
            | 0x8000_0000_0000_0000
            | u128::from(table) << 16
            | u128::from(number.unsigned_abs()),
    )
}
