//! Capacity: availability, load and utilisation of people, week by week. The same figures answer queries and fill
//! mails.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::availability::{Availability, WorkingTime};
use super::bookings::Booking;
use super::books::{Book, Books};
use super::calendar::Week;
use super::counts::Counts;
use super::load::{SideLoad, percent};
use super::responsibilities::{OPEN, Scope, clients_of};
use super::settings::Settings;
use super::utilisation::{LoadMinutes, Utilisation, bench_minutes, over_minutes, role_mix};
use super::working_time;
use crate::entity::{BookingMethod, Day, booking, project};
use crate::error::Result;

/// The most weeks one question may ask for.
pub const MOST_WEEKS: i64 = 53;

/// A person's week, or several people's weeks summed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Capacity {
    /// Scheduled minutes and what is left of them.
    pub availability: Availability,
    /// Coordination minutes, by the side they belong to.
    pub coordination: SideLoad,
    /// Minutes booked.
    pub booked: LoadMinutes,
    /// Projects accountable for, each once. In a sum: summed over the people.
    pub counts: Counts,
}

impl Capacity {
    /// Coordination and bookings together.
    pub fn load(&self) -> LoadMinutes {
        LoadMinutes::confirmed(self.coordination.minutes()) + self.booked
    }

    /// Load ÷ availability.
    pub fn utilisation(&self, settings: &Settings) -> Utilisation {
        Utilisation::of(
            self.load(),
            self.availability.availability_minutes,
            &settings.bands,
        )
    }

    /// Availability not committed, minutes.
    pub fn bench_minutes(&self) -> i64 {
        bench_minutes(self.load(), self.availability.availability_minutes)
    }

    /// Confirmed load past the availability, minutes.
    pub fn over_minutes(&self) -> i64 {
        over_minutes(self.load(), self.availability.availability_minutes)
    }

    /// How far two hats are worn, bp.
    pub fn role_mix_bp(&self) -> Option<i64> {
        role_mix(
            self.coordination.client_minutes,
            self.coordination.project_minutes,
        )
    }

    /// Adds another's minutes: a team's figures are divided after summing (R6).
    pub fn add(&mut self, other: &Self) {
        self.availability += other.availability;
        self.coordination += other.coordination;
        self.booked += other.booked;
        self.counts.active += other.counts.active;
        self.counts.back_burner += other.counts.back_burner;
    }
}

/// A step of how a figure came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which figure it is a part of.
    pub figure: Figure,
    /// What it is about: "Website (Orchard)".
    pub what: String,
    /// What it adds, minutes.
    pub minutes: i64,
    /// How it was computed, a sentence a step.
    pub because: Vec<String>,
}

/// The figures of a week that steps explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Minutes available.
    Availability,
    /// Coordination minutes.
    Coordination,
    /// Booked minutes.
    Booked,
}

/// Everything the weeks of some people follow from. Read once, then asked for any week of its period.
#[derive(Clone, Debug)]
pub struct Agenda {
    /// The settings in force.
    pub settings: Settings,
    /// The books of the people's clients.
    pub books: Books,
    pub(super) working_times: HashMap<Uuid, WorkingTime>,
    pub(super) bookings: HashMap<Uuid, Vec<(booking::Model, Booking)>>,
    pub(super) projects: HashMap<Uuid, project::Model>,
    today: Date,
}

/// Whose weeks an [`Agenda`] is for.
#[derive(Clone, Debug)]
pub enum People {
    /// These people; the books of the clients that they have to do with.
    These(Vec<Uuid>),
    /// These people; the books of the whole agency.
    WithAllBooks(Vec<Uuid>),
}

