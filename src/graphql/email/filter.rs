//! Which mails of the outbox are asked for.

use async_graphql::InputObject;
use sea_orm::sea_query::{ExprTrait, IntoCondition, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::domain::unroutable::UNROUTABLE_WORD;
use crate::entity::{self, email, email_attempt};
use crate::graphql::enums::{EmailKind, EmailState};
use crate::graphql::filter::IdComparator;
use crate::graphql::id::Kind;

/// Which mails. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct EmailFilter {
    /// In one of these states; at most 20.
    #[graphql(validator(max_items = 20))]
    states: Option<Vec<EmailState>>,
    /// Of this kind.
    kind: Option<EmailKind>,
    /// For these people.
    recipient_id: Option<IdComparator>,
    /// Of this period: an ISO week or a local day.
    period: Option<String>,
    /// That a mail server on their way gave up (true), or none has (false).
    bounced: Option<bool>,
    /// That went to nobody, since the recipient was away and nobody stood in (true), or did not (false).
    unroutable: Option<bool>,
}

impl EmailFilter {
    pub(super) fn condition(&self) -> crate::error::Result<Condition> {
        let mut all = Condition::all()
            .add_option(
                self.kind
                    .map(|kind| email::Column::Kind.eq(entity::EmailKind::from(kind))),
            )
            .add_option(
                self.period
                    .as_ref()
                    .map(|period| email::Column::Period.eq(period)),
            );
        if let Some(bounced) = self.bounced {
            let ids = email::Column::Id.in_subquery(bounced_ids());
            all = all.add(if bounced { ids } else { ids.not() });
        }
        if let Some(unroutable) = self.unroutable {
            let reason = email::Column::Reason;
            all = all.add(if unroutable {
                reason.starts_with(UNROUTABLE_WORD).into_condition()
            } else {
                Condition::any()
                    .add(reason.is_null())
                    .add(reason.not_like(format!("{UNROUTABLE_WORD}%")))
            });
        }
        if let Some(states) = &self.states {
            let states = states.iter().copied().map(entity::EmailState::from);
            all = all.add(email::Column::State.is_in(states));
        }
        if let Some(recipient) = &self.recipient_id {
            all = all.add(recipient.on(
                "filter.recipientId",
                Kind::Person,
                email::Column::RecipientId,
            )?);
        }
        Ok(all)
    }
}

/// The mails that bounced.
fn bounced_ids() -> SelectStatement {
    email_attempt::Entity::find()
        .select_only()
        .column(email_attempt::Column::EmailId)
        .filter(email_attempt::Column::Outcome.eq(entity::AttemptOutcome::Bounced))
        .into_query()
}
