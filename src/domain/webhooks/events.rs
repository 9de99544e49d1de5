//! What webhooks are told of: which change of which row is which event.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::Event;
use crate::entity::{HandoverStage, WebhookEvent, change};
use crate::global_id::Kind;

/// What webhooks are told of a change of history; nothing of most.
pub fn events_of(change: &change::ActiveModel) -> Vec<Event> {
    let row = Row {
        change,
        id: *change.subject_id.as_ref(),
        action: change.action.as_ref(),
    };
    let everybody = || Some(row.capacity(None));
    let events = match change.subject_kind.as_ref().as_str() {
        "project" => [Some(row.project(row.id)), everybody()],
        "client" => [Some(row.client(row.id)), everybody()],
        "assignment" => [row.holder(), everybody()],
        "project_skill" | "responsibility_exception" | "role_decision" => [row.holder(), None],
        "handover" => [row.handover(), None],
        "booking" | "time_off" | "work_schedule" => {
            [Some(row.capacity(change.named("person_id"))), None]
        }
        "person" => [Some(row.capacity(Some(row.id))), None],
        "holiday" | "holiday_calendar" | "role" | "setting" => [everybody(), None],
        _ => [None, None],
    };
    events.into_iter().flatten().collect()
}

/// What webhooks are told of a mail that the mail server took.
pub fn email_sent(email_id: Uuid, at: Timestamp) -> Event {
    email(WebhookEvent::EmailSent, email_id, at)
}

/// What webhooks are told of a mail that will not be sent.
pub fn email_failed(email_id: Uuid, at: Timestamp) -> Event {
    email(WebhookEvent::EmailFailed, email_id, at)
}

fn email(kind: WebhookEvent, email_id: Uuid, at: Timestamp) -> Event {
    Event {
        kind,
        about: email_id,
        at,
        data: json!({ "emailId": Kind::Email.text(email_id) }),
    }
}

/// A row that was changed.
struct Row<'a> {
    change: &'a change::ActiveModel,
    id: Uuid,
    action: &'a str,
}

impl Row<'_> {
    /// What is its own project or client.
    fn holder(&self) -> Option<Event> {
        let updated = Row {
            action: "UPDATED",
            ..*self
        };
        let project = self
            .change
            .named("project_id")
            .map(|id| updated.project(id));
        project.or_else(|| self.change.named("client_id").map(|id| updated.client(id)))
    }

    fn project(&self, id: Uuid) -> Event {
        let kind = match self.action {
            "CREATED" => WebhookEvent::ProjectCreated,
            "ARCHIVED" => WebhookEvent::ProjectArchived,
            _ => WebhookEvent::ProjectUpdated,
        };
        let data = json!({ "projectId": Kind::Project.text(id) });
        self.event(kind, id, data)
    }

    fn client(&self, id: Uuid) -> Event {
        let kind = match self.action {
            "CREATED" => WebhookEvent::ClientCreated,
            "ARCHIVED" => WebhookEvent::ClientArchived,
            _ => WebhookEvent::ClientUpdated,
        };
        let data = json!({ "clientId": Kind::Client.text(id) });
        self.event(kind, id, data)
    }

    /// Its stage is another one.
    fn handover(&self) -> Option<Event> {
        let stage = |row: Option<&Value>| HandoverStage::from_word(row?.get("stage")?.as_str()?);
        let before = stage(self.change.before_change.as_ref().as_ref());
        let after = stage(self.change.after_change.as_ref().as_ref())?;
        let kind = match after {
            _ if before == Some(after) => return None,
            _ if before.is_none() => WebhookEvent::HandoverCreated,
            HandoverStage::Confirmed => WebhookEvent::HandoverCompleted,
            HandoverStage::Cancelled => WebhookEvent::HandoverCancelled,
            _ => WebhookEvent::HandoverAdvanced,
        };
        let data = json!({ "handoverId": Kind::Handover.text(self.id), "stage": after.word() });
        Some(self.event(kind, self.id, data))
    }

    /// Of a person, or of more than one.
    fn capacity(&self, person_id: Option<Uuid>) -> Event {
        let data = json!({ "personId": person_id.map(|id| Kind::Person.text(id)) });
        let about = person_id.unwrap_or_default();
        self.event(WebhookEvent::CapacityChanged, about, data)
    }

    fn event(&self, kind: WebhookEvent, about: Uuid, data: Value) -> Event {
        let at = self.change.changed_at.as_ref().0;
        Event {
            kind,
            about,
            at,
            data,
        }
    }
}
