//! Handing one mail over.

use std::convert::Infallible;

use lettre::Address;
use lettre::address::Envelope;

use super::notes::{Unsettled, settle};
use super::preparation::Ready;
use super::verdict::{Verdict, got_past, verdict};
use super::{Sender, Stock};
use crate::app::App;
use crate::email::message::Outgoing;
use crate::email::outbox::{Claim, Mark, Marked};
use crate::email::outcome::{Outcome, Phase};
use crate::email::return_path;
use crate::entity::email;
use crate::error::Result;
use crate::fail_points;
use crate::jobs::lease;

impl Sender {
    /// Hands `mail` over. What became of it is on its way to the database when this returns, while the next mail is begun;
    /// [`Self::settle`] waits for it. No mail's message is announced before that of the one before is settled, so that never
    /// more than one per sender was perhaps sent and is not marked.
    pub(super) async fn hand_over(&mut self, mail: Ready) -> Result<Verdict> {
        let started_at = self.app.clock.now();
        let Ready { row, message } = mail;
        let row = &row;
        let outcome = match self.outgoing(row, message) {
            Ok(mail) => self.send(Claim::from(row), &mail).await,
            Err(refusal) => refusal,
        };
        let now = self.app.clock.now();
        let outcome = match outcome {
            // Nobody took it: the fence is closed to what is not worth sending any more.
            Outcome::Fenced if row.expires_at.0 <= now => {
                Outcome::not_sent(Phase::Fence, "its time has passed")
            }
            outcome => outcome,
        };
        self.app.watch.handed_over(row, &outcome, now);
        let verdict = verdict(&outcome);
        if verdict == Verdict::Sent {
            fail_points::reached("accepted");
        }
        if let Some(phase) = got_past(&outcome) {
            self.breaker.passed(phase);
        }
        let noted = self.note(row, started_at, &outcome, &verdict);
        let noted = noted.map(|marked| Unsettled::submit(&self.marks, marked));
        self.settle().await?;
        self.unsettled = noted;
        Ok(verdict)
    }

    fn outgoing(&self, row: &email::Model, message: Vec<u8>) -> Result<Outgoing, Outcome> {
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
            raw: message,
            stem,
        })
    }

    async fn send(&mut self, claim: Claim, mail: &Outgoing) -> Outcome {
        let Self {
            app,
            session,
            stock,
            marks,
            unsettled,
            ..
        } = self;
        // The fence: asked right before the message is announced, in one transaction with the mark of the mail before.
        let fence = async {
            let entered = marks.submit(Marked {
                claim,
                mark: Mark::EnterData,
                attempt: None,
            });
            settle(unsettled, marks).await?;
            let entered = entered.held().await?;
            fail_points::reached("fenced");
            Ok(entered || fail_points::is_on("without-fence"))
        };
        tokio::select! {
            outcome = session.send(mail, fence) => outcome,
            never = keep(app, claim, stock) => match never {},
        }
    }
}

/// Keeps the claim on one mail while a slow server is being asked to take it, and those on the mails that wait for it.
async fn keep(app: &App, claim: Claim, stock: &Stock) -> Infallible {
    loop {
        tokio::time::sleep(app.config.lease / 2).await;
        let mut claims = stock.to_renew(app.clock.now(), lease::length(app) / 2);
        claims.push(claim);
        if let Err(error) = super::renew(app, &claims).await {
            tracing::warn!(?error, "claims could not be renewed");
        }
    }
}

/// Readable, sortable, and one for each mail: `2026-W48-capacity-summary-dana-1f2e3d4c`.
fn stem(row: &email::Model, user: &str) -> String {
    let kind = row.kind.word().to_lowercase().replace('_', "-");
    let id = row.id.simple().to_string();
    format!("{}-{kind}-{user}-{}", row.period, &id[24..])
}
