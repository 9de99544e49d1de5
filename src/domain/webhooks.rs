//! Webhooks: which programs of the agency's are told of which events, at which addresses. For owners.

mod address;
mod events;
mod url;

use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, QueryTrait,
};
use serde_json::json;
use uuid::Uuid;

use crate::db::{Db, Event, expiry};
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::history;
use crate::entity::{
    Moment, WebhookDeliveryState, WebhookEvent, new_id, webhook, webhook_attempt, webhook_delivery,
};
use crate::error::{Error, Problem, ProblemCode, Result};
use crate::global_id::Kind;
use crate::networks::Networks;

pub use address::Reach;
pub use events::{email_failed, email_sent, events_of};

/// How many webhooks there may be: each is sent to beside all others.
pub const MOST_WEBHOOKS: u64 = 50;

/// How long a secret that was replaced signs along.
pub const OLD_SECRET_COUNTS: SignedDuration = SignedDuration::from_hours(24);

/// What is to be said of a webhook. What is left out stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// Where events are sent.
    pub url: Option<String>,
    /// What it is for, at most 500 characters.
    pub description: Option<String>,
    /// Of what it is told.
    pub events: Option<Vec<WebhookEvent>>,
    /// Whether events are sent.
    pub enabled: Option<bool>,
}

/// Makes a webhook. Owners only. `allowed`: the addresses of one's own network that it may be at.
pub async fn create(
    db: &Db,
    caller: &Caller,
    allowed: &Networks,
    edit: Edit,
) -> Result<webhook::Model> {
    caller.must_own("make webhooks")?;
    let tx = db.begin().await?;
    let mut check = Check::new();
    let there_are = webhook::Entity::find().count(&tx).await?;
    if there_are >= MOST_WEBHOOKS {
        let message = format!("There are {there_are} webhooks, as many as there may be.");
        check.add("", ProblemCode::NotAllowedNow, message);
    }
    let (url, events) = (
        edit.url.clone().unwrap_or_default(),
        edit.events.clone().unwrap_or_default(),
    );
    let edit = Edit {
        url: Some(url),
        events: Some(events),
        ..edit
    };
    let blank = webhook::Model {
        id: new_id(caller.now),
        url: String::new(),
        description: String::new(),
        events: String::new(),
        enabled: true,
        disabled_reason: None,
        secret_number: 1,
        secret_replaced_at: None,
        version: 1,
        created_at: Moment(caller.now),
        updated_at: Moment(caller.now),
    };
    let row = edited(blank, edit, allowed, &mut check);
    check.finish()?;
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    history::created(&tx, caller, row.id, &row).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes a webhook. Owners only. One that is not enabled is told of nothing that happens meanwhile; what waits for it is
/// tried again once it is.
pub async fn update(
    db: &Db,
    caller: &Caller,
    allowed: &Networks,
    id: Uuid,
    expected_version: Option<i64>,
    edit: Edit,
) -> Result<webhook::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id, "change webhooks").await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let row = edited(before.clone(), edit, allowed, &mut check);
    check.finish()?;
    let after = write(&tx, caller, &before, row).await?;
    tx.commit().await?;
    Ok(after)
}

/// Deletes a webhook with what waits for it and its log; its history stays. Owners only.
pub async fn delete(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<webhook::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id, "delete webhooks").await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check.finish()?;
    let deliveries = webhook_delivery::Entity::find()
        .select_only()
        .column(webhook_delivery::Column::Id)
        .filter(webhook_delivery::Column::WebhookId.eq(id))
        .into_query();
    webhook_attempt::Entity::delete_many()
        .filter(webhook_attempt::Column::DeliveryId.in_subquery(deliveries))
        .exec(&tx)
        .await?;
    webhook_delivery::Entity::delete_many()
        .filter(webhook_delivery::Column::WebhookId.eq(id))
        .exec(&tx)
        .await?;
    webhook::Entity::delete_by_id(id).exec(&tx).await?;
    history::deleted(&tx, caller, id, &before).await?;
    tx.commit().await?;
    Ok(before)
}

/// Gives a webhook another secret; the one before signs along for a day, and no longer when it is replaced again. Owners only.
pub async fn rotate_secret(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<webhook::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id, "replace the secrets of webhooks").await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check.finish()?;
    let row = webhook::Model {
        secret_number: before.secret_number + 1,
        secret_replaced_at: Some(Moment(caller.now)),
        ..before.clone()
    };
    let after = write(&tx, caller, &before, row).await?;
    tx.commit().await?;
    Ok(after)
}

/// Until when the secret before signs along; none when it does not.
pub fn old_secret_until(row: &webhook::Model, now: Timestamp) -> Option<Timestamp> {
    let until = row.secret_replaced_at?.0.checked_add(OLD_SECRET_COUNTS);
    until.ok().filter(|until| *until > now)
}

