//! Changes of webhooks.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::{Webhook, WebhookDelivery};
use crate::domain::webhooks::{self, Edit};
use crate::entity::webhook;
use crate::error::Result as Outcome;
use crate::graphql::context::Asked;
use crate::graphql::enums::WebhookEvent;
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split, split_or_current};
use crate::webhook::signature::secret;

/// What a new webhook needs.
#[derive(Debug, InputObject)]
pub struct WebhookCreateInput {
    /// Where events are sent: `https://…`, at most 2,000 characters, without user and password. `http://` and addresses of
    /// one's own network only where the operator allows them (`MERIDIAN_WEBHOOK_ALLOW`).
    url: String,
    /// Of what it is told, 1 to 20.
    #[graphql(validator(max_items = 20))]
    events: Vec<WebhookEvent>,
    /// What it is for; at most 500 characters.
    #[graphql(default)]
    description: String,
    /// Whether events are sent.
    #[graphql(default = true)]
    enabled: bool,
}

/// What to change of a webhook. What is left out stays as it is.
#[derive(Debug, InputObject)]
pub struct WebhookUpdateInput {
    /// Which webhook.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Where events are sent from now on, those that wait too.
    url: Option<String>,
    /// Of what it is told from now on, 1 to 20.
    #[graphql(validator(max_items = 20))]
    events: Option<Vec<WebhookEvent>>,
    /// What it is for, at most 500 characters; null clears.
    description: MaybeUndefined<String>,
    /// Whether events are sent. While they are not, nothing that happens is kept for it; what waited before waits on.
    enabled: Option<bool>,
}

/// Which webhook.
#[derive(Debug, InputObject)]
pub struct WebhookDeleteInput {
    /// Which webhook.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// Whose secret is replaced.
#[derive(Debug, InputObject)]
pub struct WebhookSecretRotateInput {
    /// Which webhook.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// Which webhook is tried.
#[derive(Debug, InputObject)]
pub struct WebhookTestInput {
    /// Which webhook: one that is enabled.
    id: ID,
}

/// What is delivered once more.
#[derive(Debug, InputObject)]
pub struct WebhookDeliveryReplayInput {
    /// Which delivery: one that is DELIVERED or FAILED, to a webhook that is enabled.
    id: ID,
}

/// What came of changing a webhook.
#[derive(Debug, SimpleObject)]
pub struct WebhookPayload {
    /// The webhook as it is now; null when nothing was changed, but for a stale version.
    webhook: Option<Webhook>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// A webhook with its new secret.
#[derive(Debug, SimpleObject)]
pub struct WebhookSecretPayload {
    /// The webhook as it is now; null when nothing was changed, but for a stale version.
    webhook: Option<Webhook>,
    /// What signs from now on, `whsec_…`: shown this once. Null when nothing was changed.
    secret: Option<String>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of deleting a webhook.
#[derive(Debug, SimpleObject)]
pub struct WebhookDeletePayload {
    /// The id of what was deleted; null when nothing was.
    deleted_id: Option<ID>,
    /// The webhook as it is now, when your version of it was stale; else null.
    webhook: Option<Webhook>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of something that is to be delivered.
#[derive(Debug, SimpleObject)]
pub struct WebhookDeliveryPayload {
    /// The delivery; null when nothing is delivered.
    webhook_delivery: Option<WebhookDelivery>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of webhooks.
#[derive(Default)]
pub struct WebhookMutations;

#[Object]
impl WebhookMutations {
    /// Makes a webhook, one of 50 at most, and shows its secret this once. Owners only.
    async fn webhook_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook.")] input: WebhookCreateInput,
    ) -> Result<WebhookSecretPayload> {
        let edit = Edit {
            url: Some(input.url),
            description: Some(input.description),
            events: Some(input.events.into_iter().map(Into::into).collect()),
            enabled: Some(input.enabled),
        };
        let allowed = &ctx.app().config.webhook_allow;
        let made = webhooks::create(ctx.db(), ctx.caller(), allowed, edit).await;
        let (row, user_errors) = split(made)?;
        with_secret(ctx, row, user_errors)
    }

