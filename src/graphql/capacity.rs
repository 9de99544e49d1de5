//! Capacity: availability, load and utilisation of people, week by week.

mod changed;

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, Enum, Object, Result, SimpleObject};
use jiff::civil::Date;
use uuid::Uuid;

use super::context::Asked;
use super::loaders::{Loaders, Shared, shared};
use crate::domain::calendar::Week;
use crate::domain::capacity::{self, Agenda, MOST_WEEKS, People, Step};
use crate::domain::settings::Settings;
use crate::domain::utilisation;
use crate::entity::Day;
use crate::error::Error;

pub use changed::{CapacityChanged, CapacitySubscriptions};

/// A person's week, or a team's: minutes, and what they come to.
#[derive(Description)]
pub struct Capacity {
    capacity: capacity::Capacity,
    week: Week,
    of: Arc<Agenda>,
    person_id: Option<Uuid>,
}

impl Capacity {
    /// A person's week.
    pub fn of_person(
        capacity: capacity::Capacity,
        week: Week,
        of: &Arc<Agenda>,
        person_id: Uuid,
    ) -> Self {
        Self {
            capacity,
            week,
            of: Arc::clone(of),
            person_id: Some(person_id),
        }
    }

    /// A team's week: minutes summed, then divided.
    pub fn of_team(capacity: capacity::Capacity, week: Week, of: &Arc<Agenda>) -> Self {
        Self {
            capacity,
            week,
            of: Arc::clone(of),
            person_id: None,
        }
    }
}

#[Object(use_type_description)]
impl Capacity {
    /// The ISO week: `2026-W48`.
    async fn week(&self) -> String {
        self.week.to_string()
    }

    /// Its Monday.
    async fn starts_on(&self) -> Day {
        Day(self.week.monday())
    }

    /// Scheduled working minutes: the capacity.
    async fn scheduled_minutes(&self) -> i64 {
        self.capacity.availability.scheduled_minutes
    }

    /// Of these, minutes off as holidays.
    async fn holiday_minutes(&self) -> i64 {
        self.capacity.availability.holiday_minutes
    }

    /// Of the rest, minutes off as time off.
    async fn time_off_minutes(&self) -> i64 {
        self.capacity.availability.time_off_minutes
    }

    /// Minutes free for client work: scheduled, less holidays and time off, times the availability factor.
    async fn availability_minutes(&self) -> i64 {
        self.capacity.availability.availability_minutes
    }

    /// Coordination minutes of the client side.
    async fn client_side_minutes(&self) -> i64 {
        self.capacity.coordination.client_minutes
    }

    /// Coordination minutes of the project side.
    async fn project_side_minutes(&self) -> i64 {
        self.capacity.coordination.project_minutes
    }

    /// Minutes of confirmed bookings.
    async fn booked_minutes(&self) -> i64 {
        self.capacity.booked.confirmed
    }

    /// Load: coordination and bookings, as three figures.
    async fn load(&self) -> Load {
        Load::of(&self.capacity, &self.of.settings)
    }

    /// Where the confirmed utilisation lies; null when load and availability are both 0.
    async fn band(&self) -> Option<Band> {
        self.capacity
            .utilisation(&self.of.settings)
            .band
            .map(Band::from)
    }

    /// Availability not committed, minutes.
    async fn bench_minutes(&self) -> i64 {
        self.capacity.bench_minutes()
    }

    /// Confirmed load past the availability, minutes.
    async fn over_minutes(&self) -> i64 {
        self.capacity.over_minutes()
    }

    /// How far two hats are worn, basis points: 0 one clean role, 10000 two personas in one person; null without
    /// coordination load.
    async fn role_mix_bp(&self) -> Option<i64> {
        self.capacity.role_mix_bp()
    }

    /// ACTIVE projects accountable for, each once; of a team: summed over its people.
    async fn active_projects(&self) -> i64 {
        self.capacity.counts.active
    }

