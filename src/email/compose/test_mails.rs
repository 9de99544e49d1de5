//! Test mails: to a person, because an owner asked for one.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::delivery::{Links, Words, render};
use super::{Addressed, Composed, Verdict};
use crate::app::App;
use crate::domain::zone;
use crate::email::frame::AskedFrame;
use crate::email::test_mail::TestMail;
use crate::entity::{EmailState, change, person};
use crate::error::Result;

/// Decides test mails, in two statements.
pub(super) async fn compose(
    app: &App,
    rows: &[Addressed<'_>],
    now: Timestamp,
) -> Result<Vec<Composed>> {
    let conn = &app.db.read;
    let recipients = person::Entity::find()
        .filter(person::Column::Id.is_in(rows.iter().map(|row| row.recipient_id)))
        .all(conn)
        .await?;
    let recipients: HashMap<Uuid, person::Model> =
        recipients.into_iter().map(|row| (row.id, row)).collect();
    let asked_by = asked_by(conn, rows).await?;
    let mut composed = Vec::with_capacity(rows.len());
    for row in rows {
        composed.push(match recipients.get(&row.recipient_id) {
            Some(recipient) => mail(app, *row, recipient, asked_by.get(&row.id), now)?,
            None => {
                let reason = "There is no such person any more.";
                Composed::closed(row, EmailState::Failed, reason)
            }
        });
    }
    Ok(composed)
}

/// Who asked for each mail, by history.
async fn asked_by(
    conn: &impl ConnectionTrait,
    rows: &[Addressed<'_>],
) -> Result<HashMap<Uuid, String>> {
    let changes = change::Entity::find()
        .filter(change::Column::SubjectId.is_in(rows.iter().map(|row| row.id)))
        .filter(change::Column::Action.eq("CREATED"))
        .all(conn)
        .await?;
    let asked = changes
        .into_iter()
        .map(|change| (change.subject_id, change.actor));
    Ok(asked.collect())
}

fn mail(
    app: &App,
    row: Addressed<'_>,
    recipient: &person::Model,
    asked_by: Option<&String>,
    now: Timestamp,
) -> Result<Composed> {
    let zone = zone::zone("timeZone", &recipient.time_zone)?;
    let mail = TestMail {
        frame: AskedFrame {
            recipient: recipient.name.as_str().into(),
            button_url: Links(app).page("/"),
        },
        asked_by: asked_by.map(|name| name.as_str().into()),
        asked_at: row.created_at.0.to_zoned(zone).datetime(),
        zone: recipient.time_zone.as_str().into(),
    };
    let words = Words {
        subject: mail.subject(),
        html: mail.html()?,
        text: mail.text()?,
    };
    let rendered = render(app, &row, recipient, words, None, now)?;
    Ok(Composed {
        email_id: row.id,
        verdict: Verdict::Send(rendered),
    })
}
