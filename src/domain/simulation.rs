//! What if: the same figures as every query and mail, before and after things that have not happened. Nothing is written
//! (R11): what is read once is changed in memory only.
//!
//! A change of who is accountable, or of which projects there are, counts from the first week whose day ([`Agenda::day_of`])
//! is on or after it, as in every other figure of a week. Working time and bookings change on the very day.

pub mod acceptance;
mod draft;
mod operation;
mod planned;
mod report;
mod world;

use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::domain::access::Caller;
use crate::domain::calendar::Week;
use crate::domain::capacity::Capacity;
use crate::domain::check::Check;
use crate::domain::settings::Settings;
use crate::domain::utilisation::Band;
use crate::entity::{Side, person, project};
use crate::error::Result;

pub use draft::{DraftBooking, DraftClient, ProjectDraft, Worker};
pub use operation::{Holding, Hours, Joiner, Operation};

use world::World;

#[cfg(doc)]
use crate::domain::capacity::Agenda;

/// The most weeks one simulation shows.
pub const MOST_WEEKS: i64 = 12;

/// The most operations of one simulation.
pub const MOST_OPERATIONS: usize = 20;

/// A week before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeforeAfter {
    /// Which week.
    pub week: Week,
    /// As it stands.
    pub before: Capacity,
    /// As it would be.
    pub after: Capacity,
}

/// Somebody's weeks before and after.
#[derive(Clone, Debug)]
pub struct PersonSimulated {
    /// Who; none: somebody who joins only here.
    pub person: Option<person::Model>,
    /// What they are called.
    pub name: String,
    /// The weeks in order.
    pub weeks: Vec<BeforeAfter>,
}

/// An ACTIVE project without an accountable person on a side (R2).
#[derive(Clone, Debug)]
pub struct Gap {
    /// The project; none: one that is taken on only here.
    pub project: Option<project::Model>,
    /// What it is called.
    pub name: String,
    /// The side that nobody holds.
    pub side: Side,
}

/// Somebody who would have too much in a week in which they had not.
#[derive(Clone, Debug)]
pub struct BecomesOver {
    /// Who; none: somebody who joins only here.
    pub person: Option<person::Model>,
    /// What they are called.
    pub name: String,
    /// The first such week.
    pub week: Week,
    /// Where the confirmed utilisation lay; none without load and availability.
    pub before: Option<Band>,
    /// Where it would lie: OVER, CRITICAL or UNAVAILABLE.
    pub after: Band,
}

/// What would become of the agency.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The settings in force.
    pub settings: Settings,
    /// Those whose figures change in any week, by name.
    pub people: Vec<PersonSimulated>,
    /// Everybody's minutes summed.
    pub team: Vec<BeforeAfter>,
    /// What nobody is accountable for in the last week.
    pub unstaffed_before: Vec<Gap>,
    /// What nobody would be accountable for in the last week.
    pub unstaffed_after: Vec<Gap>,
    /// Who would have too much and had not, by name.
    pub becomes_over: Vec<BecomesOver>,
    /// What else there is to say, a sentence each.
    pub warnings: Vec<String>,
}

/// Runs `operations`, in the order of their days and of those of a day in theirs, on `weeks` weeks from `first` on. For
/// owners and managers. A fixed number of statements, all of them reads.
///
/// # Errors
/// Whatever is wrong with the operations, each with its field: `operations.2.personLeaves.personId`.
pub async fn simulate(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    operations: &[Operation],
    first: Week,
    weeks: i64,
) -> Result<Simulation> {
    caller.must_read_all("ask what if")?;
    let today = caller.today();
    check_period(operations.len(), first, weeks, today)?;
    let mut world = World::load(conn, first, weeks, today).await?;
    let skills = operation::skills(operations);
    world.learn(conn, &skills).await?;
    world.plan(conn, &operation::plans(operations)).await?;
    world.check(operations)?;
    let before = world.weeks();
    world.apply(operations);
    Ok(report::report(world, before))
}

fn check_period(operations: usize, first: Week, weeks: i64, today: Date) -> Result<()> {
    let mut check = Check::new();
    check.range("weeks", weeks, 1, MOST_WEEKS);
    check.require(
        (1..=MOST_OPERATIONS).contains(&operations),
        "operations",
        format!("There are {operations}; give 1 to {MOST_OPERATIONS}."),
    );
    check.require(
        first >= Week::of(today),
        "from",
        format!("{first} has passed: what if looks ahead."),
    );
    check.finish()
}

/// An id for what exists only here. None of the database is so small.
fn supposed_id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}
