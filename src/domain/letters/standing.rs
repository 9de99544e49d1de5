//! Where a letter stands: its own word until it is approved, its mail's from then on.

use sea_orm::{ConnectionTrait, EntityTrait};

use crate::domain::check::Check;
use crate::domain::mails::may_have_arrived;
use crate::entity::{EmailState, email, letter};
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
    /// Its mail may have reached the client, and is not sent again.
    InDoubt,
}

/// Where a letter stands, from its mail; none before it is approved.
pub fn state(mail: Option<&email::Model>) -> LetterState {
    match mail.map(|mail| mail.state) {
        None => LetterState::Draft,
        Some(EmailState::Sent) => LetterState::Sent,
        Some(EmailState::Held) => LetterState::InDoubt,
        Some(EmailState::Pending | EmailState::Claimed | EmailState::Data) => LetterState::Approved,
        Some(
            EmailState::Failed
            | EmailState::Expired
            | EmailState::Cancelled
            | EmailState::SkippedEmpty
            | EmailState::SkippedAbsent,
        ) => LetterState::Failed,
    }
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
    let in_doubt = "Its mail may have arrived although that was never confirmed. Ask the client and log a touchpoint.";
    let refusal = match (state(mail.as_ref()), &mail) {
        (LetterState::Sent, _) => {
            Some("It was sent: write to the client yourself and log a touchpoint.")
        }
        (LetterState::Approved, _) => Some("Two people have approved it and it is on its way."),
        (LetterState::InDoubt, _) => Some(in_doubt),
        (LetterState::Failed, Some(mail)) if may_have_arrived(conn, mail.id).await? => {
            Some(in_doubt)
        }
        _ => None,
    };
    if let Some(message) = refusal {
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    Ok(())
}
