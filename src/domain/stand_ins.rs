//! Who gets a mail whose addressee is away (domain.md §6): the delegate named on that time off, else the person's
//! standing delegate, else whoever has the strongest relationship with the client, else the owner. Nobody: a
//! visible failure, never everybody.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::strengths::Strengths;
use super::updates::WorkingTimes;
use super::working_time;
use crate::entity::{Access, person, time_off};
use crate::error::Result;

/// Where a mail goes on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To the addressee.
    Own,
    /// To somebody else, since the addressee is away.
    StandIn {
        /// Who stands in.
        person_id: Uuid,
        /// Why them, as the end of a sentence: "the delegate named on the time off".
        why: &'static str,
    },
    /// To nobody: UNROUTABLE.
    Nobody,
}

/// Who is away in a period, and who may stand in.
#[derive(Clone, Debug)]
pub struct StandIns {
    /// The addressees, their delegates and the owners.
    pub people: HashMap<Uuid, person::Model>,
    absences: Vec<time_off::Model>,
    working_times: WorkingTimes,
    owners: Vec<Uuid>,
    strengths: Strengths,
}

impl StandIns {
    /// Reads who of `addressees` is away between `first` and `last`, and who may stand in. A fixed number of
    /// statements.
    pub async fn load(
        conn: &impl ConnectionTrait,
        addressees: &[Uuid],
        first: Date,
        last: Date,
    ) -> Result<Self> {
        let mut people = addressees_and_owners(conn, addressees).await?;
        let owners = owners(&people);
        let known: Vec<Uuid> = people.keys().copied().collect();
        let mut absences = working_time::absences(conn, &known, first, last).await?;
        let delegates: Vec<Uuid> = absences
            .iter()
            .filter_map(|row| row.delegate_id)
            .chain(people.values().filter_map(|row| row.standing_delegate_id))
            .filter(|id| !people.contains_key(id))
            .collect();
        let more = person::Entity::find()
            .filter(person::Column::Id.is_in(delegates.clone()))
            .all(conn)
            .await?;
        people.extend(more.into_iter().map(|row| (row.id, row)));
        absences.extend(working_time::absences(conn, &delegates, first, last).await?);
        let everybody: Vec<Uuid> = people.keys().copied().collect();
        Ok(Self {
            working_times: working_time::load(conn, &everybody).await?,
            people,
            absences,
            owners,
            strengths: Strengths::default(),
        })
    }

    /// Whose absence on `day` sends a client's mail to whoever knows the client best, so that strengths are needed:
    /// neither the named nor the standing delegate, if there is one, is there.
    pub fn without_delegate(&self, day: Date) -> HashSet<Uuid> {
        let everybody = self.people.keys().copied();
        everybody
            .filter(|id| self.is_away(*id, day) && self.delegate(*id, day).is_none())
            .collect()
    }

