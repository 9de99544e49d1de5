//! What happens without a request: the tick that plans mails, the senders that hand them over, the courier that delivers
//! events, and maintenance.
//!
//! [`planner::tick`], [`sender::Sender::step`], [`courier::Courier::step`] and [`maintenance::run`] each do one step and return; [`Jobs`] is the
//! loops around them.

mod alarm;
mod backoff;
pub mod breaker;
pub mod committer;
pub mod courier;
pub mod forecast;
mod lease;
pub mod maintenance;
pub mod planner;
pub mod sender;
mod supervision;

use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, Unit};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::email::outbox::{self, Lane};
use crate::watch::clock;
use alarm::Alarm;
use breaker::Breaker;
use committer::Marks;
use courier::Courier;
use sender::{Sender, Stock};
use supervision::supervised;

/// How long mails that are being handed over may take to come to an end when Meridian is stopped.
const FAREWELL: Duration = Duration::from_secs(25);

/// How long the last marks may then take.
const LAST_MARKS: Duration = Duration::from_secs(3);

/// How long a loop rests after a step that failed.
const REST: Duration = Duration::from_secs(5);

/// The longest time between two maintenances.
const MAINTENANCE_EVERY: Duration = Duration::from_secs(60 * 60);

/// The running loops of one replica.
pub struct Jobs {
    app: App,
    replica: String,
    stopping: watch::Sender<bool>,
    alarm: Option<Alarm>,
    loops: JoinSet<()>,
    committer: JoinHandle<()>,
}

/// What each loop of a replica is given.
#[derive(Clone)]
struct Replica {
    app: App,
    name: String,
    breaker: Arc<Breaker>,
    stopping: watch::Receiver<bool>,
    /// Grows when there may be something to send.
    planned: watch::Sender<u64>,
}

impl Jobs {
    /// Starts ticking, sending and maintaining. Both clocks count: the alarm's, and the application's own minutes.
    pub async fn start(app: App) -> Self {
        let stopping = watch::Sender::new(false);
        let (marks, committer) = Marks::start(app.clone());
        let replica = Replica {
            app: app.clone(),
            name: new_replica_name(),
            breaker: app.watch.breaker().clone(),
            stopping: stopping.subscribe(),
            planned: watch::Sender::new(0),
        };
        let (minute, hour) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let alarm = Alarm::start(minute.clone(), hour.clone()).await;
        let alarm = alarm
            .inspect_err(
                |error| tracing::error!(%error, "no alarm clock: the loops' own timers go on"),
            )
            .ok();
        // Before anything is claimed by it.
        supervised("comparing the clock", clock::compare(&app)).await;
        let mut loops = JoinSet::new();
        loops.spawn(replica.clone().tick(minute));
        loops.spawn(replica.clone().maintain(hour));
        let stock = Arc::<Stock>::default();
        for _ in 0..app.config.senders {
            let sender = replica.sender(&marks, Lane::Ordinary, &stock);
            loops.spawn(replica.clone().send(sender));
        }
        // One more, because the others have all hands full on a Monday morning.
        let sender = replica.sender(&marks, Lane::Urgent, &Arc::default());
        loops.spawn(replica.clone().send(sender));
        loops.spawn(replica.clone().deliver());
        tracing::info!(replica = replica.name, mailer = %app.mailer, "jobs started");
        Self {
            app,
            replica: replica.name,
            stopping,
            alarm,
            loops,
            committer,
        }
    }

    /// Ticks, claims and begins nothing from now on. [`Self::shutdown`] waits for what is under way.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Stops ticking and claiming at once, lets mails that are being handed over come to an end for up to 25 s, says goodbye
    /// to the mail server, and gives the claimed mails back.
    pub async fn shutdown(mut self) {
        self.stop();
        let ended = timeout(FAREWELL, async {
            if let Some(alarm) = self.alarm.take() {
                alarm.stop().await;
            }
            while self.loops.join_next().await.is_some() {}
        });
        if ended.await.is_err() {
            tracing::warn!("mails were still being handed over; they are decided after the grace");
            self.loops.shutdown().await;
        }
        // Without senders the committer ends as soon as all that was handed in is kept.
        if timeout(LAST_MARKS, self.committer).await.is_err() {
            tracing::warn!(
                "the last marks could not be made; their mails are decided after the grace"
            );
        }
        supervised("giving claims back", async {
            let tx = self.app.db.begin().await?;
            outbox::release_all(&tx, &self.replica).await?;
            Ok(tx.commit().await?)
        })
        .await;
    }
}

