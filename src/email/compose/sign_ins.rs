//! Sign-in mails are composed when somebody asks for one: the token of their link is kept nowhere but in the mail.

use super::delivery::{Links, Words, render};
use super::{Composed, Verdict};
use crate::app::App;
use crate::domain::planned_mails::pending_sign_in;
use crate::domain::sessions::Visitor;
use crate::domain::sign_ins::Asked;
use crate::domain::zone;
use crate::email::frame::AskedFrame;
use crate::email::sign_in::SignInMail;
use crate::entity::{EmailState, email, person};
use crate::error::Result;

/// The row of the outbox that takes a link to its person, and what it says.
pub fn compose(
    app: &App,
    recipient: &person::Model,
    asked: &Asked,
    visitor: &Visitor,
) -> Result<(email::Model, Vec<u8>)> {
    let zone = zone::zone("timeZone", &recipient.time_zone)?;
    let local = |at: jiff::Timestamp| at.to_zoned(zone.clone()).datetime();
    let (asked_at, until) = (asked.row.created_at.0, asked.row.expires_at.0);
    let mail = SignInMail {
        frame: AskedFrame {
            recipient: recipient.name.as_str().into(),
            button_url: Links(app).page(&format!("/sign-in/{}", asked.token)),
        },
        asked_at: local(asked_at),
        until: local(until).time(),
        zone: recipient.time_zone.as_str().into(),
        browser: visitor.browser.as_str().into(),
        network: visitor.network.as_str().into(),
    };
    let words = Words {
        subject: mail.subject(),
        html: mail.html()?,
        text: mail.text()?,
    };
    let row = pending_sign_in(&asked.row, local(asked_at).date());
    let rendered = render(app, &row, recipient, words, None, asked_at)?;
    let mail = email::Model {
        to_address: Some(rendered.to_address),
        subject: Some(rendered.subject),
        message_id: Some(rendered.message_id),
        rendered_at: Some(asked.row.created_at),
        ..row
    };
    Ok((mail, rendered.message))
}

/// What becomes of a row whose text was forgotten.
pub(super) fn without_link(row: &email::Model) -> Composed {
    let reason = "Its link was forgotten: they can ask for another one.";
    Composed {
        email_id: row.id,
        verdict: Verdict::Close {
            state: EmailState::Cancelled,
            reason: reason.to_owned(),
        },
    }
}
