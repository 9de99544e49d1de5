//! The agency as it is read, and as it would be.

mod apply;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Gap;
use super::planned::PlannedMove;
use crate::domain::calendar::Week;
use crate::domain::capacity::{Agenda, Capacity, People};
use crate::entity::{Day, client, person, person_skill, project};
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