/// Sends a webhook an event of its own, whatever it is told of otherwise. Owners only.
pub async fn test(db: &Db, caller: &Caller, id: Uuid) -> Result<webhook_delivery::Model> {
    let tx = db.begin().await?;
    let row = to_change(&tx, caller, id, "try webhooks").await?;
    must_be_enabled(&row)?;
    let event = Event {
        kind: WebhookEvent::WebhookTest,
        about: id,
        at: caller.now,
        data: json!({ "webhookId": Kind::Webhook.text(id) }),
    };
    let delivery = event.delivery_to(id)?.into_active_model().reset_all();
    let delivery = delivery.insert(&tx).await?;
    tx.commit().await?;
    Ok(delivery)
}

/// Delivers once more what was delivered or has failed: the same body with the same id. Owners only.
pub async fn replay(db: &Db, caller: &Caller, id: Uuid) -> Result<webhook_delivery::Model> {
    caller.must_own("replay the deliveries of webhooks")?;
    let tx = db.begin().await?;
    let delivery = webhook_delivery::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx)
        .await?
        .ok_or_else(|| no_such("webhook delivery"))?;
    let webhook = webhook::Entity::find_by_id(delivery.webhook_id)
        .one(&tx)
        .await?
        .ok_or_else(|| no_such("webhook"))?;
    must_be_enabled(&webhook)?;
    if delivery.ended_at.is_none() {
        let message = "It is on its way already.";
        return Err(Error::problem("id", ProblemCode::NotAllowedNow, message));
    }
    let row = webhook_delivery::Model {
        state: WebhookDeliveryState::Pending,
        reason: None,
        next_attempt_at: Moment(caller.now),
        expires_at: Moment(expiry(caller.now)),
        attempts: 0,
        ended_at: None,
        ..delivery
    };
    let row = row.into_active_model().reset_all().update(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// Pauses a webhook whose receiver has said that it is gone. Nothing when it is paused or deleted already.
pub async fn disable(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    reason: &str,
) -> Result<()> {
    let found = webhook::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?;
    let Some(before) = found.filter(|row| row.enabled) else {
        return Ok(());
    };
    let row = webhook::Model {
        enabled: false,
        disabled_reason: Some(reason.to_owned()),
        ..before.clone()
    };
    write(conn, caller, &before, row).await?;
    Ok(())
}

/// The events that a webhook is told of, in order.
pub fn events(row: &webhook::Model) -> Vec<WebhookEvent> {
    let words = row.events.split(' ');
    words.filter_map(WebhookEvent::from_word).collect()
}

fn edited(
    row: webhook::Model,
    edit: Edit,
    allowed: &Networks,
    check: &mut Check,
) -> webhook::Model {
    let mut row = row;
    if let Some(url) = edit.url {
        match url::checked(&url, &Reach::new(allowed)) {
            Ok(url) => row.url = url,
            Err(message) => check.require(false, "url", message),
        }
    }
    if let Some(description) = edit.description {
        row.description = check.text("description", &description, 500);
    }
    if let Some(mut events) = edit.events {
        check.require(
            !events.is_empty(),
            "events",
            "Say of what it is to be told.",
        );
        check.require(
            !events.contains(&WebhookEvent::WebhookTest),
            "events",
            "WEBHOOK_TEST comes by webhookTest, and need not be asked for.",
        );
        events.sort_unstable();
        events.dedup();
        let words: Vec<&str> = events.into_iter().map(WebhookEvent::word).collect();
        row.events = words.join(" ");
    }
    if let Some(enabled) = edit.enabled {
        row.enabled = enabled;
        row.disabled_reason = row.disabled_reason.filter(|_| !enabled);
    }
    row
}

async fn write(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    before: &webhook::Model,
    row: webhook::Model,
) -> Result<webhook::Model> {
    let row = webhook::Model {
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..row
    };
    let after = row.into_active_model().reset_all().update(conn).await?;
    history::updated(conn, caller, after.id, before, &after).await?;
    Ok(after)
}

async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    action: &str,
) -> Result<webhook::Model> {
    caller.must_own(action)?;
    webhook::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or_else(|| no_such("webhook"))
}

fn must_be_enabled(row: &webhook::Model) -> Result<()> {
    if row.enabled {
        return Ok(());
    }
    let message = "The webhook is paused. Enable it first.";
    Err(Error::problem("id", ProblemCode::NotAllowedNow, message))
}

fn no_such(what: &str) -> Error {
    Error::Invalid(vec![Problem::new(
        "id",
        ProblemCode::NotFound,
        format!("There is no such {what}."),
    )])
}
