//! Marks of many mails in one transaction: what a disk can make durable at once, it makes durable at once.

use std::collections::HashSet;

use jiff::Timestamp;
use sea_orm::ConnectionTrait;

use super::{
    Claim, Retry, When, enter_data_all, fail_all, mark_all_sent, record_all, retry_all_later,
    standing_in, suppress, tell_failed, tell_sent,
};
use crate::entity::{EmailState, email_attempt};
use crate::error::Result;

/// What a sender has to say of one mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The fence: see [`super::enter_data`].
    EnterData,
    /// The mail server took it at this instant.
    Sent(Timestamp),
    /// It was not sent, and is to be tried again.
    Later(Retry),
    /// It was refused for good.
    Failed {
        /// By whom and why.
        reason: String,
        /// The address that is not written to again, where it was that which was refused.
        suppress: Option<String>,
        /// When it was refused.
        at: Timestamp,
    },
    /// Nobody knows whether it was sent: it stays in DATA, and only its timeline says more.
    InDoubt,
}

/// A mark with the claim that it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The mail, and the sender's hold on it.
    pub claim: Claim,
    /// What is said of it.
    pub mark: Mark,
    /// The attempt that the mark ends, for the mail's timeline.
    pub attempt: Option<email_attempt::Model>,
}

/// Makes all of `marks`, each kind in one statement, and answers for each whether its claim still held. `lease_until` is
/// for those that enter DATA now. Whoever does not know whether this was committed may repeat it: what stands already as
/// the mark wants it counts as held, because only the holder of that claim can have brought it about.
///
/// # Errors
/// The database's; then the transaction is spoilt for all of them.
pub async fn mark_together(
    conn: &impl ConnectionTrait,
    marks: &[&Marked],
    now: When,
    lease_until: When,
) -> Result<Vec<bool>> {
    let entering = of_kind(marks, |claim, mark| {
        (*mark == Mark::EnterData).then_some(claim)
    });
    let sent = of_kind(marks, |claim, mark| match mark {
        Mark::Sent(at) => Some((claim, *at)),
        _ => None,
    });
    let later = of_kind(marks, |claim, mark| match mark {
        Mark::Later(retry) => Some((claim, *retry)),
        _ => None,
    });
    let failed = of_kind(marks, |claim, mark| match mark {
        Mark::Failed { reason, .. } => Some((claim, &**reason)),
        _ => None,
    });
    let mut held: HashSet<Claim> = HashSet::new();
    if !entering.is_empty() {
        held.extend(enter_data_all(conn, &entering, now, lease_until).await?);
    }
    held.extend(mark_all_sent(conn, &sent).await?);
    held.extend(retry_all_later(conn, &later).await?);
    held.extend(fail_all(conn, &failed).await?);
    for marked in marks.iter().filter(|marked| held.contains(&marked.claim)) {
        match &marked.mark {
            Mark::Sent(at) => tell_sent(conn, marked.claim, *at).await?,
            Mark::Failed { at, .. } => tell_failed(conn, marked.claim, *at).await?,
            Mark::EnterData | Mark::Later(_) | Mark::InDoubt => {}
        }
    }
    held.extend(standing_already(conn, marks, &held).await?);
    for marked in marks {
        if let Mark::Failed {
            reason,
            suppress: Some(address),
            at,
        } = &marked.mark
        {
            suppress(conn, address, reason, *at).await?;
        }
    }
    record_all(
        conn,
        marks
            .iter()
            .filter_map(|marked| marked.attempt.clone())
            .collect(),
    )
    .await?;
    let answers = marks
        .iter()
        .map(|marked| marked.mark == Mark::InDoubt || held.contains(&marked.claim));
    Ok(answers.collect())
}

fn of_kind<'a, T>(marks: &[&'a Marked], pick: impl Fn(Claim, &'a Mark) -> Option<T>) -> Vec<T> {
    let picked = marks
        .iter()
        .filter_map(|marked| pick(marked.claim, &marked.mark));
    picked.collect()
}

/// Of the marks that changed nothing, those that were made before.
async fn standing_already(
    conn: &impl ConnectionTrait,
    marks: &[&Marked],
    held: &HashSet<Claim>,
) -> Result<HashSet<Claim>> {
    let mut standing = HashSet::new();
    for state in [EmailState::Data, EmailState::Sent, EmailState::Failed] {
        let unchanged = of_kind(marks, |claim, mark| {
            (leads_to(mark) == Some(state) && !held.contains(&claim)).then_some(claim)
        });
        if !unchanged.is_empty() {
            standing.extend(standing_in(conn, &unchanged, state).await?);
        }
    }
    Ok(standing)
}

/// The state that only the mark's own sender can bring about.
fn leads_to(mark: &Mark) -> Option<EmailState> {
    match mark {
        Mark::EnterData => Some(EmailState::Data),
        Mark::Sent(_) => Some(EmailState::Sent),
        Mark::Failed { .. } => Some(EmailState::Failed),
        Mark::Later(_) | Mark::InDoubt => None,
    }
}
