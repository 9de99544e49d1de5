//! Relationship strengths of many people and clients at once: reads what the arithmetic of
//! [`relationships`](super::relationships) takes.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::calendar::plus_days;
use super::relationships::{
    Interval, Relationship, Strength, StrengthLimits, months_held, strength, unbroken_since,
};
use super::responsibilities::{Scope, clients_of, within};
use crate::entity::{Day, assignment, client, project, relationship, touchpoint};
use crate::error::Result;

/// How well people know clients on a day.
#[derive(Clone, Debug, Default)]
pub struct Strengths {
    /// By client: people and their strengths, the strongest first.
    by_client: HashMap<Uuid, Vec<(Uuid, Strength)>>,
    stand_in_from: i64,
}

#[derive(FromQueryResult)]
struct Contacts {
    client_id: Uuid,
    person_id: Uuid,
    touchpoints: i64,
    last_on: Day,
}

/// What is known, by client and person.
type Known = HashMap<(Uuid, Uuid), Relationship>;

impl Strengths {
    /// Reads the strengths between `clients` and everybody who has to do with them: four statements.
    pub async fn load(
        conn: &impl ConnectionTrait,
        limits: &StrengthLimits,
        clients: &[Uuid],
        day: Date,
    ) -> Result<Self> {
        Self::read(conn, limits, &Scope::Clients(clients.to_vec()), day).await
    }

    /// As [`Self::load`], for a scope: in that of the whole agency, the clients on the lists. Four statements.
    pub async fn read(
        conn: &impl ConnectionTrait,
        limits: &StrengthLimits,
        scope: &Scope,
        day: Date,
    ) -> Result<Self> {
        let mut known = Known::new();
        take_assignments(conn, scope, day, &mut known).await?;
        take_contacts(conn, scope, day, &mut known).await?;
        take_notes(conn, scope, &mut known).await?;
        let mut by_client: HashMap<Uuid, Vec<(Uuid, Strength)>> = HashMap::new();
        for ((client, person), relationship) in known {
            let strength = strength(limits, &relationship);
            by_client
                .entry(client)
                .or_default()
                .push((person, strength));
        }
        for people in by_client.values_mut() {
            people.sort_by_key(|(person, strength)| (std::cmp::Reverse(strength.points), *person));
        }
        Ok(Self {
            by_client,
            stand_in_from: limits.stand_in_from,
        })
    }

    /// How well a person knows a client; none when they never had to do with each other.
    pub fn of(&self, client_id: Uuid, person_id: Uuid) -> Option<Strength> {
        self.of_client(client_id)
            .iter()
            .find(|(person, _)| *person == person_id)
            .map(|(_, strength)| *strength)
    }

    /// Everybody who has to do with a client and how well they know it, the strongest first.
    pub fn of_client(&self, client_id: Uuid) -> &[(Uuid, Strength)] {
        self.by_client.get(&client_id).map_or(&[], Vec::as_slice)
    }

    /// Every client and person with their strength, in no order.
    pub fn all(&self) -> impl Iterator<Item = (Uuid, Uuid, Strength)> {
        self.by_client.iter().flat_map(|(client, people)| {
            people
                .iter()
                .map(|(person, strength)| (*client, *person, *strength))
        })
    }

    /// The clients and people who stay together, whatever a plan would gain, in no order.
    pub fn pinned(&self) -> impl Iterator<Item = (Uuid, Uuid)> {
        self.all()
            .filter(|(_, _, strength)| strength.pinned)
            .map(|(client, person, _)| (client, person))
    }

    /// Everybody who knows a client well enough to stand in.
    pub fn people(&self) -> impl Iterator<Item = Uuid> {
        let enough = self.stand_in_from;
        self.all()
            .filter(move |(_, _, strength)| strength.points >= enough)
            .map(|(_, person, _)| person)
    }

    /// Who knows a client best, of those who know it well enough to stand in and of whom `fits` holds.
    pub fn strongest(&self, client_id: Uuid, fits: impl Fn(&Uuid) -> bool) -> Option<Uuid> {
        self.of_client(client_id)
            .iter()
            .take_while(|(_, strength)| strength.points >= self.stand_in_from)
            .map(|(person, _)| *person)
            .find(|person| fits(person))
    }
}

