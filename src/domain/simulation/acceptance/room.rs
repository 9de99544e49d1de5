//! How much room each person has: reckoned week by week, and only the weeks that are looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use uuid::Uuid;

use super::is_active;
use super::search::Answer;
use crate::domain::availability::WHOLE_BP;
use crate::domain::books::Book;
use crate::domain::calendar::{Week, plus_days};
use crate::domain::counts::Counts;
use crate::domain::load::SideLoad;
use crate::domain::simulation::draft::ProjectDraft;
use crate::domain::simulation::world::World;
use crate::entity::{ProjectStatus, Side, project};

/// A project that goes live within so many days stays where it is.
const LAUNCH_DAYS: i64 = 28;

/// A side of a project in somebody's book.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) project: project::Model,
    pub(super) side: Side,
    pub(super) holder: Uuid,
    /// What it asks of whoever holds it, minutes a week.
    pub(super) minutes: i64,
}

/// A person's week, confirmed minutes.
#[derive(Clone, Copy, Debug)]
struct WeekRoom {
    available: i64,
    load: i64,
}

/// The people's weeks.
pub(super) struct Room<'a> {
    pub(super) world: &'a World,
    /// How many weeks are looked at from a start on.
    pub(super) weeks: i64,
    active: bool,
    reckoned: Vec<HashMap<Uuid, WeekRoom>>,
    held: Option<(Date, HashMap<Uuid, SideLoad>)>,
}

impl<'a> Room<'a> {
    pub(super) fn new(world: &'a World, weeks: i64, draft: &ProjectDraft) -> Self {
        Self {
            world,
            weeks,
            active: is_active(draft.status),
            reckoned: Vec::new(),
            held: None,
        }
    }

