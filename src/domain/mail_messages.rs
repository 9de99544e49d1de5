//! What mails say, once they are rendered: the bytes of each, which every attempt to send it shares.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use crate::entity::email_message::{Column, Entity, Model};
use crate::error::Result;

/// Keeps what a mail says.
///
/// # Errors
/// The database's, where something is kept of it already.
pub async fn keep(conn: &impl ConnectionTrait, email_id: Uuid, message: Vec<u8>) -> Result<()> {
    let row = Model { email_id, message };
    Entity::insert(row.into_active_model())
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// What is kept of these mails.
pub async fn of(
    conn: &impl ConnectionTrait,
    email_ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<u8>>> {
    let rows = Entity::find()
        .filter(Column::EmailId.is_in(email_ids))
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.email_id, row.message))
        .collect())
}

/// Forgets what is kept of these mails, which are composed anew.
pub async fn forget(
    conn: &impl ConnectionTrait,
    email_ids: impl IntoIterator<Item = Uuid>,
) -> Result<()> {
    Entity::delete_many()
        .filter(Column::EmailId.is_in(email_ids))
        .exec(conn)
        .await?;
    Ok(())
}