impl Agenda {
    /// Reads what `people`'s `weeks` weeks from `first` on follow from. A fixed number of statements, whatever the
    /// number of people and weeks (for every ten thousand people). `today` decides whose book a project of the
    /// current week is in: see [`Self::day_of`].
    pub async fn load(
        conn: &impl ConnectionTrait,
        people: People,
        first: Week,
        weeks: i64,
        today: Date,
    ) -> Result<Self> {
        let last = first.plus(weeks.max(1) - 1);
        let (from, to) = (first.monday(), last.sunday());
        let (people, scope) = match people {
            People::WithAllBooks(people) => (people, Scope::All),
            People::These(people) => {
                let clients = clients_of(conn, &people, from, to).await?;
                (people, Scope::Clients(clients))
            }
        };
        let bookings = read_bookings(conn, &people, from, to).await?;
        let projects = read_projects(conn, &bookings).await?;
        let mut by_person: HashMap<Uuid, Vec<_>> = HashMap::new();
        for row in bookings {
            if projects.contains_key(&row.project_id) {
                let booking = Booking::of(&row);
                by_person
                    .entry(row.person_id)
                    .or_default()
                    .push((row, booking));
            }
        }
        Ok(Self {
            settings: Settings::load(conn).await?,
            books: Books::load(conn, &scope, from, to).await?,
            working_times: working_time::load(conn, &people).await?,
            bookings: by_person,
            projects,
            today,
        })
    }

    /// The day whose assignments make a week's coordination load: today within the current week, the Monday of a
    /// later week, the Sunday of an earlier one.
    pub fn day_of(&self, week: Week) -> Date {
        self.today.clamp(week.monday(), week.sunday())
    }

    /// Everybody's book in a week.
    pub fn books_in(&self, week: Week) -> BTreeMap<Uuid, Book<'_>> {
        self.books.on(self.day_of(week), &self.settings.load)
    }

    /// A person's week. `books` are those of the same week: [`Self::books_in`].
    pub fn capacity(
        &self,
        person_id: Uuid,
        week: Week,
        books: &BTreeMap<Uuid, Book<'_>>,
    ) -> Capacity {
        let mut capacity = Capacity::default();
        if let Some(book) = books.get(&person_id) {
            capacity.coordination = book.coordination;
            capacity.counts = book.counts();
        }
        let Some(working_time) = self.working_times.get(&person_id) else {
            return capacity;
        };
        capacity.availability = working_time.sum(week.days());
        for (_, booking) in self.bookings_of(person_id) {
            let minutes = booking.minutes_still_in(working_time, week.monday(), week.sunday());
            capacity.booked += booking.load(minutes);
        }
        capacity
    }

    /// A person's bookings of the period on projects that are not finished.
    pub fn bookings_of(&self, person_id: Uuid) -> impl Iterator<Item = &(booking::Model, Booking)> {
        self.bookings.get(&person_id).into_iter().flatten()
    }

    /// How a person's week came to be, step by step.
    pub fn explain(
        &self,
        person_id: Uuid,
        week: Week,
        books: &BTreeMap<Uuid, Book<'_>>,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(working_time) = self.working_times.get(&person_id) {
            steps.push(availability_step(working_time, week));
        }
        if let Some(book) = books.get(&person_id) {
            steps.extend(self.coordination_steps(book));
        }
        if let Some(working_time) = self.working_times.get(&person_id) {
            for (row, booking) in self.bookings_of(person_id) {
                let minutes = booking.minutes_still_in(working_time, week.monday(), week.sunday());
                if minutes > 0 {
                    steps.push(self.booking_step(row, minutes));
                }
            }
        }
        steps
    }

    fn coordination_steps(&self, book: &Book<'_>) -> Vec<Step> {
        let projects = book.projects.iter().map(|held| {
            let profile = self.books.profile(held.project);
            let mut because = profile.explain(&self.settings.load);
            because.push(match (held.client_side, held.project_side) {
                (true, true) => "Holds both sides".to_owned(),
                (true, false) => "Holds the client side".to_owned(),
                _ => "Holds the project side".to_owned(),
            });
            Step {
                figure: Figure::Coordination,
                what: self.label(held.project),
                minutes: held.minutes.minutes(),
                because,
            }
        });
        let idle = book.idle_clients.iter().map(|client| Step {
            figure: Figure::Coordination,
            what: client.name.clone(),
            minutes: self.settings.load.idle_client_minutes,
            because: vec!["Holds a client without an active or back-burner project".to_owned()],
        });
        projects.chain(idle).collect()
    }

    fn booking_step(&self, row: &booking::Model, minutes: i64) -> Step {
        let what = self
            .projects
            .get(&row.project_id)
            .map(|project| project.name.clone());
        let how = match row.method {
            BookingMethod::PerDay => format!("{} min on each day", row.value),
            BookingMethod::Percent => format!("{} of the availability", percent(row.value)),
            BookingMethod::Total => format!("{} min in all", row.value),
        };
        let certainty = match row.probability_bp {
            None => "Confirmed".to_owned(),
            Some(bp) => format!("Tentative, {} likely", percent(bp.into())),
        };
        Step {
            figure: Figure::Booked,
            what: what.unwrap_or_default(),
            minutes,
            because: vec![format!(
                "{certainty}: {how}, from {} to {}",
                row.starts_on, row.ends_on
            )],
        }
    }

    /// A project with its client: "Website (Orchard)".
    pub(super) fn label(&self, project: &project::Model) -> String {
        match self.books.clients.get(&project.client_id) {
            Some(client) => format!("{} ({})", project.name, client.name),
            None => project.name.clone(),
        }
    }
}

