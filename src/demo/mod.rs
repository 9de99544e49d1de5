//! The demo agency (`domain.md §7`): the same rows each time, written in bulk.
//!
//! Everything in it is dated from one Monday, [`MONDAY`], so that its figures never age. A *copy* is two managers with
//! their projects, clients and contributors; the scale says how many copies the agency has.

mod accounts;
mod bookings;
mod clients;
mod copy;
mod holidays;
mod ids;
mod notes;
mod people;
mod rows;
mod staff;
mod touchpoints;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::calendar::plus_days;
use crate::entity::{RoleSide, person, role};
use crate::error::{Error, Problem, ProblemCode, Result};
use copy::Stamp;
use ids::Ids;
use people::{DANA, ELEVENTH, SAM};
use rows::Rows;

/// When the demo's clock starts: Monday 2026-11-23 07:59:45 in Europe/London, fifteen seconds before the managers' mails.
pub const STARTS_AT: Timestamp = Timestamp::constant(1_795_420_785, 0);

/// The demo's Monday, from which every other day is counted.
pub const MONDAY: Date = date(2026, 11, 23);

/// Copies generated and inserted together: enough to fill statements, few enough to hold in memory.
const COPIES_AT_ONCE: u32 = 8;

/// What [`fill`] wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The one person with access OWNER.
    pub owner_id: Uuid,
    /// The manager who prefers the client side, of the first copy.
    pub dana_id: Uuid,
    /// The manager who prefers the project side, of the first copy.
    pub sam_id: Uuid,
    /// Rows of `person`.
    pub people: u64,
    /// Rows of `client`.
    pub clients: u64,
    /// Rows of `project`.
    pub projects: u64,
    /// Rows of `booking`.
    pub bookings: u64,
    /// Rows of `touchpoint`.
    pub touchpoints: u64,
}

/// Fills a migrated, empty database with `scale` copies of the demo agency, in one transaction: all of it or nothing.
///
/// Each copy has 11 people, 14 clients and 36 projects; the first copy's eleventh person is the owner of all. The rows
/// of the first copy are the same at every scale. `progress` gets the projects written so far and in all.
///
/// # Errors
/// [`Error::Invalid`] when there are people already, or when `scale` is 0; else what the database says.
pub async fn fill(db: &Db, scale: u32, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Filled> {
    if scale == 0 {
        return Err(Error::invalid("scale", "The scale must be 1 or more."));
    }
    let transaction = db.begin().await?;
    refuse_people(&transaction).await?;
    let mut ids = Ids::default();
    let mut rows = Rows::default();
    let stamp = Stamp::new(project_manager(&transaction).await?, &mut ids, &mut rows)?;
    let projects = u64::from(scale) * clients::projects_of_a_copy();
    let mut filled = Filled::default();
    progress(0, projects);
    for number in 1..=scale {
        let people = stamp.copy(number, &mut ids, &mut rows)?;
        if number == 1 {
            filled.owner_id = people[ELEVENTH];
            filled.dana_id = people[DANA];
            filled.sam_id = people[SAM];
        }
        if number % COPIES_AT_ONCE == 0 || number == scale {
            filled.count(&rows);
            std::mem::take(&mut rows).insert(&transaction).await?;
            progress(filled.projects, projects);
        }
    }
    transaction.commit().await?;
    Ok(filled)
}

impl Filled {
    fn count(&mut self, rows: &Rows) {
        self.people += rows.people.len() as u64;
        self.clients += rows.clients.len() as u64;
        self.projects += rows.projects.len() as u64;
        self.bookings += rows.bookings.len() as u64;
        self.touchpoints += rows.touchpoints.len() as u64;
    }
}

async fn refuse_people(conn: &impl ConnectionTrait) -> Result<()> {
    if person::Entity::find().count(conn).await? == 0 {
        return Ok(());
    }
    Err(Error::Invalid(vec![Problem::new(
        "",
        ProblemCode::NotAllowedNow,
        "The demo agency needs an empty database, and this one has people in it: name another, or remove it first.",
    )]))
}

/// The unsplit role, which the catalogue of every new database has.
async fn project_manager(conn: &impl ConnectionTrait) -> Result<Uuid> {
    let roles = role::Entity::find().all(conn).await?;
    roles
        .into_iter()
        .find(|role| role.side == Some(RoleSide::Both))
        .map(|role| role.id)
        .ok_or_else(|| Error::internal("the catalogue has no role for both sides"))
}

/// The day `days` after the demo's Monday, before it when negative.
fn day(days: i64) -> Date {
    plus_days(MONDAY, days)
}
