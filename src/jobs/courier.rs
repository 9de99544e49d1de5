//! The courier: claims deliveries to webhooks, sends each beside the others, and notes what became of it.
//!
//! A webhook has places of its own, so that one whose receiver is slow holds up no other.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use uuid::Uuid;

use super::backoff::WEBHOOKS;
use super::lease;
use super::supervision::supervised;
use crate::app::App;
use crate::domain::access::Caller;
use crate::domain::webhooks::{self, Reach};
use crate::entity::{Moment, new_id, webhook, webhook_attempt, webhook_delivery};
use crate::error::Result;
use crate::global_id::Kind;
use crate::outbox::Claim;
use crate::webhook::outbox::{self, Mark};
use crate::webhook::request::{self, LONGEST, Message, Outcome};
use crate::webhook::signature::signatures;

/// Requests to one webhook at the same time, by each replica.
const EACH: usize = 4;

/// How often a courier looks for what is due.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// The answer of a receiver that is gone for good.
const GONE: u16 = 410;

/// Who pauses a webhook then, as history has it.
const RECEIVER: &str = "a receiver's answer";

/// The one courier of a replica.
pub struct Courier {
    app: App,
    replica: String,
    stopping: watch::Receiver<bool>,
    random: StdRng,
    under_way: JoinSet<()>,
    /// Whom each of these is to.
    receivers: HashMap<Id, Uuid>,
}

impl Courier {
    /// A courier of `replica`, which is never asked to stop.
    pub fn new(app: App, replica: &str) -> Self {
        Self {
            app,
            replica: replica.to_owned(),
            stopping: watch::channel(false).1,
            random: StdRng::from_os_rng(),
            under_way: JoinSet::new(),
            receivers: HashMap::new(),
        }
    }

    /// The same courier, which claims nothing once `stopping` is true.
    #[must_use]
    pub fn sharing(self, stopping: watch::Receiver<bool>) -> Self {
        Self { stopping, ..self }
    }

    /// Claims what is due and has a place, and begins to send it. Answers how many.
    ///
    /// # Errors
    /// The database's. What was claimed then comes back when its lease has run out.
    pub async fn step(&mut self) -> Result<usize> {
        if *self.stopping.borrow() || self.app.watch.clock_is_off() {
            return Ok(0);
        }
        let (now, until) = (lease::now(&self.app), lease::until(&self.app).plus(LONGEST));
        let due = outbox::due(&self.app.db.read, now).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut claimed = Vec::new();
        let tx = self.app.db.begin().await?;
        for webhook in due {
            let busy = self.receivers.values().filter(|id| **id == webhook.id);
            let room = EACH.saturating_sub(busy.count());
            if room > 0 {
                let limit = room as u64;
                let rows = outbox::claim(&tx, webhook.id, &self.replica, now, until, limit).await?;
                claimed.extend(rows.into_iter().map(|row| (webhook.clone(), row)));
            }
        }
        tx.commit().await?;
        let count = claimed.len();
        for (webhook, delivery) in claimed {
            self.begin(webhook, delivery);
        }
        Ok(count)
    }

    /// Until one of those under way has come to its end; for ever where there is none.
    pub async fn one_ended(&mut self) {
        match self.under_way.join_next_with_id().await {
            Some(Ok((id, ()))) => self.receivers.remove(&id),
            Some(Err(error)) => self.receivers.remove(&error.id()),
            None => std::future::pending().await,
        };
    }

    /// Lets all that is under way come to its end.
    pub async fn finish(&mut self) {
        while !self.under_way.is_empty() {
            self.one_ended().await;
        }
    }

    fn begin(&mut self, webhook: webhook::Model, delivery: webhook_delivery::Model) {
        let receiver = webhook.id;
        let attempt = Attempt {
            app: self.app.clone(),
            replica: self.replica.clone(),
            wait: WEBHOOKS.after(delivery.attempts, &mut self.random),
            webhook,
            delivery,
        };
        let task = self.under_way.spawn(async move {
            supervised("delivering an event", attempt.make()).await;
        });
        self.receivers.insert(task.id(), receiver);
    }
}

/// One try to deliver an event.
struct Attempt {
    app: App,
    replica: String,
    webhook: webhook::Model,
    delivery: webhook_delivery::Model,
    /// Until the next one, should this one come to nothing.
    wait: SignedDuration,
}