impl Replica {
    /// Plans what is due on start, at every full minute of the application's clock, and when the alarm rings.
    async fn tick(mut self, alarm: Arc<Notify>) {
        while !self.is_stopping() {
            round(&self.app).await;
            self.planned.send_modify(|planned| *planned += 1);
            let minute = self.app.clock.until(next_minute(self.app.clock.now()));
            self.rest(minute, alarm.notified()).await;
        }
    }

    async fn maintain(mut self, alarm: Arc<Notify>) {
        while !self.is_stopping() {
            if !self.app.watch.clock_is_off() {
                supervised("maintenance", maintenance::run(&self.app)).await;
            }
            self.rest(MAINTENANCE_EVERY, alarm.notified()).await;
        }
    }

    /// One of its senders.
    fn sender(&self, marks: &Marks, lane: Lane, stock: &Arc<Stock>) -> Sender {
        Sender::new(self.app.clone(), &self.name)
            .in_lane(lane, stock.clone())
            .sharing(self.breaker.clone(), self.stopping.clone())
            .marking_through(marks.clone())
    }

    /// Sends until nothing is due, then waits for a tick or for the next mail's time.
    async fn send(mut self, mut sender: Sender) {
        let mut planned = self.planned.subscribe();
        while !self.is_stopping() {
            let woken = async {
                // The other end is in `self`.
                let _ = planned.changed().await;
            };
            match supervised("sending mails", sender.step()).await {
                Some(0) => {
                    let pause = supervised("looking for mails", sender.pause()).await;
                    self.rest(pause.unwrap_or(REST), woken).await;
                }
                Some(_) => {}
                None => {
                    sender.reset();
                    self.rest(REST, std::future::pending()).await;
                }
            }
        }
        sender.close().await;
    }

    /// Delivers events to webhooks, as many at the same time as have a place.
    async fn deliver(mut self) {
        let mut courier = Courier::new(self.app.clone(), &self.name).sharing(self.stopping.clone());
        while !self.is_stopping() {
            let begun = supervised("claiming events", courier.step()).await;
            let pause = if begun.is_some() {
                courier::PAUSE
            } else {
                REST
            };
            self.rest(pause, courier.one_ended()).await;
        }
        courier.finish().await;
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Until `longest` has passed, `woken` is ready, or Meridian is stopped.
    async fn rest(&mut self, longest: Duration, woken: impl Future<Output = ()>) {
        tokio::select! {
            () = sleep(longest) => {}
            () = woken => {}
            _ = self.stopping.wait_for(|stopping| *stopping) => {}
        }
    }
}

/// What a replica does every minute: compares its clock with the database's and, unless it is off, takes mails back from
/// senders that vanished and plans those that have fallen due. What fails is logged.
pub async fn round(app: &App) {
    supervised("comparing the clock", clock::compare(app)).await;
    if !app.watch.clock_is_off() {
        supervised("taking mails back", maintenance::take_back(app)).await;
        supervised("planning mails", planner::tick(app)).await;
    }
}

/// Random, never the host's: two replicas on one host, or one started twice, must not pass for each other.
fn new_replica_name() -> String {
    uuid::Builder::from_random_bytes(rand::random())
        .into_uuid()
        .to_string()
}

fn next_minute(now: Timestamp) -> Timestamp {
    let minute = jiff::TimestampRound::new()
        .smallest(Unit::Minute)
        .mode(jiff::RoundMode::Floor);
    let next = now
        .round(minute)
        .and_then(|minute| minute.checked_add(jiff::SignedDuration::from_mins(1)));
    next.unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_minute_is_always_ahead() {
        for (now, next) in [
            ("2026-11-23T06:59:45Z", "2026-11-23T07:00:00Z"),
            ("2026-11-23T07:00:00Z", "2026-11-23T07:01:00Z"),
            ("2026-12-31T23:59:59.999999Z", "2027-01-01T00:00:00Z"),
        ] {
            let now: Timestamp = now.parse().unwrap();
            assert_eq!(next_minute(now).to_string(), next);
        }
    }

    #[test]
    fn no_two_replicas_have_the_same_name() {
        assert_ne!(new_replica_name(), new_replica_name());
    }
}
