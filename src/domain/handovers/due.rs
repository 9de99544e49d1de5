//! What of the handovers stands in people's mails: the steps that are due, and who works beside whom.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::stages::OPEN_STAGES;
use crate::entity::{
    Day, Side, client, handover, handover_project, handover_step, person, project,
};
use crate::error::Result;

/// A step whose turn it is and whose day has come.
#[derive(Clone, Debug)]
pub struct StepDue {
    /// The step.
    pub step: handover_step::Model,
    /// Its handover.
    pub handover: handover::Model,
    /// What the client is called.
    pub client_name: String,
    /// Whose task it is.
    pub owner: person::Model,
}

/// The steps due on `day` or before it that come next in their handovers, of these people or, without `people`, of all;
/// the longest due first. Four statements.
pub async fn steps_due(
    conn: &impl ConnectionTrait,
    people: Option<&[Uuid]>,
    day: Date,
) -> Result<Vec<StepDue>> {
    let mut select = handover_step::Entity::find()
        .filter(handover_step::Column::ReachedOn.is_null())
        .filter(handover_step::Column::DueOn.lte(Day(day)))
        .order_by_asc(handover_step::Column::DueOn)
        .order_by_asc(handover_step::Column::Id);
    if let Some(people) = people {
        select = select.filter(handover_step::Column::OwnerId.is_in(people.iter().copied()));
    }
    let steps = select.all(conn).await?;
    let ids: HashSet<Uuid> = steps.iter().map(|step| step.handover_id).collect();
    let handovers: HashMap<Uuid, handover::Model> = handover::Entity::find()
        .filter(handover::Column::Id.is_in(ids))
        .filter(handover::Column::Stage.is_in(OPEN_STAGES))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let clients = clients(conn, handovers.values().map(|row| row.client_id)).await?;
    let owners = owners(conn, steps.iter().map(|step| step.owner_id)).await?;
    let due = steps.into_iter().filter_map(|step| {
        let handover = handovers.get(&step.handover_id)?;
        let comes_next = handover.stage.next() == Some(step.stage);
        comes_next.then_some(())?;
        Some(StepDue {
            client_name: clients.get(&handover.client_id)?.clone(),
            owner: owners.get(&step.owner_id)?.clone(),
            handover: handover.clone(),
            step,
        })
    });
    Ok(due.collect())
}

async fn clients(
    conn: &impl ConnectionTrait,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>> {
    let rows = client::Entity::find()
        .filter(client::Column::Id.is_in(ids.collect::<HashSet<_>>()))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

async fn owners(
    conn: &impl ConnectionTrait,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, person::Model>> {
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(ids.collect::<HashSet<_>>()))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// An open handover and the projects it moves.
#[derive(Clone, Debug)]
pub struct OpenHandover {
    /// The handover.
    pub handover: handover::Model,
    /// Its projects.
    pub project_ids: Vec<Uuid>,
}

/// The open handovers of some clients.
#[derive(Clone, Debug, Default)]
pub struct OpenHandovers {
    by_client: HashMap<Uuid, Vec<OpenHandover>>,
}

/// Reads the handovers of `clients` that are neither confirmed nor cancelled: two statements.
pub async fn open_of(conn: &impl ConnectionTrait, clients: &[Uuid]) -> Result<OpenHandovers> {
    let handovers = handover::Entity::find()
        .filter(handover::Column::ClientId.is_in(clients.iter().copied()))
        .filter(handover::Column::Stage.is_in(OPEN_STAGES))
        .order_by_asc(handover::Column::Id)
        .all(conn)
        .await?;
    let moved = handover_project::Entity::find()
        .filter(handover_project::Column::HandoverId.is_in(handovers.iter().map(|row| row.id)))
        .all(conn)
        .await?;
    let mut by_handover: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in moved {
        by_handover
            .entry(row.handover_id)
            .or_default()
            .push(row.project_id);
    }
    let mut open = OpenHandovers::default();
    for handover in handovers {
        let project_ids = by_handover.remove(&handover.id).unwrap_or_default();
        let of_client = open.by_client.entry(handover.client_id).or_default();
        of_client.push(OpenHandover {
            handover,
            project_ids,
        });
    }
    Ok(open)
}

impl OpenHandovers {
    /// The open handovers of a side of a client, of the client as a whole and of single projects; the oldest first.
    pub fn of_client(&self, side: Side, client_id: Uuid) -> impl Iterator<Item = &OpenHandover> {
        let of_client = self.by_client.get(&client_id).into_iter().flatten();
        of_client.filter(move |open| open.handover.side == side)
    }

    /// The open handover that moves a side of this project.
    pub fn of_project(&self, side: Side, project: &project::Model) -> Option<&OpenHandover> {
        self.of_client(side, project.client_id)
            .find(|open| open.project_ids.contains(&project.id))
    }
}
