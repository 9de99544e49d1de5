//! What re-assignment plans would move.

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::world::World;
use crate::domain::assignments;
use crate::domain::planning::Target;
use crate::domain::plans::{Solved, solved};
use crate::entity::{Side, plan};
use crate::error::Result;

/// A side that a plan moves.
#[derive(Clone, Debug)]
pub(super) struct PlannedMove {
    pub(super) target: assignments::Target,
    pub(super) side: Side,
    pub(super) to: Uuid,
    /// Its wave's Monday.
    pub(super) on: Date,
}

impl World {
    /// Reads what these plans move; those that have not been worked out are left out.
    pub(super) async fn plan(&mut self, conn: &impl ConnectionTrait, plans: &[Uuid]) -> Result<()> {
        if plans.is_empty() {
            return Ok(());
        }
        let rows = plan::Entity::find()
            .filter(plan::Column::Id.is_in(plans.iter().copied()))
            .all(conn)
            .await?;
        for row in rows {
            if let Some(solved) = solved(&row)? {
                self.plans.insert(row.id, moves(&solved));
            }
        }
        Ok(())
    }
}

fn moves(solved: &Solved) -> Vec<PlannedMove> {
    let (problem, outcome) = (&solved.problem, &solved.outcome);
    let moves = outcome.moves.iter().map(|one| {
        let unit = &problem.units[one.unit];
        PlannedMove {
            target: match unit.target {
                Target::Project(id) => assignments::Target::Project(id),
                Target::IdleClient(id) => assignments::Target::Client(id),
            },
            side: unit.side,
            to: problem.people[one.to].id,
            on: one.on,
        }
    });
    moves.collect()
}
