//! What a mail would say.

use async_graphql::{Description, Object};

use crate::email::compose::Verdict;
use crate::graphql::enums::EmailState;

/// What a mail would say, or why there would be none.
#[derive(Description)]
pub struct EmailPreview(pub(super) Verdict);

#[Object(use_type_description)]
impl EmailPreview {
    /// Its subject; null when there would be no mail.
    async fn subject(&self) -> Option<&str> {
        match &self.0 {
            Verdict::Send(rendered) => Some(&rendered.subject),
            Verdict::Close { .. } => None,
        }
    }

    /// Its HTML part; null when there would be no mail.
    async fn html(&self) -> Option<&str> {
        match &self.0 {
            Verdict::Send(rendered) => Some(&rendered.html),
            Verdict::Close { .. } => None,
        }
    }

    /// Its text part; null when there would be no mail.
    async fn text(&self) -> Option<&str> {
        match &self.0 {
            Verdict::Send(rendered) => Some(&rendered.text),
            Verdict::Close { .. } => None,
        }
    }

    /// The state the mail would end in without being sent; null when it would be sent.
    async fn skipped_as(&self) -> Option<EmailState> {
        match &self.0 {
            Verdict::Send(_) => None,
            Verdict::Close { state, .. } => Some((*state).into()),
        }
    }

    /// Why it would not be sent; null when it would be.
    async fn reason(&self) -> Option<&str> {
        match &self.0 {
            Verdict::Send(_) => None,
            Verdict::Close { reason, .. } => Some(reason),
        }
    }
}
