//! How a mail comes to be: a row of the outbox that nobody has worked on yet.

use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable, Value,
};
use uuid::Uuid;

use crate::domain::mail_messages;
use crate::entity::{Day, EmailKind, EmailState, Moment, email, letter, new_id, sign_in};
use crate::error::Result;

/// Mails in one statement: each is two dozen bound values, of which SQLite takes 32,766.
const ROWS_AT_ONCE: usize = 1_000;

/// A PENDING row of the outbox, for somebody of the agency, that nobody has rendered yet.
pub fn pending(
    kind: EmailKind,
    recipient_id: Uuid,
    period: &str,
    local_on: Date,
    due_at: Timestamp,
    expires_at: Timestamp,
    now: Timestamp,
) -> email::Model {
    email::Model {
        period: period.to_owned(),
        recipient_id: Some(recipient_id),
        due_at: Moment(due_at),
        next_attempt_at: Moment(due_at),
        ..unaddressed(
            kind,
            dedupe_key(kind, recipient_id, period),
            local_on,
            expires_at,
            now,
        )
    }
}

/// A PENDING row of the outbox for the contact whom `letter` is for, to leave at once. Its key is the letter's, so that it
/// leaves once whatever becomes of its text.
pub fn pending_letter(
    letter: &letter::Model,
    local_on: Date,
    expires_at: Timestamp,
    now: Timestamp,
) -> email::Model {
    let key = format!("client_letter/{}", letter.id);
    email::Model {
        contact_id: Some(letter.contact_id),
        ..unaddressed(EmailKind::ClientLetter, key, local_on, expires_at, now)
    }
}

/// A PENDING row of the outbox that only shows a person that mail reaches them, to leave at once. Its key is its own: it may
/// come as often as somebody asks.
pub fn pending_test(
    recipient_id: Uuid,
    local_on: Date,
    expires_at: Timestamp,
    now: Timestamp,
) -> email::Model {
    let row = unaddressed(EmailKind::Test, String::new(), local_on, expires_at, now);
    email::Model {
        recipient_id: Some(recipient_id),
        dedupe_key: format!("test/{}", row.id),
        ..row
    }
}

/// A PENDING row of the outbox for a link that signs a person in, to leave at once. Its key is the link's.
pub fn pending_sign_in(asked: &sign_in::Model, local_on: Date) -> email::Model {
    let (expires_at, now) = (asked.expires_at.0, asked.created_at.0);
    let key = format!("sign_in/{}", asked.id);
    email::Model {
        recipient_id: Some(asked.person_id),
        ..unaddressed(EmailKind::SignIn, key, local_on, expires_at, now)
    }
}

/// A mail of a day, due now, to nobody yet.
fn unaddressed(
    kind: EmailKind,
    dedupe_key: String,
    local_on: Date,
    expires_at: Timestamp,
    now: Timestamp,
) -> email::Model {
    email::Model {
        id: new_id(now),
        kind,
        dedupe_key,
        recipient_id: None,
        contact_id: None,
        period: local_on.to_string(),
        local_on: Day(local_on),
        state: EmailState::Pending,
        reason: None,
        due_at: Moment(now),
        expires_at: Moment(expires_at),
        next_attempt_at: Moment(now),
        attempts: 0,
        claimed_by: None,
        lease_until: None,
        fence: 0,
        to_address: None,
        subject: None,
        message_id: None,
        rendered_at: None,
        sent_at: None,
        created_at: Moment(now),
    }
}

/// R9 as a key: at most one mail of a kind for a recipient in a period.
fn dedupe_key(kind: EmailKind, recipient_id: Uuid, period: &str) -> String {
    format!("{}/{recipient_id}/{period}", kind.word().to_lowercase())
}

/// The mail, to be composed anew.
pub fn unrendered(row: email::Model) -> email::Model {
    email::Model {
        to_address: None,
        subject: None,
        message_id: None,
        rendered_at: None,
        ..row
    }
}

/// Makes a mail that ended without leaving as new: for another text, under the same key, so that it still leaves once (R9).
pub async fn renew(
    conn: &impl ConnectionTrait,
    ended: email::Model,
    planned: email::Model,
) -> Result<email::Model> {
    mail_messages::forget(conn, [ended.id]).await?;
    let renewed = email::Model {
        id: ended.id,
        dedupe_key: ended.dedupe_key,
        attempts: ended.attempts,
        fence: ended.fence,
        created_at: ended.created_at,
        ..planned
    };
    Ok(renewed.into_active_model().reset_all().update(conn).await?)
}

/// Inserts what is not there yet: the key decides. A statement for every thousand; columns in which all of its mails have
/// nothing are left out: of a mail that is only planned that is half of them.
pub async fn insert(conn: &impl ConnectionTrait, mails: Vec<email::Model>) -> Result<()> {
    for mails in mails.chunks(ROWS_AT_ONCE) {
        insert_some(conn, mails).await?;
    }
    Ok(())
}

async fn insert_some(conn: &impl ConnectionTrait, mails: &[email::Model]) -> Result<()> {
    let mut rows: Vec<email::ActiveModel> = mails
        .iter()
        .map(|row| row.clone().into_active_model().reset_all())
        .collect();
    for column in email::Column::iter() {
        if rows.iter().all(|row| is_null(row.get(column))) {
            rows.iter_mut().for_each(|row| row.not_set(column));
        }
    }
    email::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(email::Column::DedupeKey)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

fn is_null(value: ActiveValue<Value>) -> bool {
    value
        .into_value()
        .is_some_and(|value| value == value.as_null())
}
