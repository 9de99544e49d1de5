//! The agency as it is read, and as it would be.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::draft::{DraftClient, ProjectDraft, Worker, supposed_client};
use super::operation::{Joiner, Operation};
use super::planned::PlannedMove;
use super::{Gap, supposed_id};
use crate::domain::assignments::Target;
use crate::domain::availability::{TimeOff, WorkSchedule, WorkingTime};
use crate::domain::bookings::Booking;
use crate::domain::calendar::Week;
use crate::domain::capacity::{Agenda, Capacity, People};
use crate::entity::{BookingMethod, Day, Side, booking, client, person, person_skill, project};
use crate::error::Result;

/// Everybody's week, and what nobody is accountable for.
#[derive(Clone, Debug, Default)]
pub(super) struct WeekOf {
    pub(super) capacities: BTreeMap<Uuid, Capacity>,
    pub(super) unstaffed: Vec<Gap>,
}

/// The agency in some weeks.
pub(super) struct World {
    pub(super) agenda: Agenda,
    /// Those who work here on any of the days.
    pub(super) people: HashMap<Uuid, person::Model>,
    /// What those who join are called.
    pub(super) joiners: BTreeMap<Uuid, String>,
    pub(super) first: Week,
    pub(super) weeks: i64,
    pub(super) warnings: Vec<String>,
    pub(super) plans: HashMap<Uuid, Vec<PlannedMove>>,
    skilled: HashMap<Uuid, Vec<Uuid>>,
    /// Whose working time or bookings were changed.
    touched: BTreeSet<Uuid>,
    arrivals: Vec<(Date, project::Model, Option<client::Model>)>,
    departures: Vec<(Date, Uuid)>,
    supposed: usize,
}

impl World {
    /// Reads everybody who works here in the weeks, and the whole agency's books.
    pub(super) async fn load(
        conn: &impl ConnectionTrait,
        first: Week,
        weeks: i64,
        today: Date,
    ) -> Result<Self> {
        let people = employed_between(conn, first.monday(), first.plus(weeks - 1).sunday()).await?;
        Self::of(conn, people, first, weeks, today).await
    }

    /// The same for some people only.
    pub(super) async fn of(
        conn: &impl ConnectionTrait,
        people: Vec<person::Model>,
        first: Week,
        weeks: i64,
        today: Date,
    ) -> Result<Self> {
        let ids = people.iter().map(|person| person.id).collect();
        Ok(Self {
            agenda: Agenda::load(conn, People::WithAllBooks(ids), first, weeks, today).await?,
            people: people.into_iter().map(|row| (row.id, row)).collect(),
            joiners: BTreeMap::new(),
            first,
            weeks,
            warnings: Vec::new(),
            plans: HashMap::new(),
            skilled: HashMap::new(),
            touched: BTreeSet::new(),
            arrivals: Vec::new(),
            departures: Vec::new(),
            supposed: 0,
        })
    }

    /// Reads which of the people have these skills; the best first.
    pub(super) async fn learn(
        &mut self,
        conn: &impl ConnectionTrait,
        skills: &[Uuid],
    ) -> Result<()> {
        if skills.is_empty() {
            return Ok(());
        }
        let mut rows = person_skill::Entity::find()
            .filter(person_skill::Column::SkillId.is_in(skills.iter().copied()))
            .all(conn)
            .await?;
        rows.retain(|row| self.people.contains_key(&row.person_id));
        rows.sort_by_key(|row| (-row.level, row.person_id));
        for row in rows {
            let skilled = self.skilled.entry(row.skill_id).or_default();
            skilled.push(row.person_id);
        }
        Ok(())
    }

    /// Who has a skill; the best first.
    pub(super) fn skilled(&self, skill_id: Uuid) -> &[Uuid] {
        self.skilled.get(&skill_id).map_or(&[], Vec::as_slice)
    }

