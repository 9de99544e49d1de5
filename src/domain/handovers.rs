//! Handovers: the staged move of one accountability from one person to another (R8). Forward one stage at a time or
//! cancelled; only TRANSFERRED writes assignments.

mod advance;
mod cancel;
mod cover;
mod create;
mod draft;
mod due;
mod locks;
mod moving;
mod planned;
mod rhythm;
mod separation;
mod shadowing;
mod stages;
mod steps;
mod transfer;

use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};
use uuid::Uuid;

use crate::domain::access::Caller;
use crate::domain::programmes;
use crate::entity::handover;
use crate::error::{Error, Result};

pub use advance::{Advance, advance};
pub use cancel::{cancel, cancel_in};
pub use create::{NewHandover, create};
pub use due::{OpenHandover, OpenHandovers, StepDue, open_of, steps_due};
pub use moving::still_held;
pub use planned::create_planned_in;
pub use shadowing::{Shadowing, shadowed_by};
pub use stages::{MOVED_STAGES, OPEN_STAGES, STEPS};
pub use steps::{StepEdit, set_step};

pub(super) use rhythm::{transfers_on, working_day};

fn takes_part(caller: &Caller, row: &handover::Model) -> bool {
    caller.is(row.from_person_id) || caller.is(row.to_person_id)
}

/// Reads a handover for a change by an owner or one of its two people, locked where the database locks rows: its
/// programme first, because whoever cancels a programme locks in that order.
async fn to_change(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<handover::Model> {
    let missing = || Error::NotFound("handover");
    let seen = handover::Entity::find_by_id(id).one(tx).await?;
    let seen = seen.filter(|row| caller.sees(row)).ok_or_else(missing)?;
    if !takes_part(caller, &seen) {
        caller.must_own("move somebody else's handover on")?;
    }
    if let Some(programme_id) = seen.programme_id {
        programmes::locked(tx, programme_id).await?;
    }
    handover::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(missing)
}
