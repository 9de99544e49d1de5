//! Whom a letter announces: whoever takes over, and from when.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::people;
use crate::entity::{HandoverStage, handover, handover_step, person};
use crate::error::Result;

/// Whoever takes over, as a handover's letter tells it.
#[derive(Clone, Debug)]
pub struct Announced {
    /// Who.
    pub person: person::Model,
    /// The first day on which they are accountable: the day it happened, else the day it is due.
    pub first_day: Option<Date>,
}

impl Announced {
    /// Whether the client would be told of somebody who has left, or who will have left when they are to take over.
    pub fn is_gone(&self, today: Date) -> bool {
        let first_day = self.first_day.map_or(today, |day| day.max(today));
        people::has_left(&self.person, first_day)
    }
}

/// Whom the letters of `handovers` announce: by handover. Two statements.
pub async fn announced(
    conn: &impl ConnectionTrait,
    handovers: &[handover::Model],
) -> Result<HashMap<Uuid, Announced>> {
    let people: HashMap<Uuid, person::Model> = person::Entity::find()
        .filter(person::Column::Id.is_in(handovers.iter().map(|row| row.to_person_id)))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let due: HashMap<Uuid, Date> = handover_step::Entity::find()
        .filter(handover_step::Column::HandoverId.is_in(handovers.iter().map(|row| row.id)))
        .filter(handover_step::Column::Stage.eq(HandoverStage::Transferred))
        .all(conn)
        .await?
        .into_iter()
        .map(|step| (step.handover_id, step.due_on.0))
        .collect();
    let announced = handovers.iter().filter_map(|row| {
        let happened = row.transferred_on.map(|day| day.0);
        let announced = Announced {
            person: people.get(&row.to_person_id)?.clone(),
            first_day: happened.or_else(|| due.get(&row.id).copied()),
        };
        Some((row.id, announced))
    });
    Ok(announced.collect())
}
