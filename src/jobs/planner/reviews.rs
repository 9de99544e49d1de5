//! Reviews that have fallen due become rows of the outbox: to the owner who is asked at their 08:00, or to whoever stands in
//! and may see the agency's figures; where there is nobody, or the mail did not leave, on the next working day of either.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::app::App;
use crate::domain::calendar::plus_days;
use crate::domain::occurrence::{Occurrence, Recurrence, Rhythm};
use crate::domain::reviews::{self, DueReview, Owners};
use crate::domain::stand_ins::{Route, StandIns};
use crate::domain::{planned_mails, subscriptions, zone};
use crate::email::compose::{review_key, review_obligation};
use crate::email::outbox;
use crate::entity::{Access, EmailKind, email, obligation, person};
use crate::error::Result;

/// The owner's local time at which a review is mailed: 08:00.
const EIGHT_O_CLOCK: i64 = 8 * 60;

/// How long a review's mail is worth sending.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Plans the mails of reviews that are due and were not mailed yet. Safe to run on several replicas at once: the outbox's key
/// keeps a mail from being planned twice, and its obligation from being sent twice.
pub(super) async fn plan(app: &App) -> Result<()> {
    let now = app.clock.now();
    let conn = &app.db.read;
    // A day has begun somewhere before it has in UTC.
    let tomorrow = plus_days(now.to_zoned(jiff::tz::TimeZone::UTC).date(), 1);
    let due = reviews::due(conn, tomorrow).await?;
    if due.is_empty() {
        return Ok(());
    }
    let mailed = mailed(conn, &due).await?;
    let owners = Owners::load(conn).await?;
    let mut mails = Vec::new();
    for one in due.iter().filter(|one| !mailed.contains(&one.review.id)) {
        mails.extend(mail(conn, &owners, one, now).await?);
    }
    if mails.is_empty() {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    renew(&tx, &mails).await?;
    outbox::insert(&tx, mails).await?;
    Ok(tx.commit().await?)
}

/// The mails of reviews that fall due after `now` and until `until`, unless one was mailed already. Nothing is written.
pub(in crate::jobs) async fn foresee(
    conn: &impl ConnectionTrait,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<email::Model>> {
    let last_day = plus_days(until.to_zoned(jiff::tz::TimeZone::UTC).date(), 1);
    let due = reviews::due(conn, last_day).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let mailed = mailed(conn, &due).await?;
    let owners = Owners::load(conn).await?;
    let mut mails = Vec::new();
    for one in due.iter().filter(|one| !mailed.contains(&one.review.id)) {
        let mut at = now;
        while at <= until {
            at = at
                .checked_add(SignedDuration::from_hours(24))
                .unwrap_or(Timestamp::MAX);
            let planned = mail(conn, &owners, one, at.min(until)).await?;
            if let Some(mail) = planned.filter(|mail| mail.due_at.0 > now) {
                mails.push(mail);
                break;
            }
        }
    }
    Ok(mails)
}

/// Plans anew what ended on an earlier day without leaving: its row holds the key (R9), so it is that one that comes again.
async fn renew(tx: &impl ConnectionTrait, mails: &[email::Model]) -> Result<()> {
    let keys = mails.iter().map(|mail| mail.dedupe_key.as_str());
    let present = email::Entity::find()
        .filter(email::Column::DedupeKey.is_in(keys))
        .filter(outbox::never_left())
        .order_by_asc(email::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    for ended in present {
        let again = mails
            .iter()
            .find(|mail| mail.dedupe_key == ended.dedupe_key && mail.local_on > ended.local_on);
        if let Some(again) = again {
            planned_mails::renew(tx, ended, again.clone()).await?;
        }
    }
    Ok(())
}

/// The reviews that a mail has taken which is on its way, was sent, or may have arrived.
async fn mailed(conn: &impl ConnectionTrait, due: &[DueReview]) -> Result<HashSet<Uuid>> {
    let keys = due.iter().map(|one| review_obligation(one.review.id));
    let taken = obligation::Entity::find()
        .filter(obligation::Column::ObligationKey.is_in(keys))
        .all(conn)
        .await?;
    let under_way: HashSet<Uuid> = email::Entity::find()
        .filter(email::Column::Id.is_in(taken.iter().map(|row| row.email_id)))
        .filter(outbox::never_left().not())
        .all(conn)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
    let keys: HashSet<&str> = taken
        .iter()
        .filter(|row| under_way.contains(&row.email_id))
        .map(|row| row.obligation_key.as_str())
        .collect();
    Ok(due
        .iter()
        .map(|one| one.review.id)
        .filter(|id| keys.contains(review_obligation(*id).as_str()))
        .collect())
}

/// A review's mail of the owner's last 08:00; none before its day, and on a day when nobody can be told.
async fn mail(
    conn: &impl ConnectionTrait,
    owners: &Owners,
    due: &DueReview,
    now: Timestamp,
) -> Result<Option<email::Model>> {
    let (review, programme) = (&due.review, &due.programme);
    let Some(owner) = owners.asked(programme, review.due_on.0) else {
        return Ok(None);
    };
    let zone = zone::zone("timeZone", &owner.time_zone)?;
    let eight = Recurrence::try_new(Rhythm::Daily, EIGHT_O_CLOCK, zone)?.latest(now)?;
    if eight.day < review.due_on.0 {
        return Ok(None);
    }
    let Some(recipient_id) = recipient(conn, owner, eight).await? else {
        return Ok(None);
    };
    let expires_at = eight.at.checked_add(LIFE).unwrap_or(Timestamp::MAX);
    let planned = outbox::pending(
        EmailKind::SixMonthReview,
        recipient_id,
        &review.due_on.to_string(),
        eight.day,
        eight.at,
        expires_at,
        now,
    );
    Ok(Some(email::Model {
        dedupe_key: review_key(recipient_id, review.id),
        ..planned
    }))
}

/// Who is told on a day: the owner, else whoever stands in, else another owner who is there.
async fn recipient(
    conn: &impl ConnectionTrait,
    owner: &person::Model,
    eight: Occurrence,
) -> Result<Option<Uuid>> {
    let day = eight.day;
    let stand_ins = StandIns::load(conn, &[owner.id], day, day).await?;
    let works = |id: &Uuid| {
        let working_time = stand_ins.working_times().get(id);
        subscriptions::day_of_mail(EmailKind::ClientUpdate, day, working_time).is_some()
            && !stand_ins.is_away(*id, day)
    };
    let sees_all = |id: &Uuid| {
        let person = stand_ins.people.get(id);
        person.is_some_and(|row| row.access.is_some_and(|access| access != Access::Member))
    };
    Ok(match stand_ins.route(owner.id, day, None) {
        Route::Own => Some(owner.id).filter(works),
        Route::StandIn { person_id, .. } if sees_all(&person_id) => Some(person_id),
        Route::StandIn { .. } => {
            let mut others = stand_ins.owners().iter().copied();
            others.find(|id| *id != owner.id && works(id))
        }
        Route::Nobody => None,
    })
}