    /// Changes a webhook. Enabling it takes up what waits for it. Owners only.
    async fn webhook_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: WebhookUpdateInput,
    ) -> Result<WebhookPayload> {
        let (id, expected) = (input.id.clone(), input.expected_version);
        let updated = async {
            let (id, edit) = input.read()?;
            let allowed = &ctx.app().config.webhook_allow;
            webhooks::update(ctx.db(), ctx.caller(), allowed, id, expected, edit).await
        };
        let updated = updated.await;
        let (row, user_errors) = split_or_current::<webhook::Entity>(ctx, &id, updated).await?;
        Ok(WebhookPayload {
            webhook: row.map(Webhook),
            user_errors,
        })
    }

    /// Deletes a webhook: what waits for it is not delivered, and its log is gone; its history stays. Owners only.
    async fn webhook_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: WebhookDeleteInput,
    ) -> Result<WebhookDeletePayload> {
        let deleted = async {
            let id = Kind::Webhook.parse("id", &input.id)?;
            webhooks::delete(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        let deleted = deleted.await;
        let (row, user_errors) =
            split_or_current::<webhook::Entity>(ctx, &input.id, deleted).await?;
        let done = user_errors.is_empty();
        Ok(WebhookDeletePayload {
            deleted_id: done.then_some(input.id),
            webhook: row.filter(|_| !done).map(Webhook),
            user_errors,
        })
    }

    /// Gives a webhook another secret and shows it this once. For 24 hours messages are signed by both, so that the receiver can
    /// change over. Owners only.
    async fn webhook_secret_rotate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: WebhookSecretRotateInput,
    ) -> Result<WebhookSecretPayload> {
        let rotated = async {
            let id = Kind::Webhook.parse("id", &input.id)?;
            webhooks::rotate_secret(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        let rotated = rotated.await;
        let (row, user_errors) =
            split_or_current::<webhook::Entity>(ctx, &input.id, rotated).await?;
        with_secret(ctx, row, user_errors)
    }

    /// Sends a webhook an event of its own, WEBHOOK_TEST. Follow it by its id: `state` and `attempts` tell what became of it.
    /// Owners only.
    async fn webhook_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which webhook.")] input: WebhookTestInput,
    ) -> Result<WebhookDeliveryPayload> {
        let tried = async {
            let id = Kind::Webhook.parse("id", &input.id)?;
            webhooks::test(ctx.db(), ctx.caller(), id).await
        };
        delivery(tried.await)
    }

    /// Delivers once more what was delivered or has failed, for three days from now: the same body with the same `webhook-id`.
    /// Owners only.
    async fn webhook_delivery_replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which delivery.")] input: WebhookDeliveryReplayInput,
    ) -> Result<WebhookDeliveryPayload> {
        let replayed = async {
            let id = Kind::WebhookDelivery.parse("id", &input.id)?;
            webhooks::replay(ctx.db(), ctx.caller(), id).await
        };
        delivery(replayed.await)
    }
}

impl WebhookUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Edit)> {
        let events = self.events;
        let edit = Edit {
            url: self.url,
            description: match self.description {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(String::new()),
                MaybeUndefined::Value(text) => Some(text),
            },
            events: events.map(|events| events.into_iter().map(Into::into).collect()),
            enabled: self.enabled,
        };
        Ok((Kind::Webhook.parse("id", &self.id)?, edit))
    }
}

fn with_secret(
    ctx: &Context<'_>,
    row: Option<webhook::Model>,
    user_errors: Vec<UserError>,
) -> Result<WebhookSecretPayload> {
    let done = row.as_ref().filter(|_| user_errors.is_empty());
    let server = ctx.app().secret()?;
    Ok(WebhookSecretPayload {
        secret: done.map(|row| secret(server, row)).transpose()?,
        webhook: row.map(Webhook),
        user_errors,
    })
}

fn delivery(
    done: Outcome<crate::entity::webhook_delivery::Model>,
) -> Result<WebhookDeliveryPayload> {
    let (row, user_errors) = split(done)?;
    Ok(WebhookDeliveryPayload {
        webhook_delivery: row.map(WebhookDelivery),
        user_errors,
    })
}
