//! Handing one mail over, and noting what became of it.

use std::convert::Infallible;
use std::time::Duration;

use jiff::Timestamp;
use lettre::Address;
use lettre::address::Envelope;
use sea_orm::DatabaseTransaction;

use super::Sender;
use super::verdict::{Verdict, shows_a_way_out, verdict};
use crate::app::App;
use crate::email::message::Outgoing;
use crate::email::outbox::{self, Attempt, Claim};
use crate::email::outcome::{Outcome, Phase};
use crate::email::return_path;
use crate::entity::email;
use crate::error::Result;

/// The first and the last pause of a sender that cannot note that a mail was sent.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1_600),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

impl Sender {
    /// Hands `row` over and notes the outcome, for good, before it returns.
    pub(super) async fn hand_over(&mut self, row: &email::Model) -> Result<Verdict> {
        let started_at = self.app.clock.now();
        let outcome = match self.outgoing(row) {
            Ok(mail) => self.send(Claim::from(row), &mail).await,
            Err(refusal) => refusal,
        };
        let verdict = verdict(&outcome);
        if shows_a_way_out(&outcome) {
            self.breaker.close();
        }
        let mut pauses = PAUSES.iter();
        loop {
            let noted = self.note(row, started_at, &outcome, &verdict).await;
            match (noted, pauses.next()) {
                (Ok(()), _) => return Ok(verdict),
                // Forgetting that it was sent would send it twice.
                (Err(error), Some(pause)) if verdict == Verdict::Sent => {
                    tracing::error!(
                        ?error,
                        "a mail was sent and could not be marked; trying again"
                    );
                    tokio::time::sleep(*pause).await;
                }
                (Err(error), _) => return Err(error),
            }
        }
    }

    fn outgoing(&self, row: &email::Model) -> Result<Outgoing, Outcome> {
        let to = row.to_address.as_deref().unwrap_or_default();
        let refused = |_| {
            let text = "this is not a mail address";
            Outcome::refused(Phase::Rcpt, 553, text, Some(to.to_owned()))
        };
        let to: Address = to.parse().map_err(refused)?;
        let stem = stem(row, to.user());
        let from = return_path::sender(&self.app, row.id)
            .map_err(|error| Outcome::not_sent(Phase::Compose, error))?;
        let envelope = Envelope::new(Some(from), vec![to])
            .map_err(|error| Outcome::not_sent(Phase::Compose, error))?;
        Ok(Outgoing {
            envelope,
            raw: row.message.clone().unwrap_or_default(),
            stem,
        })
    }

    async fn send(&mut self, claim: Claim, mail: &Outgoing) -> Outcome {
        let app = &self.app;
        let fence = enter_data(app, claim);
        tokio::select! {
            outcome = self.session.send(mail, fence) => outcome,
            never = keep(app, claim) => match never {},
        }
    }

    async fn note(
        &mut self,
        row: &email::Model,
        started_at: Timestamp,
        outcome: &Outcome,
        verdict: &Verdict,
    ) -> Result<()> {
        if *verdict == Verdict::Overtaken {
            return Ok(());
        }
        let now = self.app.clock.now();
        let first_fault =
            *verdict == Verdict::OurFault && self.breaker.open(now, &outcome.to_string());
        let next = self.next_attempt_at(row, now);
        let tx = self.app.db.begin().await?;
        mark(&tx, row, now, next, outcome, verdict).await?;
        // The probes of an outage would bury the rest of the timeline.
        if *verdict != Verdict::OurFault || first_fault {
            let attempt = Attempt {
                claim: Claim::from(row),
                replica: &self.replica,
                started_at,
                finished_at: now,
                outcome,
            };
            outbox::record(&tx, &attempt).await?;
        }
        Ok(tx.commit().await?)
    }
}

async fn mark(
    tx: &DatabaseTransaction,
    row: &email::Model,
    now: Timestamp,
    next: Timestamp,
    outcome: &Outcome,
    verdict: &Verdict,
) -> Result<()> {
    let claim = Claim::from(row);
    let held = match verdict {
        Verdict::Sent => outbox::mark_sent(tx, claim, now).await?,
        Verdict::Later { counts } => outbox::retry_later(tx, claim, next, *counts).await?,
        Verdict::OurFault => outbox::retry_later(tx, claim, row.next_attempt_at.0, false).await?,
        Verdict::Failed { suppress } => {
            let reason = format!("The mail server {outcome}");
            if let Some(address) = suppress {
                outbox::suppress(tx, address, &reason, now).await?;
            }
            outbox::fail(tx, claim, &reason).await?
        }
        Verdict::InDoubt | Verdict::Overtaken => true,
    };
    if !held {
        tracing::warn!(email = %row.id, %outcome, "the claim on a mail was lost before its outcome");
    }
    Ok(())
}

/// The fence: asked right before the message is announced.
async fn enter_data(app: &App, claim: Claim) -> Result<bool> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let entered = outbox::enter_data(&tx, claim, now, super::lease_until(app, now)).await?;
    tx.commit().await?;
    Ok(entered)
}

/// Keeps the claim on one mail while a slow server is being asked to take it.
async fn keep(app: &App, claim: Claim) -> Infallible {
    loop {
        tokio::time::sleep(app.config.lease / 2).await;
        if let Err(error) = super::renew(app, &[claim]).await {
            tracing::warn!(?error, "a claim could not be renewed");
        }
    }
}

/// Readable, sortable, and one for each mail: `2026-W48-capacity-summary-dana-1f2e3d4c`.
fn stem(row: &email::Model, user: &str) -> String {
    let kind = row.kind.word().to_lowercase().replace('_', "-");
    let id = row.id.simple().to_string();
    format!("{}-{kind}-{user}-{}", row.period, &id[24..])
}
