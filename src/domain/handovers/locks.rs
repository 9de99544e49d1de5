//! The rows that decide who holds what a handover moves, locked before they are read.

use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::entity::{client, project};
use crate::error::Result;

/// Locks the projects of these clients and then the clients, each by id: who is accountable stays as it is read after
/// this until the transaction ends, and two who lock the same never wait for each other in a circle.
pub(super) async fn lock_clients(tx: &impl ConnectionTrait, clients: &[Uuid]) -> Result<()> {
    project::Entity::find()
        .filter(project::Column::ClientId.is_in(clients.iter().copied()))
        .order_by_asc(project::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(tx)
        .await?;
    client::Entity::find()
        .filter(client::Column::Id.is_in(clients.iter().copied()))
        .order_by_asc(client::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(tx)
        .await?;
    Ok(())
}
