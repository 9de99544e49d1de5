//! Ids without chance: the demo's instant and a counter.

use uuid::{Builder, Uuid};

use super::STARTS_AT;

/// Gives version 7 UUIDs that sort in the order they were asked for.
#[derive(Debug, Default)]
pub(super) struct Ids {
    given: u64,
}

impl Ids {
    /// The next id.
    pub(super) fn next(&mut self) -> Uuid {
        self.given += 1;
        let mut counter = [0; 10];
        counter[2..].copy_from_slice(&self.given.to_be_bytes());
        let millisecond = STARTS_AT.as_millisecond().unsigned_abs();
        Builder::from_unix_timestamp_millis(millisecond, &counter).into_uuid()
    }
}
