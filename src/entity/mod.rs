//! SeaORM entities: one table a file, no logic.

mod moment;

pub use moment::{Day, Moment};