    /// BACK_BURNER projects accountable for, each once; of a team: summed over its people.
    async fn back_burner_projects(&self) -> i64 {
        self.capacity.counts.back_burner
    }

    /// The limits that a person's counts pass, as sentences; a warning, not a wall. Empty for a team.
    async fn warnings(&self) -> Vec<String> {
        if self.person_id.is_none() {
            return Vec::new();
        }
        let passed = self.capacity.counts.passed(&self.of.settings.counts);
        passed
            .iter()
            .map(|one| {
                let status = one.status.word().to_lowercase().replace('_', "-");
                format!(
                    "{} {status} projects; the limit is {}.",
                    one.count, one.limit
                )
            })
            .collect()
    }

    /// What made each figure, step by step; empty for a team.
    async fn explain(&self) -> Vec<CapacityStep> {
        let Some(person_id) = self.person_id else {
            return Vec::new();
        };
        let books = self.of.books_in(self.week);
        let steps = self.of.explain(person_id, self.week, &books);
        steps.into_iter().map(CapacityStep::from).collect()
    }
}

/// Load as three figures, in minutes and as shares of the availability.
#[derive(Clone, Debug, SimpleObject)]
pub struct Load {
    /// Coordination and confirmed bookings, minutes.
    confirmed_minutes: i64,
    /// With tentative bookings times their probability, minutes.
    expected_minutes: i64,
    /// With every tentative booking in full, minutes.
    worst_minutes: i64,
    /// Confirmed load ÷ availability, basis points; null without availability.
    confirmed_bp: Option<i64>,
    /// Expected load ÷ availability, basis points; null without availability.
    expected_bp: Option<i64>,
    /// Worst load ÷ availability, basis points; null without availability.
    worst_bp: Option<i64>,
}

impl Load {
    /// The load of a week.
    pub(super) fn of(capacity: &capacity::Capacity, settings: &Settings) -> Self {
        let load = capacity.load();
        let utilisation = capacity.utilisation(settings);
        Self {
            confirmed_minutes: load.confirmed,
            expected_minutes: load.expected,
            worst_minutes: load.worst,
            confirmed_bp: utilisation.confirmed_bp,
            expected_bp: utilisation.expected_bp,
            worst_bp: utilisation.worst_bp,
        }
    }
}

/// What a confirmed utilisation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "utilisation::Band")]
pub enum Band {
    /// Below 60 %: time free.
    Bench,
    /// From 60 % to below 85 %: as it should be.
    Healthy,
    /// From 85 % to 100 %: no more fits.
    Full,
    /// Above 100 % to 120 %: more than fits.
    Over,
    /// Above 120 %: far more than fits.
    Critical,
    /// Load and no availability.
    Unavailable,
}

/// The figure that a step is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity::Figure")]
pub enum CapacityFigure {
    /// Minutes free for client work.
    Availability,
    /// Coordination minutes.
    Coordination,
    /// Booked minutes.
    Booked,
}

/// A step of how a week's figures came to be.
#[derive(Clone, Debug, SimpleObject, Description)]
pub struct CapacityStep {
    /// Which figure it is a part of.
    figure: CapacityFigure,
    /// What it is about, e.g. a project and its client.
    what: String,
    /// What it adds, minutes.
    minutes: i64,
    /// How it was computed, a sentence a step.
    because: Vec<String>,
}

impl From<Step> for CapacityStep {
    fn from(step: Step) -> Self {
        Self {
            figure: step.figure.into(),
            what: step.what,
            minutes: step.minutes,
            because: step.because,
        }
    }
}

/// A person's weeks, as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeeksKey {
    /// Whose.
    pub person_id: Uuid,
    /// From which week on.
    pub first: Week,
    /// How many.
    pub weeks: i64,
}

