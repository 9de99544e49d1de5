//! The connections of a server: taken, bounded in time, and brought to an end.

use std::pin::pin;
use std::time::Duration;

use axum::body::Body;
use axum::serve::Listener;
use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::under_way::UnderWay;

/// How long a connection may take over the head of a request, or be idle before it. Longer than the 60 s after which
/// proxies close idle connections of their own: otherwise they send a request into one that is being closed here.
pub const QUIET: Duration = Duration::from_secs(75);

/// Serves `router` until `shutdown` ends, and then until every request under way has ended, those included whose client
/// has gone. A connection that stays `quiet` so long is closed, between requests and within the head of one.
///
/// This is axum's `serve` with a clock: that one waits for a head for ever.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    quiet: Duration,
    shutdown: impl Future<Output = ()>,
) {
    let under_way = UnderWay::default();
    let router = router.layer(Extension(under_way.clone()));
    let mut shutdown = pin!(shutdown);
    loop {
        let stream = tokio::select! {
            (stream, _) = Listener::accept(&mut listener) => stream,
            () = &mut shutdown => break,
        };
        under_way.begin(connection(stream, router.clone(), quiet, under_way.clone()));
    }
    // Whoever connects from now on is refused at once, and can ask another replica.
    drop((listener, router));
    under_way.stop();
    under_way.ended().await;
}

async fn connection(stream: TcpStream, router: Router, quiet: Duration, under_way: UnderWay) {
    let router =
        router.map_request(|request: axum::http::Request<Incoming>| request.map(Body::new));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(quiet)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    let mut served = pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = under_way.stopping() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection was cut");
    }
}
