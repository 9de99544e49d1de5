//! What follows when a handover of a programme moves: milestones that are passed, and the end.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use super::{Progress, handovers_of, locked};
use crate::domain::access::Caller;
use crate::domain::history;
use crate::entity::{
    Day, HandoverStage, Moment, ProgrammeState, handover, programme, programme_milestone,
};
use crate::error::{Error, Result};

/// The progress, in percent, that is an event when it is passed.
pub const PERCENTS: [i32; 4] = [25, 50, 75, 100];

/// A milestone and the programme that passed it.
#[derive(Clone, Debug)]
pub struct MilestoneReached {
    /// The programme.
    pub programme: programme::Model,
    /// The milestone.
    pub milestone: programme_milestone::Model,
}

/// Notes what follows for a running programme, locked by the caller, from a change of its handovers.
pub(in crate::domain) async fn follow(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    programme_id: Uuid,
) -> Result<()> {
    let programme = locked(tx, programme_id).await?;
    let programme = programme.ok_or(Error::NotFound("programme"))?;
    if programme.state != ProgrammeState::Running {
        return Ok(());
    }
    let handovers = handovers_of(tx, programme_id).await?;
    note_milestones(tx, caller, programme_id, &handovers).await?;
    let confirmed = |row: &handover::Model| row.stage == HandoverStage::Confirmed;
    // Where all were cancelled nothing has moved: it waits for others, or for its own cancelling.
    if handovers.iter().any(|row| row.stage.is_open()) || !handovers.iter().any(confirmed) {
        return Ok(());
    }
    let row = programme::Model {
        state: ProgrammeState::Done,
        version: programme.version + 1,
        updated_at: Moment(caller.now),
        ..programme.clone()
    };
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, after.id, &programme, &after).await
}

async fn note_milestones(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    programme_id: Uuid,
    handovers: &[handover::Model],
) -> Result<()> {
    let noted: HashSet<i32> = programme_milestone::Entity::find()
        .filter(programme_milestone::Column::ProgrammeId.eq(programme_id))
        .all(tx)
        .await?
        .into_iter()
        .map(|row| row.percent)
        .collect();
    let progress = Progress::of_rows(handovers);
    let passed = PERCENTS
        .into_iter()
        .filter(|percent| progress.has_passed(*percent) && !noted.contains(percent));
    for percent in passed {
        let row = programme_milestone::Model {
            programme_id,
            percent,
            reached_on: Day(caller.today()),
            reached_at: Moment(caller.now),
        };
        let after = row.into_active_model().reset_all().insert(tx).await?;
        history::created(tx, caller, programme_id, &after).await?;
    }
    Ok(())
}

/// The milestones passed since an instant, in order. Two statements.
pub async fn milestones_since(
    conn: &impl ConnectionTrait,
    from: Timestamp,
) -> Result<Vec<MilestoneReached>> {
    let milestones = programme_milestone::Entity::find()
        .filter(programme_milestone::Column::ReachedAt.gte(Moment(from)))
        .order_by_asc(programme_milestone::Column::ReachedAt)
        .order_by_asc(programme_milestone::Column::Percent)
        .all(conn)
        .await?;
    let ids: HashSet<Uuid> = milestones.iter().map(|row| row.programme_id).collect();
    let programmes: HashMap<Uuid, programme::Model> = programme::Entity::find()
        .filter(programme::Column::Id.is_in(ids))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let reached = milestones.into_iter().filter_map(|milestone| {
        let programme = programmes.get(&milestone.programme_id)?.clone();
        Some(MilestoneReached {
            programme,
            milestone,
        })
    });
    Ok(reached.collect())
}
