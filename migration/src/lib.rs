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
mod m20261127_000008_decisions;
mod m20261127_000009_relationships;
mod m20261127_000010_responsibility_exceptions;
mod m20261127_000011_client_requests;
mod m20261127_000012_plans;
mod m20261127_000013_programmes;
mod m20261127_000014_letters;
mod m20261127_000015_inventory_snapshots;
mod m20261127_000016_history;
mod m20261127_000017_links;
mod m20261127_000018_bounces;
mod m20261127_000019_watching;
mod m20261127_000020_mail_messages;
mod m20261127_000021_idempotency;
mod m20261127_000022_sign_in;
mod m20261128_000023_webhooks;
mod m20261128_000024_openid;

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
            Box::new(m20261127_000008_decisions::Migration),
            Box::new(m20261127_000009_relationships::Migration),
            Box::new(m20261127_000010_responsibility_exceptions::Migration),
            Box::new(m20261127_000011_client_requests::Migration),
            Box::new(m20261127_000012_plans::Migration),
            Box::new(m20261127_000013_programmes::Migration),
            Box::new(m20261127_000014_letters::Migration),
            Box::new(m20261127_000015_inventory_snapshots::Migration),
            Box::new(m20261127_000016_history::Migration),
            Box::new(m20261127_000017_links::Migration),
            Box::new(m20261127_000018_bounces::Migration),
            Box::new(m20261127_000019_watching::Migration),
            Box::new(m20261127_000020_mail_messages::Migration),
            Box::new(m20261127_000021_idempotency::Migration),
            Box::new(m20261127_000022_sign_in::Migration),
            Box::new(m20261128_000023_webhooks::Migration),
            Box::new(m20261128_000024_openid::Migration),
        ]
    }
}

/// Runs statements as they stand, without preparing them.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