/// A person's weeks, and what they follow from.
#[derive(Clone)]
pub struct Weeks {
    /// What they follow from, shared by everybody asked for at once.
    pub agenda: Arc<Agenda>,
    /// The weeks in order.
    pub capacities: Arc<Vec<(Week, capacity::Capacity)>>,
}

impl Loader<WeeksKey> for Loaders {
    type Value = Weeks;
    type Error = Shared;

    async fn load(&self, keys: &[WeeksKey]) -> Result<HashMap<WeeksKey, Weeks>, Shared> {
        let mut by_period: HashMap<(Week, i64), Vec<Uuid>> = HashMap::new();
        for key in keys {
            by_period
                .entry((key.first, key.weeks))
                .or_default()
                .push(key.person_id);
        }
        let mut loaded = HashMap::with_capacity(keys.len());
        for ((first, weeks), people) in by_period {
            let today = self.caller.today();
            let whose = People::These(people.clone());
            let agenda = Agenda::load(&self.app.db.read, whose, first, weeks, today)
                .await
                .map_err(shared)?;
            let by_person = reckoned(&agenda, &people, first, weeks);
            let agenda = Arc::new(agenda);
            for (person_id, capacities) in by_person {
                let key = WeeksKey {
                    person_id,
                    first,
                    weeks,
                };
                let weeks = Weeks {
                    agenda: Arc::clone(&agenda),
                    capacities: Arc::new(capacities),
                };
                loaded.insert(key, weeks);
            }
        }
        Ok(loaded)
    }
}

type ByPerson = HashMap<Uuid, Vec<(Week, capacity::Capacity)>>;

fn reckoned(agenda: &Agenda, people: &[Uuid], first: Week, weeks: i64) -> ByPerson {
    let mut by_person = ByPerson::with_capacity(people.len());
    for week in (0..weeks).map(|ahead| first.plus(ahead)) {
        let books = agenda.books_in(week);
        for person_id in people {
            let capacity = agenda.capacity(*person_id, week, &books);
            by_person
                .entry(*person_id)
                .or_default()
                .push((week, capacity));
        }
    }
    by_person
}

/// The weeks of a person, through the loader.
pub async fn weeks_of(
    ctx: &Context<'_>,
    person_id: Uuid,
    first: Week,
    weeks: i64,
) -> Result<Weeks> {
    let key = WeeksKey {
        person_id,
        first,
        weeks,
    };
    let loaded = ctx.loaders().load_one(key).await?;
    Ok(loaded.ok_or_else(|| Error::internal("a person's weeks were not reckoned"))?)
}

/// The capacity of a person for some weeks.
pub async fn capacity_of(
    ctx: &Context<'_>,
    person_id: Uuid,
    from: Option<String>,
    weeks: i32,
) -> Result<Vec<Capacity>> {
    if !(1..=MOST_WEEKS).contains(&i64::from(weeks)) {
        let message = format!("`weeks` is {weeks}; ask for 1 to {MOST_WEEKS}.");
        return Err(Error::invalid("weeks", message).into());
    }
    let first = week("from", from, ctx.caller().today())?;
    let loaded = weeks_of(ctx, person_id, first, weeks.into()).await?;
    Ok(loaded
        .capacities
        .iter()
        .map(|(week, capacity)| {
            Capacity::of_person(capacity.clone(), *week, &loaded.agenda, person_id)
        })
        .collect())
}

/// The week an argument names; the current one when it names none.
pub fn week(field: &str, text: Option<String>, today: Date) -> crate::error::Result<Week> {
    let Some(text) = text else {
        return Ok(Week::of(today));
    };
    text.parse::<Week>()
        .ok()
        .filter(|week| (1970..=2200).contains(&week.monday().year()))
        .ok_or_else(|| {
            let shown = crate::domain::check::shortened(&text);
            Error::invalid(
                field,
                format!(
                    "“{shown}” is not a week of the years 1970 to 2200; write it like 2026-W48."
                ),
            )
        })
}
