//! A mail's life as one list: what Meridian did, what the mail server said, and what owners made of it.

use async_graphql::{Context, Description, Enum, Object, Result};
use serde_json::Value;

use super::EmailAttempt;
use crate::entity::{EmailState, Moment, change, email, email_attempt};
use crate::graphql::context::Asked;
use crate::graphql::loaders::by_parent;

/// What happened to a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum EmailEventKind {
    /// It was planned: it stands in the outbox.
    Planned,
    /// Its text was written.
    Rendered,
    /// Somebody tried to send it, or the mail server reported on it: `attempt` has the outcome.
    Attempted,
    /// An owner tried it again after it had failed.
    Retried,
    /// An owner let it go although it may have arrived.
    Released,
    /// An owner sent it once more.
    Resent,
    /// A replica works on it at this moment.
    Claimed,
    /// It is being given to the mail server at this moment, or was when its sender vanished.
    BeingSent,
    /// The mail server took it.
    Sent,
    /// It is held, since it may have arrived: an owner decides.
    Held,
    /// It will not be sent: `detail` says why.
    Failed,
    /// Its time passed before it could be sent.
    Expired,
    /// It was called off: `detail` says by whom, or for which reason.
    Cancelled,
    /// It was skipped: there was nothing to say, or somebody else's mail covers it.
    Skipped,
}

/// One thing that happened to a mail.
#[derive(Clone, Debug, Description)]
pub struct EmailEvent {
    what: EmailEventKind,
    at: Option<Moment>,
    by: Option<String>,
    detail: Option<String>,
    attempt: Option<EmailAttempt>,
}

#[Object(use_type_description)]
impl EmailEvent {
    /// What happened.
    async fn what(&self) -> EmailEventKind {
        self.what
    }

    /// When; null where that is not noted.
    async fn at(&self) -> Option<Moment> {
        self.at
    }

    /// Who did it: a replica, a name made up at each start, or an owner by name; null for Meridian as a whole.
    async fn by(&self) -> Option<&str> {
        self.by.as_deref()
    }

    /// What there is to say of it, such as the reason why a mail was skipped; null when there is nothing.
    async fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The attempt, when it was one.
    async fn attempt(&self) -> Option<&EmailAttempt> {
        self.attempt.as_ref()
    }
}

impl EmailEvent {
    fn new(what: EmailEventKind, at: Option<Moment>) -> Self {
        Self {
            what,
            at,
            by: None,
            detail: None,
            attempt: None,
        }
    }

    fn done_by(self, who: impl Into<String>) -> Self {
        Self {
            by: Some(who.into()),
            ..self
        }
    }

    fn of_attempt(row: email_attempt::Model) -> Self {
        Self {
            by: Some(row.replica.clone()),
            attempt: Some(EmailAttempt(row.clone())),
            ..Self::new(EmailEventKind::Attempted, Some(row.finished_at))
        }
    }

    /// What an owner did, by history; none for its beginning and for its end, which the mail itself tells.
    fn of_change(row: change::Model) -> Option<Self> {
        let state = |side: &Option<Value>| {
            let word = side.as_ref()?.get("state")?.as_str()?;
            EmailState::from_word(word)
        };
        let what = match (state(&row.before_change)?, state(&row.after_change)?) {
            (EmailState::Failed, EmailState::Pending) => EmailEventKind::Retried,
            (EmailState::Held, EmailState::Pending) => EmailEventKind::Released,
            (EmailState::Sent, EmailState::Sent) => EmailEventKind::Resent,
            (_, EmailState::Cancelled) => EmailEventKind::Cancelled,
            _ => return None,
        };
        let after = row.after_change.as_ref();
        let detail = after.and_then(|after| after["reason"].as_str().map(str::to_owned));
        let event = Self::new(what, Some(row.changed_at)).done_by(row.actor);
        Some(Self { detail, ..event })
    }
}

/// Everything that happened to `row`, in order; what is not dated comes last, because it is how the mail stands. Two
/// statements for all mails of a page.
pub(super) async fn timeline(ctx: &Context<'_>, row: &email::Model) -> Result<Vec<EmailEvent>> {
    let of_email = email_attempt::Column::EmailId;
    let mut attempts = by_parent::<email_attempt::Entity>(ctx, of_email, row.id).await?;
    attempts.sort_by_key(|attempt| (attempt.started_at, attempt.id));
    let of_subject = change::Column::SubjectId;
    let changes = by_parent::<change::Entity>(ctx, of_subject, row.id).await?;
    // Who owns or manages may read history; others see the mail's own part.
    let changes = if ctx.caller().reads_all() {
        changes
    } else {
        Vec::new()
    };
    let last_attempt_at = attempts.iter().map(|attempt| attempt.finished_at).max();

    let asked_by = changes.iter().find(|change| change.action == "CREATED");
    let planned = EmailEvent::new(EmailEventKind::Planned, Some(row.created_at));
    let mut events = vec![match asked_by {
        Some(change) => planned.done_by(&change.actor),
        None => planned,
    }];
    if let Some(at) = row.rendered_at {
        events.push(EmailEvent::new(EmailEventKind::Rendered, Some(at)));
    }
    events.extend(attempts.into_iter().map(EmailEvent::of_attempt));
    events.extend(changes.into_iter().filter_map(EmailEvent::of_change));
    let called_off = events
        .iter()
        .any(|event| event.what == EmailEventKind::Cancelled);
    if !(called_off && row.state == EmailState::Cancelled) {
        events.extend(standing(row, last_attempt_at));
    }
    events.sort_by_key(|event| (event.at.is_none(), event.at));
    Ok(events)
}

/// How the mail stands; none while it waits.
fn standing(row: &email::Model, last_attempt_at: Option<Moment>) -> Option<EmailEvent> {
    let (what, at) = match row.state {
        EmailState::Pending => return None,
        EmailState::Claimed => (EmailEventKind::Claimed, None),
        EmailState::Data => (EmailEventKind::BeingSent, None),
        EmailState::Sent => (EmailEventKind::Sent, row.sent_at),
        EmailState::Held => (EmailEventKind::Held, last_attempt_at),
        EmailState::Failed => (EmailEventKind::Failed, last_attempt_at),
        EmailState::Expired => (EmailEventKind::Expired, Some(row.expires_at)),
        EmailState::Cancelled => (EmailEventKind::Cancelled, None),
        EmailState::SkippedEmpty | EmailState::SkippedAbsent => (EmailEventKind::Skipped, None),
    };
    Some(EmailEvent {
        by: row.claimed_by.clone(),
        detail: row.reason.clone(),
        ..EmailEvent::new(what, at)
    })
}
