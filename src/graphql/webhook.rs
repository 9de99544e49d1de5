//! Webhooks, what is delivered to them, and what came of it.

mod mutations;

use async_graphql::{Context, Description, ID, InputObject, Object, Result};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::connection::{Connection, Paging, list};
use super::context::Asked;
use super::enums::{WebhookDeliveryState, WebhookEvent};
use super::filter::IdComparator;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_parent, the};
use crate::domain::page::Term;
use crate::domain::webhooks;
use crate::entity::{self, Moment, webhook, webhook_attempt, webhook_delivery};

pub use mutations::{
    WebhookCreateInput, WebhookDeleteInput, WebhookDeletePayload, WebhookDeliveryPayload,
    WebhookDeliveryReplayInput, WebhookMutations, WebhookPayload, WebhookSecretPayload,
    WebhookSecretRotateInput, WebhookTestInput, WebhookUpdateInput,
};

/// An address at which a program of the agency's is told what happens. For owners.
#[derive(Clone, Debug, Description)]
pub struct Webhook(pub webhook::Model);

#[Object(use_type_description)]
impl Webhook {
    /// The webhook's global id: `whk_…`.
    pub async fn id(&self) -> ID {
        Kind::Webhook.id(self.0.id)
    }

    /// Where events are sent.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// What it is for; may be empty.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Of what it is told.
    async fn events(&self) -> Vec<WebhookEvent> {
        let events = webhooks::events(&self.0).into_iter();
        events.map(WebhookEvent::from).collect()
    }

    /// Whether events are sent. While they are not, nothing that happens is kept for it; what waited before waits on.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Why Meridian itself has paused it, e.g. since the receiver answered 410 Gone; null when it has not.
    async fn disabled_reason(&self) -> Option<&str> {
        self.0.disabled_reason.as_deref()
    }

    /// When its secret was last replaced; null: it was not.
    async fn secret_replaced_at(&self) -> Option<Moment> {
        self.0.secret_replaced_at
    }

    /// Until when the secret before that signs along, 24 hours; null when it does not.
    async fn old_secret_until(&self, ctx: &Context<'_>) -> Option<Moment> {
        webhooks::old_secret_until(&self.0, ctx.caller().now).map(Moment)
    }

    /// When it was made.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Moment {
        self.0.updated_at
    }

    /// Grows with every change; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// What was changed about it, the newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Change>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        history::of(ctx, self.0.id, &paging).await
    }
}

/// One event for one webhook. Kept for 30 days after its end. For owners.
#[derive(Clone, Debug, Description)]
pub struct WebhookDelivery(pub webhook_delivery::Model);

#[Object(use_type_description)]
impl WebhookDelivery {
    /// The delivery's global id, `whd_…`: the `webhook-id` that the receiver tells copies by, the same for every attempt.
    pub async fn id(&self) -> ID {
        Kind::WebhookDelivery.id(self.0.id)
    }

    /// To which webhook.
    async fn webhook(&self, ctx: &Context<'_>) -> Result<Webhook> {
        Ok(Webhook(
            the::<webhook::Entity>(ctx, self.0.webhook_id).await?,
        ))
    }

    /// What happened.
    async fn event(&self) -> WebhookEvent {
        self.0.event.into()
    }

    /// What is sent, as JSON: the same by every attempt.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// Where it stands.
    async fn state(&self) -> WebhookDeliveryState {
        self.0.state.into()
    }

    /// Why it FAILED; null when it has not.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When it may next be tried; null once it was delivered or has failed.
    async fn next_attempt_at(&self) -> Option<Moment> {
        let next = Some(self.0.next_attempt_at);
        next.filter(|_| self.0.ended_at.is_none())
    }

    /// Until when it is tried: three days after it happened or was replayed.
    async fn expires_at(&self) -> Moment {
        self.0.expires_at
    }

    /// When it was delivered or had failed; null while it is to be tried.
    async fn ended_at(&self) -> Option<Moment> {
        self.0.ended_at
    }