fn availability_step(working_time: &WorkingTime, week: Week) -> Step {
    let sum = working_time.sum(week.days());
    Step {
        figure: Figure::Availability,
        what: format!("Week {week}"),
        minutes: sum.availability_minutes,
        because: vec![
            format!("Scheduled {} min", sum.scheduled_minutes),
            format!("Less {} min of holidays", sum.holiday_minutes),
            format!("Less {} min of time off", sum.time_off_minutes),
            format!(
                "Of the {} min left, the availability factor leaves {} min for client work",
                sum.net_minutes, sum.availability_minutes
            ),
        ],
    }
}

/// The confirmed minutes that each of `people` is booked for in a week, on the average of `weeks` weeks from `first` on,
/// floored. Whoever has none may be left out. Six statements, for every ten thousand people.
pub async fn booked_on_average(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    first: Week,
    weeks: i64,
) -> Result<HashMap<Uuid, i64>> {
    let (from, to) = (first.monday(), first.plus(weeks.max(1) - 1).sunday());
    let bookings = read_bookings(conn, people, from, to).await?;
    let projects = read_projects(conn, &bookings).await?;
    let working_times = working_time::load(conn, people).await?;
    let mut booked: HashMap<Uuid, i64> = HashMap::new();
    let confirmed = |row: &&booking::Model| {
        row.probability_bp.is_none() && projects.contains_key(&row.project_id)
    };
    for row in bookings.iter().filter(confirmed) {
        if let Some(working_time) = working_times.get(&row.person_id) {
            let minutes = Booking::of(row).minutes_still_in(working_time, from, to);
            *booked.entry(row.person_id).or_default() += minutes;
        }
    }
    for minutes in booked.values_mut() {
        *minutes /= weeks.max(1);
    }
    Ok(booked)
}

async fn read_bookings(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    from: Date,
    to: Date,
) -> Result<Vec<booking::Model>> {
    let mut bookings = Vec::new();
    for people in people.chunks(10_000) {
        let rows = booking::Entity::find()
            .filter(booking::Column::PersonId.is_in(people.iter().copied()))
            .filter(booking::Column::StartsOn.lte(Day(to)))
            .filter(booking::Column::EndsOn.gte(Day(from)))
            .order_by_asc(booking::Column::StartsOn)
            .order_by_asc(booking::Column::Id)
            .all(conn)
            .await?;
        bookings.extend(rows);
    }
    Ok(bookings)
}

/// The unfinished projects that the bookings are for: what is finished takes no time.
async fn read_projects(
    conn: &impl ConnectionTrait,
    bookings: &[booking::Model],
) -> Result<HashMap<Uuid, project::Model>> {
    let mut ids: Vec<Uuid> = bookings.iter().map(|row| row.project_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut projects = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(10_000) {
        let rows = project::Entity::find()
            .filter(project::Column::Id.is_in(ids.iter().copied()))
            .filter(project::Column::Status.is_in(OPEN))
            .filter(project::Column::ArchivedAt.is_null())
            .all(conn)
            .await?;
        projects.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(projects)
}
