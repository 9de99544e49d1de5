//! What if: before and after of things that have not happened. Nothing is written.

mod acceptance;
mod input;

use async_graphql::{Context, Description, Object, Result, SimpleObject};

use super::capacity::{Band, Load, week};
use super::connection::{Connection, Paging, in_memory};
use super::context::Asked;
use super::enums::Side;
use super::person::Person;
use super::project::Project;
use crate::domain::capacity;
use crate::domain::page::{Place, PlaceValue};
use crate::domain::settings::Settings;
use crate::domain::simulation::{self, BecomesOver, BeforeAfter, Gap, PersonSimulated};
use crate::domain::utilisation;
use crate::entity::Day;

pub use acceptance::{
    Acceptance, AcceptanceCarrier, AcceptanceConstraint, AcceptanceMove, AcceptanceQueries,
    CarriesPart, ConstraintCause, Verdict,
};
pub use input::{
    ApplyPlanInput, ChangeHoursInput, DraftBookingInput, DraftClientInput, DraftWorkerInput,
    HoursInput, JoinerHoldingInput, LoseClientInput, NewClientInput, PersonFallsIllInput,
    PersonJoinsInput, PersonLeavesInput, ProjectDraftInput, ReassignInput, SimulationOperation,
    TakeOnProjectInput,
};

/// What would become of the agency.
#[derive(Description)]
pub struct Simulation(simulation::Simulation);

/// Somebody's weeks before and after.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonSimulation {
    /// Who; null: somebody who joins only in this simulation.
    person: Option<Person>,
    /// What they are called.
    name: String,
    /// The weeks in order.
    weeks: Vec<SimulatedWeek>,
}

/// A week before and after.
#[derive(Clone, Debug, SimpleObject)]
pub struct SimulatedWeek {
    /// The ISO week: `2026-W48`.
    week: String,
    /// Its Monday.
    starts_on: Day,
    /// As it stands: the figures of `capacity` and `teamCapacity`.
    before: SimulatedCapacity,
    /// As it would be.
    after: SimulatedCapacity,
}

/// A person's week, or the team's, in a simulation.
#[derive(Clone, Debug, SimpleObject)]
pub struct SimulatedCapacity {
    /// Minutes free for client work.
    availability_minutes: i64,
    /// Load: coordination and bookings, as three figures.
    load: Load,
    /// Coordination minutes of the client side.
    client_side_minutes: i64,
    /// Coordination minutes of the project side.
    project_side_minutes: i64,
    /// Where the confirmed utilisation lies; null when load and availability are both 0.
    band: Option<Band>,
    /// Availability not committed, minutes.
    bench_minutes: i64,
    /// Confirmed load past the availability, minutes.
    over_minutes: i64,
    /// How far two hats are worn, basis points, 0 to 10000; null without coordination load.
    role_mix_bp: Option<i64>,
    /// ACTIVE projects accountable for, each once; of the team: summed over its people.
    active_projects: i64,
    /// BACK_BURNER projects accountable for, each once; of the team: summed over its people.
    back_burner_projects: i64,
}

/// An ACTIVE project without an accountable person on a side.
#[derive(Clone, Debug, SimpleObject)]
pub struct SimulatedGap {
    /// The project; null: one that is taken on only in this simulation.
    project: Option<Project>,
    /// What it is called.
    name: String,
    /// The side that nobody holds.
    side: Side,
}

/// Somebody who would have too much in a week in which they had not.
#[derive(Clone, Debug, SimpleObject)]
pub struct SimulatedOverload {
    /// Who; null: somebody who joins only in this simulation.
    person: Option<Person>,
    /// What they are called.
    name: String,
    /// The first such week: `2026-W48`.
    week: String,
    /// Where the confirmed utilisation lies; null without load and availability.
    before: Option<Band>,
    /// Where it would lie: OVER, CRITICAL or UNAVAILABLE.
    after: Band,
}

#[Object(use_type_description)]
impl Simulation {
    /// Those whose figures change in any of the weeks, by name.
    async fn people(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PersonSimulation>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let settings = &self.0.settings;
        numbered("simulated people", &self.0.people, &paging, |one| {
            PersonSimulation::of(one, settings)
        })
    }

    /// Everybody's minutes summed, then divided, week by week.
    async fn team(&self) -> Vec<SimulatedWeek> {
        let weeks = self.0.team.iter();
        weeks
            .map(|week| SimulatedWeek::of(week, &self.0.settings))
            .collect()
    }