    /// When it happened.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// The attempts to deliver it, the earliest first.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<WebhookAttempt>> {
        let column = webhook_attempt::Column::DeliveryId;
        let mut rows = by_parent::<webhook_attempt::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| row.id);
        Ok(rows.into_iter().map(WebhookAttempt).collect())
    }
}

/// One attempt to deliver an event to a webhook. For owners.
#[derive(Clone, Debug, Description)]
pub struct WebhookAttempt(pub webhook_attempt::Model);

#[Object(use_type_description)]
impl WebhookAttempt {
    /// The attempt's global id: `wha_…`.
    pub async fn id(&self) -> ID {
        Kind::WebhookAttempt.id(self.0.id)
    }

    /// When it began.
    async fn started_at(&self) -> Moment {
        self.0.started_at
    }

    /// When it ended.
    async fn finished_at(&self) -> Moment {
        self.0.finished_at
    }

    /// How long it took, milliseconds, 0 to 20000.
    async fn duration_milliseconds(&self) -> i32 {
        let took = self.0.finished_at.0.duration_since(self.0.started_at.0);
        i32::try_from(took.as_millis()).unwrap_or(i32::MAX)
    }

    /// The status of the answer, e.g. 200; null when there was none.
    async fn status(&self) -> Option<i32> {
        self.0.status
    }

    /// How the answer begins, up to 1,000 characters; null when there was none.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }

    /// What went wrong, e.g. `answered 503`; null when it was delivered.
    async fn problem(&self) -> Option<&str> {
        self.0.problem.as_deref()
    }

    /// Who tried: a replica, a name made up at each start.
    async fn replica(&self) -> &str {
        &self.0.replica
    }
}

/// Which deliveries. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WebhookDeliveryFilter {
    /// To these webhooks.
    webhook_id: Option<IdComparator>,
    /// In one of these states; at most 20.
    #[graphql(validator(max_items = 20))]
    states: Option<Vec<WebhookDeliveryState>>,
    /// Of one of these events; at most 20.
    #[graphql(validator(max_items = 20))]
    events: Option<Vec<WebhookEvent>>,
}

impl WebhookDeliveryFilter {
    fn condition(&self) -> crate::error::Result<Condition> {
        use webhook_delivery::Column;
        let mut all = Condition::all();
        if let Some(webhook) = &self.webhook_id {
            let (field, column) = ("filter.webhookId", Column::WebhookId);
            all = all.add(webhook.on(field, Kind::Webhook, column)?);
        }
        if let Some(states) = &self.states {
            let states = states.iter().copied();
            all = all.add(Column::State.is_in(states.map(entity::WebhookDeliveryState::from)));
        }
        if let Some(events) = &self.events {
            let events = events.iter().copied();
            all = all.add(Column::Event.is_in(events.map(entity::WebhookEvent::from)));
        }
        Ok(all)
    }
}

/// Queries about webhooks.
#[derive(Default)]
pub struct WebhookQueries;

#[Object]
impl WebhookQueries {
    /// The webhooks, the latest first. Owners only.
    async fn webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Webhook>> {
        ctx.caller().must_own("read which webhooks there are")?;
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let latest_first = latest(webhook::Column::CreatedAt);
        list(
            ctx,
            "webhooks",
            webhook::Entity::find(),
            &[latest_first],
            webhook::Column::Id,
            &paging,
            Webhook,
        )
        .await
    }

    /// What was, is and will be delivered to webhooks, the latest first: their log of 30 days. Owners only.
    async fn webhook_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only deliveries for which this holds.")] filter: Option<
            WebhookDeliveryFilter,
        >,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<WebhookDelivery>> {
        ctx.caller()
            .must_own("read what is delivered to webhooks")?;
        let filter = filter.unwrap_or_default().condition()?;
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let latest_first = latest(webhook_delivery::Column::CreatedAt);
        list(
            ctx,
            "webhookDeliveries",
            webhook_delivery::Entity::find().filter(filter),
            &[latest_first],
            webhook_delivery::Column::Id,
            &paging,
            WebhookDelivery,
        )
        .await
    }
}

fn latest<C>(column: C) -> Term<C> {
    Term {
        column,
        folded: false,
        descending: true,
    }
}
