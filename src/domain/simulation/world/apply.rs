//! Operations happen to the agency as it is read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::World;
use crate::domain::assignments::Target;
use crate::domain::availability::{TimeOff, WorkSchedule, WorkingTime};
use crate::domain::bookings::Booking;
use crate::domain::capacity::Agenda;
use crate::domain::simulation::draft::{DraftClient, ProjectDraft, Worker, supposed_client};
use crate::domain::simulation::operation::{Joiner, Operation};
use crate::domain::simulation::supposed_id;
use crate::entity::{BookingMethod, Day, Side, booking, project};

impl World {
    /// Makes `operations` happen, in the order of their days.
    pub(in crate::domain::simulation) fn apply(&mut self, operations: &[Operation]) {
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
            let assignments = match held {
                1 => "1 assignment".to_owned(),
                more => format!("{more} assignments"),
            };
            self.warnings.push(format!(
                "{name} holds {assignments} after {last_on}, which nobody takes over here unless another operation says so."
            ));
        }
        if ended > 0 {
            let (bookings, reach) = match ended {
                1 => ("1 booking".to_owned(), "reaches"),
                more => (format!("{more} bookings"), "reach"),
            };
            self.warnings.push(format!(
                "{bookings} of {name} {reach} past {last_on}: what is left of the work is booked on nobody."
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
