//! What keeps handovers apart: nothing is handed over twice at once, and no client gets two new people within two weeks.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::rhythm::PlannedStep;
use crate::domain::planning::DAYS_APART;
use crate::entity::{HandoverStage, Side, handover, handover_project, handover_step};
use crate::error::Result;

/// The handovers of a client that were not cancelled.
pub(super) struct OfClient {
    handovers: Vec<handover::Model>,
    projects: HashMap<Uuid, Vec<Uuid>>,
    /// When a stage was reached, or else is due.
    days: HashMap<(Uuid, HandoverStage), Date>,
}

/// A handover that is to begin.
pub(super) struct Beginning<'a> {
    pub(super) side: Side,
    pub(super) whole_client: bool,
    pub(super) projects: &'a [Uuid],
    pub(super) steps: &'a [PlannedStep],
    /// The programme and the wave, when it was planned as a part of it.
    pub(super) planned: Option<(Uuid, i32)>,
}

impl OfClient {
    /// Reads them: three statements.
    pub(super) async fn read(conn: &impl ConnectionTrait, client_id: Uuid) -> Result<Self> {
        let handovers = handover::Entity::find()
            .filter(handover::Column::ClientId.eq(client_id))
            .filter(handover::Column::Stage.ne(HandoverStage::Cancelled))
            .all(conn)
            .await?;
        let ids: Vec<Uuid> = handovers.iter().map(|row| row.id).collect();
        let mut projects: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for row in handover_project::Entity::find()
            .filter(handover_project::Column::HandoverId.is_in(ids.iter().copied()))
            .all(conn)
            .await?
        {
            projects
                .entry(row.handover_id)
                .or_default()
                .push(row.project_id);
        }
        let days = handover_step::Entity::find()
            .filter(handover_step::Column::HandoverId.is_in(ids))
            .all(conn)
            .await?
            .into_iter()
            .map(|step| {
                let day = step.reached_on.unwrap_or(step.due_on).0;
                ((step.handover_id, step.stage), day)
            })
            .collect();
        Ok(Self {
            handovers,
            projects,
            days,
        })
    }

    /// An open handover of the same side that moves some of the same.
    pub(super) fn overlapping(&self, new: &Beginning<'_>) -> Option<&handover::Model> {
        self.handovers.iter().find(|row| {
            let shares = |project| new.projects.contains(project);
            row.stage.is_open()
                && !row.stage.has_moved()
                && row.side == new.side
                && (row.whole_client && new.whole_client
                    || self.projects.get(&row.id).into_iter().flatten().any(shares))
        })
    }

    /// A handover of the other side that comes too close: in the next wave of the same programme, or within 14 days
    /// when it is announced or when it transfers.
    pub(super) fn too_close(&self, new: &Beginning<'_>) -> Option<&handover::Model> {
        self.handovers
            .iter()
            .filter(|row| row.side != new.side)
            .find(|row| match (new.planned, row.programme_id) {
                // Working days move single steps a little; the plan keeps its waves apart.
                (Some((programme, wave)), Some(same)) if programme == same => {
                    i64::from(wave.abs_diff(row.wave)) * 7 < DAYS_APART
                }
                _ => self.is_within_days(row.id, new.steps),
            })
    }

    fn is_within_days(&self, id: Uuid, steps: &[PlannedStep]) -> bool {
        let watched = [HandoverStage::Announced, HandoverStage::Transferred];
        steps
            .iter()
            .filter(|step| watched.contains(&step.stage))
            .filter_map(|step| Some((step.due_on, *self.days.get(&(id, step.stage))?)))
            .any(|(new, other)| days_between(new, other) < DAYS_APART)
    }
}

fn days_between(one: Date, other: Date) -> i64 {
    one.until(other)
        .map_or(0, |span| i64::from(span.get_days()).abs())
}
