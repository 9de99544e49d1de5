//! The connections of a server: taken, bounded in time, and brought to an end.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

use super::shares::{Share, Shares};
use super::under_way::UnderWay;
use super::visitor::counted_as;
use crate::config::Networks;

/// How long a connection may take over the head of a request, or be idle before it. Longer than the 60 s after which
/// proxies close idle connections of their own: otherwise they send a request into one that is being closed here.
pub const QUIET: Duration = Duration::from_secs(75);

/// By how much less patient a crowded server is.
const HASTE: u32 = 15;

/// What connections may take.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// How long one may take over the head of a request, be idle before it, or not read what it is answered.
    pub quiet: Duration,
    /// How many may be open. Whoever comes then waits until one ends.
    pub open: usize,
    /// The addresses that may have as many as they like: others ask through them.
    pub trusted: Networks,
}

/// A place among the connections that may be open. What a connection becomes takes a clone of it along: the place is free when
/// all are gone.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    _permit: Option<Arc<OwnedSemaphorePermit>>,
    _share: Option<Arc<Share<IpAddr>>>,
}

/// Serves `router` until `shutdown` ends, and then until every request under way has ended, those included whose client
/// has gone. Whose address has more connections than are left for all others is hung up on, so that these find a place. A
/// connection that stays quiet is closed, between requests, within the head of one and within an answer that it does not read;
/// sooner by far while more than half of those that may be are open.
///
/// This is axum's `serve` with a clock: that one waits for ever, and for any number.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    bounds: Bounds,
    shutdown: impl Future<Output = ()>,
) {
    let under_way = UnderWay::default();
    let router = router.layer(Extension(under_way.clone()));
    let mut shutdown = pin!(shutdown);
    let places = Arc::new(Semaphore::new(bounds.open));
    let shares = Shares::default();
    loop {
        let (place, (stream, peer)) = tokio::select! {
            taken = async {
                let place = places.clone().acquire_owned().await;
                (place, Listener::accept(&mut listener).await)
            } => taken,
            () = &mut shutdown => break,
        };
        let address = peer.ip().to_canonical();
        let share = match bounds.trusted.has(address) {
            true => None,
            // With what is left for others after this one, half of all at most, and less beside others who have many.
            false => match shares.take(counted_as(address), places.available_permits() + 1) {
                Some(share) => Some(Arc::new(share)),
                None => continue,
            },
        };
        let is_crowded = places.available_permits() < bounds.open / 2;
        let quiet = if is_crowded {
            bounds.quiet / HASTE
        } else {
            bounds.quiet
        };
        let router = router.clone().layer(Extension(ConnectInfo(peer)));
        let seat = Seat {
            _permit: place.ok().map(Arc::new),
            _share: share,
        };
        under_way.begin(connection(stream, router, quiet, seat, under_way.clone()));
    }
    // Whoever connects from now on is refused at once, and can ask another replica.
    drop((listener, router));
    under_way.stop();
    under_way.ended().await;
}

async fn connection(
    stream: TcpStream,
    router: Router,
    quiet: Duration,
    seat: Seat,
    under_way: UnderWay,
) {
    let router = router.map_request(move |request: axum::http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(seat.clone());
        request
    });
    // What is told in two breaths, the next event of a stream for one, is not to wait until its client has acknowledged the first.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it was served");
        return;
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(quiet));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(quiet)
        .serve_connection(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(router),
        )
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
