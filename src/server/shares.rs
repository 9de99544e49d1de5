//! How much of something each of many may have at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What each has taken. Cheap to clone.
#[derive(Debug)]
pub(super) struct Shares<K> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
}

/// One of somebody's. It is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Share<K: Copy + Eq + Hash> {
    taken: Arc<Mutex<HashMap<K, usize>>>,
    whose: K,
}

impl<K> Default for Shares<K> {
    fn default() -> Self {
        let taken = Arc::default();
        Self { taken }
    }
}

impl<K> Clone for Shares<K> {
    fn clone(&self) -> Self {
        let taken = self.taken.clone();
        Self { taken }
    }
}

impl<K: Copy + Eq + Hash> Shares<K> {
    /// One more for `whose`; none when they have `most` already.
    pub(super) fn take(&self, whose: K, most: usize) -> Option<Share<K>> {
        let mut taken = lock(&self.taken);
        if taken.get(&whose).is_some_and(|own| *own >= most) || most == 0 {
            return None;
        }
        *taken.entry(whose).or_default() += 1;
        Some(Share {
            taken: self.taken.clone(),
            whose,
        })
    }
}

impl<K: Copy + Eq + Hash> Drop for Share<K> {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(own) = taken.get_mut(&self.whose) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}

fn lock<K>(taken: &Mutex<HashMap<K, usize>>) -> MutexGuard<'_, HashMap<K, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}
