//! Letters to clients, one a handover: drafted from the programme's texts, edited, approved by two people, and sent once
//! to a contact of the client. Sending is the outbox's; what may be sent is decided here.

mod announced;
mod approval;
mod standing;
mod wording;

use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter, QuerySelect,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, responsibilities};
use crate::entity::{
    Access, HandoverStage, Moment, client_contact, handover, letter, letter_approval, new_id,
};
use crate::error::{Error, ProblemCode, Result, taken};

pub use announced::{Announced, announced};
pub use approval::{approve, still_needed};
pub use standing::{LetterState, state};

use wording::Facts;

/// Longest subject, characters.
const LONGEST_SUBJECT: usize = 200;

/// Longest text, characters.
const LONGEST_BODY: usize = 20_000;

const DRAFTED_ALREADY: &str = "This handover has a letter already: change that one.";

/// What to change about a letter; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct LetterEdit {
    /// One line, 1–200 characters.
    pub subject: Option<String>,
    /// Paragraphs apart by an empty line, 1–20,000 characters.
    pub body: Option<String>,
    /// Another contact of the same client, not archived.
    pub contact_id: Option<Uuid>,
}

/// Drafts a handover's letter to the client's primary contact. Owners, the manager who hands over, the one who takes
/// over, and managers accountable for the client.
///
/// # Errors
/// Refused for a client without a primary contact, for a cancelled handover, and where there is a letter already.
pub async fn draft(db: &Db, caller: &Caller, handover_id: Uuid) -> Result<letter::Model> {
    let tx = db.begin().await?;
    let handover = handover::Entity::find_by_id(handover_id)
        .lock_shared()
        .one(&tx)
        .await?
        .filter(|row| caller.sees(row))
        .ok_or_else(|| {
            let message = "There is no such handover.";
            Error::problem("handoverId", ProblemCode::NotFound, message)
        })?;
    must_write_for(&tx, caller, &handover).await?;
    let mut check = Check::new();
    check_under_way(&mut check, "handoverId", &handover);
    let present = letter::Entity::find().filter(letter::Column::HandoverId.eq(handover_id));
    if present.one(&tx).await?.is_some() {
        check.add("handoverId", ProblemCode::Taken, DRAFTED_ALREADY);
    }
    let facts = check.also(Facts::load(&tx, &handover).await)?;
    check.finish()?;
    let facts = facts.ok_or_else(|| Error::internal("a draft without facts was not refused"))?;
    let row = letter::Model {
        id: new_id(caller.now),
        handover_id,
        contact_id: facts.contact.id,
        subject: facts.subject(),
        body: facts.body(),
        email_id: None,
        version: 1,
        created_at: Moment(caller.now),
        updated_at: Moment(caller.now),
    };
    let row = checked(row, Check::new())?;
    let written = row.into_active_model().reset_all().insert(&tx).await;
    let after = taken(written, "handoverId", DRAFTED_ALREADY)?;
    history::created(&tx, caller, after.id, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// Changes a letter that was not sent yet, and voids its approvals: they were of another text. Whoever may draft it.
///
/// # Errors
/// Refused once two people have approved it, unless its mail ended without leaving.
pub async fn update(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: LetterEdit,
) -> Result<letter::Model> {
    let tx = db.begin().await?;
    let (before, handover) = to_change(&tx, caller, id).await?;
    must_write_for(&tx, caller, &handover).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check_under_way(&mut check, "id", &handover);
    standing::check_may_change(&tx, &mut check, &before).await?;
    if let Some(contact_id) = edit.contact_id {
        let contact = client_contact::Entity::find_by_id(contact_id)
            .one(&tx)
            .await?;
        check_contact(&mut check, "contactId", contact.as_ref(), &handover);
    }
    let row = letter::Model {
        subject: edit.subject.unwrap_or_else(|| before.subject.clone()),
        body: edit.body.unwrap_or_else(|| before.body.clone()),
        contact_id: edit.contact_id.unwrap_or(before.contact_id),
        email_id: None,
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    let row = checked(row, check)?;
    let after = rewrite(&tx, caller, &before, row).await?;
    tx.commit().await?;
    Ok(after)
}

/// The day on which the accountability moves has changed: a letter that was not queued yet and speaks of it says the new
/// one, and what was approved before is void.
pub(in crate::domain) async fn follow_day(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    handover_id: Uuid,
    from: Date,
    to: Date,
) -> Result<()> {
    let unsent = letter::Entity::find()
        .filter(letter::Column::HandoverId.eq(handover_id))
        .filter(letter::Column::EmailId.is_null())
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(before) = unsent else {
        return Ok(());
    };
    let body = before
        .body
        .replace(&wording::long_day(from), &wording::long_day(to));
    if body == before.body {
        return Ok(());
    }
    let row = letter::Model {
        body,
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    rewrite(tx, caller, &before, row).await?;
    Ok(())
}

/// Writes another text, which nobody has approved yet.
async fn rewrite(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: &letter::Model,
    row: letter::Model,
) -> Result<letter::Model> {
    for approval in approvals_of(tx, before.id).await? {
        history::deleted(tx, caller, before.id, &approval).await?;
        approval.delete(tx).await?;
    }
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, before.id, before, &after).await?;
    Ok(after)
}

/// The approvals of a letter as it stands, earliest first.
pub async fn approvals_of(
    conn: &impl ConnectionTrait,
    letter_id: Uuid,
) -> Result<Vec<letter_approval::Model>> {
    let mut approvals = letter_approval::Entity::find()
        .filter(letter_approval::Column::LetterId.eq(letter_id))
        .all(conn)
        .await?;
    approvals.sort_by_key(|one| (one.approved_at, one.person_id));
    Ok(approvals)
}

/// Reads a letter for a change, locked where the database locks rows, with its handover.
async fn to_change(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
) -> Result<(letter::Model, handover::Model)> {
    let letter = letter::Entity::find_by_id(id)
        .lock_exclusive()
        .one(conn)
        .await?
        .ok_or(Error::NotFound("letter"))?;
    let handover = handover::Entity::find_by_id(letter.handover_id)
        .one(conn)
        .await?
        .ok_or_else(|| Error::internal("a letter's handover is gone"))?;
    if !caller.sees(&handover) {
        return Err(Error::NotFound("letter"));
    }
    Ok((letter, handover))
}

async fn must_write_for(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    handover: &handover::Model,
) -> Result<()> {
    let hands_over = caller.is(handover.from_person_id) || caller.is(handover.to_person_id);
    if hands_over && caller.access != Access::Member {
        return Ok(());
    }
    responsibilities::must_be_accountable_for_client(conn, caller, handover.client_id).await
}

fn check_under_way(check: &mut Check, field: &str, handover: &handover::Model) {
    if handover.stage == HandoverStage::Cancelled {
        let message = "The handover was cancelled: there is nothing to tell the client.";
        check.add(field, ProblemCode::NotAllowedNow, message);
    }
}

/// Letters go to somebody who works at the client, as far as we know.
fn check_contact(
    check: &mut Check,
    field: &str,
    contact: Option<&client_contact::Model>,
    handover: &handover::Model,
) {
    match contact {
        Some(row) if row.client_id == handover.client_id => {
            if row.archived_at.is_some() {
                let message = format!(
                    "{} is archived and gets no letters: choose another contact of the client.",
                    row.name
                );
                check.add(field, ProblemCode::NotAllowedNow, message);
            }
        }
        _ => check.add(
            field,
            ProblemCode::NotFound,
            "The client has no such contact.",
        ),
    }
}

fn checked(row: letter::Model, mut check: Check) -> Result<letter::Model> {
    let subject = check.name("subject", &row.subject, LONGEST_SUBJECT);
    let body = check.text("body", &row.body.replace("\r\n", "\n"), LONGEST_BODY);
    check.require(
        !body.is_empty(),
        "body",
        "Write something: the letter is empty.",
    );
    check.finish()?;
    Ok(letter::Model {
        subject,
        body,
        ..row
    })
}
