//! The outbox: which mails there are, what became of them, and what one would say.

mod delivered;
mod filter;
mod forecast;
mod mutations;
mod preview;
mod timeline;

use async_graphql::{Context, Description, ID, Object, Result};
use sea_orm::{EntityTrait, QueryFilter};

use super::connection::{Connection, Paging, list};
use super::contact::Contact;
use super::context::Asked;
use super::enums::{AttemptOutcome, EmailKind, EmailState};
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_id, by_parent, the};
use super::person::Person;
use crate::domain::mails;
use crate::domain::page::Term;
use crate::email::compose;
use crate::entity::{self, Day, Moment, client_contact, email, email_attempt, person};
use crate::error::Error;

pub use delivered::{EmailSubscriptions, MailDelivered};
pub use filter::EmailFilter;
pub use forecast::{ForecastQueries, ForecastedEmail};
pub use mutations::{
    EmailCancelInput, EmailMutations, EmailPayload, EmailReleaseInput, EmailResendInput,
    EmailRetryInput, EmailTestInput,
};
pub use preview::EmailPreview;
pub use timeline::{EmailEvent, EmailEventKind};

/// A mail of the outbox, and what became of it.
#[derive(Clone, Debug, Description)]
pub struct Email(pub email::Model);

#[Object(use_type_description)]
impl Email {
    /// The mail's global id: `eml_…`.
    pub async fn id(&self) -> ID {
        Kind::Email.id(self.0.id)
    }

    /// Which mail it is.
    async fn kind(&self) -> EmailKind {
        self.0.kind.into()
    }

    /// Who of the agency it is for; null for a letter to a client.
    async fn recipient(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.recipient_id else {
            return Ok(None);
        };
        Ok(Some(Person(the::<person::Entity>(ctx, id).await?)))
    }

    /// The contact of a client it is for; null for mails to people of the agency.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        let Some(id) = self.0.contact_id else {
            return Ok(None);
        };
        Ok(Some(Contact(the::<client_contact::Entity>(ctx, id).await?)))
    }

    /// The period it is for: an ISO week (`2026-W48`) or a local day (`2026-11-23`). At most one weekly summary and one
    /// prompt each.
    async fn period(&self) -> &str {
        &self.0.period
    }

    /// The recipient's local day it is for.
    async fn local_on(&self) -> Day {
        self.0.local_on
    }

    /// Where it stands.
    async fn state(&self) -> EmailState {
        self.0.state.into()
    }

    /// Why it was skipped, failed, expired, cancelled or held; null while it is none of these.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When it should leave.
    async fn due_at(&self) -> Moment {
        self.0.due_at
    }

    /// When it is no longer worth sending.
    async fn expires_at(&self) -> Moment {
        self.0.expires_at
    }

    /// When it is tried next; null once it will not be.
    async fn next_attempt_at(&self) -> Option<Moment> {
        (self.0.state == entity::EmailState::Pending).then_some(self.0.next_attempt_at)
    }

    /// The address it was rendered for; null before.
    async fn to_address(&self) -> Option<&str> {
        self.0.to_address.as_deref()
    }

    /// Its subject; null before it was rendered.
    async fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// Its Message-ID, the same for every attempt; null before it was rendered, and for one that repeats another mail, whose
    /// Message-ID it has.
    async fn message_id(&self) -> Option<&str> {
        self.0.message_id.as_deref()
    }

    /// When it was planned.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When it was first rendered; null before.
    async fn rendered_at(&self) -> Option<Moment> {
        self.0.rendered_at
    }

    /// When the mail server took it; null before.
    async fn sent_at(&self) -> Option<Moment> {
        self.0.sent_at
    }

    /// Which mail it repeats, because an owner sent that once more; null for every other mail, and once that one was removed.
    async fn resend_of(&self, ctx: &Context<'_>) -> Result<Option<Email>> {
        let Some(id) = mails::resent_of(&self.0) else {
            return Ok(None);
        };
        let row = by_id::<email::Entity>(ctx, id).await?;
        Ok(row.filter(|row| ctx.caller().sees(row)).map(Email))
    }

    /// Everything that happened to it, in order: what Meridian did, what the mail server said, what owners made of it. Members
    /// are not told of owners.
    async fn timeline(&self, ctx: &Context<'_>) -> Result<Vec<EmailEvent>> {
        timeline::timeline(ctx, &self.0).await
    }

    /// What owners changed, the newest first. For owners and managers.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Change>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        Ok(Some(history::of(ctx, self.0.id, &paging).await?))
    }

    /// When a mail server on its way gave it up, although ours had taken it: the latest time that one said so; null when none
    /// has.
    async fn bounced_at(&self, ctx: &Context<'_>) -> Result<Option<Moment>> {
        Ok(self.bounce(ctx).await?.map(|row| row.finished_at))
    }

    /// The words of the mail server that gave it up; null when none has.
    async fn bounce_reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.bounce(ctx).await?.and_then(|row| row.server_text))
    }

    /// The attempts to send it, and what mail servers told of it afterwards, earliest first.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<EmailAttempt>> {
        let column = email_attempt::Column::EmailId;
        let mut rows = by_parent::<email_attempt::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| (row.started_at, row.id));
        Ok(rows.into_iter().map(EmailAttempt).collect())
    }
}

