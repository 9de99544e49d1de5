//! How often the links of one person are pressed: each press that does something writes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use uuid::Uuid;

/// Presses a minute for one person, on each replica: more than anybody has links to press.
const MOST: u32 = 60;

/// The presses of the minute, by person.
#[derive(Clone, Debug, Default)]
pub(super) struct Presses(Arc<Mutex<Minute>>);

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    presses: HashMap<Uuid, u32>,
}

impl Presses {
    /// Counts a press of a link that we signed. Answers whether it may do something.
    pub(super) fn allow(&self, person_id: Uuid, now: Timestamp) -> bool {
        let number = now.as_second().div_euclid(60);
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            *minute = Minute {
                number,
                presses: HashMap::new(),
            };
        }
        let presses = minute.presses.entry(person_id).or_default();
        *presses = presses.saturating_add(1);
        *presses <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_a_minute_for_each_person() {
        let presses = Presses::default();
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let (dana, sam) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!((0..60).all(|_| presses.allow(dana, now)));
        assert!(!presses.allow(dana, now));
        assert!(presses.allow(sam, now), "others are not held up");
        let next = "2026-11-23T08:01:00Z".parse().unwrap();
        assert!(presses.allow(dana, next));
    }
}
