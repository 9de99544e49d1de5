//! What might happen.

use jiff::civil::Date;
use uuid::Uuid;

use super::draft::{ProjectDraft, Worker};
use super::world::World;
use crate::domain::assignments::Target;
use crate::domain::check::Check;
use crate::entity::Side;
use crate::error::{ProblemCode, Result};

/// Working minutes of each weekday, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours(pub [i64; 7]);

impl Hours {
    /// So many minutes a week, on Monday to Friday alike; what five do not divide falls on its first days.
    pub fn a_week(minutes: i64) -> Self {
        let mut days = [0; 7];
        for (index, day) in days.iter_mut().take(5).enumerate() {
            *day = minutes / 5 + i64::from((index as i64) < minutes % 5);
        }
        Self(days)
    }
}

/// A side that somebody who joins takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Of what.
    pub target: Target,
    /// Which side.
    pub side: Side,
}

/// Somebody who would join.
#[derive(Clone, Debug)]
pub struct Joiner {
    /// What they are called, 1–200 characters.
    pub name: String,
    /// Their first day.
    pub from_on: Date,
    /// When they would work.
    pub hours: Hours,
    /// The share of it free for client work, bp.
    pub factor_bp: i64,
    /// What they would take over on their first day.
    pub holds: Vec<Holding>,
}

/// One thing that might happen.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A project is taken on.
    TakeOnProject {
        /// What is known of it.
        draft: ProjectDraft,
        /// Its first day.
        from_on: Date,
    },
    /// A client goes, with all its projects and what is booked on them.
    LoseClient {
        /// Which.
        client_id: Uuid,
        /// The first day without it.
        from_on: Date,
    },
    /// A person leaves: holds nothing and works no more after the last day, and bookings end with it.
    PersonLeaves {
        /// Who.
        person_id: Uuid,
        /// The last day.
        last_on: Date,
    },
    /// A person is away for whole days, and goes on holding what they hold.
    PersonFallsIll {
        /// Who.
        person_id: Uuid,
        /// The first day.
        from_on: Date,
        /// The last day, included.
        until_on: Date,
    },
    /// Somebody joins.
    PersonJoins(Joiner),
    /// A person works other hours from a day on, for good.
    ChangeHours {
        /// Who.
        person_id: Uuid,
        /// The first day of the new hours.
        from_on: Date,
        /// The new hours.
        hours: Hours,
        /// The share free for client work, bp; none: as it is on that day.
        factor_bp: Option<i64>,
    },
    /// What a re-assignment plan moves, whether it is approved or not.
    ApplyPlan {
        /// Which plan; it must have been worked out.
        plan_id: Uuid,
        /// The day of all its moves; none: each on the day of its wave.
        on: Option<Date>,
    },
    /// A side goes to somebody else from a day on, for good.
    Reassign {
        /// Of what. A client goes with all its ACTIVE and BACK_BURNER projects.
        target: Target,
        /// Which side.
        side: Side,
        /// Who takes it.
        person_id: Uuid,
        /// Their first day with it.
        from_on: Date,
    },
}

impl Operation {
    /// The first day on which it makes a difference.
    pub(super) fn on(&self) -> Date {
        match self {
            Self::PersonJoins(joiner) => joiner.from_on,
            Self::PersonLeaves { last_on, .. } => *last_on,
            Self::ApplyPlan { on, .. } => on.unwrap_or(Date::MIN),
            Self::TakeOnProject { from_on, .. }
            | Self::LoseClient { from_on, .. }
            | Self::PersonFallsIll { from_on, .. }
            | Self::ChangeHours { from_on, .. }
            | Self::Reassign { from_on, .. } => *from_on,
        }
    }

    /// The field of the input that says it.
    fn field(&self) -> &'static str {
        match self {
            Self::TakeOnProject { .. } => "takeOnProject",
            Self::LoseClient { .. } => "loseClient",
            Self::PersonLeaves { .. } => "personLeaves",
            Self::PersonFallsIll { .. } => "personFallsIll",
            Self::PersonJoins(_) => "personJoins",
            Self::ChangeHours { .. } => "changeHours",
            Self::Reassign { .. } => "reassign",
            Self::ApplyPlan { .. } => "applyPlan",
        }
    }
}

/// The skills that any of `operations` asks for.
pub(super) fn skills(operations: &[Operation]) -> Vec<Uuid> {
    let drafts = operations.iter().filter_map(|operation| match operation {
        Operation::TakeOnProject { draft, .. } => Some(draft),
        _ => None,
    });
    drafts.flat_map(skills_of).collect()
}

/// The plans that any of `operations` applies.
pub(super) fn plans(operations: &[Operation]) -> Vec<Uuid> {
    let applied = operations.iter().filter_map(|operation| match operation {
        Operation::ApplyPlan { plan_id, .. } => Some(*plan_id),
        _ => None,
    });
    applied.collect()
}

/// The skills that a draft asks for.
pub(super) fn skills_of(draft: &ProjectDraft) -> impl Iterator<Item = Uuid> {
    draft.bookings.iter().filter_map(|one| match one.worker {
        Worker::Skilled(id) => Some(id),
        Worker::Person(_) => None,
    })
}

impl World {
    /// Looks at all of `operations` before any is applied.
    pub(super) fn check(&self, operations: &[Operation]) -> Result<()> {
        let mut check = Check::new();
        for (index, operation) in operations.iter().enumerate() {
            let path = format!("operations.{index}.{}.", operation.field());
            self.check_one(&mut check, &path, operation);
        }
        check.finish()
    }

