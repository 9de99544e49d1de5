//! A sender: claims mails, composes them, hands them to the mail server one by one, and notes what became of each.

mod delivery;
mod notes;
mod preparation;
mod stock;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::watch;

use super::backoff::MAILS;
use super::breaker::{Breaker, Leave};
use super::committer::Marks;
use super::lease;
use crate::app::App;
use crate::email::mailer::Session;
use crate::email::outbox::{self, Claim, Lane};
use crate::email::outcome::Phase;
use crate::entity::email;
use crate::error::Result;
use crate::fail_points;
use notes::Unsettled;
use preparation::Ready;
use verdict::Verdict;

pub use stock::Stock;

/// Mails claimed at once.
const BATCH: u64 = 200;

/// Between these a sender waits when nothing is due.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One of a replica's senders, with a session of its own.
pub struct Sender {
    app: App,
    lane: Lane,
    replica: String,
    breaker: Arc<Breaker>,
    stopping: watch::Receiver<bool>,
    random: StdRng,
    session: Session,
    stock: Arc<Stock>,
    marks: Marks,
    /// What became of the mail before, until it is known to be kept.
    unsettled: Option<Unsettled>,
}

impl Sender {
    /// A sender of `replica` with a circuit breaker and a committer of its own, which is never asked to stop. Called
    /// within the asynchronous runtime.
    pub fn new(app: App, replica: &str) -> Self {
        let (marks, _) = Marks::start(app.clone());
        Self {
            session: open(&app),
            stock: Arc::default(),
            marks,
            unsettled: None,
            app,
            lane: Lane::default(),
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

    /// The same sender, whose marks are committed together with those of the others of its replica.
    #[must_use]
    pub fn marking_through(self, marks: Marks) -> Self {
        Self { marks, ..self }
    }

    /// The same sender, which takes the mails of one lane only, and shares those with all that have the same `stock`.
    #[must_use]
    pub fn in_lane(self, lane: Lane, stock: Arc<Stock>) -> Self {
        Self {
            lane,
            stock,
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

    /// Hands over the mails that are in stock, after claiming those that are due where there are none, until none is left.
    /// Answers how many it claimed or handed over: zero when nothing is due, or mail does not get out.
    ///
    /// # Errors
    /// The database's. Mails that were claimed then come back when their lease has run out.
    pub async fn step(&mut self) -> Result<usize> {
        // The step before may have broken off with it.
        self.settle().await?;
        let now = self.app.clock.now();
        let limit = match self.breaker.ask(now) {
            _ if self.is_stopping() || self.app.watch.clock_is_off() => return Ok(0),
            Leave::Go => BATCH,
            Leave::Probe => 1,
            Leave::Wait(_) => return Ok(0),
        };
        let claimed = self.fill_empty_stock(limit).await?;
        let handed_over = self.deliver(limit).await?;
        if claimed == 0 && handed_over == 0 {
            self.probe_without_mail().await;
        }
        Ok(claimed.max(handed_over))
    }

    /// How long to wait after a step that had nothing to do: until the next mail's time, five seconds at most. By a clock that is
    /// off no mail's time is known.
    pub async fn pause(&self) -> Result<Duration> {
        if self.app.watch.clock_is_off() {
            return Ok(LONGEST_PAUSE);
        }
        let now = self.app.clock.now();
        let next = outbox::next_attempt_at(&self.app.db.read, self.lane, now).await?;
        let wait = match (next, self.breaker.is_open()) {
            (Some(next), false) => self.app.clock.until(next),
            _ => LONGEST_PAUSE,
        };
        Ok(wait.clamp(SHORTEST_PAUSE, LONGEST_PAUSE))
    }

    /// Forgets the session, about which nothing is known after a step that panicked.
    pub fn reset(&mut self) {
        self.session = open(&self.app);
    }

    /// Keeps what is not kept yet, and says goodbye to the mail server.
    pub async fn close(mut self) {
        if let Err(error) = self.settle().await {
            tracing::error!(?error, "what became of the last mail could not be kept");
        }
        self.session.close().await;
    }

    /// Claims mails where there are none in stock. Answers how many.
    async fn fill_empty_stock(&mut self, limit: u64) -> Result<usize> {
        let stock = self.stock.clone();
        if !stock.is_empty() {
            return Ok(0);
        }
        let _filling = stock.filling.lock().await;
        if !stock.is_empty() {
            // Somebody else has just done it.
            return Ok(0);
        }
        self.fill_stock(limit).await
    }

    /// Claims more mails while the others go on, unless one of them does it already.
    async fn fill_low_stock(&mut self, limit: u64) -> Result<()> {
        let stock = self.stock.clone();
        // Who probes has tried its one mail.
        if limit == BATCH
            && stock.is_low()
            && let Ok(_filling) = stock.filling.try_lock()
        {
            self.fill_stock(limit).await?;
        }
        Ok(())
    }

    async fn fill_stock(&mut self, limit: u64) -> Result<usize> {
        let now = self.app.clock.now();
        let claimed = self.claim(limit).await?;
        let count = claimed.len();
        let ready = self.prepare(claimed).await?;
        self.stock.add(ready, now, (count as u64) < limit);
        Ok(count)
    }

    async fn claim(&self, limit: u64) -> Result<Vec<email::Model>> {
        let app = &self.app;
        let tx = app.db.begin().await?;
        let (now, until) = (lease::now(app), lease::until(app));
        let claimed = outbox::claim_in(&tx, self.lane, &self.replica, now, until, limit).await?;
        tx.commit().await?;
        if !claimed.is_empty() {
            fail_points::reached("claimed");
        }
        Ok(claimed)
    }

    /// With no mail to try it on, an open breaker closes when the mail server lets us in; but not where it had let us in,
    /// and refused a mail for who we are.
    async fn probe_without_mail(&mut self) {
        if !self.breaker.needs_no_mail() {
            return;
        }
        let Some(checked) = unless_stopped(&self.stopping, self.session.check()).await else {
            return;
        };
        match checked {
            Ok(()) => self.breaker.passed(Phase::Auth),
            Err(outcome) => {
                let now = self.app.clock.now();
                self.breaker.open(now, Phase::Connect, &outcome.to_string());
            }
        }
    }

    /// Hands over what is in stock, one by one. What nobody comes to, because mail does not get out or Meridian is being
    /// stopped, is given back. Answers how many it handed over.
    async fn deliver(&mut self, limit: u64) -> Result<usize> {
        let mut handed_over = 0;
        while !self.is_stopping()
            && let Some(mail) = self.stock.take()
        {
            let verdict = self.hand_over(mail).await?;
            handed_over += 1;
            if matches!(verdict, Verdict::Failed { suppress: Some(_) }) {
                self.settle().await?;
                let wanted = self.without_suppressed(self.stock.take_all()).await?;
                self.stock.put_back(wanted);
            }
            if self.breaker.is_open() {
                break;
            }
            self.fill_low_stock(limit).await?;
            self.renew_stock().await?;
        }
        self.settle().await?;
        if self.is_stopping() || self.breaker.is_open() {
            self.give_back(&claims(&self.stock.take_all())).await?;
        }
        Ok(handed_over)
    }

    /// Keeps the claims on what waits in stock.
    async fn renew_stock(&self) -> Result<()> {
        let now = self.app.clock.now();
        let aging = self.stock.to_renew(now, lease::length(&self.app) / 2);
        if aging.is_empty() {
            return Ok(());
        }
        renew(&self.app, &aging).await
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
        let wait = MAILS.after(row.attempts, &mut self.random);
        let next = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        next.min(row.expires_at.0)
    }
}

fn open(app: &App) -> Session {
    let session = app.mailer.open().watched_by(&app.watch);
    session.within(&app.clock, app.config.grace)
}

fn claims<'a>(mails: impl IntoIterator<Item = &'a Ready>) -> Vec<Claim> {
    let claims = mails.into_iter().map(|mail| Claim::from(&mail.row));
    claims.collect()
}

async fn renew(app: &App, claims: &[Claim]) -> Result<()> {
    let tx = app.db.begin().await?;
    outbox::renew(&tx, claims, lease::until(app)).await?;
    Ok(tx.commit().await?)
}

/// What `step` comes to; none when Meridian is stopped first.
async fn unless_stopped<T>(
    stopping: &watch::Receiver<bool>,
    step: impl Future<Output = T>,
) -> Option<T> {
    let mut stopping = stopping.clone();
    let stopped = async {
        // The other end may be gone where nobody ever stops this sender.
        if stopping.wait_for(|stopping| *stopping).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        done = step => Some(done),
        () = stopped => None,
    }
}
