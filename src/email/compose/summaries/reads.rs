//! The rows that summaries are written from.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::calendar::plus_days;
use crate::domain::responsibilities::{Accountability, Scope};
use crate::entity::{Day, Side, booking, person, project, time_off};
use crate::error::Result;

/// The projects whose project side any of `people` holds on `day`.
pub(super) async fn production_side(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    clients: Vec<Uuid>,
    day: Date,
) -> Result<Vec<Uuid>> {
    let scope = Scope::Clients(clients.clone());
    let accountability = Accountability::load(conn, &scope, day).await?;
    let projects = project::Entity::find()
        .filter(project::Column::ClientId.is_in(clients))
        .filter(project::Column::ArchivedAt.is_null())
        .all(conn)
        .await?;
    Ok(projects
        .iter()
        .filter(|project| {
            let held = accountability.of_project(Side::Project, project);
            held.is_some_and(|held| people.contains(&held.person_id()))
        })
        .map(|project| project.id)
        .collect())
}

/// The people booked between two days, by project; on all projects, or on these.
pub(super) async fn booked_on(
    conn: &impl ConnectionTrait,
    projects: Option<&[Uuid]>,
    first: Date,
    last: Date,
) -> Result<HashMap<Uuid, HashSet<Uuid>>> {
    let mut rows = booking::Entity::find()
        .filter(booking::Column::StartsOn.lte(Day(last)))
        .filter(booking::Column::EndsOn.gte(Day(first)));
    if let Some(projects) = projects {
        rows = rows.filter(booking::Column::ProjectId.is_in(projects.iter().copied()));
    }
    let mut booked: HashMap<Uuid, HashSet<Uuid>> = HashMap::new();
    for row in rows.all(conn).await? {
        booked
            .entry(row.project_id)
            .or_default()
            .insert(row.person_id);
    }
    Ok(booked)
}

/// Everybody who works here on `day` or later.
pub(super) async fn everybody(
    conn: &impl ConnectionTrait,
    day: Date,
) -> Result<HashMap<Uuid, person::Model>> {
    let rows = person::Entity::find()
        .filter(person::Column::ArchivedAt.is_null())
        .filter(
            Condition::any()
                .add(person::Column::EmployedUntil.is_null())
                .add(person::Column::EmployedUntil.gte(Day(day))),
        )
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|person| (person.id, person)).collect())
}

pub(super) async fn these(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, person::Model>> {
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(ids.iter().copied()))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|person| (person.id, person)).collect())
}

/// The time off of some people in the four weeks from `day` on.
pub(super) async fn time_off_of(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    day: Date,
) -> Result<Vec<time_off::Model>> {
    let mut rows = Vec::new();
    for people in people.chunks(10_000) {
        rows.extend(
            time_off::Entity::find()
                .filter(time_off::Column::PersonId.is_in(people.iter().copied()))
                .filter(time_off::Column::StartsOn.lte(Day(plus_days(day, 28))))
                .filter(time_off::Column::EndsOn.gte(Day(day)))
                .all(conn)
                .await?,
        );
    }
    rows.sort_by_key(|row| (row.starts_on, row.ends_on, row.id));
    Ok(rows)
}
