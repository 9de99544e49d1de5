//! The timeline of a mail: one row for each try, written with the mark that it explains.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, EntityTrait, Set};

use super::Claim;
use crate::email::outcome::{Outcome, Phase};
use crate::entity::{AttemptOutcome, Moment, email_attempt, new_id};
use crate::error::Result;

/// A try to send a mail, from its beginning to its end.
#[derive(Clone, Debug)]
pub struct Attempt<'a> {
    /// Which mail, by which claim.
    pub claim: Claim,
    /// Who tried.
    pub replica: &'a str,
    /// From when.
    pub started_at: Timestamp,
    /// Until when.
    pub finished_at: Timestamp,
    /// What came of it.
    pub outcome: &'a Outcome,
}

/// Adds `attempt` to its mail's timeline.
pub async fn record(conn: &impl ConnectionTrait, attempt: &Attempt<'_>) -> Result<()> {
    let (outcome, phase, code, text) = told(attempt.outcome);
    let row = email_attempt::ActiveModel {
        id: Set(new_id(attempt.finished_at)),
        email_id: Set(attempt.claim.email_id),
        replica: Set(attempt.replica.to_owned()),
        fence: Set(attempt.claim.fence),
        started_at: Set(Moment(attempt.started_at)),
        finished_at: Set(Moment(attempt.finished_at)),
        outcome: Set(outcome),
        phase: Set(phase.map(|phase| phase.to_string())),
        server_code: Set(code.map(i32::from)),
        server_text: Set(text.map(str::to_owned)),
    };
    email_attempt::Entity::insert(row)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

fn told(outcome: &Outcome) -> (AttemptOutcome, Option<Phase>, Option<u16>, Option<&str>) {
    match outcome {
        Outcome::Accepted { code, text } => {
            (AttemptOutcome::Accepted, None, Some(*code), Some(text))
        }
        Outcome::Refused {
            phase,
            permanent,
            code,
            text,
            ..
        } => {
            let outcome = if *permanent {
                AttemptOutcome::Refused
            } else {
                AttemptOutcome::RefusedForNow
            };
            (outcome, Some(*phase), Some(*code), Some(text))
        }
        Outcome::NotSent { phase, text } => {
            (AttemptOutcome::NotSent, Some(*phase), None, Some(text))
        }
        Outcome::Ambiguous { phase, text } => {
            (AttemptOutcome::Ambiguous, Some(*phase), None, Some(text))
        }
        Outcome::Fenced => (AttemptOutcome::Fenced, Some(Phase::Fence), None, None),
    }
}
