//! How far a programme is.

use async_graphql::{Description, Object, SimpleObject};

use crate::domain::handovers::STEPS;
use crate::domain::programmes::Progress;
use crate::entity::{self, Day, Moment, handover, programme_milestone};
use crate::graphql::enums::HandoverStage;
use crate::graphql::handover::Handover;

/// How far a programme is: the points of its handovers weighed by the client side's minutes of what they move,
/// cancelled ones left out.
#[derive(Clone, Debug, Description)]
pub struct ProgrammeProgress {
    progress: Progress,
    handovers: Vec<handover::Model>,
}

/// How many handovers of a programme are at a stage.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct StageCount {
    /// The stage.
    stage: HandoverStage,
    /// How many are there.
    count: usize,
}

/// What one handover adds to the progress of its programme.
#[derive(Clone, Debug, SimpleObject)]
pub struct HandoverProgress {
    /// The handover.
    handover: Handover,
    /// Its weight: the client side's minutes a week of what it moves. Where no handover of the programme has one, each
    /// counts alike.
    weight_minutes: i64,
    /// How much of it is done, 0 to 100 points.
    points: i64,
}

/// A part of the way that a programme has passed.
#[derive(Clone, Debug, SimpleObject)]
pub struct ProgrammeMilestone {
    /// 25, 50, 75 or 100 percent. 50 is passed when the progress is over it: more than half-way.
    percent: i32,
    /// The day it was passed.
    reached_on: Day,
    /// When it was passed.
    reached_at: Moment,
}

impl ProgrammeProgress {
    pub(super) fn of(handovers: Vec<handover::Model>) -> Self {
        Self {
            progress: Progress::of_rows(&handovers),
            handovers,
        }
    }

    fn counting(&self) -> impl Iterator<Item = &handover::Model> {
        let cancelled = entity::HandoverStage::Cancelled;
        self.handovers
            .iter()
            .filter(move |row| row.stage != cancelled)
    }
}

#[Object(use_type_description)]
impl ProgrammeProgress {
    /// How far it is, basis points, floored: 0 to 10000.
    async fn bp(&self) -> i64 {
        self.progress.bp()
    }

    /// How many handovers are at each stage, PLANNED first and CANCELLED last; stages at which there are none included.
    async fn stages(&self) -> Vec<StageCount> {
        let all = [entity::HandoverStage::Planned]
            .into_iter()
            .chain(STEPS)
            .chain([entity::HandoverStage::Cancelled]);
        let count = |stage: entity::HandoverStage| StageCount {
            stage: stage.into(),
            count: self
                .handovers
                .iter()
                .filter(|row| row.stage == stage)
                .count(),
        };
        all.map(count).collect()
    }

    /// How the figure came to be: what each handover adds, in the order in which they were made; cancelled ones left out.
    async fn explain(&self) -> Vec<HandoverProgress> {
        self.counting()
            .map(|row| HandoverProgress {
                weight_minutes: row.weight_minutes,
                points: row.stage.points(),
                handover: Handover(row.clone()),
            })
            .collect()
    }
}

impl From<programme_milestone::Model> for ProgrammeMilestone {
    fn from(row: programme_milestone::Model) -> Self {
        Self {
            percent: row.percent,
            reached_on: row.reached_on,
            reached_at: row.reached_at,
        }
    }
}
