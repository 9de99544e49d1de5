//! Mails that went to nobody, since whoever they were for was away and nobody stood in: never silently, and never to everybody.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::calendar::plus_days;
use crate::entity::{Day, EmailState, email, person};
use crate::error::Result;

/// Why such a mail failed, and what prevents it the next time.
pub const UNROUTABLE: &str =
    "UNROUTABLE: away, and nobody stands in. Name a delegate on the time off, or a standing one.";

/// What the reasons of such mails begin with.
pub const UNROUTABLE_WORD: &str = "UNROUTABLE";

/// How long it is news, in days: owners who were away that long hear of it.
const NEWS_FOR_DAYS: i64 = 28;

/// A mail that went to nobody.
#[derive(Clone, Debug)]
pub struct Unroutable {
    /// The mail.
    pub mail: email::Model,
    /// Whom it was for.
    pub recipient: person::Model,
}

/// The mails of the last four weeks that went to nobody, the oldest first. Two statements, one when there are none.
pub async fn unroutable(conn: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Unroutable>> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mails = email::Entity::find()
        .filter(email::Column::State.eq(EmailState::Failed))
        .filter(email::Column::LocalOn.gte(Day(plus_days(today, -NEWS_FOR_DAYS))))
        .filter(email::Column::Reason.starts_with(UNROUTABLE_WORD))
        .order_by_asc(email::Column::LocalOn)
        .order_by_asc(email::Column::Id)
        .all(conn)
        .await?;
    if mails.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = mails.iter().filter_map(|mail| mail.recipient_id).collect();
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    let recipient = |id: Uuid| people.iter().find(|person| person.id == id).cloned();
    let told = mails.into_iter().filter_map(|mail| {
        let recipient = recipient(mail.recipient_id?)?;
        Some(Unroutable { mail, recipient })
    });
    Ok(told.collect())
}
