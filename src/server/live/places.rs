//! How much may be open at the same time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::config::Config;
use crate::server::shares::{Share, Shares};

/// The places for sockets and event streams of one process, and how many of them one person may take.
#[derive(Clone, Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    own: Shares<Uuid>,
    each: usize,
}

/// A place among all. It is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// A place among a person's own.
pub(super) type OwnPlace = Share<Uuid>;

impl Places {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            all: Arc::new(Semaphore::new(config.live_connections)),
            own: Shares::default(),
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
        self.own.take(person_id, self.each)
    }
}
