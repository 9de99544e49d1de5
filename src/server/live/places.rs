//! How much may be open at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::config::Config;

/// The places for sockets and event streams of one process, and how many of them one person may take.
#[derive(Clone, Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    taken: Arc<Mutex<HashMap<Uuid, usize>>>,
    each: usize,
}

/// A place among all. It is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// A place among a person's own. It is free again when this is dropped.
#[derive(Debug)]
pub(super) struct OwnPlace {
    taken: Arc<Mutex<HashMap<Uuid, usize>>>,
    person_id: Uuid,
}

impl Places {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            all: Arc::new(Semaphore::new(config.live_connections)),
            taken: Arc::default(),
            each: config.live_connections_each,
        }
    }

    /// A place among all; none when all are taken.
    pub(super) fn take(&self) -> Option<Place> {
        let permit = self.all.clone().try_acquire_owned().ok()?;
        Some(Place { _permit: permit })
    }

    /// A place among a person's own; none when they have taken theirs.
    pub(super) fn take_own(&self, person_id: Uuid) -> Option<OwnPlace> {
        let mut taken = lock(&self.taken);
        let own = taken.entry(person_id).or_default();
        if *own >= self.each {
            return None;
        }
        *own += 1;
        Some(OwnPlace {
            taken: self.taken.clone(),
            person_id,
        })
    }
}

impl Drop for OwnPlace {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(own) = taken.get_mut(&self.person_id) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.person_id);
            }
        }
    }
}

fn lock(taken: &Mutex<HashMap<Uuid, usize>>) -> MutexGuard<'_, HashMap<Uuid, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}
