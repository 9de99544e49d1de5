//! Relationship strengths of many people and clients at once: reads what the arithmetic of
//! [`relationships`](super::relationships) takes.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::calendar::plus_days;
use super::relationships::{Relationship, StrengthLimits, months_held, strength};
use super::responsibilities::in_force;
use crate::entity::{Day, assignment, project, touchpoint};
use crate::error::Result;

/// How well people know clients on a day, 0…100 points.
#[derive(Clone, Debug, Default)]
pub struct Strengths {
    /// By client: people and their points, the strongest first.
    by_client: HashMap<Uuid, Vec<(Uuid, i64)>>,
    stand_in_from: i64,
}

#[derive(FromQueryResult)]
struct Contacts {
    client_id: Uuid,
    person_id: Uuid,
    touchpoints: i64,
    last_on: Day,
}

impl Strengths {
    /// Reads the strengths between `clients` and everybody who has to do with them: three statements.
    pub async fn load(
        conn: &impl ConnectionTrait,
        limits: &StrengthLimits,
        clients: &[Uuid],
        day: Date,
    ) -> Result<Self> {
        let mut known: HashMap<(Uuid, Uuid), Relationship> = HashMap::new();
        for ((client, person), since) in held_since(conn, clients, day).await? {
            known.entry((client, person)).or_default().months_held = months_held(since, day);
        }
        for row in contacts(conn, clients, day).await? {
            let one = known.entry((row.client_id, row.person_id)).or_default();
            one.touchpoints = row.touchpoints;
            one.days_since_last = Some(i64::from(
                row.last_on.0.until(day).map_or(0, |span| span.get_days()),
            ));
        }
        let mut by_client: HashMap<Uuid, Vec<(Uuid, i64)>> = HashMap::new();
        for ((client, person), relationship) in known {
            let points = strength(limits, &relationship).points;
            by_client.entry(client).or_default().push((person, points));
        }
        for people in by_client.values_mut() {
            people.sort_by_key(|(person, points)| (std::cmp::Reverse(*points), *person));
        }
        Ok(Self {
            by_client,
            stand_in_from: limits.stand_in_from,
        })
    }

    /// How well somebody knows a client, 0 to 100 points.
    pub fn points(&self, client_id: Uuid, person_id: Uuid) -> i64 {
        let of_client = self.by_client.get(&client_id).into_iter().flatten();
        let known = of_client.filter(|(person, _)| *person == person_id);
        known.map(|(_, points)| *points).max().unwrap_or(0)
    }

    /// Everybody who knows a client well enough to stand in.
    pub fn people(&self) -> impl Iterator<Item = Uuid> {
        let enough = self.stand_in_from;
        self.by_client
            .values()
            .flatten()
            .filter(move |(_, points)| *points >= enough)
            .map(|(person, _)| *person)
    }

    /// Who knows a client best, of those who know it well enough to stand in and of whom `fits` holds.
    pub fn strongest(&self, client_id: Uuid, fits: impl Fn(&Uuid) -> bool) -> Option<Uuid> {
        self.by_client
            .get(&client_id)?
            .iter()
            .take_while(|(_, points)| *points >= self.stand_in_from)
            .map(|(person, _)| *person)
            .find(|person| fits(person))
    }
}

async fn contacts(
    conn: &impl ConnectionTrait,
    clients: &[Uuid],
    day: Date,
) -> Result<Vec<Contacts>> {
    Ok(touchpoint::Entity::find()
        .select_only()
        .column(touchpoint::Column::ClientId)
        .column(touchpoint::Column::PersonId)
        .column_as(touchpoint::Column::Id.count(), "touchpoints")
        .column_as(touchpoint::Column::OccurredOn.max(), "last_on")
        .filter(touchpoint::Column::ClientId.is_in(clients.iter().copied()))
        .filter(touchpoint::Column::PersonId.is_not_null())
        .filter(touchpoint::Column::OccurredOn.gt(Day(plus_days(day, -90))))
        .filter(touchpoint::Column::OccurredOn.lte(Day(day)))
        .group_by(touchpoint::Column::ClientId)
        .group_by(touchpoint::Column::PersonId)
        .into_model::<Contacts>()
        .all(conn)
        .await?)
}

/// Since when each person has held a role for each client or one of its projects without a break in the assignment.
async fn held_since(
    conn: &impl ConnectionTrait,
    clients: &[Uuid],
    day: Date,
) -> Result<HashMap<(Uuid, Uuid), Date>> {
    let projects: HashMap<Uuid, Uuid> = project::Entity::find()
        .select_only()
        .column(project::Column::Id)
        .column(project::Column::ClientId)
        .filter(project::Column::ClientId.is_in(clients.iter().copied()))
        .into_tuple::<(Uuid, Uuid)>()
        .all(conn)
        .await?
        .into_iter()
        .collect();
    let rows = in_force(day)
        .filter(
            sea_orm::Condition::any()
                .add(assignment::Column::ClientId.is_in(clients.iter().copied()))
                .add(assignment::Column::ProjectId.is_in(projects.keys().copied())),
        )
        .all(conn)
        .await?;
    let mut since: HashMap<(Uuid, Uuid), Date> = HashMap::new();
    for row in rows {
        let client = row
            .client_id
            .or_else(|| projects.get(&row.project_id?).copied());
        if let Some(client) = client {
            let earliest = since
                .entry((client, row.person_id))
                .or_insert(row.from_on.0);
            *earliest = (*earliest).min(row.from_on.0);
        }
    }
    Ok(since)
}
