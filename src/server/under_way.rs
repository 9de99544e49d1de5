//! Work that is carried to its end although its client went away meanwhile.

use std::sync::Arc;

use axum::extract::Request;
use tokio::sync::watch;
use tracing::Instrument;

use crate::error::{Error, Result};

/// What a server still has under way. Cheap to clone; each clone knows of all of it.
///
/// A connection that ends takes the futures of its requests with it, wherever they stand. What changes something runs
/// here instead, so that it stops neither between two transactions nor before it has said in the log what failed.
#[derive(Clone, Debug)]
pub struct UnderWay(Arc<watch::Sender<bool>>);

impl Default for UnderWay {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl UnderWay {
    /// That of the server which took `request`; one of its own where none did.
    pub(super) fn of(request: &Request) -> Self {
        request.extensions().get().cloned().unwrap_or_default()
    }

    /// Starts `work`, of which nobody waits for the outcome.
    pub(super) fn begin(&self, work: impl Future<Output = ()> + Send + 'static) {
        let counted = self.0.subscribe();
        tokio::spawn(async move {
            work.await;
            drop(counted);
        });
    }

    /// Starts `work` and answers its outcome. Dropping this future does not stop the work.
    ///
    /// # Errors
    /// Internal, when the work panics or the process ends.
    pub(super) async fn finish<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T> {
        let counted = self.0.subscribe();
        let work = async move {
            let outcome = work.await;
            drop(counted);
            outcome
        };
        tokio::spawn(work.in_current_span())
            .await
            .map_err(|error| Error::Internal(error.into()))
    }

    /// Tells what would stay open that the server stops.
    pub(super) fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Ends when the server stops.
    pub(super) async fn stopping(&self) {
        // The other end is in `self`.
        let _ = self.0.subscribe().wait_for(|stops| *stops).await;
    }

    /// Ends when nothing is under way.
    pub(super) async fn ended(&self) {
        self.0.closed().await;
    }
}
