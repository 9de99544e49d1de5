//! Pages behind the links of mails.

use jiff::Timestamp;
use uuid::Uuid;

use crate::app::App;
use crate::entity::EmailKind;
use crate::error::Result;

/// The address of the page that stops a kind of mail for a person.
pub fn stop_url(app: &App, person_id: Uuid, kind: EmailKind, now: Timestamp) -> Result<String> {
    let _ = (person_id, kind, now);
    Ok(app.config.public_url.page("/a/"))
}