/// The clients that any of `people` has to do with on `day`: by a role, a contact in the last 90 days or a note. Four
/// statements.
pub async fn clients_known_to(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    day: Date,
) -> Result<Vec<Uuid>> {
    let held = clients_of(conn, people, day, day).await?;
    let contacted = touchpoint::Entity::find()
        .select_only()
        .column(touchpoint::Column::ClientId)
        .distinct()
        .filter(touchpoint::Column::PersonId.is_in(people.iter().copied()))
        .filter(recent(day))
        .into_tuple::<Uuid>()
        .all(conn)
        .await?;
    let noted = relationship::Entity::find()
        .select_only()
        .column(relationship::Column::ClientId)
        .filter(relationship::Column::PersonId.is_in(people.iter().copied()))
        .into_tuple::<Uuid>()
        .all(conn)
        .await?;
    let clients: BTreeSet<Uuid> = held.into_iter().chain(contacted).chain(noted).collect();
    Ok(clients.into_iter().collect())
}

/// The contacts in the 90 days up to `day`, counted by client and person: answered from the index
/// `touchpoint_relationship` alone, so that a history of years costs nothing.
pub fn recent_contacts(scope: &Scope, day: Date) -> Select<touchpoint::Entity> {
    touchpoint::Entity::find()
        .select_only()
        .column(touchpoint::Column::ClientId)
        .column(touchpoint::Column::PersonId)
        .column_as(touchpoint::Column::PersonId.count(), "touchpoints")
        .column_as(touchpoint::Column::OccurredOn.max(), "last_on")
        .filter(of_scope(touchpoint::Column::ClientId, scope))
        .filter(touchpoint::Column::PersonId.is_not_null())
        .filter(recent(day))
        .group_by(touchpoint::Column::ClientId)
        .group_by(touchpoint::Column::PersonId)
}

fn recent(day: Date) -> Condition {
    Condition::all()
        .add(touchpoint::Column::OccurredOn.gt(Day(plus_days(day, -90))))
        .add(touchpoint::Column::OccurredOn.lte(Day(day)))
}

async fn take_contacts(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    day: Date,
    known: &mut Known,
) -> Result<()> {
    let rows = recent_contacts(scope, day)
        .into_model::<Contacts>()
        .all(conn)
        .await?;
    for row in rows {
        let one = known.entry((row.client_id, row.person_id)).or_default();
        one.touchpoints = row.touchpoints;
        let days = row.last_on.0.until(day).map_or(0, |span| span.get_days());
        one.days_since_last = Some(i64::from(days));
    }
    Ok(())
}

/// Months held: through an unbroken chain of assignments of any role for the client or one of its projects, so that
/// whoever stays accountable under another role is no stranger the day after.
async fn take_assignments(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    day: Date,
    known: &mut Known,
) -> Result<()> {
    let projects: HashMap<Uuid, Uuid> = project::Entity::find()
        .select_only()
        .column(project::Column::Id)
        .column(project::Column::ClientId)
        .filter(of_scope(project::Column::ClientId, scope))
        .into_tuple::<(Uuid, Uuid)>()
        .all(conn)
        .await?
        .into_iter()
        .collect();
    let rows = assignment::Entity::find()
        .filter(within(scope))
        .filter(assignment::Column::FromOn.lte(Day(day)))
        .all(conn)
        .await?;
    let mut held: HashMap<(Uuid, Uuid), Vec<Interval>> = HashMap::new();
    for row in rows {
        let client = row
            .client_id
            .or_else(|| projects.get(&row.project_id?).copied());
        if let Some(client) = client {
            let interval = (row.from_on.0, row.until_on.map(|until| until.0));
            held.entry((client, row.person_id))
                .or_default()
                .push(interval);
        }
    }
    for (pair, intervals) in held {
        if let Some(since) = unbroken_since(intervals, day) {
            known.entry(pair).or_default().months_held = months_held(since, day);
        }
    }
    Ok(())
}

/// What somebody noted; a note that says nothing any more makes nobody known.
async fn take_notes(conn: &impl ConnectionTrait, scope: &Scope, known: &mut Known) -> Result<()> {
    let rows = relationship::Entity::find()
        .filter(of_scope(relationship::Column::ClientId, scope))
        .all(conn)
        .await?;
    for row in rows {
        if row.override_points.is_none() && !row.pinned {
            continue;
        }
        let one = known.entry((row.client_id, row.person_id)).or_default();
        one.override_points = row.override_points.map(i64::from);
        one.pinned = row.pinned;
    }
    Ok(())
}

/// Whether a column names a client of the scope. The clients on the lists are named one by one, so that indexes that begin
/// with the client are searched rather than read through.
fn of_scope(column: impl ColumnTrait, scope: &Scope) -> Condition {
    match scope {
        Scope::Clients(ids) => Condition::all().add(column.is_in(ids.iter().copied())),
        Scope::All => {
            let mut listed = QuerySelect::query(&mut client::Entity::find()).to_owned();
            listed
                .clear_selects()
                .column(client::Column::Id)
                .and_where(client::Column::ArchivedAt.is_null());
            Condition::all().add(column.in_subquery(listed))
        }
    }
}
