//! What stood against a request when production objected.

use async_graphql::{Context, Description, Object, Result, SimpleObject};

use crate::domain::client_requests::{Against, PersonAgainst};
use crate::entity::person;
use crate::graphql::loaders::the;
use crate::graphql::person::Person;

/// What production's people had free and had too much of when production objected to a request.
#[derive(Clone, Debug, Description)]
pub struct CapacityAgainst(pub(super) Against);

#[Object(use_type_description)]
impl CapacityAgainst {
    /// In a sentence.
    async fn sentence(&self) -> &str {
        &self.0.sentence
    }

    /// Minutes of all of them, over all the weeks, to which nothing was committed.
    async fn bench_minutes(&self) -> i64 {
        self.0.bench_minutes
    }

    /// Minutes of all of them, over all the weeks, past their availability.
    async fn over_minutes(&self) -> i64 {
        self.0.over_minutes
    }

    /// The people: whoever was to answer first, then those booked on the work, by name.
    async fn people(&self) -> Vec<PersonCapacityAgainst> {
        let people = self.0.people.iter().cloned();
        people.map(PersonCapacityAgainst).collect()
    }
}

/// A person's weeks when production objected.
#[derive(Clone, Debug, Description)]
pub struct PersonCapacityAgainst(PersonAgainst);

#[Object(use_type_description)]
impl PersonCapacityAgainst {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// Whether the person held the project side; else they were booked on the work.
    async fn holds_project_side(&self) -> bool {
        self.0.holds_project_side
    }

    /// From the week of the objection to the one in which the client wants it, eight at most; four when it named no day.
    async fn weeks(&self) -> Vec<WeekCapacityAgainst> {
        let weeks = self.0.weeks.iter().cloned();
        weeks
            .map(|week| WeekCapacityAgainst {
                week: week.week,
                availability_minutes: week.availability_minutes,
                load_minutes: week.load_minutes,
                bench_minutes: week.bench_minutes,
                over_minutes: week.over_minutes,
            })
            .collect()
    }
}

/// A week of somebody when production objected.
#[derive(Clone, Debug, SimpleObject)]
pub struct WeekCapacityAgainst {
    /// The ISO week: `2026-W48`.
    week: String,
    /// Minutes free for client work.
    availability_minutes: i64,
    /// Coordination and confirmed bookings, minutes.
    load_minutes: i64,
    /// Availability not committed, minutes.
    bench_minutes: i64,
    /// Confirmed load past the availability, minutes.
    over_minutes: i64,
}
