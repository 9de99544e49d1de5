//! Approvals: two people say of the same text that it may go, one of them a manager whom it is about.

use jiff::SignedDuration;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use super::{announced, approvals_of, check_contact, check_under_way, to_change};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, people, planned_mails};
use crate::entity::{Moment, client_contact, email, handover, letter, letter_approval, person};
use crate::error::{Error, ProblemCode, Result};

/// How long a letter is worth sending.
const LIFE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Approves a letter as the caller has read it. The approval that completes it puts its mail into the outbox, in the
/// same transaction and once. Owners and managers.
///
/// # Errors
/// Refused to whoever has approved this text before, for an archived contact, a cancelled handover, a manager handing
/// over who has left, one taking over who leaves before that, and once it is approved.
pub async fn approve(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<letter::Model> {
    caller.must_read_all("approve letters")?;
    let Some(person_id) = caller.person_id else {
        let message = "A letter is approved by a person, not at the command line.";
        return Err(Error::Forbidden(message.into()));
    };
    let tx = db.begin().await?;
    let (before, handover) = to_change(&tx, caller, id).await?;
    let mut approvals = approvals_of(&tx, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check_under_way(&mut check, "id", &handover);
    if before.email_id.is_some() {
        let message = "It has the approvals it needs already.";
        check.add("id", ProblemCode::NotAllowedNow, message);
    } else if approvals.iter().any(|one| one.person_id == person_id) {
        let message = "You have approved this text already: somebody else has to.";
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    check_ends(&tx, &mut check, caller, &before, &handover).await?;
    check.finish()?;
    let approval = letter_approval::Model {
        letter_id: id,
        person_id,
        version: before.version,
        approved_at: Moment(caller.now),
    };
    let row = approval.into_active_model().reset_all();
    let approval = row.insert(&tx).await?;
    history::created(&tx, caller, id, &approval).await?;
    approvals.push(approval);
    let after = match still_needed(&approvals, &handover) {
        Some(_) => before,
        None => queue(&tx, caller, before).await?,
    };
    tx.commit().await?;
    Ok(after)
}

/// What a letter still needs before it is sent, as a sentence; none when it needs nothing.
pub fn still_needed(
    approvals: &[letter_approval::Model],
    handover: &handover::Model,
) -> Option<&'static str> {
    let of_the_two = approvals.iter().any(|one| {
        one.person_id == handover.from_person_id || one.person_id == handover.to_person_id
    });
    match (approvals.len(), of_the_two) {
        (0, _) => Some(
            "Two approvals, one of them by the manager who hands over or the one who takes over.",
        ),
        (1, true) => Some("The approval of one more owner or manager."),
        (_, false) => Some("The approval of the manager who hands over or the one who takes over."),
        (_, true) => None,
    }
}

/// Everybody in a letter is there: who it is from, who it is for, and whom it announces.
async fn check_ends(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    caller: &Caller,
    letter: &letter::Model,
    handover: &handover::Model,
) -> Result<()> {
    let contact = client_contact::Entity::find_by_id(letter.contact_id)
        .one(conn)
        .await?;
    check_contact(check, "id", contact.as_ref(), handover);
    let from = person::Entity::find_by_id(handover.from_person_id)
        .one(conn)
        .await?;
    if let Some(from) = from.filter(|from| people::has_left(from, caller.today())) {
        let message = format!(
            "{} has left, and nothing is sent in their name: write to the client yourself and log a touchpoint.",
            from.name
        );
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    let announced = announced(conn, std::slice::from_ref(handover)).await?;
    let gone = announced.get(&handover.id);
    if let Some(gone) = gone.filter(|one| one.is_gone(caller.today())) {
        let message = format!(
            "{} leaves before taking over: plan another handover before you tell the client.",
            gone.person.name
        );
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    Ok(())
}

/// Puts the letter's mail into the outbox. Where an earlier mail of this letter ended without leaving it takes that
/// one's row: the key is the letter's, so there is never a second mail.
async fn queue(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: letter::Model,
) -> Result<letter::Model> {
    let mail = mail(caller, &before)?;
    let earlier = email::Entity::find()
        .filter(email::Column::DedupeKey.eq(&mail.dedupe_key))
        .one(tx)
        .await?;
    let email_id = match earlier {
        Some(ended) => planned_mails::renew(tx, ended, mail).await?.id,
        None => mail.into_active_model().reset_all().insert(tx).await?.id,
    };
    let row = letter::Model {
        email_id: Some(email_id),
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, after.id, &before, &after).await?;
    Ok(after)
}

fn mail(caller: &Caller, letter: &letter::Model) -> Result<email::Model> {
    let expires_at = caller
        .now
        .checked_add(LIFE)
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(planned_mails::pending_letter(
        letter,
        caller.today(),
        expires_at,
        caller.now,
    ))
}
