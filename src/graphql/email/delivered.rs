//! Mails as they leave, or fail to.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures_util::stream::{self, Stream};
use uuid::Uuid;

use super::Email;
use crate::db::Note;
use crate::entity::email;
use crate::error::Error;
use crate::graphql::context::Asked;
use crate::graphql::enums::EmailState;
use crate::graphql::id::Kind;
use crate::graphql::loaders::by_ids;
use crate::graphql::occasion::{ChangeKind, Occasion, Occasioned};

/// A mail of the outbox stands elsewhere than before.
#[derive(Clone, Debug, SimpleObject)]
pub struct MailDelivered {
    /// What happened.
    kind: ChangeKind,
    /// Which mail: `eml_…`; null when `kind` is MISSED.
    email_id: Option<ID>,
    /// Where it stands now; null when `kind` is MISSED.
    state: Option<EmailState>,
    /// The mail as it is now; null when `kind` is MISSED.
    email: Option<Email>,
}

/// Subscriptions to mails.
#[derive(Default)]
pub struct EmailSubscriptions;

#[Subscription]
impl EmailSubscriptions {
    /// Tells of each mail that was sent, failed, is to be tried again, was closed unsent or was moved by an owner: for owners
    /// and managers of everybody's, for members of their own. What a sender does with it on the way is not told.
    async fn mail_delivered(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only mails for this person; all that you may read by default.")]
        recipient_id: Option<ID>,
    ) -> Result<impl Stream<Item = MailDelivered> + use<>> {
        let only = recipient_id.map(|id| Kind::Person.named(&id)).transpose()?;
        if only.is_some_and(|id| !ctx.caller().reads_work_of(id)) {
            return Err(Error::NotFound(Kind::Person.noun()).into());
        }
        ctx.watch(|note| note.table == "email");
        let events = match ctx.occasion() {
            Occasion::Start => Vec::new(),
            Occasion::Missed => vec![MailDelivered {
                kind: ChangeKind::Missed,
                email_id: None,
                state: None,
                email: None,
            }],
            Occasion::Changes(notes) => delivered(ctx, notes, only).await?,
        };
        Ok(stream::iter(events))
    }
}

async fn delivered(
    ctx: &Context<'_>,
    notes: &[Note],
    only: Option<Uuid>,
) -> Result<Vec<MailDelivered>> {
    // By id, which grows with the time a mail was planned at.
    let kinds: BTreeMap<Uuid, ChangeKind> = notes
        .iter()
        .map(|note| (note.id, ChangeKind::of(&note.action)))
        .collect();
    let mut rows = by_ids::<email::Entity>(ctx, kinds.keys().copied()).await?;
    let is_wanted = |row: &email::Model| {
        ctx.caller().sees(row) && only.is_none_or(|only| row.recipient_id == Some(only))
    };
    let event = |(id, kind)| {
        let row = rows.remove(&id).filter(is_wanted)?;
        Some(MailDelivered {
            kind,
            email_id: Some(Kind::Email.id(id)),
            state: Some(row.state.into()),
            email: Some(Email(row)),
        })
    };
    Ok(kinds.into_iter().filter_map(event).collect())
}
