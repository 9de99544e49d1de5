//! Meridian's tables, one file a change, the same on SQLite and PostgreSQL.
//!
//! The statements are written in the SQL both understand. SQLite takes any
//! type name and keeps values as they are bound; PostgreSQL means them.
//! Where the two differ (triggers), the file says both.

use sea_orm_migration::prelude::*;

mod m20261123_000001_people;
mod m20261123_000002_clients;
mod m20261123_000003_responsibilities;
mod m20261123_000004_work;
mod m20261123_000005_mail;
mod m20261123_000006_access;
mod m20261123_000007_catalogue;

/// Applies the changes in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_people::Migration),
            Box::new(m20261123_000002_clients::Migration),
            Box::new(m20261123_000003_responsibilities::Migration),
            Box::new(m20261123_000004_work::Migration),
            Box::new(m20261123_000005_mail::Migration),
            Box::new(m20261123_000006_access::Migration),
            Box::new(m20261123_000007_catalogue::Migration),
        ]
    }
}

/// Runs statements as they stand, without preparing them.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