    /// The books that count when the project begins: of the first week.
    pub(super) fn books(&self) -> BTreeMap<Uuid, Book<'_>> {
        self.world.agenda.books_in(self.world.first)
    }

    /// Whoever holds `side` of the client as a whole.
    pub(super) fn holder(&self, side: Side, client_id: Uuid) -> Option<Uuid> {
        let day = self.world.agenda.day_of(self.world.first);
        let accountability = &self.world.agenda.books.accountability;
        let held = accountability.accountable_for_client(side, client_id, day)?;
        Some(held.person_id())
    }

    /// Everybody who holds such a side of anything, by name.
    pub(super) fn eligible(&self, side: Side) -> Vec<Uuid> {
        let day = self.world.agenda.day_of(self.world.first);
        let accountability = &self.world.agenda.books.accountability;
        let holders: BTreeSet<Uuid> = accountability.holders_of(side, day);
        let mut people: Vec<Uuid> = holders
            .into_iter()
            .filter(|id| self.world.people.contains_key(id))
            .collect();
        people.sort_by_cached_key(|id| (self.world.name(*id).to_lowercase(), *id));
        people
    }

    /// What can be moved on `from`: not what is pinned, in trouble, or about to go live.
    pub(super) fn units(&self, from: Date, pinned: &[(Uuid, Uuid)]) -> Vec<Unit> {
        let books = &self.world.agenda.books;
        let day = self.world.agenda.day_of(self.world.first);
        let soon = plus_days(from, LAUNCH_DAYS);
        let may_move = |project: &&project::Model| {
            let launches = project
                .launch_on
                .is_some_and(|day| (from..=soon).contains(&day.0));
            let client = books.clients.get(&project.client_id);
            let trouble = client.is_some_and(|client| client.in_trouble_since.is_some());
            !launches && !trouble
        };
        let mut units = Vec::new();
        for project in books.projects.iter().filter(may_move) {
            let load = books.load_of(project, &self.world.agenda.settings.load);
            let sides = [
                (Side::Client, load.account_manager.minutes()),
                (Side::Project, load.production_manager.minutes()),
            ];
            for (side, minutes) in sides {
                let Some(held) = books.accountability.accountable(side, project, day) else {
                    continue;
                };
                let holder = held.person_id();
                if minutes > 0 && !pinned.contains(&(holder, project.client_id)) {
                    units.push(Unit {
                        project: project.clone(),
                        side,
                        holder,
                        minutes,
                    });
                }
            }
        }
        units
    }

    /// Reckons the weeks looked at from `ahead` weeks after the first on.
    pub(super) fn reckon(&mut self, ahead: i64) {
        let wanted = usize::try_from(ahead + self.weeks).unwrap_or_default();
        while self.reckoned.len() < wanted {
            let week = self.world.first.plus(self.reckoned.len() as i64);
            let reckoned = self.week(week);
            self.reckoned.push(reckoned);
        }
    }

    fn week(&mut self, week: Week) -> HashMap<Uuid, WeekRoom> {
        let agenda = &self.world.agenda;
        let day = agenda.day_of(week);
        // The books of a day in which no assignment began or ended are those of the day before.
        let stands = self
            .held
            .as_ref()
            .is_some_and(|(known, _)| !agenda.books.accountability.changes_within(*known, day));
        if !stands {
            let books = agenda.books_in(week);
            let held = books.iter().map(|(id, book)| (*id, book.coordination));
            self.held = Some((day, held.collect()));
        }
        let held = self.held.as_ref().map(|(_, held)| held);
        let nothing = BTreeMap::new();
        let people = self.world.people.keys();
        people
            .map(|id| {
                let capacity = agenda.capacity(*id, week, &nothing);
                let coordination = held.and_then(|held| held.get(id)).copied();
                let room = WeekRoom {
                    available: capacity.availability.availability_minutes,
                    load: capacity.load().confirmed + coordination.map_or(0, SideLoad::minutes),
                };
                (*id, room)
            })
            .collect()
    }

    fn of(&self, id: Uuid, ahead: i64) -> impl Iterator<Item = WeekRoom> {
        let first = usize::try_from(ahead).unwrap_or_default();
        let weeks = usize::try_from(self.weeks).unwrap_or_default();
        self.reckoned
            .iter()
            .skip(first)
            .take(weeks)
            .filter_map(move |week| week.get(&id).copied())
    }

    /// The most minutes a week that somebody could take in every one of the weeks, below 0 when there is too much already;
    /// none when they are away in all of them. Only of weeks that were reckoned.
    pub(super) fn slack(&self, id: Uuid, ahead: i64) -> Option<i64> {
        let limit_bp = self.world.agenda.settings.bands.full_to_bp;
        self.of(id, ahead)
            .filter(|week| week.available > 0)
            .map(|week| {
                // The most load whose share, floored, is not above the limit.
                let most = ((limit_bp + 1) * week.available - 1) / WHOLE_BP;
                most - week.load
            })
            .min()
    }

    /// The confirmed utilisation of the fullest week, bp, as it is and with `added` minutes a week.
    pub(super) fn peaks(&self, id: Uuid, ahead: i64, added: i64) -> (i64, i64) {
        let peak = |added: i64| {
            let weeks = self.of(id, ahead).filter(|week| week.available > 0);
            weeks
                .map(|week| (week.load + added) * WHOLE_BP / week.available)
                .max()
        };
        (peak(0).unwrap_or_default(), peak(added).unwrap_or_default())
    }

    /// Who would have more projects than the limits say.
    pub(super) fn warnings(&self, found: &Answer) -> Vec<String> {
        let books = self.books();
        let mut counts: BTreeMap<Uuid, Counts> = BTreeMap::new();
        let mut more = |id: Uuid, active: bool, by: i64| {
            let known = || books.get(&id).map(Book::counts).unwrap_or_default();
            let counts = counts.entry(id).or_insert_with(known);
            if active {
                counts.active += by;
            } else {
                counts.back_burner += by;
            }
        };
        let managers: BTreeSet<Uuid> = found.managers().collect();
        for id in managers {
            more(id, self.active, 1);
        }
        for one in &found.moves {
            let active = is_active(one.unit.project.status);
            if !holds(&books, one.to, one.unit.project.id) {
                more(one.to, active, 1);
            }
        }
        let limits = &self.world.agenda.settings.counts;
        let sentence = |(id, counts): (Uuid, Counts)| {
            let passed = counts.passed(limits);
            let limit = passed.first()?;
            let status = match limit.status {
                ProjectStatus::Active => "active",
                _ => "back-burner",
            };
            let name = self.world.name(id);
            Some(format!(
                "{name} would have {} {status} projects; the limit is {}.",
                limit.count, limit.limit
            ))
        };
        counts.into_iter().filter_map(sentence).collect()
    }
}

fn holds(books: &BTreeMap<Uuid, Book<'_>>, id: Uuid, project_id: Uuid) -> bool {
    books.get(&id).is_some_and(|book| {
        book.projects
            .iter()
            .any(|held| held.project.id == project_id)
    })
}