    /// What nobody is accountable for in the last of the weeks, as it stands: ACTIVE projects, an entry a side.
    async fn unstaffed_before(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SimulatedGap>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let gaps = &self.0.unstaffed_before;
        numbered("unstaffed before", gaps, &paging, SimulatedGap::of)
    }

    /// What nobody would be accountable for in the last of the weeks: ACTIVE projects, an entry a side.
    async fn unstaffed_after(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<SimulatedGap>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let gaps = &self.0.unstaffed_after;
        numbered("unstaffed after", gaps, &paging, SimulatedGap::of)
    }

    /// Who would be OVER, CRITICAL or UNAVAILABLE and was better off, by name.
    async fn becomes_over(&self) -> Vec<SimulatedOverload> {
        let people = self.0.becomes_over.iter();
        people.map(SimulatedOverload::of).collect()
    }

    /// What else there is to say, a sentence each: counts past their limits, and what a leaver leaves behind.
    async fn warnings(&self) -> &[String] {
        &self.0.warnings
    }
}

/// A page of what has an order of its own.
fn numbered<M, N: async_graphql::OutputType>(
    name: &str,
    rows: &[M],
    paging: &Paging,
    wrap: impl Fn(&M) -> N,
) -> Result<Connection<N>> {
    let rows: Vec<(i64, &M)> = (0..).zip(rows).collect();
    let place = |(number, _): &(i64, &M)| Place(vec![PlaceValue::Number(*number)]);
    Ok(in_memory(name, rows, false, paging, place, |(_, row)| {
        wrap(row)
    })?)
}

impl PersonSimulation {
    fn of(one: &PersonSimulated, settings: &Settings) -> Self {
        let weeks = one.weeks.iter();
        Self {
            person: one.person.clone().map(Person),
            name: one.name.clone(),
            weeks: weeks
                .map(|week| SimulatedWeek::of(week, settings))
                .collect(),
        }
    }
}

impl SimulatedWeek {
    fn of(week: &BeforeAfter, settings: &Settings) -> Self {
        Self {
            week: week.week.to_string(),
            starts_on: Day(week.week.monday()),
            before: SimulatedCapacity::of(&week.before, settings),
            after: SimulatedCapacity::of(&week.after, settings),
        }
    }
}

impl SimulatedCapacity {
    fn of(capacity: &capacity::Capacity, settings: &Settings) -> Self {
        let band: Option<utilisation::Band> = capacity.utilisation(settings).band;
        Self {
            availability_minutes: capacity.availability.availability_minutes,
            load: Load::of(capacity, settings),
            client_side_minutes: capacity.coordination.client_minutes,
            project_side_minutes: capacity.coordination.project_minutes,
            band: band.map(Band::from),
            bench_minutes: capacity.bench_minutes(),
            over_minutes: capacity.over_minutes(),
            role_mix_bp: capacity.role_mix_bp(),
            active_projects: capacity.counts.active,
            back_burner_projects: capacity.counts.back_burner,
        }
    }
}

impl SimulatedGap {
    fn of(gap: &Gap) -> Self {
        Self {
            project: gap.project.clone().map(Project),
            name: gap.name.clone(),
            side: gap.side.into(),
        }
    }
}

impl SimulatedOverload {
    fn of(one: &BecomesOver) -> Self {
        Self {
            person: one.person.clone().map(Person),
            name: one.name.clone(),
            week: one.week.to_string(),
            before: one.before.map(Band::from),
            after: one.after.into(),
        }
    }
}

/// Queries of what would be. Owners and managers.
#[derive(Default)]
pub struct SimulationQueries;

#[Object]
impl SimulationQueries {
    /// What would become of everybody's capacity, and of what nobody is accountable for, if all of these happened. Nothing is
    /// written. A change of who is accountable, or of which projects there are, counts from the first week whose Monday
    /// (today, in the current week) is on or after its day; working time and bookings change on the very day.
    async fn simulate(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What happens, 1 to 20 of them, in the order of their days.",
            validator(max_items = 20)
        )]
        operations: Vec<SimulationOperation>,
        #[graphql(desc = "The first ISO week, e.g. `2026-W48`; the current one by default.")]
        from: Option<String>,
        #[graphql(desc = "How many weeks, 1 to 12.", default = 4)] weeks: i32,
    ) -> Result<Simulation> {
        let caller = ctx.caller();
        let first = week("from", from, caller.today())?;
        let operations = input::operations(operations, first.monday().max(caller.today()))?;
        let conn = &ctx.db().read;
        let simulated =
            simulation::simulate(conn, caller, &operations, first, weeks.into()).await?;
        Ok(Simulation(simulated))
    }
}
