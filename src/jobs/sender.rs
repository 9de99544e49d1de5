//! A sender: claims mails, composes them, hands them to the mail server one by one, and notes what became of each.

mod delivery;
mod preparation;
mod verdict;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::watch;

use super::backoff::backoff;
use super::breaker::{Breaker, Leave};
use crate::app::App;
use crate::email::mailer::Session;
use crate::email::outbox::{self, Claim};
use crate::entity::email;
use crate::error::Result;
use verdict::Verdict;

/// Mails claimed at once.
const BATCH: u64 = 100;

/// Between these a sender waits when nothing is due.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One of a replica's senders, with a session of its own.
pub struct Sender {
    app: App,
    replica: String,
    breaker: Arc<Breaker>,
    stopping: watch::Receiver<bool>,
    random: StdRng,
    session: Session,
}

impl Sender {
    /// A sender of `replica` with a circuit breaker of its own, which is never asked to stop.
    pub fn new(app: App, replica: &str) -> Self {
        Self {
            session: app.mailer.open().watched_by(&app.watch),
            app,
            replica: replica.to_owned(),
            breaker: Arc::default(),
            stopping: watch::channel(false).1,
            random: StdRng::from_os_rng(),
        }
    }

    /// The same sender, with the circuit breaker of its replica, and one that stops claiming once `stopping` is true.
    #[must_use]
    pub fn sharing(self, breaker: Arc<Breaker>, stopping: watch::Receiver<bool>) -> Self {
        Self {
            breaker,
            stopping,
            ..self
        }
    }

    /// The same sender, whose waits follow from `seed`.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            ..self
        }
    }

    /// Claims a batch of mails that are due and does with each what can be done now. Answers how many it claimed: zero
    /// when nothing is due, or mail does not get out.
    ///
    /// # Errors
    /// The database's. Mails that were claimed then come back when their lease has run out.
    pub async fn step(&mut self) -> Result<usize> {
        let now = self.app.clock.now();
        let limit = match self.breaker.ask(now) {
            _ if self.is_stopping() || self.app.watch.clock_is_off() => return Ok(0),
            Leave::Go => BATCH,
            Leave::Probe => 1,
            Leave::Wait(_) => return Ok(0),
        };
        let claimed = self.claim(now, limit).await?;
        let count = claimed.len();
        if count == 0 {
            self.probe_without_mail().await;
            return Ok(0);
        }
        let ready = self.prepare(claimed).await?;
        self.deliver(ready).await?;
        Ok(count)
    }

    /// How long to wait after a step that had nothing to do: until the next mail's time, five seconds at most.
    pub async fn pause(&self) -> Result<Duration> {
        let now = self.app.clock.now();
        let next = outbox::next_attempt_at(&self.app.db.read, now).await?;
        let wait = match (next, self.breaker.is_open()) {
            (Some(next), false) => self.app.clock.until(next),
            _ => LONGEST_PAUSE,
        };
        Ok(wait.clamp(SHORTEST_PAUSE, LONGEST_PAUSE))
    }

    /// Forgets the session, about which nothing is known after a step that panicked.
    pub fn reset(&mut self) {
        self.session = self.app.mailer.open().watched_by(&self.app.watch);
    }

    /// Says goodbye to the mail server.
    pub async fn close(self) {
        self.session.close().await;
    }

    async fn claim(&self, now: Timestamp, limit: u64) -> Result<Vec<email::Model>> {
        let tx = self.app.db.begin().await?;
        let lease_until = lease_until(&self.app, now);
        let claimed = outbox::claim(&tx, &self.replica, now, lease_until, limit).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// With no mail to try it on, an open breaker closes when the mail server lets us in.
    async fn probe_without_mail(&mut self) {
        if self.breaker.is_open() {
            match self.session.check().await {
                Ok(()) => self.breaker.close(),
                Err(outcome) => {
                    self.breaker
                        .open(self.app.clock.now(), &outcome.to_string());
                }
            }
        }
    }

    /// Hands `rows` over one by one. Those it does not come to, because mail does not get out or Meridian is being
    /// stopped, are given back.
    async fn deliver(&mut self, rows: Vec<email::Model>) -> Result<()> {
        let mut rest = VecDeque::from(rows);
        let mut renewed_at = self.app.clock.now();
        while let Some(row) = rest.pop_front() {
            let verdict = self.hand_over(&row).await?;
            if matches!(verdict, Verdict::Failed { suppress: Some(_) }) {
                rest = self.without_suppressed(rest.into()).await?.into();
            }
            if self.is_stopping() || self.breaker.is_open() {
                return self.give_back(&claims(&rest)).await;
            }
            let now = self.app.clock.now();
            if !rest.is_empty() && now.duration_since(renewed_at) >= lease(&self.app) / 2 {
                renew(&self.app, &claims(&rest)).await?;
                renewed_at = now;
            }
        }
        Ok(())
    }

    async fn give_back(&self, claims: &[Claim]) -> Result<()> {
        if claims.is_empty() {
            return Ok(());
        }
        let tx = self.app.db.begin().await?;
        outbox::release(&tx, claims).await?;
        Ok(tx.commit().await?)
    }

    fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// When `row` is to be tried again after an attempt that failed now.
    fn next_attempt_at(&mut self, row: &email::Model, now: Timestamp) -> Timestamp {
        let wait = backoff(row.attempts, &mut self.random);
        let next = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        next.min(row.expires_at.0)
    }
}

fn claims<'a>(rows: impl IntoIterator<Item = &'a email::Model>) -> Vec<Claim> {
    rows.into_iter().map(Claim::from).collect()
}

async fn renew(app: &App, claims: &[Claim]) -> Result<()> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    outbox::renew(&tx, claims, lease_until(app, now)).await?;
    Ok(tx.commit().await?)
}

fn lease(app: &App) -> SignedDuration {
    SignedDuration::try_from(app.config.lease).unwrap_or(SignedDuration::MAX)
}

fn lease_until(app: &App, now: Timestamp) -> Timestamp {
    now.checked_add(lease(app)).unwrap_or(Timestamp::MAX)
}
