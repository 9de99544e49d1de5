//! HTTP: router, authentication, limits, health.

mod actions;
mod authentication;
mod body;
pub mod connections;
mod cookies;
pub mod graphql;
pub mod health;
mod ide;
mod layers;
mod limiter;
mod limits;
mod live;
mod metrics;
mod openid;
mod router;
mod shares;
mod turns;
mod under_way;
mod visitor;

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app::App;
use crate::error::Result;

pub use layers::{internal_error, panic_message, request_id, with_layers};
pub use live::Patience;
pub use router::{router, router_with};
pub use under_way::UnderWay;

/// How long answers may still take to get out once no request can be under way any more.
const FAREWELL: Duration = Duration::from_secs(5);

/// Serves until `shutdown` ends, then lets the requests under way finish: as long as a request may take, and 5 s more
/// for those whose client does not read or has not sent all of its request.
///
/// # Errors
/// Internal, when the schema cannot be served.
pub async fn serve(
    app: &App,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (stop, stopping) = oneshot::channel();
    let shutdown = async {
        shutdown.await;
        // Nobody listens any more when the server has ended by itself.
        let _ = stop.send(());
    };
    let bounds = connections::Bounds {
        quiet: connections::QUIET,
        open: app.config.connections,
        trusted: app.config.trusted_proxies.clone(),
    };
    let served = connections::serve(listener, router(app)?, bounds, shutdown);
    let patience = app.config.request_timeout + FAREWELL;
    let out_of_patience = async {
        match stopping.await {
            Ok(()) => tokio::time::sleep(patience).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = served => Ok(()),
        () = out_of_patience => {
            tracing::warn!("connections that did not end were closed");
            Ok(())
        }
    }
}
