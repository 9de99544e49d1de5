//! Ids that sort by time.

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

/// A new version 7 UUID whose time is `now`. Ids made in one process at one
/// instant differ by their random bits only.
pub fn new_id(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds))
}
