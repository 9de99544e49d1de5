//! Re-assignment plans: read from the database, worked out by [`planning`](super::planning) off the async threads, kept,
//! and approved. A plan moves nobody (R8, R11): handovers are made from an approved one.

mod agency;
mod approval;
mod candidates;
mod checks;
mod covering;
mod guards;
mod input;
mod moves;
mod reading;
mod running;
mod solving;
mod units;

use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::access::Caller;
use crate::domain::history;
use crate::domain::planning::{Outcome, Problem};
use crate::entity::plan;
use crate::error::{Error, Result};

pub use approval::approve;
pub use covering::Cover;
pub use guards::{Guard, LAUNCH_DAYS, SETTLED_MONTHS};
pub use input::{GuardOverride, MOST_NAMED, NewPlan, Pin, PlanInput, Receiver, Subject};
pub use moves::{ApprovedMove, approved_moves};
pub use running::Running;
pub use solving::{FORGOTTEN_AFTER, cancel, create, fail_forgotten};

/// What was worked out, with what it was worked out from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solved {
    /// The people, clients and units that the outcome names by their places.
    pub problem: Problem,
    /// The plan.
    pub outcome: Outcome,
}

/// What was asked of a plan.
///
/// # Errors
/// Internal, when the stored JSON is no input.
pub fn input_of(plan: &plan::Model) -> Result<PlanInput> {
    serde_json::from_value(plan.input.clone()).map_err(|error| Error::Internal(error.into()))
}

/// What was worked out; none until then.
///
/// # Errors
/// Internal, when the stored JSON is no outcome.
pub fn solved(plan: &plan::Model) -> Result<Option<Solved>> {
    let read = |json: &serde_json::Value| Solved::deserialize(json);
    let solved = plan.outcome.as_ref().map(read).transpose();
    solved.map_err(|error| Error::Internal(error.into()))
}

/// Reads the row for a change, locked where the database locks rows.
async fn to_change(conn: &impl ConnectionTrait, id: Uuid) -> Result<plan::Model> {
    plan::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("plan"))
}

/// Notes a change of a plan. What was worked out is not repeated: it never changes once it is there.
async fn note_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    before: &plan::Model,
    after: &plan::Model,
) -> Result<()> {
    let without_outcome = |row: &plan::Model| plan::Model {
        outcome: None,
        ..row.clone()
    };
    let (before, after) = (without_outcome(before), without_outcome(after));
    history::updated(conn, caller, after.id, &before, &after).await
}
