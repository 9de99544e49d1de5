//! HTTP: router, authentication, limits, health.

mod actions;
mod authentication;
pub mod graphql;
pub mod health;
mod layers;
mod router;

use tokio::net::TcpListener;

use crate::app::App;
use crate::error::{Error, Result};

pub use layers::{internal_error, panic_message, request_id, with_layers};
pub use router::router;

/// Serves until `shutdown` ends, then lets the requests under way finish.
///
/// # Errors
/// Internal, when the schema cannot be served or the listener fails.
pub async fn serve(
    app: &App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    axum::serve(listener, router(app)?)
        .with_graceful_shutdown(shutdown)
        .await
        .map_err(|error| Error::Internal(error.into()))
}
