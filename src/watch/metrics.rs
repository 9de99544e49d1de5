//! The figures of one replica, in a registry of its own: two replicas in one process do not count for each other.

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};
use tokio::sync::Mutex;

use super::outbox::{Counted, count};
use crate::app::App;
use crate::email::outcome::Phase;
use crate::entity::{EmailKind, EmailState};

/// How old the figures of the outbox may be before they are read again.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// Upper bounds of a step of SMTP and of a request, seconds.
const SHORT: [f64; 11] = [
    0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 600.0,
];

/// Upper bounds of how late a mail leaves, seconds: from at once to a day.
const LONG: [f64; 10] = [
    1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0, 86_400.0,
];

type Label = (&'static str, &'static str);
type Seconds = Gauge<f64, AtomicU64>;
type Histograms<const N: usize> = Family<[Label; N], Histogram, fn() -> Histogram>;

/// Durations of HTTP requests, by status.
type Requests = Family<[(&'static str, u16); 1], Histogram, fn() -> Histogram>;

/// Everything that is counted.
pub(super) struct Metrics {
    registry: Registry,
    pending: Gauge,
    oldest_due: Seconds,
    mails: Family<[Label; 2], Gauge>,
    attempts: Family<[Label; 2], Counter>,
    lateness: Histograms<1>,
    steps: Histograms<1>,
    in_doubt: Counter,
    missed: Counter,
    lease_lost: Counter,
    tick_age: Seconds,
    breaker_open: Gauge,
    skew: Seconds,
    requests: Requests,
    live: Family<[Label; 1], Gauge>,
    subscriptions: Gauge,
    events_dropped: Counter,
    webhook_attempts: Family<[Label; 1], Counter>,
    webhook_pending: Gauge,
    /// When the outbox was counted last. Held while the figures are written out, so that nobody sees half of a count.
    counted_at: Mutex<Option<Timestamp>>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut own = Registry::with_prefix("meridian");
        Self {
            pending: add(
                &mut own,
                "outbox_pending",
                "Mails that wait to be sent",
                Gauge::default(),
            ),
            oldest_due: add(
                &mut own,
                "outbox_oldest_due_seconds",
                "How long the mail that waits longest has been due; 0 when none is",
                Seconds::default(),
            ),
            mails: add(
                &mut own,
                "outbox_mails",
                "Mails of the outbox, by kind and state; rows are removed eight weeks after their end",
                Family::default(),
            ),
            attempts: add(
                &mut own,
                "attempts",
                "Attempts of this replica to hand a mail over, by kind and outcome",
                Family::default(),
            ),
            lateness: add(
                &mut own,
                "lateness_seconds",
                "How long after its time a mail was taken by the mail server, by kind",
                Family::new_with_constructor(long as fn() -> Histogram),
            ),
            steps: add(
                &mut own,
                "send_seconds",
                "How long a step of a conversation with the mail server took, by phase",
                Family::new_with_constructor(short as fn() -> Histogram),
            ),
            in_doubt: add(
                &mut own,
                "mails_ambiguous",
                "Mails that were perhaps sent and are sent again or held, since the grace has passed without a word",
                Counter::default(),
            ),
            missed: add(
                &mut own,
                "mails_missed",
                "Mails that expired: their time had passed before they could be sent",
                Counter::default(),
            ),
            lease_lost: add(
                &mut own,
                "lease_lost",
                "Claims on mails that were lost before their outcome was known",
                Counter::default(),
            ),
            tick_age: add(
                &mut own,
                "last_tick_age_seconds",
                "How long ago the last tick ended; before the first one, the time since 1970",
                Seconds::default(),
            ),
            breaker_open: add(
                &mut own,
                "breaker_open",
                "1 while mail does not get out and mails wait, else 0",
                Gauge::default(),
            ),
            skew: add(
                &mut own,
                "clock_skew_seconds",
                "How far the clock is ahead of the database's, at least; negative: behind",
                Seconds::default(),
            ),
            requests: add(
                &mut own,
                "http_request_seconds",
                "How long an HTTP request took, by the status of its answer",
                Family::new_with_constructor(short as fn() -> Histogram),
            ),
            live: add(
                &mut own,
                "live_connections",
                "WebSockets and event streams that are open, by kind",
                Family::default(),
            ),
            subscriptions: add(
                &mut own,
                "subscriptions",
                "Subscriptions under way",
                Gauge::default(),
            ),
            events_dropped: add(
                &mut own,
                "subscription_events_dropped",
                "Transactions that a subscription was not told of: its client read too slowly, or PostgreSQL was not listened to",
                Counter::default(),
            ),
            webhook_attempts: add(
                &mut own,
                "webhook_attempts",
                "Attempts of this replica to deliver an event to a webhook, by what is to become of it: delivered, later, failed",
                Family::default(),
            ),
            webhook_pending: add(
                &mut own,
                "webhook_pending",
                "Events that wait to be delivered to a webhook",
                Gauge::default(),
            ),
            registry: own,
            counted_at: Mutex::default(),
        }
    }
}

/// Counts in a gauge for as long as it lives.
#[derive(Debug)]
pub struct Open(Gauge);

impl Open {
    fn counted_in(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub(super) fn opened(&self, kind: &'static str) -> Open {
        Open::counted_in(&self.live.get_or_create(&[("kind", kind)]))
    }

    pub(super) fn subscribed(&self) -> Open {
        Open::counted_in(&self.subscriptions)
    }

    pub(super) fn events_dropped(&self, transactions: u64) {
        self.events_dropped.inc_by(transactions);
    }

    pub(super) fn attempted(&self, kind: EmailKind, outcome: &'static str) {
        let labels = [("kind", kind.word()), ("outcome", outcome)];
        self.attempts.get_or_create(&labels).inc();
    }

    pub(super) fn arrived(&self, kind: EmailKind, late: SignedDuration) {
        let seconds = late.as_secs_f64().max(0.0);
        self.lateness
            .get_or_create(&[("kind", kind.word())])
            .observe(seconds);
    }

    pub(super) fn stepped(&self, phase: Phase, took: Duration) {
        let label = [("phase", phase_word(phase))];
        self.steps.get_or_create(&label).observe(took.as_secs_f64());
    }

    pub(super) fn in_doubt(&self, mails: u64) {
        self.in_doubt.inc_by(mails);
    }

    pub(super) fn missed(&self, mails: u64) {
        self.missed.inc_by(mails);
    }

    pub(super) fn lease_lost(&self, mails: u64) {
        self.lease_lost.inc_by(mails);
    }

    pub(super) fn event_attempted(&self, outcome: &'static str) {
        let label = [("outcome", outcome)];
        self.webhook_attempts.get_or_create(&label).inc();
    }

    pub(super) fn answered(&self, status: u16, took: Duration) {
        let label = [("status", status)];
        self.requests
            .get_or_create(&label)
            .observe(took.as_secs_f64());
    }

    pub(super) fn set_health(&self, age: SignedDuration, breaker_open: bool, skew: SignedDuration) {
        self.tick_age.set(age.as_secs_f64());
        self.breaker_open.set(i64::from(breaker_open));
        self.skew.set(skew.as_secs_f64());
    }

    /// Everything as text, after counting the outbox where the last count is too old.
    pub(super) async fn exposition(&self, app: &App) -> String {
        let now = app.clock.now();
        let mut counted_at = self.counted_at.lock().await;
        let is_fresh = counted_at.is_some_and(|at| now.duration_since(at).abs() < FRESH);
        if !is_fresh {
            match count(&app.db.read).await {
                Ok((counted, events)) => {
                    self.set_outbox(&counted, now);
                    self.webhook_pending.set(events);
                    *counted_at = Some(now);
                }
                Err(error) => tracing::warn!(?error, "the outbox could not be counted"),
            }
        }
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    fn set_outbox(&self, counted: &[Counted], now: Timestamp) {
        let find = |kind: &str, state: &str| {
            let mut rows = counted.iter();
            rows.find(|row| (row.kind.as_str(), row.state.as_str()) == (kind, state))
        };
        // What there is none of stands as 0, so that an alarm need not ask whether a figure is there at all.
        for kind in EmailKind::WORDS {
            for state in EmailState::WORDS {
                let mails = find(kind, state).map_or(0, |row| row.mails);
                let labels = [("kind", *kind), ("state", *state)];
                self.mails.get_or_create(&labels).set(mails);
            }
        }
        let is_pending = |row: &&Counted| row.state == EmailState::Pending.word();
        let pending = counted.iter().filter(is_pending);
        self.pending.set(pending.map(|row| row.mails).sum());
        let oldest = counted.iter().filter_map(|row| row.oldest).min();
        let waited = oldest.map_or(0.0, |due| now.duration_since(due.0).as_secs_f64());
        self.oldest_due.set(waited.max(0.0));
    }
}

fn add<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

fn short() -> Histogram {
    Histogram::new(SHORT)
}

fn long() -> Histogram {
    Histogram::new(LONG)
}

fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Compose => "compose",
        Phase::Connect => "connect",
        Phase::Tls => "tls",
        Phase::Auth => "auth",
        Phase::Mail => "mail",
        Phase::Rcpt => "rcpt",
        Phase::Fence => "fence",
        Phase::Data => "data",
        Phase::Body => "body",
    }
}