    /// What somebody is called.
    pub(super) fn name(&self, id: Uuid) -> &str {
        match self.people.get(&id) {
            Some(person) => &person.name,
            None => self.joiners.get(&id).map_or("", String::as_str),
        }
    }

    /// The weeks as they stand.
    pub(super) fn weeks(&self) -> Vec<WeekOf> {
        let last = self.weeks - 1;
        (0..self.weeks)
            .map(|ahead| {
                let week = self.first.plus(ahead);
                let books = self.agenda.books_in(week);
                let capacity = |id: &Uuid| (*id, self.agenda.capacity(*id, week, &books));
                WeekOf {
                    capacities: self.people.keys().map(capacity).collect(),
                    unstaffed: self.gaps((ahead == last).then_some(week)),
                }
            })
            .collect()
    }

    /// The weeks as they would be. Whoever has the same book, hours and bookings as `before` is not reckoned again.
    pub(super) fn weeks_after(&mut self, before: &[WeekOf]) -> Vec<WeekOf> {
        let last = self.weeks - 1;
        let mut after = Vec::with_capacity(before.len());
        for (ahead, before) in (0..self.weeks).zip(before) {
            let week = self.first.plus(ahead);
            self.come_and_go(self.agenda.day_of(week));
            let books = self.agenda.books_in(week);
            let everybody = self.people.keys().chain(self.joiners.keys());
            let capacities = everybody.map(|id| {
                let book = books.get(id);
                let coordination = book.map(|book| book.coordination).unwrap_or_default();
                let counts = book
                    .map(crate::domain::books::Book::counts)
                    .unwrap_or_default();
                let known = before.capacities.get(id).filter(|known| {
                    !self.touched.contains(id)
                        && known.coordination == coordination
                        && known.counts == counts
                });
                let capacity = known
                    .cloned()
                    .unwrap_or_else(|| self.agenda.capacity(*id, week, &books));
                (*id, capacity)
            });
            after.push(WeekOf {
                capacities: capacities.collect(),
                unstaffed: self.gaps((ahead == last).then_some(week)),
            });
        }
        after
    }