impl Attempt {
    async fn make(self) -> Result<()> {
        let started_at = self.app.clock.now();
        let id = Kind::WebhookDelivery.text(self.delivery.id);
        let timestamp = started_at.as_second();
        let body = &self.delivery.body;
        let content = (&*id, timestamp, &**body);
        let message = Message {
            url: self.webhook.url.clone(),
            signatures: signatures(self.app.secret()?, &self.webhook, started_at, content)?,
            body: body.clone(),
            timestamp,
            id,
        };
        let reach = Reach::new(&self.app.config.webhook_allow);
        let outcome = request::post(&reach, message, started_at).await;
        self.note(started_at, &outcome).await
    }

    async fn note(&self, started_at: Timestamp, outcome: &Outcome) -> Result<()> {
        let now = self.app.clock.now();
        let mark = self.mark(outcome, now);
        let attempt = self.attempt(outcome, started_at, now);
        let problem = attempt.problem.clone();
        let tx = self.app.db.begin().await?;
        let held = outbox::mark(&tx, Claim::from(&self.delivery), &mark, attempt).await?;
        if is_gone(outcome) {
            let caller = Caller::system(RECEIVER, now);
            let reason = "The receiver answered 410 Gone: it wants no more events.";
            webhooks::disable(&tx, &caller, self.webhook.id, reason).await?;
        }
        tx.commit().await?;
        self.tell(&mark, held, problem.as_deref());
        Ok(())
    }

    fn mark(&self, outcome: &Outcome, now: Timestamp) -> Mark {
        if is_success(outcome) {
            return Mark::Delivered;
        }
        let problem = problem(outcome).unwrap_or_default();
        if is_gone(outcome) {
            return Mark::Failed(format!("{problem}; the webhook is paused"));
        }
        let wait = match outcome {
            Outcome::Answered { retry_after, .. } => retry_after.unwrap_or_default(),
            Outcome::Unanswered(_) => SignedDuration::ZERO,
        };
        let wait = wait.min(WEBHOOKS.longest()).max(self.wait);
        let next = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        match next < self.delivery.expires_at.0 {
            true => Mark::Later(next),
            false => Mark::Failed(format!("{problem}; it was tried for three days")),
        }
    }

    fn attempt(
        &self,
        outcome: &Outcome,
        started_at: Timestamp,
        now: Timestamp,
    ) -> webhook_attempt::Model {
        let (status, answer) = match outcome {
            Outcome::Answered {
                status, beginning, ..
            } => (Some(i32::from(*status)), Some(beginning.clone())),
            Outcome::Unanswered(_) => (None, None),
        };
        webhook_attempt::Model {
            id: new_id(now),
            delivery_id: self.delivery.id,
            replica: self.replica.clone(),
            started_at: Moment(started_at),
            finished_at: Moment(now),
            status,
            answer,
            problem: problem(outcome),
        }
    }

    fn tell(&self, mark: &Mark, held: bool, problem: Option<&str>) {
        let delivery = Kind::WebhookDelivery.text(self.delivery.id);
        let webhook = Kind::Webhook.text(self.webhook.id);
        if !held {
            tracing::warn!(
                delivery,
                webhook,
                "somebody else has this delivery, or it was deleted"
            );
            return;
        }
        match mark {
            Mark::Delivered => tracing::info!(delivery, webhook, "event delivered"),
            Mark::Later(at) => {
                tracing::warn!(delivery, webhook, problem, next = %at, "event not delivered")
            }
            Mark::Failed(_) => {
                tracing::error!(delivery, webhook, problem, "an event is not delivered")
            }
        }
        self.app.watch.event_attempted(mark);
    }
}

fn is_success(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Answered { status, .. } if (200..300).contains(status))
}

fn is_gone(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Answered { status: GONE, .. })
}

/// What went wrong; none when nothing did.
fn problem(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Answered { status, .. } if (200..300).contains(status) => None,
        Outcome::Answered { status, .. } if (300..400).contains(status) => {
            Some(format!("answered {status}: redirects are not followed"))
        }
        Outcome::Answered { status, .. } => Some(format!("answered {status}")),
        Outcome::Unanswered(problem) => Some(problem.clone()),
    }
}
