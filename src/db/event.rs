//! What webhooks are told of a transaction: written in it, right before it is committed, so that nothing is told of what was
//! rolled back and nothing of what was committed is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::entity::{
    Moment, WebhookDeliveryState, WebhookEvent, new_id, webhook, webhook_delivery,
};
use crate::global_id::Kind;

/// The statement by which an event is announced. Only a [`Transaction`](super::Transaction) knows it.
pub(super) const EVENT: &str = "EVENT";

/// How long it is tried to deliver an event.
const WORTH_TRYING: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Deliveries in one statement.
const ROWS_AT_ONCE: usize = 1_000;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What.
    pub kind: WebhookEvent,
    /// To what; the nil id: to more than one thing.
    pub about: Uuid,
    /// When.
    pub at: Timestamp,
    /// What receivers are told of it: global ids, and nothing that is private to a person.
    pub data: Value,
}

impl Event {
    /// What is to be delivered of it to a webhook, from now on.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which does not happen.
    pub fn delivery_to(&self, webhook_id: Uuid) -> Result<webhook_delivery::Model, DbErr> {
        let id = new_id(self.at);
        let body = Body {
            id: Kind::WebhookDelivery.text(id),
            r#type: type_of(self.kind),
            created_at: self.at,
            data: &self.data,
        };
        Ok(webhook_delivery::Model {
            id,
            webhook_id,
            event: self.kind,
            body: serde_json::to_string(&body).map_err(unreadable)?,
            state: WebhookDeliveryState::Pending,
            reason: None,
            next_attempt_at: Moment(self.at),
            expires_at: Moment(expiry(self.at)),
            attempts: 0,
            claimed_by: None,
            lease_until: None,
            fence: 0,
            ended_at: None,
            created_at: Moment(self.at),
        })
    }
}

/// What is sent.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: String,
    r#type: String,
    created_at: Timestamp,
    data: &'a Value,
}

/// Until when it is tried to deliver what is to be delivered from `at` on.
pub fn expiry(at: Timestamp) -> Timestamp {
    at.checked_add(WORTH_TRYING).unwrap_or(Timestamp::MAX)
}

/// `project.updated`, as others name events.
fn type_of(kind: WebhookEvent) -> String {
    kind.word().to_lowercase().replacen('_', ".", 1)
}

/// Announces an event in a transaction, to be told when that is committed.
///
/// # Errors
/// The database's, when `conn` is no [`Transaction`](super::Transaction).
pub async fn announce(conn: &impl ConnectionTrait, event: &Event) -> Result<(), DbErr> {
    let values = [serde_json::to_string(event).map_err(unreadable)?.into()];
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), EVENT, values);
    conn.query_one_raw(statement).await?;
    Ok(())
}

/// The event that a statement announces.
pub(super) fn announced(statement: &Statement) -> Result<Event, DbErr> {
    let mut values = statement.values.iter().flat_map(|values| &values.0);
    let text = match values.next() {
        Some(sea_orm::Value::String(Some(text))) => text.as_str(),
        _ => "",
    };
    serde_json::from_str(text).map_err(unreadable)
}

/// Writes what is to be delivered of `events` to the webhooks that ask for them: one statement where none does. The webhooks
/// are locked until the transaction ends, so that one of them is not deleted meanwhile.
pub(super) async fn write(conn: &impl ConnectionTrait, events: Vec<Event>) -> Result<(), DbErr> {
    let events = together(events);
    let kinds: BTreeSet<WebhookEvent> = events.iter().map(|event| event.kind).collect();
    // The words are ours and stand in the statement itself: SQLite would prepare it anew for each pattern that it is given.
    let asked = kinds.iter().fold(Condition::any(), |any, kind| {
        any.add(Expr::cust(format!("events LIKE '%{}%'", kind.word())))
    });
    let webhooks = webhook::Entity::find()
        .filter(webhook::Column::Enabled.eq(true))
        .filter(asked)
        .order_by_asc(webhook::Column::Id)
        .lock_shared()
        .all(conn)
        .await?;
    let mut deliveries = Vec::new();
    for webhook in &webhooks {
        let wanted = |event: &&Event| asks_for(webhook, event.kind);
        for event in events.iter().filter(wanted) {
            let row = event.delivery_to(webhook.id)?;
            deliveries.push(row.into_active_model().reset_all());
        }
    }
    for some in deliveries.chunks(ROWS_AT_ONCE) {
        webhook_delivery::Entity::insert_many(some.to_vec())
            .exec_without_returning(conn)
            .await?;
    }
    Ok(())
}

/// Whether a webhook is to be told of such events.
fn asks_for(webhook: &webhook::Model, kind: WebhookEvent) -> bool {
    let mut words = webhook.events.split(' ');
    words.any(|word| word == kind.word())
}

/// What the events of one transaction come to: one of a kind about one thing, the latest; what is new or gone was not changed
/// besides; and capacity that changed for everybody changed for nobody apart.
fn together(events: Vec<Event>) -> Vec<Event> {
    let mut order = Vec::new();
    let mut latest = BTreeMap::new();
    for event in events {
        let key = (event.kind, event.about);
        if latest.insert(key, event).is_none() {
            order.push(key);
        }
    }
    let keys: BTreeSet<(WebhookEvent, Uuid)> = order.iter().copied().collect();
    let covered = |(kind, about): (WebhookEvent, Uuid)| match kind {
        WebhookEvent::ProjectUpdated => {
            keys.contains(&(WebhookEvent::ProjectCreated, about))
                || keys.contains(&(WebhookEvent::ProjectArchived, about))
        }
        WebhookEvent::ClientUpdated => {
            keys.contains(&(WebhookEvent::ClientCreated, about))
                || keys.contains(&(WebhookEvent::ClientArchived, about))
        }
        WebhookEvent::CapacityChanged => !about.is_nil() && keys.contains(&(kind, Uuid::nil())),
        _ => false,
    };
    let told = order.into_iter().filter(|key| !covered(*key));
    told.filter_map(|key| latest.remove(&key)).collect()
}

fn unreadable(error: serde_json::Error) -> DbErr {
    DbErr::Custom(format!("an event is not what events are: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: WebhookEvent, about: u128, data: i32) -> Event {
        Event {
            kind,
            about: Uuid::from_u128(about),
            at: Timestamp::UNIX_EPOCH,
            data: json!(data),
        }
    }

    #[test]
    fn a_transaction_tells_of_one_thing_once() {
        use WebhookEvent::{CapacityChanged, EmailSent, ProjectCreated, ProjectUpdated};
        let told = together(vec![
            event(ProjectUpdated, 1, 1),
            event(CapacityChanged, 7, 1),
            event(ProjectCreated, 2, 1),
            event(ProjectUpdated, 2, 1),
            event(ProjectUpdated, 1, 2),
            event(CapacityChanged, 0, 1),
            event(EmailSent, 3, 1),
        ]);
        let expected = [
            event(ProjectUpdated, 1, 2),
            event(ProjectCreated, 2, 1),
            event(CapacityChanged, 0, 1),
            event(EmailSent, 3, 1),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn no_word_for_an_event_stands_in_another() {
        for word in WebhookEvent::WORDS {
            let within = WebhookEvent::WORDS
                .iter()
                .filter(|other| other.contains(word));
            assert_eq!(within.count(), 1, "{word}");
        }
        assert_eq!(type_of(WebhookEvent::HandoverAdvanced), "handover.advanced");
    }
}