    /// What nobody is accountable for in a week, when one is asked about.
    fn gaps(&self, week: Option<Week>) -> Vec<Gap> {
        let day = week.map(|week| self.agenda.day_of(week));
        let unstaffed = day.map(|day| self.agenda.books.unstaffed(day));
        let gap = |gap: crate::domain::books::Unstaffed<'_>| Gap {
            project: (gap.project.id.as_u128() > self.supposed as u128)
                .then(|| gap.project.clone()),
            name: gap.project.name.clone(),
            side: gap.side,
        };
        unstaffed.into_iter().flatten().map(gap).collect()
    }

    /// The projects that are there from `day` on, and those that are not any more.
    fn come_and_go(&mut self, day: Date) {
        let books = &mut self.agenda.books;
        for (_, project, client) in self.arrivals.extract_if(.., |(on, ..)| *on <= day) {
            books
                .clients
                .extend(client.map(|client| (client.id, client)));
            books.projects.push(project);
        }
        books
            .projects
            .sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        for (_, client_id) in self.departures.extract_if(.., |(on, _)| *on <= day) {
            books.clients.remove(&client_id);
            books.projects.retain(|row| row.client_id != client_id);
        }
    }

    /// Makes `operations` happen, in the order of their days.
    pub(super) fn apply(&mut self, operations: &[Operation]) {
        let mut in_order: Vec<&Operation> = operations.iter().collect();
        in_order.sort_by_key(|operation| operation.on());
        for operation in in_order {
            match operation {
                Operation::TakeOnProject { draft, from_on } => self.take_on(draft, *from_on),
                Operation::LoseClient { client_id, from_on } => self.lose(*client_id, *from_on),
                Operation::PersonLeaves { person_id, last_on } => self.leave(*person_id, *last_on),
                Operation::PersonFallsIll {
                    person_id,
                    from_on,
                    until_on,
                } => self.work_differently(*person_id, |works| {
                    works.also_away(&TimeOff {
                        starts_on: *from_on,
                        ends_on: *until_on,
                        minutes_per_day: None,
                    });
                }),
                Operation::PersonJoins(joiner) => self.join(joiner),
                Operation::ApplyPlan { plan_id, on } => {
                    for one in self.plans.remove(plan_id).unwrap_or_default() {
                        self.hold(one.side, one.target, one.to, on.unwrap_or(one.on));
                    }
                }
                Operation::ChangeHours {
                    person_id,
                    from_on,
                    hours,
                    factor_bp,
                } => self.work_differently(*person_id, |works| {
                    works.work_from(WorkSchedule {
                        effective_from: *from_on,
                        minutes: hours.0,
                        factor_bp: factor_bp.or(works.factor_bp(*from_on)).unwrap_or(10_000),
                    });
                }),
                Operation::Reassign {
                    target,
                    side,
                    person_id,
                    from_on,
                } => self.hold(*side, *target, *person_id, *from_on),
            }
        }
    }

    /// A client goes with all its projects.
    fn hold(&mut self, side: Side, target: Target, person_id: Uuid, from: Date) {
        let books = &mut self.agenda.books;
        books.accountability.hold(side, target, person_id, from);
        if let Target::Client(id) = target {
            for project in books.projects.iter().filter(|row| row.client_id == id) {
                let target = Target::Project(project.id);
                books.accountability.hold(side, target, person_id, from);
            }
        }
    }

    fn work_differently(&mut self, person_id: Uuid, change: impl FnOnce(&mut WorkingTime)) {
        if let Some(works) = self.agenda.working_times.get_mut(&person_id) {
            change(works);
            self.touched.insert(person_id);
        }
    }

    fn supposed_id(&mut self) -> Uuid {
        self.supposed += 1;
        supposed_id(self.supposed - 1)
    }

    fn take_on(&mut self, draft: &ProjectDraft, from_on: Date) {
        let (client_id, client) = match &draft.client {
            DraftClient::Known(id) => (*id, None),
            DraftClient::New {
                name,
                communication,
            } => {
                let id = self.supposed_id();
                let client = supposed_client(id, name, *communication, Day(from_on));
                (id, Some(client))
            }
        };
        let project = draft.supposed(self.supposed_id(), client_id);
        let managers = [
            (Side::Client, draft.account_manager_id),
            (Side::Project, draft.production_manager_id),
        ];
        for (side, person_id) in managers {
            if let Some(person_id) = person_id {
                self.hold(side, Target::Project(project.id), person_id, from_on);
            }
        }
        for one in &draft.bookings {
            if let Some(person_id) = self.worker(one.worker) {
                self.book(person_id, &project, from_on, one.minutes_a_week);
            }
        }
        self.agenda.projects.insert(project.id, project.clone());
        self.arrivals.push((from_on, project, client));
    }

    /// Of those with a skill, whoever has most time free; of equals the best, then the first id.
    fn worker(&self, worker: Worker) -> Option<Uuid> {
        let skill_id = match worker {
            Worker::Person(id) => return Some(id),
            Worker::Skilled(id) => id,
        };
        let free = |id: &Uuid| -> i64 {
            let weeks = (0..self.weeks).map(|ahead| self.first.plus(ahead));
            weeks
                .map(|week| {
                    let without_books = BTreeMap::new();
                    self.agenda
                        .capacity(*id, week, &without_books)
                        .bench_minutes()
                })
                .sum()
        };
        let skilled = self.skilled(skill_id);
        let most = skilled.iter().map(free).max()?;
        skilled.iter().copied().find(|id| free(id) == most)
    }

    /// Minutes of each week from a day to the end of the weeks, spread over the days on which the person is there.
    fn book(&mut self, person_id: Uuid, project: &project::Model, from_on: Date, minutes: i64) {
        self.touched.insert(person_id);
        let first = self.first;
        for week in (0..self.weeks).map(|ahead| first.plus(ahead)) {
            if week.sunday() < from_on {
                continue;
            }
            let row = booking::Model {
                id: self.supposed_id(),
                person_id,
                project_id: project.id,
                starts_on: Day(week.monday().max(from_on)),
                ends_on: Day(week.sunday()),
                method: BookingMethod::Total,
                value: minutes,
                probability_bp: None,
                note: String::new(),
                version: 1,
            };
            let booking = Booking::of(&row);
            let bookings = self.agenda.bookings.entry(person_id).or_default();
            bookings.push((row, booking));
        }
    }

    fn lose(&mut self, client_id: Uuid, from_on: Date) {
        self.departures.push((from_on, client_id));
        let last = from_on.yesterday().unwrap_or(from_on);
        let projects = &self.agenda.projects;
        let gone: BTreeSet<Uuid> = projects
            .values()
            .filter(|project| project.client_id == client_id)
            .map(|project| project.id)
            .collect();
        let ids: Vec<Uuid> = self.agenda.bookings.keys().copied().collect();
        for id in ids {
            self.end_bookings(id, last, |row| gone.contains(&row.project_id));
        }
    }

    fn leave(&mut self, person_id: Uuid, last_on: Date) {
        let first_day_gone = last_on.tomorrow().unwrap_or(last_on);
        let ended = self.end_bookings(person_id, last_on, |_| true);
        let accountability = &mut self.agenda.books.accountability;
        let held = accountability.release(person_id, first_day_gone);
        self.work_differently(person_id, |works| works.end_after(last_on));
        let name = self.name(person_id).to_owned();
        if held > 0 {
            self.warnings.push(format!(
                "{name} holds {held} assignments after {last_on}, which nobody takes over here unless another operation says so."
            ));
        }
        if ended > 0 {
            self.warnings.push(format!(
                "{ended} bookings of {name} reach past {last_on}: what is left of their work is booked on nobody."
            ));
        }
    }

    /// Ends those of a person's bookings that reach past `last`; answers how many there were.
    fn end_bookings(
        &mut self,
        person_id: Uuid,
        last: Date,
        ends: impl Fn(&booking::Model) -> bool,
    ) -> usize {
        let Agenda {
            bookings,
            working_times,
            ..
        } = &mut self.agenda;
        let (Some(bookings), Some(works)) =
            (bookings.get_mut(&person_id), working_times.get(&person_id))
        else {
            return 0;
        };
        let mut ended = 0;
        bookings.retain_mut(|(row, booking)| {
            if booking.ends_on <= last || !ends(row) {
                return true;
            }
            ended += 1;
            let left = booking.until(works, last);
            if let Some(left) = &left {
                *booking = left.clone();
            }
            left.is_some()
        });
        if ended > 0 {
            self.touched.insert(person_id);
        }
        ended
    }

    fn join(&mut self, joiner: &Joiner) {
        let id = self.supposed_id();
        let hours = WorkSchedule {
            effective_from: joiner.from_on,
            minutes: joiner.hours.0,
            factor_bp: joiner.factor_bp,
        };
        let works = WorkingTime::new(joiner.from_on, None, vec![hours], Vec::new(), &[]);
        self.agenda.working_times.insert(id, works);
        self.joiners.insert(id, joiner.name.clone());
        for holding in &joiner.holds {
            self.hold(holding.side, holding.target, id, joiner.from_on);
        }
    }
}

/// Everybody employed on any day from `first` to `last`.
pub(super) async fn employed_between(
    conn: &impl ConnectionTrait,
    first: Date,
    last: Date,
) -> Result<Vec<person::Model>> {
    let people = person::Entity::find()
        .filter(person::Column::EmployedFrom.lte(Day(last)))
        .filter(
            Condition::any()
                .add(person::Column::EmployedUntil.is_null())
                .add(person::Column::EmployedUntil.gte(Day(first))),
        )
        .all(conn)
        .await?;
    Ok(people)
}
