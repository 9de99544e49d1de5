//! What must hold before a mail leaves on an owner's word.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::check::Check;
use crate::domain::suppressions;
use crate::entity::{
    AttemptOutcome, EmailKind, EmailState, client_contact, email, email_attempt, letter, person,
    suppressed_address,
};
use crate::error::{ProblemCode, Result};

/// Notes that the caller has not said that the mail may arrive twice.
pub(super) fn confirmed(check: &mut Check, may_arrive_twice: bool) {
    if !may_arrive_twice {
        let message =
            "It may have arrived already: ask the recipient, or say that it may arrive twice.";
        check.add("mayArriveTwice", ProblemCode::NotAllowedNow, message);
    }
}

/// Notes that the mail's time has passed.
pub(super) fn in_time(check: &mut Check, mail: &email::Model, now: Timestamp) {
    if mail.expires_at.0 <= now {
        let message = format!(
            "Its time passed at {}: it is not worth sending any more.",
            mail.expires_at
        );
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
}

/// Notes that a letter is not the one that two people have approved any more.
pub(super) async fn letter_stands(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    mail: &email::Model,
) -> Result<()> {
    if mail.kind != EmailKind::ClientLetter {
        return Ok(());
    }
    let approved = letter::Entity::find().filter(letter::Column::EmailId.eq(mail.id));
    if approved.one(conn).await?.is_none() {
        let message =
            "The letter was changed since: it leaves once two people have approved it anew.";
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    Ok(())
}

/// Notes that nothing is sent to `address` any more.
pub(super) async fn address_is_written_to(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    address: Option<&str>,
) -> Result<()> {
    let Some(address) = address else {
        return Ok(());
    };
    let suppressed = suppressed_address::Entity::find()
        .filter(suppressed_address::Column::Address.eq(address.to_lowercase()))
        .filter(suppressed_address::Column::LiftedAt.is_null());
    if let Some(row) = suppressed.one(conn).await? {
        let told = suppressions::told(address, &row.reason);
        let message = format!("{told} Correct the address, or lift the suppression.");
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    Ok(())
}

/// The address that a mail would be composed for now.
pub(super) async fn address_of_today(
    conn: &impl ConnectionTrait,
    mail: &email::Model,
) -> Result<Option<String>> {
    if let Some(id) = mail.recipient_id {
        let person = person::Entity::find_by_id(id).one(conn).await?;
        return Ok(person.map(|row| row.email));
    }
    let Some(id) = mail.contact_id else {
        return Ok(None);
    };
    let contact = client_contact::Entity::find_by_id(id).one(conn).await?;
    Ok(contact.map(|row| row.email))
}

/// Whether a mail may have arrived although nobody knows: the reply to it was lost, or its sender vanished over it.
pub async fn may_have_arrived(conn: &impl ConnectionTrait, mail: Uuid) -> Result<bool> {
    let lost = email_attempt::Entity::find()
        .filter(email_attempt::Column::EmailId.eq(mail))
        .filter(email_attempt::Column::Outcome.eq(AttemptOutcome::Ambiguous));
    Ok(lost.one(conn).await?.is_some())
}

/// Why a mail in this state is not tried again.
pub(super) fn not_failed(mail: &email::Model) -> &'static str {
    match mail.state {
        EmailState::Sent => "It was sent: send it once more if it did not arrive.",
        EmailState::Held => "It is held because it may have arrived: release it or call it off.",
        EmailState::Expired => "Its time has passed: it is not worth sending any more.",
        EmailState::Cancelled => "It was called off.",
        EmailState::SkippedEmpty | EmailState::SkippedAbsent => {
            "It was skipped and did not fail: there is nothing to send."
        }
        _ => "It is on its way.",
    }
}

/// Why a mail in this state is not called off.
pub(super) fn not_cancellable(mail: &email::Model) -> &'static str {
    match mail.state {
        EmailState::Claimed | EmailState::Data => "It is being sent at this moment.",
        EmailState::Sent => "It was sent already.",
        _ => "It has ended already and is not sent.",
    }
}
