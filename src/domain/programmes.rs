//! Programmes: the agency's move from the unsplit role to the split, made of handovers.

mod cancel;
mod milestones;
mod progress;
mod start;
mod update;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::entity::{handover, programme};
use crate::error::Result;

pub use cancel::cancel;
pub use milestones::{MilestoneReached, PERCENTS, milestones_since};
pub use progress::Progress;
pub use start::{NewProgramme, start, start_in};
pub use update::{ProgrammeEdit, update};

pub(super) use milestones::follow;

/// Reads a programme for a change, locked where the database locks rows; none when there is none. Always locked before its
/// handovers.
pub(super) async fn locked(
    tx: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<programme::Model>> {
    Ok(programme::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?)
}

async fn handovers_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<handover::Model>> {
    Ok(handover::Entity::find()
        .filter(handover::Column::ProgrammeId.eq(id))
        .all(conn)
        .await?)
}
