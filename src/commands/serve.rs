//! `meridian serve`

use std::pin::pin;

use meridian::app::App;
use meridian::config::Config;
use meridian::error::{Error, Result};
use meridian::jobs::Jobs;
use meridian::{server, telemetry};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::ready;

pub(super) async fn run(config: Config) -> Result<()> {
    telemetry::start(&config.log, config.log_format)
        .map_err(|error| Error::Internal(error.into()))?;
    let signals = Signals::try_new()?;
    for caution in config.cautions() {
        tracing::warn!("{caution}");
    }
    if cfg!(feature = "fail-points") {
        tracing::warn!(
            "this build stops at the points that FAILPOINTS names: it is for tests only"
        );
    }
    let app = ready(config).await?;
    let listener = listen(&app).await?;
    let address = listener
        .local_addr()
        .map_err(|error| Error::Internal(error.into()))?;
    println!("Meridian listens on http://{address}");
    until_told_to_stop(&app, listener, signals).await
}

pub(super) async fn listen(app: &App) -> Result<TcpListener> {
    let address = app.config.listen;
    TcpListener::bind(address).await.map_err(|error| {
        Error::Unavailable(format!("Meridian cannot listen on {address}: {error}."))
    })
}

/// The first signal lets requests and mails under way come to an end; a second one does not wait for them.
pub(super) async fn until_told_to_stop(
    app: &App,
    listener: TcpListener,
    mut signals: Signals,
) -> Result<()> {
    let jobs = Jobs::start(app.clone()).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        // Dropping the other end is what tells.
        let _ = stopped.await;
    };
    let mut served = pin!(server::serve(app, listener, shutdown));
    tokio::select! {
        failed = &mut served => {
            jobs.shutdown().await;
            return failed;
        }
        name = signals.next() => {
            // Whoever reads that it stops may count on it.
            jobs.stop();
            tracing::info!(signal = name, "stopping; a second signal ends at once");
        }
    }
    drop(stop);
    app.plans.stop_all();
    tokio::select! {
        (ended, ()) = async { tokio::join!(served, jobs.shutdown()) } => ended,
        name = signals.next() => {
            tracing::warn!(signal = name, "ended without waiting");
            Ok(())
        }
    }
}

/// What asks a process to stop.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn try_new() -> Result<Self> {
        let listen = |kind| signal(kind).map_err(|error| Error::Internal(error.into()));
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