impl Email {
    async fn bounce(&self, ctx: &Context<'_>) -> Result<Option<email_attempt::Model>> {
        let column = email_attempt::Column::EmailId;
        let rows = by_parent::<email_attempt::Entity>(ctx, column, self.0.id).await?;
        let bounced = rows
            .into_iter()
            .filter(|row| row.outcome == entity::AttemptOutcome::Bounced);
        Ok(bounced.max_by_key(|row| row.finished_at))
    }
}

/// One try to send a mail, or what a mail server told of it after it was sent.
#[derive(Clone, Debug, Description)]
pub struct EmailAttempt(pub email_attempt::Model);

#[Object(use_type_description)]
impl EmailAttempt {
    /// The attempt's global id: `att_…`.
    pub async fn id(&self) -> ID {
        Kind::EmailAttempt.id(self.0.id)
    }

    /// From when.
    async fn started_at(&self) -> Moment {
        self.0.started_at
    }

    /// Until when.
    async fn finished_at(&self) -> Moment {
        self.0.finished_at
    }

    /// What came of it.
    async fn outcome(&self) -> AttemptOutcome {
        self.0.outcome.into()
    }

    /// The phase of the conversation that decided it; null when there was none.
    async fn phase(&self) -> Option<&str> {
        self.0.phase.as_deref()
    }

    /// The mail server's reply code; null without a reply.
    async fn server_code(&self) -> Option<i32> {
        self.0.server_code
    }

    /// The mail server's words; null without a reply.
    async fn server_text(&self) -> Option<&str> {
        self.0.server_text.as_deref()
    }

    /// The replica that tried: a name made up at each start. Of BOUNCED and REPORTED, the mail server that told.
    async fn replica(&self) -> &str {
        &self.0.replica
    }
}

/// Queries about mails.
#[derive(Default)]
pub struct EmailQueries;

#[Object]
impl EmailQueries {
    /// The outbox, the newest first. Members see the mails for themselves.
    async fn emails(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only mails for which this holds.")] filter: Option<EmailFilter>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Email>> {
        let select = email::Entity::find()
            .filter(filter.unwrap_or_default().condition()?)
            .filter(ctx.caller().seen_emails());
        let newest_first = Term {
            column: email::Column::DueAt,
            descending: true,
            folded: false,
        };
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        list(
            ctx,
            "emails",
            select,
            &[newest_first],
            email::Column::Id,
            &paging,
            Email,
        )
        .await
    }

    /// What a person would get at an instant, rendered by the sender's own function. Nothing is written. Owners, and
    /// everybody for themselves.
    async fn email_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which mail.")] kind: EmailKind,
        #[graphql(desc = "For whom.")] person_id: ID,
        #[graphql(desc = "At which instant; now by default.")] at: Option<Moment>,
    ) -> Result<EmailPreview> {
        let caller = ctx.caller();
        let person_id = Kind::Person.named(&person_id)?;
        if !caller.reads_work_of(person_id) {
            return Err(Error::NotFound("person").into());
        }
        // What a person is told is theirs, and the owners'.
        caller.must_be_or_own(person_id, "preview a person's mails")?;
        let at = at.map_or(caller.now, |at| at.0);
        let verdict = compose::preview(ctx.app(), kind.into(), person_id, at).await?;
        Ok(EmailPreview(verdict))
    }
}
