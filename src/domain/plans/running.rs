//! The plans that this replica is working out.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use uuid::Uuid;

/// How many are worked out at once: each keeps a core busy. The others wait, still SOLVING.
const AT_ONCE: usize = 2;

type Flags = HashMap<Uuid, Arc<AtomicBool>>;

/// The plans that this replica is working out, so that they can be stopped. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Running {
    flags: Arc<Mutex<Flags>>,
    pub(super) places: Arc<Semaphore>,
}

/// One of them; off the list when dropped.
#[derive(Debug)]
pub(super) struct Run {
    id: Uuid,
    running: Running,
    /// Set when it is to stop.
    pub(super) stop: Arc<AtomicBool>,
}

impl Default for Running {
    fn default() -> Self {
        Self {
            flags: Arc::default(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Running {
    /// Stops a plan that this replica works on. Another replica's goes on; what comes of it is thrown away.
    pub fn stop(&self, id: Uuid) {
        if let Some(flag) = self.flags().get(&id) {
            flag.store(true, Ordering::Relaxed);
        }
    }

    /// Stops them all: Meridian ends.
    pub fn stop_all(&self) {
        for flag in self.flags().values() {
            flag.store(true, Ordering::Relaxed);
        }
    }

    /// Whether this replica works on none.
    pub fn is_idle(&self) -> bool {
        self.flags().is_empty()
    }

    pub(super) fn begin(&self, id: Uuid) -> Run {
        let stop = Arc::new(AtomicBool::new(false));
        self.flags().insert(id, Arc::clone(&stop));
        Run {
            id,
            running: self.clone(),
            stop,
        }
    }

    fn flags(&self) -> MutexGuard<'_, Flags> {
        self.flags.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.running.flags().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_stopped_by_its_id_and_leaves_the_list_when_it_ends() {
        let running = Running::default();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (first, second) = (running.begin(one), running.begin(other));
        running.stop(one);
        let stopped = |run: &Run| run.stop.load(Ordering::Relaxed);
        assert_eq!((stopped(&first), stopped(&second)), (true, false));
        running.stop_all();
        assert!(stopped(&second));
        drop(first);
        assert!(!running.flags().contains_key(&one));
        assert!(running.flags().contains_key(&other));
    }
}
