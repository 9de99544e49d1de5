//! Mails whose recipient left after they were planned (R7): they do not leave.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::{people, zone};
use crate::entity::{email, person};
use crate::error::Result;

/// The mails among `rows` whose recipient does not work here any more, on the recipient's own calendar: by mail, with
/// the sentence that says so. One statement.
pub async fn departed(
    conn: &impl ConnectionTrait,
    rows: &[email::Model],
    now: Timestamp,
) -> Result<HashMap<Uuid, String>> {
    let ids = rows.iter().map(|row| row.recipient_id);
    let recipients = person::Entity::find().filter(person::Column::Id.is_in(ids));
    let mut departed = HashMap::new();
    for person in recipients.all(conn).await? {
        let today = zone::zone("timeZone", &person.time_zone)?
            .to_datetime(now)
            .date();
        if people::has_left(&person, today) {
            let mails = rows.iter().filter(|row| row.recipient_id == person.id);
            let reason = format!("{} does not work here any more.", person.name);
            departed.extend(mails.map(|row| (row.id, reason.clone())));
        }
    }
    Ok(departed)
}
