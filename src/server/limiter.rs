//! How much may be had in a time: a bucket for each of many, which fills again by and by.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::graphql::guard::Budget;

/// Most buckets that are remembered: a full one is the same as none, and this many are a few megabytes.
const MOST: usize = 65_536;

/// Buckets of one size, by whose they are. Cheap to clone; each clone knows of all of them.
#[derive(Clone, Debug)]
pub(super) struct Limiter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// What a full bucket holds.
    size: u64,
    /// In which time an empty one fills.
    fills_in: SignedDuration,
    /// By the digest of whose it is: when the bucket is full again. What is not here is full.
    full_at: Mutex<HashMap<u64, Timestamp>>,
    /// With a key of its own, so that nobody can choose to share another one's bucket.
    hasher: RandomState,
}

impl Limiter {
    /// Buckets of `size`, each of which fills in the time `fills_in`.
    pub(super) fn new(size: u64, fills_in: SignedDuration) -> Self {
        Self(Arc::new(Inner {
            size,
            fills_in,
            full_at: Mutex::default(),
            hasher: RandomState::new(),
        }))
    }

    /// Takes `amount` from the bucket of `whose`. Answers what is left.
    ///
    /// # Errors
    /// With nothing taken, how long it is until there is so much; more than a whole bucket there never is.
    pub(super) fn take(
        &self,
        whose: &impl Hash,
        amount: u64,
        now: Timestamp,
    ) -> Result<Budget, SignedDuration> {
        let Inner { size, fills_in, .. } = *self.0;
        let key = self.0.hasher.hash_one(whose);
        let mut buckets = self
            .0
            .full_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // No bucket takes longer to fill: else the clock was set back, and waiting for it would lock everybody out.
        let is_so = |full_at: &Timestamp| full_at.duration_since(now) <= fills_in;
        let full_at = buckets.get(&key).copied().filter(is_so);
        let full_at = full_at.unwrap_or(now).max(now);
        let whole = fills_in.as_nanos();
        let missing =
            full_at.duration_since(now).as_nanos() + whole * i128::from(amount) / i128::from(size);
        if missing > whole {
            return Err(SignedDuration::from_nanos_i128(missing - whole));
        }
        let full_at = now
            .checked_add(SignedDuration::from_nanos_i128(missing))
            .unwrap_or(now);
        if buckets.len() >= MOST && !buckets.contains_key(&key) {
            make_room(&mut buckets, now);
        }
        buckets.insert(key, full_at);
        let left = (whole - missing) * i128::from(size) / whole;
        Ok(Budget {
            remaining: u64::try_from(left).unwrap_or_default(),
            full_at,
        })
    }
}

/// Forgets the buckets that are full and, where that is not enough, the half that is nearest to it: so whoever comes from
/// very many addresses does not make room for the one that has taken most.
fn make_room(buckets: &mut HashMap<u64, Timestamp>, now: Timestamp) {
    buckets.retain(|_, full_at| *full_at > now);
    if buckets.len() > MOST / 2 {
        let mut times: Vec<Timestamp> = buckets.values().copied().collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        buckets.retain(|_, full_at| *full_at > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: SignedDuration = SignedDuration::from_mins(1);

    fn start() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limiter = Limiter::new(60, MINUTE);
        let now = start();
        assert_eq!(limiter.take(&"dana", 50, now).unwrap().remaining, 10);
        assert_eq!(limiter.take(&"dana", 10, now).unwrap().remaining, 0);
        let wait = limiter.take(&"dana", 5, now).unwrap_err();
        assert_eq!(wait, SignedDuration::from_secs(5));
        assert_eq!(
            limiter.take(&"sam", 60, now).unwrap().remaining,
            0,
            "others have their own"
        );
        let later = now + wait;
        let left = limiter.take(&"dana", 5, later).unwrap();
        assert_eq!((left.remaining, left.full_at), (0, later + MINUTE));
        let refilled = limiter.take(&"dana", 1, later + MINUTE * 9).unwrap();
        assert_eq!(
            refilled.remaining, 59,
            "and holds no more than a bucket does"
        );
    }

    #[test]
    fn more_than_a_bucket_is_never_had_and_takes_nothing() {
        let limiter = Limiter::new(10, MINUTE);
        assert!(limiter.take(&1, 11, start()).is_err());
        assert_eq!(limiter.take(&1, 10, start()).unwrap().remaining, 0);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let limiter = Limiter::new(10, MINUTE);
        limiter.take(&1, 10, start()).unwrap();
        let before = start() - SignedDuration::from_secs(1);
        assert_eq!(limiter.take(&1, 1, before).unwrap().remaining, 9);
    }

    #[test]
    fn very_many_do_not_grow_it_without_end_nor_wash_out_the_worst() {
        let limiter = Limiter::new(10, MINUTE);
        let now = start();
        limiter.take(&"the worst", 10, now).unwrap();
        for one in 0..200_000 {
            limiter.take(&one, 1, now).unwrap();
        }
        assert!(limiter.0.full_at.lock().unwrap().len() <= MOST);
        assert!(limiter.take(&"the worst", 1, now).is_err());
    }
}
