//! Mails that were rendered for an earlier attempt and do not say any more what is so.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::delivery::is_late;
use crate::domain::mails::resent_of;
use crate::domain::subscriptions::is_paused;
use crate::entity::{AttemptOutcome, EmailKind, email, email_attempt, schedule};
use crate::error::Result;

/// The mails that people subscribe to: they say when they are late, and may be stopped.
const KINDS: [EmailKind; 2] = [EmailKind::CapacitySummary, EmailKind::ClientUpdate];

/// Which of `rows`, that were rendered for an earlier attempt, are to be composed anew: they have become late since, or their
/// recipient has stopped such mails. Not one that may have arrived, of which a second copy must be the same, and none that is
/// sent once more. Two statements at most.
pub async fn outdated(
    conn: &impl ConnectionTrait,
    rows: &[email::Model],
    now: Timestamp,
) -> Result<HashSet<Uuid>> {
    let may_age = |row: &&email::Model| KINDS.contains(&row.kind) && resent_of(row).is_none();
    let rows: Vec<&email::Model> = rows.iter().filter(may_age).collect();
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let schedules: HashMap<(Uuid, EmailKind), schedule::Model> = schedule::Entity::find()
        .filter(schedule::Column::PersonId.is_in(rows.iter().filter_map(|row| row.recipient_id)))
        .filter(schedule::Column::Kind.is_in(KINDS))
        .all(conn)
        .await?
        .into_iter()
        .map(|row| ((row.person_id, row.kind), row))
        .collect();
    let is_stopped = |row: &email::Model| {
        let of_row = row.recipient_id.map(|recipient| (recipient, row.kind));
        of_row
            .and_then(|key| schedules.get(&key))
            .is_some_and(|schedule| is_paused(schedule, row.local_on.0))
    };
    let outdated = rows
        .into_iter()
        .filter(|row| has_become_late(row, now) || is_stopped(row));
    let mut outdated: HashSet<Uuid> = outdated.map(|row| row.id).collect();
    if outdated.is_empty() {
        return Ok(outdated);
    }
    let in_doubt: Vec<Uuid> = email_attempt::Entity::find()
        .select_only()
        .column(email_attempt::Column::EmailId)
        .filter(email_attempt::Column::EmailId.is_in(outdated.iter().copied()))
        .filter(email_attempt::Column::Outcome.eq(AttemptOutcome::Ambiguous))
        .into_tuple()
        .all(conn)
        .await?;
    outdated.retain(|id| !in_doubt.contains(id));
    Ok(outdated)
}

/// Late now, and not yet when it was rendered.
fn has_become_late(row: &email::Model, now: Timestamp) -> bool {
    let said = row
        .rendered_at
        .is_some_and(|rendered_at| is_late(row, rendered_at.0));
    is_late(row, now) && !said
}
