//! How well the split stands on a day: what a programme freezes at its start and a review sets beside it (`domain.md §5`,
//! Six-month review).

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::availability::WHOLE_BP;
use super::books::{Book, Books};
use super::cadence::DueState;
use super::calendar::Week;
use super::responsibilities::Scope;
use super::settings::Settings;
use super::strengths::Strengths;
use super::updates::{self, Standing, WorkingTimes};
use super::utilisation::role_mix;
use super::working_time;
use crate::entity::{Day, Side, person};
use crate::error::{Error, Result};

/// How well the split stands on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitFigures {
    /// The day.
    pub on: Day,
    /// Everybody who is accountable for something, by name.
    pub managers: Vec<ManagerFigures>,
    /// The highest utilisation of a manager, bp; none when nobody's is known.
    pub peak_utilisation_bp: Option<i64>,
    /// How evenly the work is shared, bp: 10000 less the distance from the lowest utilisation to the highest, 0 at least;
    /// none when nobody's is known.
    pub evenness_bp: Option<i64>,
    /// How far two hats are worn by one person, bp: the managers' role mixes weighed by their minutes; none without
    /// load.
    pub role_mix_bp: Option<i64>,
    /// The share of clients with an ACTIVE project whose update is not overdue, bp; none without such clients.
    pub updates_on_time_bp: Option<i64>,
    /// The strong relationships of those who hold a client side, by client and person.
    pub strong_relationships: Vec<StrongRelationship>,
}

/// What one manager carries in a usual week: coordination by the books of the day against the schedule in force,
/// without holidays, time off and bookings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagerFigures {
    /// Who.
    pub person_id: Uuid,
    /// What they were called that day.
    pub name: String,
    /// Client-side work, minutes a week.
    pub client_minutes: i64,
    /// Project-side work, minutes a week.
    pub project_minutes: i64,
    /// What is free for client work in a usual week, minutes.
    pub availability_minutes: i64,
    /// Both sides ÷ what is free, bp, floored; none when nothing is free.
    pub utilisation_bp: Option<i64>,
    /// How far the person wears two hats, bp; none without load.
    pub role_mix_bp: Option<i64>,
    /// ACTIVE projects.
    pub active: i64,
    /// BACK_BURNER projects.
    pub back_burner: i64,
}

/// A strong relationship between a client and whoever holds its client side, or that of one of its projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrongRelationship {
    /// The client.
    pub client_id: Uuid,
    /// What it was called that day.
    pub client_name: String,
    /// Who.
    pub person_id: Uuid,
    /// What they were called that day.
    pub person_name: String,
    /// The strength, 0 to 100.
    pub points: i64,
}

impl SplitFigures {
    /// Reckons them from what is written for `day`. A fixed number of statements.
    pub async fn load(conn: &impl ConnectionTrait, day: Date) -> Result<Self> {
        let settings = Settings::load(conn).await?;
        let books = Books::load(conn, &Scope::All, day, day).await?;
        let of_people = books.on(day, &settings.load);
        let (standings, _) = updates::standings(conn, &books, &settings, day).await?;
        let holders = client_side_holders(&books, day);
        let people: BTreeSet<Uuid> = of_people
            .keys()
            .copied()
            .chain(holders.iter().map(|(_, person)| *person))
            .collect();
        let names = names(conn, people).await?;
        let ids: Vec<Uuid> = of_people.keys().copied().collect();
        let working_times = working_time::load(conn, &ids).await?;
        let clients: Vec<Uuid> = books.clients.keys().copied().collect();
        let strengths = Strengths::load(conn, &settings.relationships, &clients, day).await?;

        let mut managers: Vec<ManagerFigures> = of_people
            .iter()
            .map(|(id, book)| manager(*id, book, &names, &working_times, day))
            .collect();
        managers.sort_by(|a, b| (&a.name, a.person_id).cmp(&(&b.name, b.person_id)));
        let strong_from = settings.relationships.strong_from;
        let mut strong_relationships: Vec<StrongRelationship> = holders
            .into_iter()
            .map(|(client_id, person_id)| StrongRelationship {
                client_id,
                client_name: books.clients[&client_id].name.clone(),
                person_id,
                person_name: names.get(&person_id).cloned().unwrap_or_default(),
                points: strengths.points(client_id, person_id),
            })
            .filter(|one| one.points >= strong_from)
            .collect();
        strong_relationships.sort_by(|a, b| {
            let place = |one: &StrongRelationship| {
                (
                    one.client_name.clone(),
                    one.person_name.clone(),
                    one.client_id,
                )
            };
            place(a).cmp(&place(b))
        });
        Ok(Self::of(day, managers, &standings, strong_relationships))
    }

