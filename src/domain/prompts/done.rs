//! Saying that what a prompt asks for was done.

use sea_orm::ConnectionTrait;

use super::Asked;
use crate::domain::access::Caller;
use crate::domain::touchpoints::{self, NewTouchpoint};
use crate::entity::{PromptTopic, TouchpointKind, touchpoint};
use crate::error::{Error, Result};

/// The contact that answers a prompt; none: facts are given to a colleague, not to the client.
pub fn touchpoint_kind(topic: PromptTopic) -> Option<TouchpointKind> {
    match topic {
        PromptTopic::Update => Some(TouchpointKind::Update),
        PromptTopic::ReachOut => Some(TouchpointKind::ReachOut),
        PromptTopic::Facts => None,
    }
}

/// Logs that a prompt's caller did what it asks for, just now; about the client's one ACTIVE project where it has no other.
/// Within the caller's transaction.
pub async fn log_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    asked: &Asked,
) -> Result<touchpoint::Model> {
    let kind = touchpoint_kind(asked.prompt.topic)
        .ok_or_else(|| Error::internal("facts are not logged as a contact"))?;
    let new = NewTouchpoint {
        client_id: asked.client.id,
        project_id: asked.only_project_id,
        person_id: None,
        contact_id: None,
        kind,
        occurred_at: None,
        note: String::new(),
    };
    touchpoints::log_allowed_in(tx, caller, new).await
}
