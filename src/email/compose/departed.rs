//! Mails whose recipient left after they were planned (R7): they do not leave.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::zone;
use crate::entity::{email, person};
use crate::error::Result;
use crate::jobs::planner;

/// The mails among `rows` whose recipient does not work here any more, on the recipient's own calendar: by mail, with
/// the sentence that says so. One statement.
pub async fn departed(
    conn: &impl ConnectionTrait,
    rows: &[email::Model],
    now: Timestamp,
) -> Result<HashMap<Uuid, String>> {
    let recipients = rows.iter().map(|row| row.recipient_id);
    let people = person::Entity::find().filter(person::Column::Id.is_in(recipients));
    let mut departed = HashMap::new();
    for person in people.all(conn).await? {
        let today = zone::zone("timeZone", &person.time_zone)?
            .to_datetime(now)
            .date();
        if planner::has_left(&person, today) {
            let mails = rows.iter().filter(|row| row.recipient_id == person.id);
            let reason = format!("{} does not work here any more.", person.name);
            departed.extend(mails.map(|row| (row.id, reason.clone())));
        }
    }
    Ok(departed)
}