    /// Adds how well people know clients, with when those people work.
    pub async fn know(&mut self, conn: &impl ConnectionTrait, strengths: Strengths) -> Result<()> {
        let new: Vec<Uuid> = strengths
            .people()
            .filter(|id| !self.people.contains_key(id))
            .collect();
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(new.clone()))
            .all(conn)
            .await?;
        self.people
            .extend(rows.into_iter().map(|row| (row.id, row)));
        self.working_times
            .extend(working_time::load(conn, &new).await?);
        self.strengths = strengths;
        Ok(())
    }

    /// The owners who are not archived, the longest here first.
    pub fn owners(&self) -> &[Uuid] {
        &self.owners
    }

    /// When a person works; only of those read.
    pub fn working_times(&self) -> &WorkingTimes {
        &self.working_times
    }

    /// Whether a person is away for the whole of a working day; of somebody without hours entered, on any day taken off
    /// as a whole.
    pub fn is_away(&self, person_id: Uuid, day: Date) -> bool {
        match self.working_times.get(&person_id) {
            Some(working_time) if !working_time.is_unscheduled() => {
                working_time.is_away_all_day(day)
            }
            _ => self
                .absences_on(person_id, day)
                .any(|row| row.minutes_per_day.is_none()),
        }
    }

    /// The last day of the absence that takes `day` from a person.
    pub fn away_until(&self, person_id: Uuid, day: Date) -> Option<Date> {
        self.absences_on(person_id, day)
            .map(|row| row.ends_on.0)
            .max()
    }

    /// Where a mail for `person_id` goes on `day`; `client_id`, when it is about one client.
    pub fn route(&self, person_id: Uuid, day: Date, client_id: Option<Uuid>) -> Route {
        if self.is_away(person_id, day) {
            self.stand_in(person_id, day, client_id)
        } else {
            Route::Own
        }
    }

    /// Who gets it instead of `person_id`, away or not: nobody, or somebody else who is there.
    pub fn stand_in(&self, person_id: Uuid, day: Date, client_id: Option<Uuid>) -> Route {
        let stand_in = |id: Uuid, why| Route::StandIn { person_id: id, why };
        if let Some((id, why)) = self.delegate(person_id, day) {
            return stand_in(id, why);
        }
        let fits = |id: &Uuid| *id != person_id && self.is_here(*id, day);
        let strongest = client_id.and_then(|client| self.strengths.strongest(client, fits));
        if let Some(id) = strongest {
            return stand_in(id, "the strongest relationship with the client");
        }
        match self.owners.iter().copied().find(&fits) {
            Some(id) => stand_in(id, "an owner, since nobody else stands in"),
            None => Route::Nobody,
        }
    }

    /// Who was named to stand in and is there, and by what: the time off, else the person.
    fn delegate(&self, person_id: Uuid, day: Date) -> Option<(Uuid, &'static str)> {
        let fits = |id: &Uuid| *id != person_id && self.is_here(*id, day);
        // Hours may add up to a day; whoever a whole day names comes before whom they name.
        let (whole, hours): (Vec<_>, Vec<_>) = self
            .absences_on(person_id, day)
            .partition(|row| row.minutes_per_day.is_none());
        let named = whole
            .into_iter()
            .chain(hours)
            .filter_map(|row| row.delegate_id)
            .find(&fits);
        if let Some(id) = named {
            return Some((id, "the delegate named on the time off"));
        }
        let standing = self.people.get(&person_id)?.standing_delegate_id;
        let standing = standing.filter(&fits)?;
        Some((standing, "the standing delegate"))
    }

    fn is_here(&self, person_id: Uuid, day: Date) -> bool {
        self.works_here(person_id, day) && !self.is_away(person_id, day)
    }

    fn absences_on(&self, person_id: Uuid, day: Date) -> impl Iterator<Item = &time_off::Model> {
        self.absences.iter().filter(move |row| {
            row.person_id == person_id && row.starts_on.0 <= day && day <= row.ends_on.0
        })
    }

    /// Whether a person works here on `day`; only of those read.
    pub fn works_here(&self, person_id: Uuid, day: Date) -> bool {
        self.people.get(&person_id).is_some_and(|person| {
            person.archived_at.is_none()
                && person.employed_from.0 <= day
                && person.employed_until.is_none_or(|last| day <= last.0)
        })
    }
}

async fn addressees_and_owners(
    conn: &impl ConnectionTrait,
    addressees: &[Uuid],
) -> Result<HashMap<Uuid, person::Model>> {
    let mut people = HashMap::new();
    let none: &[Uuid] = &[];
    let chunks = addressees
        .chunks(10_000)
        .chain(std::iter::once(none).filter(|_| addressees.is_empty()));
    for ids in chunks {
        let rows = person::Entity::find()
            .filter(
                Condition::any()
                    .add(person::Column::Id.is_in(ids.iter().copied()))
                    .add(person::Column::Access.eq(Access::Owner)),
            )
            .order_by_asc(person::Column::Id)
            .all(conn)
            .await?;
        people.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(people)
}

/// The owners, the longest here first.
fn owners(people: &HashMap<Uuid, person::Model>) -> Vec<Uuid> {
    let mut owners: Vec<&person::Model> = people
        .values()
        .filter(|person| person.access == Some(Access::Owner) && person.archived_at.is_none())
        .collect();
    owners.sort_by_key(|person| (person.created_at, person.id));
    owners.into_iter().map(|person| person.id).collect()
}