    fn of(
        day: Date,
        managers: Vec<ManagerFigures>,
        standings: &[Standing<'_>],
        strong_relationships: Vec<StrongRelationship>,
    ) -> Self {
        let known = managers.iter().filter_map(|one| one.utilisation_bp);
        let peak = known.clone().max();
        let lowest = known.min();
        let evenness = peak.zip(lowest);
        Self {
            on: Day(day),
            peak_utilisation_bp: peak,
            evenness_bp: evenness.map(|(peak, lowest)| (WHOLE_BP - (peak - lowest)).max(0)),
            role_mix_bp: agency_role_mix(&managers),
            updates_on_time_bp: on_time(standings, day),
            managers,
            strong_relationships,
        }
    }

    /// Reads figures that were frozen.
    pub fn frozen(json: &serde_json::Value) -> Result<Self> {
        serde_json::from_value(json.clone()).map_err(|error| Error::Internal(error.into()))
    }

    /// How many of these strong relationships are still strong and still held in `later` figures.
    pub fn strong_kept_in(&self, later: &Self) -> usize {
        let kept = |one: &&StrongRelationship| {
            later
                .strong_relationships
                .iter()
                .any(|other| (other.client_id, other.person_id) == (one.client_id, one.person_id))
        };
        self.strong_relationships.iter().filter(kept).count()
    }
}

/// Minutes are summed before they are divided (R6).
fn agency_role_mix(managers: &[ManagerFigures]) -> Option<i64> {
    let lesser = |one: &ManagerFigures| one.client_minutes.min(one.project_minutes);
    let twice: i64 = managers.iter().map(|one| 2 * lesser(one)).sum();
    let all: i64 = managers
        .iter()
        .map(|one| one.client_minutes + one.project_minutes)
        .sum();
    (all > 0).then(|| twice * WHOLE_BP / all)
}

fn on_time(standings: &[Standing<'_>], day: Date) -> Option<i64> {
    let due: Vec<_> = standings.iter().filter_map(|one| one.update).collect();
    let overdue = |due: &&super::cadence::Due| due.state(day) == DueState::Overdue;
    let all = i64::try_from(due.len()).unwrap_or(i64::MAX);
    let late = i64::try_from(due.iter().filter(overdue).count()).unwrap_or(i64::MAX);
    (all > 0).then(|| (all - late) * WHOLE_BP / all)
}

fn manager(
    person_id: Uuid,
    book: &Book<'_>,
    names: &HashMap<Uuid, String>,
    working_times: &WorkingTimes,
    day: Date,
) -> ManagerFigures {
    let load = book.coordination;
    let available = working_times
        .get(&person_id)
        .map_or(0, |known| known.usual_week(Week::of(day)));
    let counts = book.counts();
    ManagerFigures {
        person_id,
        name: names.get(&person_id).cloned().unwrap_or_default(),
        client_minutes: load.client_minutes,
        project_minutes: load.project_minutes,
        availability_minutes: available,
        utilisation_bp: (available > 0).then(|| load.minutes() * WHOLE_BP / available),
        role_mix_bp: role_mix(load.client_minutes, load.project_minutes),
        active: counts.active,
        back_burner: counts.back_burner,
    }
}

/// Who holds the client side of each client, or of one of its projects.
fn client_side_holders(books: &Books, day: Date) -> BTreeSet<(Uuid, Uuid)> {
    let of_clients = books.clients.keys().filter_map(|id| {
        let held = books
            .accountability
            .accountable_for_client(Side::Client, *id, day)?;
        Some((*id, held.person_id()))
    });
    let of_projects = books.projects.iter().filter_map(|project| {
        let held = books
            .accountability
            .accountable(Side::Client, project, day)?;
        Some((project.client_id, held.person_id()))
    });
    of_clients.chain(of_projects).collect()
}

async fn names(
    conn: &impl ConnectionTrait,
    people: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, String>> {
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(people))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
