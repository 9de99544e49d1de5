//! Projects: making, changing and archiving them, and moving their status.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::responsibilities::OPEN;
use crate::entity::project;
use crate::error::Result;

/// The names of a client's projects that are proposed, active or on the back burner.
pub async fn unfinished_names(conn: &impl ConnectionTrait, client_id: Uuid) -> Result<Vec<String>> {
    let rows = project::Entity::find()
        .filter(project::Column::ClientId.eq(client_id))
        .filter(project::Column::Status.is_in(OPEN))
        .filter(project::Column::ArchivedAt.is_null())
        .order_by_asc(project::Column::Name)
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}
