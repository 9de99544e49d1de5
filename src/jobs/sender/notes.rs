//! Noting what became of a mail, for good.

use std::time::Duration;

use jiff::Timestamp;

use super::Sender;
use super::verdict::Verdict;
use crate::email::outbox::{Attempt, Claim, Mark, Marked, Retry};
use crate::email::outcome::{Outcome, Phase};
use crate::entity::email;
use crate::error::Result;
use crate::fail_points;
use crate::global_id::Kind;
use crate::jobs::committer::{Answer, Marks};

/// The pauses of a sender that cannot note that a mail was sent; from then on the last one.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1_600),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// A mark that was handed in and is not known to be kept.
pub(super) struct Unsettled {
    marked: Marked,
    answer: Answer,
}

impl Unsettled {
    /// Hands `marked` in.
    pub(super) fn submit(marks: &Marks, marked: Marked) -> Self {
        Self {
            answer: marks.submit(marked.clone()),
            marked,
        }
    }
}

impl Sender {
    /// What is to be noted of an attempt on `row`; nothing when another sender has the mail.
    pub(super) fn note(
        &mut self,
        row: &email::Model,
        started_at: Timestamp,
        outcome: &Outcome,
        verdict: &Verdict,
    ) -> Option<Marked> {
        let now = self.app.clock.now();
        let (is_ours, first_fault) = match verdict {
            Verdict::OurFault { phase } => {
                (true, self.breaker.open(now, *phase, &outcome.to_string()))
            }
            _ => (false, false),
        };
        let next = self.next_attempt_at(row, now);
        let mark = mark(row, now, next, outcome, verdict)?;
        let claim = Claim::from(row);
        let attempt = Attempt {
            claim,
            replica: &self.replica,
            started_at,
            finished_at: now,
            outcome,
        };
        // The probes of an outage would bury the rest of the timeline.
        let is_told = !is_ours || first_fault;
        Some(Marked {
            claim,
            mark,
            attempt: is_told.then(|| attempt.row()),
        })
    }

    /// Waits until what became of the mail before is kept.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn settle(&mut self) -> Result<()> {
        settle(&mut self.unsettled, &self.marks).await
    }
}

/// Waits until the mark is made. Where it says that the mail was sent it is tried again for as long as the sender lives:
/// forgetting that would send the mail twice.
pub(super) async fn settle(unsettled: &mut Option<Unsettled>, marks: &Marks) -> Result<()> {
    let Some(Unsettled { marked, answer }) = unsettled.take() else {
        return Ok(());
    };
    let mut answered = answer.held().await;
    if matches!(marked.mark, Mark::Sent(_)) {
        let last = PAUSES[PAUSES.len() - 1];
        let mut pauses = PAUSES.into_iter().chain(std::iter::repeat(last));
        while let (Err(error), Some(pause)) = (&answered, pauses.next()) {
            tracing::error!(
                ?error,
                mail = Kind::Email.text(marked.claim.row_id),
                "a mail was sent and could not be marked; trying again"
            );
            if !fail_points::is_on("without-pauses") {
                tokio::time::sleep(pause).await;
            }
            answered = marks.submit(marked.clone()).held().await;
        }
    }
    if !answered? {
        let Marked { claim, mark, .. } = marked;
        let mail = Kind::Email.text(claim.row_id);
        tracing::warn!(
            mail,
            ?mark,
            "the claim on a mail was lost before its outcome"
        );
    }
    Ok(())
}

fn mark(
    row: &email::Model,
    now: Timestamp,
    next: Timestamp,
    outcome: &Outcome,
    verdict: &Verdict,
) -> Option<Mark> {
    let later = |next_attempt_at, counts| {
        Mark::Later(Retry {
            next_attempt_at,
            counts,
        })
    };
    Some(match verdict {
        Verdict::Sent => Mark::Sent(now),
        Verdict::Later { counts } => later(next, *counts),
        // The fault may be this mail's alone after all: the next probe takes another one.
        Verdict::OurFault {
            phase: Phase::Mail | Phase::Rcpt,
        } => later(next, false),
        Verdict::OurFault { .. } => later(row.next_attempt_at.0, false),
        Verdict::Failed { suppress } => Mark::Failed {
            reason: format!("The mail server {outcome}"),
            suppress: suppress.clone(),
            at: now,
        },
        Verdict::InDoubt => Mark::InDoubt,
        Verdict::Overtaken => return None,
    })
}
