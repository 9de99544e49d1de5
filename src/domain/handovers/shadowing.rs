//! Who works beside whom: during SHADOWING whoever takes over gets in copy what the other is prompted for.

use std::collections::HashSet;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entity::{HandoverStage, Side, handover, handover_project, project};
use crate::error::Result;

/// The handovers of some people that are at SHADOWING.
#[derive(Clone, Debug, Default)]
pub struct Shadowing {
    handovers: Vec<handover::Model>,
    projects: HashSet<(Uuid, Uuid)>,
}

/// Reads the handovers at SHADOWING that bring something to any of `people`: two statements at most.
pub async fn shadowed_by(conn: &impl ConnectionTrait, people: &[Uuid]) -> Result<Shadowing> {
    let handovers = handover::Entity::find()
        .filter(handover::Column::Stage.eq(HandoverStage::Shadowing))
        .filter(handover::Column::ToPersonId.is_in(people.iter().copied()))
        .order_by_asc(handover::Column::Id)
        .all(conn)
        .await?;
    if handovers.is_empty() {
        return Ok(Shadowing::default());
    }
    let moved = handover_project::Entity::find()
        .filter(handover_project::Column::HandoverId.is_in(handovers.iter().map(|row| row.id)))
        .all(conn)
        .await?;
    Ok(Shadowing {
        handovers,
        projects: moved
            .into_iter()
            .map(|row| (row.handover_id, row.project_id))
            .collect(),
    })
}

impl Shadowing {
    /// Who hands over to them.
    pub fn outgoing(&self) -> impl Iterator<Item = Uuid> {
        self.handovers.iter().map(|row| row.from_person_id)
    }

    /// Who gets a copy of what `outgoing` is prompted for about a client, or about one of its projects.
    pub fn in_copy(
        &self,
        side: Side,
        outgoing: Uuid,
        client_id: Uuid,
        project: Option<&project::Model>,
    ) -> impl Iterator<Item = Uuid> {
        let project_id = project.map(|row| row.id);
        let moves = move |row: &&handover::Model| {
            let of_project = project_id.map(|id| self.projects.contains(&(row.id, id)));
            row.side == side
                && row.from_person_id == outgoing
                && row.client_id == client_id
                && of_project.is_none_or(|moves| moves || row.whole_client)
        };
        let mut shadows: Vec<Uuid> = self
            .handovers
            .iter()
            .filter(moves)
            .map(|row| row.to_person_id)
            .collect();
        shadows.sort_unstable();
        shadows.dedup();
        shadows.into_iter()
    }
}
