//! From outbox rows to what is to become of them.

use uuid::Uuid;

use crate::app::App;
use crate::entity::{EmailState, email};
use crate::error::Result;

/// What is to become of an outbox row.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The row.
    pub email_id: Uuid,
    /// What is to become of it.
    pub verdict: Verdict,
}

/// What is to become of a mail.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is rendered: keep the bytes and send them.
    Send(Rendered),
    /// It is not sent: SKIPPED_EMPTY, SKIPPED_ABSENT, CANCELLED or FAILED, and why.
    Close {
        /// The state the row ends in.
        state: EmailState,
        /// Why, in a sentence.
        reason: String,
    },
}

/// A rendered mail: the same bytes for every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The envelope's recipient.
    pub to_address: String,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
    /// The whole message, headers and all.
    pub message: Vec<u8>,
}

/// Decides what is to become of rows that were not rendered yet: in a fixed number of statements, whatever the number
/// of rows.
pub async fn compose(app: &App, rows: &[email::Model]) -> Result<Vec<Composed>> {
    let _ = (app, rows);
    Ok(Vec::new())
}
