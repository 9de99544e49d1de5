//! The application: one state for web, GraphQL and jobs.

use crate::clock::Clock;
use crate::db::Db;

/// What every part of Meridian works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Clock,
}
