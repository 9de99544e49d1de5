//! What of a person's book is moved away before they leave (R7).

use std::collections::HashSet;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::input::Subject;
use super::solved;
use crate::domain::handovers::transfers_on;
use crate::domain::planning::Target;
use crate::entity::{
    Day, HandoverStage, PlanKind, PlanState, Side, handover, handover_project, handover_step, plan,
    programme,
};
use crate::error::Result;

/// What is moved away from a person by a day.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// Whether anything was planned for their leaving.
    pub planned: bool,
    moved: HashSet<(Subject, Side)>,
}

impl Cover {
    /// Reads what is moved away from `person_id` by the end of `last`: by the handovers from them that transfer until
    /// then, and by an approved LEAVER plan of theirs while no programme has made handovers of it. Five statements.
    pub async fn load(conn: &impl ConnectionTrait, person_id: Uuid, last: Date) -> Result<Self> {
        let mut cover = Self::default();
        cover.take_plans(conn, person_id, last).await?;
        cover.take_handovers(conn, person_id, last).await?;
        Ok(cover)
    }

    /// Whether a side of one of a client's projects is moved.
    pub fn of_project(&self, client_id: Uuid, project_id: Uuid, side: Side) -> bool {
        self.moved.contains(&(Subject::Project(project_id), side))
            || self.of_client(client_id, side)
    }

    /// Whether a side of a client as a whole is moved.
    pub fn of_client(&self, client_id: Uuid, side: Side) -> bool {
        self.moved.contains(&(Subject::Client(client_id), side))
    }

    async fn take_plans(
        &mut self,
        conn: &impl ConnectionTrait,
        person_id: Uuid,
        last: Date,
    ) -> Result<()> {
        let plans = plan::Entity::find()
            .filter(plan::Column::LeaverId.eq(person_id))
            .filter(plan::Column::Kind.eq(PlanKind::Leaver))
            .filter(plan::Column::State.eq(PlanState::Approved))
            .all(conn)
            .await?;
        let used: HashSet<Uuid> = programme::Entity::find()
            .select_only()
            .column(programme::Column::PlanId)
            .filter(programme::Column::PlanId.is_in(plans.iter().map(|plan| plan.id)))
            .into_tuple::<Option<Uuid>>()
            .all(conn)
            .await?
            .into_iter()
            .flatten()
            .collect();
        self.planned |= !plans.is_empty();
        for plan in plans.iter().filter(|plan| !used.contains(&plan.id)) {
            let Some(solved) = solved(plan)? else {
                continue;
            };
            let problem = &solved.problem;
            for one in &solved.outcome.moves {
                let from = one.from.map(|place| problem.people[place].id);
                let unit = &problem.units[one.unit];
                if from == Some(person_id) && transfers_on(one.on) <= last {
                    self.moved.insert((subject(unit.target), unit.side));
                }
            }
        }
        Ok(())
    }

    async fn take_handovers(
        &mut self,
        conn: &impl ConnectionTrait,
        person_id: Uuid,
        last: Date,
    ) -> Result<()> {
        let open = handover::Entity::find()
            .filter(handover::Column::FromPersonId.eq(person_id))
            .filter(handover::Column::Stage.is_not_in([
                HandoverStage::Transferred,
                HandoverStage::Confirmed,
                HandoverStage::Cancelled,
            ]))
            .all(conn)
            .await?;
        let ids = || open.iter().map(|row| row.id);
        let in_time: HashSet<Uuid> = handover_step::Entity::find()
            .select_only()
            .column(handover_step::Column::HandoverId)
            .filter(handover_step::Column::HandoverId.is_in(ids()))
            .filter(handover_step::Column::Stage.eq(HandoverStage::Transferred))
            .filter(handover_step::Column::DueOn.lte(Day(last)))
            .into_tuple::<Uuid>()
            .all(conn)
            .await?
            .into_iter()
            .collect();
        let projects = handover_project::Entity::find()
            .filter(handover_project::Column::HandoverId.is_in(ids()))
            .all(conn)
            .await?;
        self.planned |= !open.is_empty();
        for row in open.iter().filter(|row| in_time.contains(&row.id)) {
            if row.whole_client {
                self.moved
                    .insert((Subject::Client(row.client_id), row.side));
            }
            let of_row = projects.iter().filter(|one| one.handover_id == row.id);
            self.moved
                .extend(of_row.map(|one| (Subject::Project(one.project_id), row.side)));
        }
        Ok(())
    }
}

fn subject(target: Target) -> Subject {
    match target {
        Target::Project(id) => Subject::Project(id),
        Target::IdleClient(id) => Subject::Client(id),
    }
}
