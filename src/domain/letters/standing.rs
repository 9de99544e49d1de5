//! Where a letter stands: its own word until it is approved, its mail's from then on.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::entity::{AttemptOutcome, EmailState, email, email_attempt, letter};
use crate::error::{ProblemCode, Result};

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterState {
    /// It may change, and waits for approvals.
    Draft,
    /// Two people have approved it: its mail is on its way.
    Approved,
    /// The mail server took it.
    Sent,
    /// Its mail ended without being sent: the mail says why.
    Failed,
}

/// Where a letter stands, from its mail; none before it is approved.
pub fn state(mail: Option<&email::Model>) -> LetterState {
    match mail.map(|mail| mail.state) {
        None => LetterState::Draft,
        Some(EmailState::Sent) => LetterState::Sent,
        Some(EmailState::Pending | EmailState::Claimed | EmailState::Data | EmailState::Held) => {
            LetterState::Approved
        }
        Some(
            EmailState::Failed
            | EmailState::Expired
            | EmailState::Cancelled
            | EmailState::SkippedEmpty
            | EmailState::SkippedAbsent,
        ) => LetterState::Failed,
    }
}

/// Whether the caller may read what a letter says: owners and managers, and everybody once it was sent.
pub fn may_read_text(caller: &Caller, mail: Option<&email::Model>) -> bool {
    caller.reads_all() || state(mail) == LetterState::Sent
}

/// Notes why a letter may not change: it is on its way, was sent, or may have been.
pub(super) async fn check_may_change(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    letter: &letter::Model,
) -> Result<()> {
    let mail = match letter.email_id {
        Some(id) => email::Entity::find_by_id(id).one(conn).await?,
        None => None,
    };
    let refusal = match (state(mail.as_ref()), &mail) {
        (LetterState::Sent, _) => {
            Some("It was sent: write to the client yourself and log a touchpoint.")
        }
        (LetterState::Approved, _) => Some("Two people have approved it and it is on its way."),
        (LetterState::Failed, Some(mail)) if is_in_doubt(conn, mail).await? => Some(
            "Its mail may have arrived although that was never confirmed. Ask the client and log a touchpoint.",
        ),
        _ => None,
    };
    if let Some(message) = refusal {
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    Ok(())
}

/// Whether a mail that ended without being sent may have arrived all the same: a reply to it was lost, or a sender died
/// over it and left a counted attempt without a record.
async fn is_in_doubt(conn: &impl ConnectionTrait, mail: &email::Model) -> Result<bool> {
    let attempts = email_attempt::Entity::find()
        .filter(email_attempt::Column::EmailId.eq(mail.id))
        .all(conn)
        .await?;
    let lost = |attempt: &email_attempt::Model| attempt.outcome == AttemptOutcome::Ambiguous;
    let recorded = i32::try_from(attempts.len()).unwrap_or(i32::MAX);
    Ok(attempts.iter().any(lost) || mail.attempts > recorded)
}
