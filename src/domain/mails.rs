//! What an owner does about a mail of the outbox: tries it again, calls it off, lets it go although it may have arrived,
//! sends it once more, or sends one to see whether mail gets out. Each is a state the mail moves to under its row's lock,
//! with history in the same transaction; the senders do the rest.

mod checks;
mod resend;

use jiff::SignedDuration;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QuerySelect};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, mail_messages, people, planned_mails, zone};
use crate::entity::{EmailKind, EmailState, Moment, email, person};
use crate::error::{Error, ProblemCode, Result};

pub use checks::may_have_arrived;
pub use resend::{resend, resent_of};

/// Longest reason for calling a mail off, characters.
const LONGEST_REASON: usize = 500;

/// How long a test mail is worth sending.
const TEST_LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Tries a FAILED mail again, now. What certainly never arrived is composed anew, to the address of today; what may have
/// arrived leaves with the same bytes, and only where `may_arrive_twice` says so. Owners.
///
/// # Errors
/// Refused in any other state, when its time has passed, for an address that nothing is sent to, and for a letter that was
/// changed since.
pub async fn retry(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    may_arrive_twice: bool,
) -> Result<email::Model> {
    caller.must_own("try a mail again")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    let mut check = Check::new();
    match before.state {
        EmailState::Failed => checks::in_time(&mut check, &before, caller.now),
        _ => check.add(
            "id",
            ProblemCode::NotAllowedNow,
            checks::not_failed(&before),
        ),
    }
    checks::letter_stands(&tx, &mut check, &before).await?;
    let in_doubt = checks::may_have_arrived(&tx, before.id).await?;
    if in_doubt {
        checks::confirmed(&mut check, may_arrive_twice);
    }
    // Nobody can make the link of a sign-in mail again.
    let is_sign_in = before.kind == EmailKind::SignIn;
    let keeps_its_bytes = in_doubt || is_sign_in || resent_of(&before).is_some();
    let address = match keeps_its_bytes {
        true => before.to_address.clone(),
        false => checks::address_of_today(&tx, &before).await?,
    };
    checks::address_is_written_to(&tx, &mut check, address.as_deref()).await?;
    check.finish()?;
    let again = email::Model {
        attempts: 0,
        ..pending(&before, caller)
    };
    let again = match keeps_its_bytes {
        true => again,
        false => {
            mail_messages::forget(&tx, [before.id]).await?;
            planned_mails::unrendered(again)
        }
    };
    moved(tx, caller, before, again).await
}

/// Lets a HELD mail leave after all, with the same bytes. Owners, who say that it may arrive twice.
///
/// # Errors
/// Refused in any other state, without that word, when its time has passed, and for a letter that was changed since.
pub async fn release(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    may_arrive_twice: bool,
) -> Result<email::Model> {
    caller.must_own("release a held mail")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    let mut check = Check::new();
    if before.state != EmailState::Held {
        check.add("id", ProblemCode::NotAllowedNow, "It is not held.");
    }
    checks::confirmed(&mut check, may_arrive_twice);
    checks::in_time(&mut check, &before, caller.now);
    checks::letter_stands(&tx, &mut check, &before).await?;
    check.finish()?;
    let released = pending(&before, caller);
    moved(tx, caller, before, released).await
}

/// Calls a PENDING or HELD mail off, for a reason. Owners.
///
/// # Errors
/// Refused in any other state, and without a reason.
pub async fn cancel(db: &Db, caller: &Caller, id: Uuid, reason: &str) -> Result<email::Model> {
    caller.must_own("call a mail off")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    let mut check = Check::new();
    let reason = check.text("reason", reason, LONGEST_REASON);
    check.require(!reason.is_empty(), "reason", "Say why it is called off.");
    if !matches!(before.state, EmailState::Pending | EmailState::Held) {
        check.add(
            "id",
            ProblemCode::NotAllowedNow,
            checks::not_cancellable(&before),
        );
    }
    check.finish()?;
    let cancelled = email::Model {
        state: EmailState::Cancelled,
        reason: Some(format!("Called off by {}: {reason}", caller.name)),
        ..before.clone()
    };
    moved(tx, caller, before, cancelled).await
}

/// Sends a person a mail that says that mail gets out; the caller, where nobody is named. It is a row of the outbox like
/// any other, and comes as often as it is asked for. Owners.
///
/// # Errors
/// Refused for somebody who is not there, or whose address nothing is sent to.
pub async fn test(db: &Db, caller: &Caller, person_id: Option<Uuid>) -> Result<email::Model> {
    caller.must_own("send a test mail")?;
    let nobody = |message: &str| Error::problem("personId", ProblemCode::NotFound, message);
    let person_id = person_id
        .or(caller.person_id)
        .ok_or_else(|| nobody("Say whom it is for."))?;
    let tx = db.begin().await?;
    let person = person::Entity::find_by_id(person_id)
        .one(&tx)
        .await?
        .ok_or_else(|| nobody("There is no such person."))?;
    let today = zone::zone("timeZone", &person.time_zone)?
        .to_datetime(caller.now)
        .date();
    let mut check = Check::new();
    if person.archived_at.is_some() || people::has_left(&person, today) {
        let message = format!(
            "{} does not work here any more and gets no mail.",
            person.name
        );
        check.add("personId", ProblemCode::NotAllowedNow, message);
    }
    checks::address_is_written_to(&tx, &mut check, Some(&person.email)).await?;
    check.finish()?;
    let expires_at = caller.now.checked_add(TEST_LIFE).unwrap_or(caller.now);
    let row = planned_mails::pending_test(person_id, today, expires_at, caller.now);
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    history::created(&tx, caller, row.id, &row).await?;
    tx.commit().await?;
    Ok(row)
}

/// The mail, which nobody claims or changes until the transaction ends.
async fn to_change(tx: &impl ConnectionTrait, id: Uuid) -> Result<email::Model> {
    email::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or_else(|| Error::problem("id", ProblemCode::NotFound, "There is no such mail."))
}

/// The mail, to be claimed at once.
fn pending(before: &email::Model, caller: &Caller) -> email::Model {
    email::Model {
        state: EmailState::Pending,
        reason: None,
        next_attempt_at: Moment(caller.now),
        ..before.clone()
    }
}

async fn moved(
    tx: crate::db::Transaction,
    caller: &Caller,
    before: email::Model,
    after: email::Model,
) -> Result<email::Model> {
    let after = after.into_active_model().reset_all().update(&tx).await?;
    history::updated(&tx, caller, after.id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}
