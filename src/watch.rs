//! How one replica is doing, for whoever watches it: figures for Prometheus, and what readiness asks.
//!
//! Jobs, senders and the server write down what happens here as it happens; nothing of it is kept.

pub mod clock;
mod health;
mod metrics;
mod outbox;

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::email::outcome::{Outcome, Phase};
use crate::entity::{AttemptOutcome, email};
use crate::global_id::Kind;
use crate::jobs::breaker::Breaker;
use crate::webhook::outbox::Mark;

pub use health::{Check, Checks, Readiness};

use health::Health;
use metrics::Metrics;
pub use metrics::Open;

/// What a replica knows of itself. Cheap to clone; clones are of the same replica.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    breaker: Arc<Breaker>,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
}

impl Watch {
    /// The circuit breaker that the replica's senders share.
    pub fn breaker(&self) -> &Arc<Breaker> {
        &self.breaker
    }

    /// A tick came to its end at `now`.
    pub fn ticked(&self, now: Timestamp) {
        self.health.ticked(now);
    }

    /// Whether the clock was found so far off the database's that nothing may be planned or claimed by it.
    pub fn clock_is_off(&self) -> bool {
        self.health.clock_is_off()
    }

    /// Notes what came of handing `row` over, and writes a line of the log about it.
    pub fn handed_over(&self, row: &email::Model, outcome: &Outcome, now: Timestamp) {
        let word = AttemptOutcome::from(outcome).word();
        self.metrics.attempted(row.kind, word);
        let mail = Kind::Email.text(row.id);
        match outcome {
            Outcome::Accepted { code, .. } => {
                let late = now.duration_since(row.due_at.0);
                self.metrics.arrived(row.kind, late);
                tracing::info!(mail, kind = row.kind.word(), code, "mail sent");
            }
            Outcome::Fenced => tracing::warn!(mail, "another sender has taken this mail"),
            _ => self.tell_of_failure(row, outcome),
        }
    }

    fn tell_of_failure(&self, row: &email::Model, outcome: &Outcome) {
        let (mail, kind) = (Kind::Email.text(row.id), row.kind.word());
        // The probes of an outage, one in five seconds, would bury the rest of the log.
        if self.breaker.is_open() {
            tracing::debug!(mail, kind, %outcome, "mail not sent");
        } else {
            tracing::warn!(mail, kind, %outcome, "mail not sent");
        }
    }

    /// So many claims ran out before the outcome of their mails was known. Whoever takes them back counts them, and nobody else:
    /// a sender that comes back learns of a loss that was counted.
    pub fn lease_lost(&self, mails: u64) {
        self.metrics.lease_lost(mails);
    }

    /// So many mails were perhaps sent, and the grace has passed without a word.
    pub fn in_doubt(&self, mails: u64) {
        self.metrics.in_doubt(mails);
    }

    /// So many mails expired.
    pub fn missed(&self, mails: u64) {
        self.metrics.missed(mails);
    }

    /// An attempt to deliver an event came to this.
    pub fn event_attempted(&self, mark: &Mark) {
        self.metrics.event_attempted(match mark {
            Mark::Delivered => "delivered",
            Mark::Later(_) => "later",
            Mark::Failed(_) => "failed",
        });
    }

    /// An HTTP request was answered with `status` after so long.
    pub fn answered(&self, status: u16, took: Duration) {
        self.metrics.answered(status, took);
    }

    /// A WebSocket is open for as long as the answer lives.
    pub fn socket_opened(&self) -> Open {
        self.metrics.opened("websocket")
    }

    /// An event stream is open for as long as the answer lives.
    pub fn event_stream_opened(&self) -> Open {
        self.metrics.opened("event-stream")
    }

    /// A subscription is under way for as long as the answer lives.
    pub fn subscription_opened(&self) -> Open {
        self.metrics.subscribed()
    }

    /// A subscription was not told of what so many transactions have changed, but that it has missed something.
    pub fn events_dropped(&self, transactions: u64) {
        self.metrics.events_dropped(transactions);
    }

    /// Whether this replica does its work, check by check.
    pub async fn readiness(&self, app: &App) -> Readiness {
        self.health.readiness(app, &self.breaker).await
    }

    /// Everything in the text format of OpenMetrics, which Prometheus reads. The figures of the outbox are at most
    /// five seconds old; where the database does not answer, the last ones stand.
    pub async fn exposition(&self, app: &App) -> String {
        let now = app.clock.now();
        let breaker_open = self.breaker.is_open();
        let (age, skew) = (self.health.tick_age(now), self.health.skew());
        self.metrics.set_health(age, breaker_open, skew);
        self.metrics.exposition(app).await
    }

    /// Notes how far the clock is off the database's. Answers whether that is another verdict than before.
    fn note_skew(&self, skew: SignedDuration) -> bool {
        self.health.note_skew(skew)
    }
}

/// The time that one step of a conversation with a mail server takes.
#[derive(Debug)]
pub struct Stopwatch<'a> {
    running: Option<(&'a Watch, Phase, Instant)>,
}

impl<'a> Stopwatch<'a> {
    /// Starts, where somebody watches.
    pub fn start(watch: Option<&'a Watch>, phase: Phase) -> Self {
        Self {
            running: watch.map(|watch| (watch, phase, Instant::now())),
        }
    }

    /// Stops, and notes the time.
    pub fn stop(self) {
        if let Some((watch, phase, started)) = self.running {
            watch.metrics.stepped(phase, started.elapsed());
        }
    }
}
