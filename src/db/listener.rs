//! One connection of a replica that listens to PostgreSQL, for as long as its feed lives.

use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sea_orm::sqlx::{self, Error};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::feed::{Note, Shared, Told};

/// The channel that all replicas of one database share.
pub(super) const CHANNEL: &str = "meridian_change";

/// Stands for more changes than can be told.
pub(super) const TOO_MUCH: &str = "*";

/// After so long a silence the connection is tried: one that is gone looks just like a quiet one.
const SILENCE: Duration = Duration::from_secs(30);

/// How long connecting, or the answer to that trial, may take.
const PATIENCE: Duration = Duration::from_secs(10);

const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Listens until the feed is gone. A connection that is lost is made again, sooner at first than later, and whoever
/// listens is then told that something may have been missed.
pub(super) async fn listen(
    options: Arc<PgConnectOptions>,
    feed: Weak<Shared>,
    listening: watch::Sender<bool>,
) {
    let mut pause = SHORTEST_PAUSE;
    let mut has_listened = false;
    while feed.strong_count() > 0 {
        let Err(error) = hear(&options, &feed, &listening, has_listened).await;
        if listening.send_replace(false) {
            has_listened = true;
            pause = SHORTEST_PAUSE;
        }
        if feed.strong_count() > 0 {
            tracing::warn!(%error, "PostgreSQL is not listened to; subscriptions wait until it is");
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

async fn hear(
    options: &PgConnectOptions,
    feed: &Weak<Shared>,
    listening: &watch::Sender<bool>,
    has_listened: bool,
) -> Result<Infallible, Error> {
    // Of its own: one of the pool's would be held for ever, and asked for its turn each time it is lost.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    if has_listened {
        tell(feed, Told::Missed)?;
    }
    listening.send_replace(true);
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(heard) => match heard? {
                Some(notification) => tell(feed, read(notification.payload()))?,
                None => return Err(Error::WorkerCrashed),
            },
            Err(_) => {
                let tried = sqlx::query("SELECT 1").execute(&mut listener);
                timeout(PATIENCE, tried)
                    .await
                    .map_err(|_| Error::PoolTimedOut)??;
            }
        }
    }
}

fn tell(feed: &Weak<Shared>, told: Told) -> Result<(), Error> {
    let feed = feed.upgrade().ok_or(Error::PoolClosed)?;
    feed.tell(told);
    Ok(())
}

/// What another version of Meridian says and this one does not understand is something missed.
fn read(payload: &str) -> Told {
    let notes: Result<Vec<Note>, ()> = payload.lines().map(str::parse).collect();
    match notes {
        Ok(notes) if payload != TOO_MUCH => Told::Changes(notes.into()),
        _ => Told::Missed,
    }
}
