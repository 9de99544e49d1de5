//! Ids that sort by time.

use std::sync::Mutex;

use jiff::Timestamp;
use uuid::{ContextV7, Uuid};

/// What the ids of one instant are counted with.
static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A new version 7 UUID of the instant `now`. Each is greater than all those that were made before it in this process, so
/// that what is written at one instant keeps its order; where `now` lies before theirs, it takes their time.
pub fn new_id(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(&CONTEXT, seconds, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_in_the_order_in_which_they_are_made_though_the_clock_stands_or_goes_back() {
        let now: Timestamp = "2026-11-23T07:59:00Z".parse().unwrap();
        let instants = [now, now, now - jiff::Span::new().seconds(1), now];
        let ids: Vec<Uuid> = instants.repeat(500).into_iter().map(new_id).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
    }
}
