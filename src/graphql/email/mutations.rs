//! What an owner does about a mail.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::Email;
use crate::domain::mails;
use crate::entity::email;
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split};

/// Which mail to try again.
#[derive(Debug, InputObject)]
pub struct EmailRetryInput {
    /// Which mail: one that has FAILED.
    id: ID,
    /// Whether it may arrive twice. Needed only where an attempt was AMBIGUOUS: then the same message leaves again.
    #[graphql(default = false)]
    may_arrive_twice: bool,
}

/// Which mail to let go.
#[derive(Debug, InputObject)]
pub struct EmailReleaseInput {
    /// Which mail: one that is HELD.
    id: ID,
    /// That it may arrive twice: a held mail may have arrived already. Refused without.
    #[graphql(default = false)]
    may_arrive_twice: bool,
}

/// Which mail to send once more.
#[derive(Debug, InputObject)]
pub struct EmailResendInput {
    /// Which mail: one that was SENT, and is not a letter to a client.
    id: ID,
    /// That it may arrive twice. Refused without.
    #[graphql(default = false)]
    may_arrive_twice: bool,
}

/// Which mail to call off, and why.
#[derive(Debug, InputObject)]
pub struct EmailCancelInput {
    /// Which mail: one that is PENDING or HELD.
    id: ID,
    /// Why, 1 to 500 characters, e.g. `Told her on the phone.` It stands in the mail's `reason`.
    reason: String,
}

/// Whom to send a test mail.
#[derive(Debug, InputObject)]
pub struct EmailTestInput {
    /// Who gets it; you, when left out.
    person_id: Option<ID>,
}

/// What came of what was to be done about a mail.
#[derive(Debug, SimpleObject)]
pub struct EmailPayload {
    /// The mail as it is now, or the new one; null when nothing was done.
    email: Option<Email>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What is done about mails.
#[derive(Default)]
pub struct EmailMutations;

#[Object]
impl EmailMutations {
    /// Tries a mail that has FAILED again, now. Unless it may have arrived it is composed anew, to the address of today. A mail
    /// whose time has passed is refused, as EXPIRED ones are. Owners.
    async fn email_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mail to try again.")] input: EmailRetryInput,
    ) -> Result<EmailPayload> {
        let retried = async {
            let id = Kind::Email.parse("id", &input.id)?;
            mails::retry(ctx.db(), ctx.caller(), id, input.may_arrive_twice).await
        };
        payload(retried.await)
    }

    /// Calls a mail off that is PENDING or HELD: it ends as CANCELLED. What it would have discharged, such as a client's update
    /// of the week, is in the next mail again. Owners.
    async fn email_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mail to call off, and why.")] input: EmailCancelInput,
    ) -> Result<EmailPayload> {
        let cancelled = async {
            let id = Kind::Email.parse("id", &input.id)?;
            mails::cancel(ctx.db(), ctx.caller(), id, &input.reason).await
        };
        payload(cancelled.await)
    }

    /// Lets a mail leave that is HELD because it may have arrived: the same message with the same Message-ID. Owners.
    async fn email_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mail to let go.")] input: EmailReleaseInput,
    ) -> Result<EmailPayload> {
        let released = async {
            let id = Kind::Email.parse("id", &input.id)?;
            mails::release(ctx.db(), ctx.caller(), id, input.may_arrive_twice).await
        };
        payload(released.await)
    }

    /// Sends a mail that was SENT once more, at most five times: a mail of its own with the same message and the same Message-ID,
    /// so that a mail program that has it shows it once. Not for letters to clients. Owners.
    async fn email_resend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mail to send once more.")] input: EmailResendInput,
    ) -> Result<EmailPayload> {
        let resent = async {
            let id = Kind::Email.parse("id", &input.id)?;
            mails::resend(ctx.db(), ctx.caller(), id, input.may_arrive_twice).await
        };
        payload(resent.await)
    }

    /// Sends a person a mail that says that mail gets out. Follow it by its id: `state` and `timeline` tell what became of it.
    /// Owners.
    async fn email_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to send it.")] input: EmailTestInput,
    ) -> Result<EmailPayload> {
        let sent = async {
            let person_id = input.person_id.as_ref();
            let person_id = person_id.map(|id| Kind::Person.parse("personId", id));
            mails::test(ctx.db(), ctx.caller(), person_id.transpose()?).await
        };
        payload(sent.await)
    }
}

fn payload(done: crate::error::Result<email::Model>) -> Result<EmailPayload> {
    let (row, user_errors) = split(done)?;
    Ok(EmailPayload {
        email: row.map(Email),
        user_errors,
    })
}
