//! What mail servers report of mails that they took (RFC 3464): the mail's timeline goes on, and an address that is of no use
//! is not written to again.
//!
//! A report is believed for the mail that its own address names ([`return_path`]), and for that mail's recipient only: whatever
//! it says of others, nothing follows from it for their addresses.

mod report;

use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::app::App;
use crate::domain::suppressions;
use crate::email::outcome::readable;
use crate::email::return_path;
use crate::email::status_code::is_about_the_address;
use crate::entity::{AttemptOutcome, Moment, email, email_attempt};
use crate::error::Result;

pub use report::{Action, RecipientReport, Report};

/// What became of a message that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// It stands in the mail's timeline.
    Noted {
        /// The mail.
        email_id: Uuid,
        /// What the mail server did.
        action: Action,
        /// The address that nothing is sent to any more.
        suppressed: Option<String>,
    },
    /// It was read before, and nothing was changed.
    KnownAlready(Uuid),
    /// It is about a mail that was forgotten, eight weeks after its end.
    Forgotten(Uuid),
    /// It is no delivery status notification, but somebody's answer.
    NoReport,
    /// None of the addresses it was delivered to was made by us.
    NotOurs,
}

/// Reads a message that was delivered to `addresses`, beside those that its header names.
///
/// # Errors
/// The database's.
pub async fn read(app: &App, message: &[u8], addresses: &[String]) -> Result<Read> {
    let Some(report) = Report::read(message) else {
        return Ok(Read::NoReport);
    };
    for address in addresses.iter().chain(&report.delivered_to) {
        if let Some(email_id) = return_path::mail_of(app, address)? {
            return note(app, email_id, &report).await;
        }
    }
    Ok(Read::NotOurs)
}

async fn note(app: &App, email_id: Uuid, report: &Report) -> Result<Read> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let mail = email::Entity::find_by_id(email_id)
        .lock_exclusive()
        .one(&tx)
        .await?;
    let Some(mail) = mail else {
        return Ok(Read::Forgotten(email_id));
    };
    let address = mail.to_address.as_deref().unwrap_or_default();
    let about = report.about(address);
    let Some((recipient, by_name, action)) =
        about.and_then(|(recipient, by_name)| Some((recipient, by_name, recipient.action?)))
    else {
        return Ok(Read::NoReport);
    };
    if !record(&tx, &mail, report, recipient, action, now).await? {
        return Ok(Read::KnownAlready(email_id));
    }
    let is_hard =
        action == Action::Failed && is_about_the_address(recipient.status, recipient.reply);
    let mut suppressed = None;
    // An alias hands a mail on to several: that one of them is gone says nothing of the alias.
    if is_hard && by_name {
        let reason = format!(
            "{} could not deliver a mail to it: {}",
            reporter(report),
            told(recipient)
        );
        let is_new = suppressions::suppress(&tx, address, &reason, now).await?;
        suppressed = is_new.then(|| address.to_lowercase());
    }
    tx.commit().await?;
    Ok(Read::Noted {
        email_id,
        action,
        suppressed,
    })
}

/// Adds to the mail's timeline what was reported. False when the same report stands there already.
async fn record(
    conn: &impl ConnectionTrait,
    mail: &email::Model,
    report: &Report,
    recipient: &RecipientReport,
    action: Action,
    now: Timestamp,
) -> Result<bool> {
    let (outcome, words) = match action {
        Action::Failed => (AttemptOutcome::Bounced, told(recipient)),
        _ => {
            let words = format!("{}: {}", action.word(), told(recipient));
            (AttemptOutcome::Reported, words)
        }
    };
    let row = email_attempt::Model {
        id: id_of(mail.id, report, recipient),
        email_id: mail.id,
        replica: reporter(report).to_owned(),
        fence: mail.fence,
        started_at: Moment(now),
        finished_at: Moment(now),
        outcome,
        phase: None,
        server_code: recipient.reply.map(i32::from),
        server_text: Some(readable(&words)),
    };
    let known_already = OnConflict::column(email_attempt::Column::Id)
        .do_nothing()
        .to_owned();
    let inserted = email_attempt::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(known_already)
        .exec_without_returning(conn)
        .await?;
    Ok(inserted == 1)
}

/// The id that the same report always has, so that it stands in the timeline once, however often it is read.
fn id_of(email_id: Uuid, report: &Report, recipient: &RecipientReport) -> Uuid {
    let said = format!(
        "{email_id}\n{:?}\n{:?}\n{recipient:?}",
        report.message_id, report.reporter
    );
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(said)[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

fn reporter(report: &Report) -> &str {
    report.reporter.as_deref().unwrap_or("A mail server")
}

/// The mail server's words, or what stands for them; with the address that the mail was handed on to, if it was.
fn told(recipient: &RecipientReport) -> String {
    let code = recipient.reply.map(|code| format!("{code} "));
    let status = || recipient.status.map(|status| format!("status {status}"));
    let words = recipient.words.clone().or_else(status);
    let words = words.unwrap_or_else(|| "no reason given".to_owned());
    let handed_on = match (&recipient.original, &recipient.last) {
        (Some(original), Some(last)) if !original.eq_ignore_ascii_case(last) => {
            format!(" (handed on to {last})")
        }
        _ => String::new(),
    };
    format!("{}{words}{handed_on}", code.unwrap_or_default())
}
