//! Turns at work that can wait, so that whoever asks for little does not wait behind it.

use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Turns that are taken one after another by all who share them. Clones are of the same.
#[derive(Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    /// So many at a time that they leave half of the machine to others.
    pub(super) fn at_half_of_the_machine() -> Self {
        let cores = available_parallelism().map_or(1, |cores| cores.get());
        Self(Arc::new(Semaphore::new((cores / 2).max(1))))
    }

    /// Waits for one's turn, which ends when what is answered is dropped.
    pub(super) async fn take(&self) -> Option<SemaphorePermit<'_>> {
        self.0.acquire().await.ok()
    }
}
