//! Mails whose recipient left after they were planned (R7), or was archived at the client: they do not leave.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::{people, zone};
use crate::entity::{client_contact, email, person};
use crate::error::Result;

/// The mails among `rows` whose recipient does not work here any more, on the recipient's own calendar, or who is an
/// archived contact of a client: by mail, with the sentence that says so. Two statements.
pub(super) async fn departed(
    conn: &impl ConnectionTrait,
    rows: &[email::Model],
    now: Timestamp,
) -> Result<HashMap<Uuid, String>> {
    let ids = rows.iter().filter_map(|row| row.recipient_id);
    let recipients = person::Entity::find().filter(person::Column::Id.is_in(ids));
    let mut departed = HashMap::new();
    for person in recipients.all(conn).await? {
        let today = zone::zone("timeZone", &person.time_zone)?
            .to_datetime(now)
            .date();
        if people::has_left(&person, today) {
            let mails = rows
                .iter()
                .filter(|row| row.recipient_id == Some(person.id));
            let reason = format!("{} does not work here any more.", person.name);
            departed.extend(mails.map(|row| (row.id, reason.clone())));
        }
    }
    let ids = rows.iter().filter_map(|row| row.contact_id);
    let archived = client_contact::Entity::find()
        .filter(client_contact::Column::Id.is_in(ids))
        .filter(client_contact::Column::ArchivedAt.is_not_null());
    for contact in archived.all(conn).await? {
        let mails = rows.iter().filter(|row| row.contact_id == Some(contact.id));
        let reason = format!(
            "{} is archived: nothing is sent to them any more.",
            contact.name
        );
        departed.extend(mails.map(|row| (row.id, reason.clone())));
    }
    Ok(departed)
}
