//! One manager's book in a summary.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::{Links, Summaries, WEEKS_AHEAD};
use crate::domain::books;
use crate::domain::calendar::Week;
use crate::domain::capacity::Capacity;
use crate::domain::utilisation::Band;
use crate::email::capacity_summary::{
    Book, Counts, Decision, Matter, PersonWeek, TimeOff, WeekAhead,
};
use crate::email::figures::Figures;
use crate::email::line::Line;
use crate::entity::Side;

/// Every person's capacity in the current week and the four after it.
pub(super) struct Weeks<'a> {
    pub(super) weeks: Vec<Week>,
    pub(super) books: BTreeMap<Uuid, books::Book<'a>>,
    pub(super) capacities: HashMap<Uuid, Vec<Capacity>>,
}

impl<'a> Summaries<'a> {
    /// Reckons everybody's five weeks, once for all mails of the day.
    pub(super) fn weeks(&self) -> Weeks<'_> {
        let weeks: Vec<Week> = (0..=WEEKS_AHEAD)
            .map(|ahead| self.week.plus(ahead))
            .collect();
        let mut capacities: HashMap<Uuid, Vec<Capacity>> =
            HashMap::with_capacity(self.people.len());
        for week in &weeks {
            let books = self.agenda.books_in(*week);
            for person in self.people.keys() {
                let capacity = self.agenda.capacity(*person, *week, &books);
                capacities.entry(*person).or_default().push(capacity);
            }
        }
        Weeks {
            books: self.agenda.books_in(self.week),
            weeks,
            capacities,
        }
    }

    /// A manager's book, and what it gives to decide; none when the manager holds no project side.
    pub(super) fn book(
        &self,
        person_id: Uuid,
        weeks: &Weeks<'_>,
        decisions: &mut Vec<Decision>,
    ) -> Option<Book> {
        let held = weeks.books.get(&person_id)?;
        let projects: Vec<&books::HeldProject> = held
            .projects
            .iter()
            .filter(|one| one.project_side)
            .collect();
        if projects.is_empty() {
            return None;
        }
        let own = weeks.capacities.get(&person_id)?.first()?;
        let mut team: HashSet<Uuid> = projects
            .iter()
            .filter_map(|one| self.booked.get(&one.project.id))
            .flatten()
            .copied()
            .collect();
        team.insert(person_id);
        let held: HashSet<Uuid> = projects.iter().map(|one| one.project.id).collect();
        let this_week = team.iter().copied().filter(|id| self.is_booked(*id, &held));
        let mut people = self.people_of(this_week, weeks);
        people.sort_by_key(|one| (Reverse(one.figures.confirmed_bp), one.name.clone()));
        self.decide_on_people(&team, weeks, decisions);
        self.decide_on_limits(person_id, own, decisions);
        for one in projects {
            let speaker =
                self.agenda
                    .books
                    .accountability
                    .accountable(Side::Client, one.project, self.day);
            if speaker.is_none() && one.project.status == crate::entity::ProjectStatus::Active {
                decisions.push(Decision {
                    matter: Matter::Unstaffed {
                        project: one.project.name.as_str().into(),
                        side: Side::Client,
                    },
                    url: Some(Links(self.app).project(one.project.id)),
                });
            }
        }
        Some(Book {
            figures: self.figures(own),
            counts: self.counts(own),
            client_minutes: own.coordination.client_minutes,
            project_minutes: own.coordination.project_minutes,
            role_mix_bp: own.role_mix_bp(),
            people,
            time_off: self.time_off(&team),
            ahead: self.ahead(&team, weeks),
        })
    }

    /// Whether a person is booked on one of some projects this week.
    fn is_booked(&self, person_id: Uuid, projects: &HashSet<Uuid>) -> bool {
        let (monday, sunday) = (self.week.monday(), self.week.sunday());
        self.agenda.bookings_of(person_id).any(|(row, booking)| {
            projects.contains(&row.project_id)
                && booking.starts_on <= sunday
                && booking.ends_on >= monday
        })
    }

    /// The weeks of some people who have any availability or load in it.
    pub(super) fn people_of(
        &self,
        ids: impl Iterator<Item = Uuid>,
        weeks: &Weeks<'_>,
    ) -> Vec<PersonWeek> {
        ids.filter_map(|id| {
            let capacity = weeks.capacities.get(&id)?.first()?;
            Some(PersonWeek {
                name: self.name(id),
                figures: self.figures(capacity),
            })
        })
        .collect()
    }

    /// Over and free people.
    pub(super) fn decide_on_people(
        &self,
        team: &HashSet<Uuid>,
        weeks: &Weeks<'_>,
        decisions: &mut Vec<Decision>,
    ) {
        for id in team {
            let Some(capacity) = weeks.capacities.get(id).and_then(|weeks| weeks.first()) else {
                continue;
            };
            let band = capacity.utilisation(&self.agenda.settings).band;
            let person = self.name(*id);
            let matter = match band {
                Some(Band::Over | Band::Critical | Band::Unavailable) => Matter::Over {
                    person,
                    over_minutes: capacity.over_minutes(),
                },
                Some(Band::Bench) => Matter::Free {
                    person,
                    free_minutes: capacity.bench_minutes(),
                },
                _ => continue,
            };
            // Only tentative bookings without availability: nothing to move yet.
            if matches!(
                matter,
                Matter::Over {
                    over_minutes: 0,
                    ..
                }
            ) {
                continue;
            }
            decisions.push(Decision {
                matter,
                url: Some(Links(self.app).person(*id)),
            });
        }
    }

    /// Limits that a manager's counts pass.
    pub(super) fn decide_on_limits(
        &self,
        person_id: Uuid,
        own: &Capacity,
        decisions: &mut Vec<Decision>,
    ) {
        let limits = &self.agenda.settings.counts;
        let manager = self.name(person_id);
        let url = Some(Links(self.app).person(person_id));
        if own.counts.active > limits.active {
            let matter = Matter::PastActiveLimit {
                manager: manager.clone(),
                active: own.counts.active,
                limit: limits.active,
            };
            decisions.push(Decision {
                matter,
                url: url.clone(),
            });
        }
        if own.counts.back_burner > limits.back_burner {
            let matter = Matter::PastBackBurnerLimit {
                manager,
                back_burner: own.counts.back_burner,
                limit: limits.back_burner,
            };
            decisions.push(Decision { matter, url });
        }
    }

    pub(super) fn figures(&self, capacity: &Capacity) -> Figures {
        let utilisation = capacity.utilisation(&self.agenda.settings);
        Figures::of(
            capacity.load(),
            capacity.availability.availability_minutes,
            utilisation,
        )
    }

    pub(super) fn counts(&self, capacity: &Capacity) -> Counts {
        let limits = &self.agenda.settings.counts;
        Counts {
            active: capacity.counts.active,
            active_limit: limits.active,
            back_burner: capacity.counts.back_burner,
            back_burner_limit: limits.back_burner,
        }
    }

    /// The time off of some people in the next four weeks.
    pub(super) fn time_off(&self, team: &HashSet<Uuid>) -> Vec<TimeOff> {
        self.time_off
            .iter()
            .filter(|row| team.contains(&row.person_id))
            .map(|row| {
                let standing = self
                    .people
                    .get(&row.person_id)
                    .and_then(|one| one.standing_delegate_id);
                TimeOff {
                    person: self.name(row.person_id),
                    from: row.starts_on.0,
                    to: row.ends_on.0,
                    delegate: row.delegate_id.or(standing).map(|id| self.name(id)),
                }
            })
            .collect()
    }

    /// The summed weeks of some people after this one.
    pub(super) fn ahead(&self, team: &HashSet<Uuid>, weeks: &Weeks<'_>) -> Vec<WeekAhead> {
        (1..weeks.weeks.len())
            .map(|place| {
                let mut sum = Capacity::default();
                for capacities in team.iter().filter_map(|id| weeks.capacities.get(id)) {
                    sum.add(&capacities[place]);
                }
                WeekAhead {
                    monday: weeks.weeks[place].monday(),
                    figures: self.figures(&sum),
                }
            })
            .collect()
    }

    pub(super) fn name(&self, person_id: Uuid) -> Line {
        let people = self
            .people
            .get(&person_id)
            .or_else(|| self.stand_ins.people.get(&person_id))
            .or_else(|| self.delegates.get(&person_id));
        people
            .map_or("a colleague", |person| person.name.as_str())
            .into()
    }
}

/// What cannot wait first: nobody accountable, updates overdue, people over (the furthest first), limits passed,
/// people free (the freest first). The same matter is told once.
pub(super) fn most_urgent_first(mut decisions: Vec<Decision>) -> Vec<Decision> {
    let urgency = |decision: &Decision| match &decision.matter {
        Matter::Unstaffed { project, .. } => (0, 0, project.to_string()),
        Matter::UpdatesOverdue { clients } => (1, Reverse(*clients).0, String::new()),
        Matter::Over {
            person,
            over_minutes,
        } => (2, -over_minutes, person.to_string()),
        Matter::PastActiveLimit {
            manager, active, ..
        } => (3, -active, manager.to_string()),
        Matter::PastBackBurnerLimit {
            manager,
            back_burner,
            ..
        } => (3, -back_burner, manager.to_string()),
        Matter::Free {
            person,
            free_minutes,
        } => (4, -free_minutes, person.to_string()),
    };
    decisions.sort_by_key(urgency);
    decisions.dedup();
    decisions
}
