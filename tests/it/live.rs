//! Subscriptions: over WebSockets as graphql-ws speaks, and as server-sent events, on both databases.

mod bounds;
mod closing;
mod credentials;
mod events;
mod replicas;
mod streams;

use meridian::config::Networks;
use meridian::server::{self, Patience, connections};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::support::app::TestApp;

/// A server with a patience of its own, and the address it is at. It stops when the sender is dropped.
async fn served(
    app: &TestApp,
    patience: Patience,
    quiet: std::time::Duration,
) -> (std::net::SocketAddr, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = server::router_with(app, patience).unwrap();
    let (stop, stopped) = oneshot::channel();
    let bounds = connections::Bounds {
        quiet,
        open: app.config.connections,
        trusted: Networks::parse("127.0.0.1").unwrap(),
    };
    tokio::spawn(connections::serve(listener, router, bounds, async {
        let _ = stopped.await;
    }));
    (address, stop)
}
