//! A mail once more: a row of its own beside the one that was sent, with the same bytes.

use jiff::SignedDuration;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use super::{checks, to_change};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, mail_messages};
use crate::entity::{EmailKind, EmailState, Moment, email, new_id};
use crate::error::{Error, ProblemCode, Result};
use crate::global_id::Kind;

/// What the keys of such mails start with; the id of the mail they repeat follows, then their number.
const BEGINNING: &str = "resend/";

/// How often a mail is sent once more, at most.
const MOST: usize = 5;

/// How long it is worth sending.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Sends a SENT mail once more: the same bytes with the same Message-ID, to the same address, so that a mail program that
/// has it already shows it once. It is a mail of its own, whose key names the one it repeats. Owners, who say that it may
/// arrive twice.
///
/// # Errors
/// Refused in any other state, without that word, for letters to clients, for a mail whose text was forgotten, and for an
/// address that nothing is sent to.
pub async fn resend(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    may_arrive_twice: bool,
) -> Result<email::Model> {
    caller.must_own("send a mail once more")?;
    let tx = db.begin().await?;
    let sent = to_change(&tx, id).await?;
    let mut check = Check::new();
    let message = mail_messages::of(&tx, [sent.id]).await?.remove(&sent.id);
    if let Some(refusal) = refusal(&sent, message.is_some()) {
        check.add("id", ProblemCode::NotAllowedNow, refusal);
    }
    checks::confirmed(&mut check, may_arrive_twice);
    checks::address_is_written_to(&tx, &mut check, sent.to_address.as_deref()).await?;
    check.finish()?;
    let row = once_more(&tx, caller, &sent).await?;
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    mail_messages::keep(&tx, row.id, message.unwrap_or_default()).await?;
    history::created(&tx, caller, row.id, &row).await?;
    let told = format!("Sent once more, as {}.", Kind::Email.text(row.id));
    history::explained(&tx, caller, sent.id, &sent, &sent, &told).await?;
    tx.commit().await?;
    Ok(row)
}

/// Which mail a mail repeats; none: it is the first.
pub fn resent_of(mail: &email::Model) -> Option<Uuid> {
    let (id, _) = mail.dedupe_key.strip_prefix(BEGINNING)?.split_once('/')?;
    Uuid::try_parse(id).ok()
}

fn refusal(mail: &email::Model, has_message: bool) -> Option<&'static str> {
    match mail.state {
        _ if mail.kind == EmailKind::ClientLetter => {
            Some("A client is not written to twice: write to them yourself and log a touchpoint.")
        }
        _ if mail.kind == EmailKind::SignIn => {
            Some("Its link works once, and not for long: they can ask for another one at /sign-in.")
        }
        EmailState::Sent if !has_message => {
            Some("Its text was forgotten: texts are kept for 30 days.")
        }
        EmailState::Sent => None,
        EmailState::Failed => Some("It was never sent: try it again instead."),
        EmailState::Held => Some("It may have arrived: release it or call it off."),
        _ => Some("It was not sent."),
    }
}

async fn once_more(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    sent: &email::Model,
) -> Result<email::Model> {
    let first = resent_of(sent).unwrap_or(sent.id);
    let keys = (1..=MOST).map(|number| format!("{BEGINNING}{first}/{number}"));
    let keys: Vec<String> = keys.collect();
    let earlier = email::Entity::find()
        .filter(email::Column::DedupeKey.is_in(&keys))
        .all(tx)
        .await?;
    let Some(dedupe_key) = keys.into_iter().nth(earlier.len()) else {
        let message = format!("It was sent {MOST} times more already.");
        return Err(Error::problem("id", ProblemCode::NotAllowedNow, message));
    };
    let now = Moment(caller.now);
    Ok(email::Model {
        id: new_id(caller.now),
        dedupe_key,
        state: EmailState::Pending,
        due_at: now,
        next_attempt_at: now,
        expires_at: Moment(caller.now.checked_add(LIFE).unwrap_or(caller.now)),
        attempts: 0,
        fence: 0,
        // The column is unique, and the bytes have it.
        message_id: None,
        rendered_at: Some(now),
        sent_at: None,
        created_at: now,
        ..sent.clone()
    })
}