    fn check_one(&self, check: &mut Check, path: &str, operation: &Operation) {
        let field = |name: &str| format!("{path}{name}");
        match operation {
            Operation::TakeOnProject { draft, from_on } => {
                check.day(&field("fromOn"), *from_on);
                self.check_draft(check, &field("project."), draft);
            }
            Operation::LoseClient { client_id, from_on } => {
                check.day(&field("fromOn"), *from_on);
                self.must_know_client(check, &field("clientId"), *client_id);
            }
            Operation::PersonLeaves { person_id, last_on } => {
                check.day(&field("lastOn"), *last_on);
                self.must_know_person(check, &field("personId"), *person_id);
            }
            Operation::PersonFallsIll {
                person_id,
                from_on,
                until_on,
            } => {
                self.must_know_person(check, &field("personId"), *person_id);
                let (first, last) = (field("fromOn"), field("untilOn"));
                check.days((&first, *from_on), (&last, *until_on));
            }
            Operation::PersonJoins(joiner) => self.check_joiner(check, path, joiner),
            Operation::ApplyPlan { plan_id, on } => {
                if let Some(day) = on {
                    check.day(&field("on"), *day);
                }
                if !self.plans.contains_key(plan_id) {
                    let message = "There is no such plan, or it has not been worked out.";
                    check.add(&field("planId"), ProblemCode::NotFound, message);
                }
            }
            Operation::ChangeHours {
                person_id,
                from_on,
                hours,
                factor_bp,
            } => {
                check.day(&field("fromOn"), *from_on);
                self.must_know_person(check, &field("personId"), *person_id);
                check_hours(check, path, hours, factor_bp.unwrap_or_default());
            }
            Operation::Reassign {
                target,
                person_id,
                from_on,
                ..
            } => {
                check.day(&field("fromOn"), *from_on);
                self.must_know_person(check, &field("personId"), *person_id);
                self.must_know_target(check, &field("of."), *target);
            }
        }
    }

    fn check_joiner(&self, check: &mut Check, path: &str, joiner: &Joiner) {
        check.name(&format!("{path}name"), &joiner.name, 200);
        check.day(&format!("{path}fromOn"), joiner.from_on);
        check_hours(check, path, &joiner.hours, joiner.factor_bp);
        check.require(
            joiner.holds.len() <= 100,
            &format!("{path}holds"),
            "Give at most 100 sides.",
        );
        for (index, holding) in joiner.holds.iter().enumerate() {
            self.must_know_target(check, &format!("{path}holds.{index}.of."), holding.target);
        }
    }

    /// Looks at a draft and at whom it names.
    pub(super) fn check_draft(&self, check: &mut Check, path: &str, draft: &ProjectDraft) {
        draft.check(check, path);
        if let super::DraftClient::Known(id) = draft.client {
            self.must_know_client(check, &format!("{path}client.id"), id);
        }
        let managers = [
            ("accountManagerId", draft.account_manager_id),
            ("productionManagerId", draft.production_manager_id),
        ];
        for (name, id) in managers {
            if let Some(id) = id {
                self.must_know_person(check, &format!("{path}{name}"), id);
            }
        }
        for (index, booking) in draft.bookings.iter().enumerate() {
            let path = format!("{path}bookings.{index}.who.");
            match booking.worker {
                Worker::Person(id) => {
                    self.must_know_person(check, &format!("{path}personId"), id);
                }
                Worker::Skilled(id) => check.require(
                    !self.skilled(id).is_empty(),
                    &format!("{path}skillId"),
                    "Nobody who works here then has this skill.",
                ),
            }
        }
    }

    fn must_know_person(&self, check: &mut Check, field: &str, id: Uuid) {
        if !self.people.contains_key(&id) {
            let message = "Nobody of this id works here in these weeks.";
            check.add(field, ProblemCode::NotFound, message);
        }
    }

    fn must_know_client(&self, check: &mut Check, field: &str, id: Uuid) {
        if !self.agenda.books.clients.contains_key(&id) {
            check.add(field, ProblemCode::NotFound, "There is no such client.");
        }
    }

    fn must_know_target(&self, check: &mut Check, path: &str, target: Target) {
        match target {
            Target::Client(id) => self.must_know_client(check, &format!("{path}clientId"), id),
            Target::Project(id) => {
                let mut projects = self.agenda.books.projects.iter();
                if !projects.any(|project| project.id == id) {
                    let message = "There is no such ACTIVE or BACK_BURNER project.";
                    check.add(&format!("{path}projectId"), ProblemCode::NotFound, message);
                }
            }
        }
    }
}

fn check_hours(check: &mut Check, path: &str, hours: &Hours, factor_bp: i64) {
    let wrong = hours.0.into_iter().find(|day| !(0..=24 * 60).contains(day));
    if let Some(minutes) = wrong {
        check.range(&format!("{path}hours"), minutes, 0, 24 * 60);
    }
    check.range(&format!("{path}factorBp"), factor_bp, 0, 10_000);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_week_s_minutes_are_spread_and_none_is_lost(minutes in 0_i64..7_200) {
            let Hours(days) = Hours::a_week(minutes);
            prop_assert_eq!(days.iter().sum::<i64>(), minutes);
            prop_assert!(days[0] - days[4] <= 1 && days[5] == 0 && days[6] == 0);
        }
    }
}
