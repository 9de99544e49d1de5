//! From claimed rows to mails that can be handed over: composed, kept, and to an address that wants them.

use std::collections::HashMap;

use uuid::Uuid;

use super::Sender;
use crate::domain::planned_mails::unrendered;
use crate::domain::{mail_messages, suppressions};
use crate::email::compose::{Composed, Rendered, Verdict, compose, outdated, refusals};
use crate::email::outbox::{self, Attempt, Claim};
use crate::email::outcome::{Outcome, Phase};
use crate::entity::{EmailState, Moment, email};
use crate::error::Result;
use crate::global_id::Kind;

/// A claimed mail that can be handed over.
pub(super) struct Ready {
    pub(super) row: email::Model,
    /// What it says.
    pub(super) message: Vec<u8>,
}

impl Sender {
    /// The mails among `claimed` that are to be handed over, in order; the others are closed or put off.
    pub(super) async fn prepare(&mut self, claimed: Vec<email::Model>) -> Result<Vec<Ready>> {
        let (rendered, mut planned): (Vec<_>, Vec<_>) = claimed
            .into_iter()
            .partition(|row| row.rendered_at.is_some());
        let rendered = self.without_refused(rendered).await?;
        let (rendered, outdated) = self.without_outdated(rendered).await?;
        planned.extend(outdated);
        let ids = rendered.iter().map(|row| row.id);
        let mut messages = mail_messages::of(&self.app.db.read, ids).await?;
        let mut ready = Vec::with_capacity(rendered.len() + planned.len());
        for row in rendered {
            match messages.remove(&row.id) {
                Some(message) => ready.push(Ready { row, message }),
                None => planned.push(row),
            }
        }
        if !planned.is_empty() {
            ready.extend(self.render(planned).await?);
            ready.sort_by_key(|mail| (mail.row.next_attempt_at, mail.row.id));
        }
        self.without_suppressed(ready).await
    }

    /// Composes `rows` and keeps the outcome in one transaction. What could not be composed is put off, each mail for a
    /// time of its own: so one that makes composing fail parts from those it would take with it.
    async fn render(&mut self, rows: Vec<email::Model>) -> Result<Vec<Ready>> {
        let started_at = self.app.clock.now();
        let composed = match compose(&self.app, &rows).await {
            Ok(composed) => composed,
            Err(error) => {
                tracing::error!(
                    ?error,
                    mails = rows.len(),
                    "mails could not be composed together"
                );
                self.compose_one_by_one(&rows).await
            }
        };
        let mut verdicts: HashMap<Uuid, Verdict> = composed
            .into_iter()
            .map(|composed| (composed.email_id, composed.verdict))
            .collect();
        let now = self.app.clock.now();
        let mut ready = Vec::with_capacity(rows.len());
        let tx = self.app.db.begin().await?;
        for row in rows {
            let claim = Claim::from(&row);
            match verdicts.remove(&row.id) {
                Some(Verdict::Send(rendered)) => {
                    if outbox::store_rendered(&tx, claim, &rendered, now).await? {
                        ready.push(ready_now(row, rendered, now.into()));
                    }
                }
                Some(Verdict::Close { state, reason }) => {
                    if state == EmailState::Failed {
                        tracing::error!(mail = %Kind::Email.text(row.id), reason, "a mail goes to nobody");
                    }
                    outbox::close(&tx, claim, state, &reason, now).await?;
                }
                None => {
                    let next = self.next_attempt_at(&row, now);
                    outbox::retry_later(&tx, claim, next, true).await?;
                    let outcome =
                        &Outcome::not_sent(Phase::Compose, "an error of our own, see the log");
                    let attempt = Attempt {
                        claim,
                        replica: &self.replica,
                        started_at,
                        finished_at: now,
                        outcome,
                    };
                    outbox::record(&tx, &attempt).await?;
                }
            }
        }
        tx.commit().await?;
        Ok(ready)
    }

    /// A mail that cannot be composed takes no other with it.
    async fn compose_one_by_one(&self, rows: &[email::Model]) -> Vec<Composed> {
        let mut composed = Vec::with_capacity(rows.len());
        for row in rows {
            match compose(&self.app, std::slice::from_ref(row)).await {
                Ok(one) => composed.extend(one),
                Err(error) => {
                    tracing::error!(
                        ?error,
                        mail = Kind::Email.text(row.id),
                        "a mail could not be composed"
                    )
                }
            }
        }
        composed
    }

    /// Cancels the mails among `rows`, rendered for an earlier attempt, that are not to leave any more: their recipient has
    /// left since, what a letter announces was called off, or a review was decided.
    async fn without_refused(&self, rows: Vec<email::Model>) -> Result<Vec<email::Model>> {
        if rows.is_empty() {
            return Ok(rows);
        }
        let refusals = refusals(&self.app.db.read, &rows, self.app.clock.now()).await?;
        if refusals.is_empty() {
            return Ok(rows);
        }
        let (refused, wanted): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .partition(|row| refusals.contains_key(&row.id));
        let tx = self.app.db.begin().await?;
        for row in refused {
            let reason = &refusals[&row.id];
            let (claim, state) = (Claim::from(&row), EmailState::Cancelled);
            outbox::close(&tx, claim, state, reason, self.app.clock.now()).await?;
        }
        tx.commit().await?;
        Ok(wanted)
    }

    /// Takes those of `rows` apart, rendered for an earlier attempt, that are to be composed anew; they are then as they were
    /// planned.
    async fn without_outdated(
        &self,
        rows: Vec<email::Model>,
    ) -> Result<(Vec<email::Model>, Vec<email::Model>)> {
        let outdated = outdated(&self.app.db.read, &rows, self.app.clock.now()).await?;
        if outdated.is_empty() {
            return Ok((rows, Vec::new()));
        }
        let (outdated, kept): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| outdated.contains(&row.id));
        let claims: Vec<Claim> = outdated.iter().map(Claim::from).collect();
        let tx = self.app.db.begin().await?;
        outbox::forget_rendered(&tx, &claims).await?;
        tx.commit().await?;
        Ok((kept, outdated.into_iter().map(unrendered).collect()))
    }

    /// Fails those of `mails` whose address is not written to any more.
    pub(super) async fn without_suppressed(&self, mails: Vec<Ready>) -> Result<Vec<Ready>> {
        let addresses = mails
            .iter()
            .filter_map(|mail| mail.row.to_address.as_deref());
        let suppressed = outbox::suppressed(&self.app.db.read, addresses).await?;
        if suppressed.is_empty() {
            return Ok(mails);
        }
        let mut wanted = Vec::with_capacity(mails.len());
        let tx = self.app.db.begin().await?;
        for mail in mails {
            let row = &mail.row;
            let address = row.to_address.as_deref().unwrap_or_default().to_lowercase();
            let Some(why) = suppressed.get(&address) else {
                wanted.push(mail);
                continue;
            };
            tracing::error!(mail = %Kind::Email.text(row.id), "a mail is not sent: its address is suppressed");
            let reason = suppressions::told(&address, why);
            let (claim, state) = (Claim::from(row), EmailState::Failed);
            outbox::close(&tx, claim, state, &reason, self.app.clock.now()).await?;
        }
        tx.commit().await?;
        Ok(wanted)
    }
}

fn ready_now(row: email::Model, rendered: Rendered, now: Moment) -> Ready {
    let row = email::Model {
        to_address: Some(rendered.to_address),
        subject: Some(rendered.subject),
        message_id: Some(rendered.message_id),
        rendered_at: Some(now),
        ..row
    };
    let message = rendered.message;
    Ready { row, message }
}
