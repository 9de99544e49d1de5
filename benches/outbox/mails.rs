//! Mails to send: rendered already, due now.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use meridian::app::App;
use meridian::email::outbox;
use meridian::entity::{Day, EmailKind, EmailState, Moment, email, email_message, new_id, person};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

/// Rows written in one statement.
const CHUNK: usize = 500;

/// Somebody who gets mail.
pub(crate) fn person(app: &App, number: usize) -> person::Model {
    let now = Moment(app.clock.now());
    person::Model {
        id: new_id(now.0),
        name: format!("Person {number}"),
        email: format!("p{number}@agency.example"),
        time_zone: "Europe/Berlin".to_owned(),
        access: None,
        preference: None,
        holiday_calendar_id: None,
        standing_delegate_id: None,
        employed_from: Day(jiff::civil::date(2020, 1, 1)),
        employed_until: None,
        version: 1,
        created_at: now,
        updated_at: now,
        archived_at: None,
    }
}

/// Writes `count` mails that are due, each with a text of about `size` bytes; with none of 0.
pub(crate) async fn write(app: &App, count: usize, size: usize) {
    let tx = app.db.begin().await.expect("a transaction");
    let recipient = person(app, 0).into_active_model().insert(&tx).await;
    tx.commit().await.expect("a commit");
    let recipient = recipient.expect("a person");
    let text = (size > 0).then(|| message(size));
    let numbers: Vec<usize> = (0..count).collect();
    for chunk in numbers.chunks(CHUNK) {
        let rows = chunk
            .iter()
            .map(|number| mail(app, recipient.id, *number, text.is_some()));
        let tx = app.db.begin().await.expect("a transaction");
        let rows: Vec<email::Model> = rows.collect();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        outbox::insert(&tx, rows).await.expect("mails");
        if let Some(text) = &text {
            let messages = ids.into_iter().map(|email_id| {
                let message = text.clone();
                email_message::Model { email_id, message }.into_active_model()
            });
            let kept = email_message::Entity::insert_many(messages);
            kept.exec_without_returning(&tx).await.expect("messages");
        }
        tx.commit().await.expect("a commit");
    }
}

fn mail(app: &App, recipient_id: Uuid, number: usize, is_rendered: bool) -> email::Model {
    let now = app.clock.now();
    let today = now.to_zoned(TimeZone::UTC).date();
    let expires_at = now + SignedDuration::from_hours(36);
    let pending = outbox::pending(
        EmailKind::CapacitySummary,
        recipient_id,
        &number.to_string(),
        today,
        now,
        expires_at,
        now,
    );
    email::Model {
        to_address: Some(format!("p{number}@agency.example")),
        subject: Some("Week 48: Priya 3 h over, Tom has 14 h free".to_owned()),
        message_id: Some(format!("<{}@agency.example>", pending.id)),
        rendered_at: is_rendered.then_some(Moment(now)),
        ..pending
    }
}

/// A message of about `size` bytes, in lines such as a mail has.
fn message(size: usize) -> Vec<u8> {
    let mut message = b"Subject: Week 48\r\nContent-Type: text/html\r\n\r\n".to_vec();
    let mut number = 0_u64;
    while message.len() < size {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let cell = format!(
            "<td style=\"padding:4px 8px\">{:020}</td>\r\n",
            number >> 16
        );
        message.extend_from_slice(cell.as_bytes());
    }
    message
}

/// Whether a mail is not sent yet. Asked often while others work: it looks at the beginning of an index, and counts none.
pub(crate) async fn are_under_way(app: &App) -> bool {
    for (condition, column) in [
        ("state = 'PENDING'", email::Column::NextAttemptAt),
        ("state IN ('CLAIMED', 'DATA')", email::Column::LeaseUntil),
    ] {
        let first = such(condition).select_only().column(column);
        let first = first.order_by_asc(column).limit(1).into_tuple();
        let first: Option<Moment> = first.one(&app.db.read).await.expect("a mail or none");
        if first.is_some() {
            return true;
        }
    }
    false
}

/// How many mails are in `state`.
pub(crate) async fn in_state(app: &App, state: EmailState) -> usize {
    let count = such(format!("state = '{}'", state.word()))
        .count(&app.db.read)
        .await;
    usize::try_from(count.expect("a count")).expect("it fits")
}

/// The state's word stands in the statement itself, as the partial indices want it.
fn such(condition: impl Into<String>) -> Select<email::Entity> {
    email::Entity::find().filter(Expr::cust(condition.into()))
}
