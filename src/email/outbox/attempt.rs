//! The timeline of a mail: one row for each try, written with the mark that it explains.

use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};

use super::{Claim, padded};
use crate::email::outcome::{Outcome, Phase};
use crate::entity::{Moment, email_attempt, new_id};
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

impl Attempt<'_> {
    /// Its row.
    pub fn row(&self) -> email_attempt::Model {
        let (phase, code, text) = told(self.outcome);
        email_attempt::Model {
            id: new_id(self.finished_at),
            email_id: self.claim.row_id,
            replica: self.replica.to_owned(),
            fence: self.claim.fence,
            started_at: Moment(self.started_at),
            finished_at: Moment(self.finished_at),
            outcome: self.outcome.into(),
            phase: phase.map(|phase| phase.to_string()),
            server_code: code.map(i32::from),
            server_text: text.map(str::to_owned),
        }
    }
}

/// Adds `attempt` to its mail's timeline.
pub async fn record(conn: &impl ConnectionTrait, attempt: &Attempt<'_>) -> Result<()> {
    record_all(conn, vec![attempt.row()]).await
}

/// Adds `attempts` to the timelines of their mails. One that is there already stays as it is: whoever does not know
/// whether a transaction was committed may repeat it.
pub async fn record_all(
    conn: &impl ConnectionTrait,
    attempts: Vec<email_attempt::Model>,
) -> Result<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let rows = padded(attempts)
        .into_iter()
        .map(|row| row.into_active_model().reset_all());
    let there_already = OnConflict::column(email_attempt::Column::Id)
        .do_nothing()
        .to_owned();
    email_attempt::Entity::insert_many(rows)
        .on_conflict(there_already)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Where it ended, and what the mail server said.
fn told(outcome: &Outcome) -> (Option<Phase>, Option<u16>, Option<&str>) {
    match outcome {
        Outcome::Accepted { code, text } => (None, Some(*code), Some(text)),
        Outcome::Refused {
            phase, code, text, ..
        } => (Some(*phase), Some(*code), Some(text)),
        Outcome::NotSent { phase, text } | Outcome::Ambiguous { phase, text } => {
            (Some(*phase), None, Some(text))
        }
        Outcome::Fenced => (Some(Phase::Fence), None, None),
    }
}
