//! Sessions: browsers that are signed in. Only hashes of their secrets are kept, and a secret is replaced from time to time.

mod renewal;

use jiff::{SignedDuration, Timestamp};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::credential::hash;
use crate::domain::history;
use crate::domain::tokens::caller_of;
use crate::entity::session::{Column, Entity, Model};
use crate::entity::{Moment, new_id, person};
use crate::error::{Error, ProblemCode, Result};
use crate::random;

pub use renewal::{note_use, renew};

/// How exactly it is kept when a browser was last heard of.
const SEEN_STEP: SignedDuration = SignedDuration::from_mins(5);

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without a request.
    pub idle: SignedDuration,
    /// In all.
    pub longest: SignedDuration,
}

/// Where somebody signs in from, in as few words as they need to recognise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Which browser: `Firefox on Linux`.
    pub browser: String,
    /// From which network: `203.0.113.x`.
    pub network: String,
}

/// A session just begun, or renewed.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What the browser keeps: given away this once and kept nowhere.
    pub secret: String,
    /// What is kept of it.
    pub row: Model,
}

/// Who a session signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person, with what they may do.
    pub caller: Caller,
    /// The session.
    pub session: Model,
    /// What is to be written of this use.
    pub duty: Duty,
}

/// What is to be written of the use of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// Nothing.
    Nothing,
    /// That it was used, or that its new secret has arrived: [`note_use`]. Nobody has to wait for it.
    Note,
    /// A new secret, which the answer has to bring: [`renew`].
    Renew,
}

/// Begins a session of `caller`, who has just shown who they are, in the caller's transaction.
pub async fn begin(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    person_id: Uuid,
    visitor: Visitor,
    lifetimes: Lifetimes,
) -> Result<Begun> {
    let now = Moment(caller.now);
    let secret = random::text()?;
    let row = Model {
        id: new_id(caller.now),
        person_id,
        hash: hash(&secret),
        replaced_hash: None,
        renewed_at: now,
        confirmed_at: None,
        created_at: now,
        last_seen_at: now,
        expires_at: Moment(later(caller.now, lifetimes.longest)),
        ended_at: None,
        browser: visitor.browser,
        network: visitor.network,
    };
    let row = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, row.id, &row).await?;
    Ok(Begun { secret, row })
}

/// As [`begin`], in a browser whose session before, if it had one, ends.
pub async fn begin_anew(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    person_id: Uuid,
    earlier: Option<&str>,
    visitor: Visitor,
    lifetimes: Lifetimes,
) -> Result<Begun> {
    if let Some(secret) = earlier {
        end_by_secret(tx, secret, "Its browser signed in anew.", caller.now).await?;
    }
    begin(tx, caller, person_id, visitor, lifetimes).await
}

/// Who comes with `secret`, at `now`. Writes nothing, but for the end of a session whose secret was replaced, arrived, and
/// comes again nevertheless: two have it, and one of them stole it.
///
/// # Errors
/// Unauthenticated, whatever the reason: unknown, over, ended, or of a person who left, is archived or has no access (R7).
pub async fn authenticate(
    db: &Db,
    secret: &str,
    lifetimes: Lifetimes,
    now: Timestamp,
) -> Result<SignedIn> {
    let digest = hash(secret);
    let session = Entity::find()
        .filter(has(&digest))
        .one(&db.read)
        .await?
        .filter(|session| is_alive(session, lifetimes, now))
        .ok_or(Error::Unauthenticated)?;
    if renewal::is_stolen(&session, &digest, now) {
        end_stolen(db, session.id, now).await?;
        return Err(Error::Unauthenticated);
    }
    let caller = caller_in(db, &session, now).await?;
    let duty = match renewal::is_due(&session, &digest, now) {
        true => Duty::Renew,
        false if is_to_be_noted(&session, &digest, now) => Duty::Note,
        false => Duty::Nothing,
    };
    Ok(SignedIn {
        caller,
        session,
        duty,
    })
}

/// Who is signed in by a session that was let in before, at `now`. Writes nothing.
///
/// # Errors
/// As of [`authenticate`].
pub async fn again(db: &Db, id: Uuid, lifetimes: Lifetimes, now: Timestamp) -> Result<SignedIn> {
    let session = Entity::find_by_id(id)
        .one(&db.read)
        .await?
        .filter(|session| is_alive(session, lifetimes, now))
        .ok_or(Error::Unauthenticated)?;
    let caller = caller_in(db, &session, now).await?;
    let duty = match was_long_unseen(&session, now) {
        true => Duty::Note,
        false => Duty::Nothing,
    };
    Ok(SignedIn {
        caller,
        session,
        duty,
    })
}

/// The sessions of a person that still count. Filters only: whoever asks orders and pages them.
pub fn alive_of(person_id: Uuid, lifetimes: Lifetimes, now: Timestamp) -> Select<Entity> {
    Entity::find()
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(Moment(now)))
        .filter(Column::LastSeenAt.gt(Moment(earlier(now, lifetimes.idle))))
}

/// Ends a session at once. Ending it again changes nothing. The person it signs in and owners.
pub async fn end(db: &Db, caller: &Caller, id: Uuid) -> Result<Model> {
    let tx = db.begin().await?;
    let before = Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx)
        .await?
        .filter(|row| caller.sees(row))
        .ok_or_else(|| Error::problem("id", ProblemCode::NotFound, "There is no such session."))?;
    let after = end_one(&tx, caller, before, "It was ended.").await?;
    tx.commit().await?;
    Ok(after)
}

/// Ends the sessions of a person, but for the one to `keep`. Answers those that were ended, the earliest first. The person
/// and owners.
pub async fn end_all(
    db: &Db,
    caller: &Caller,
    person_id: Uuid,
    keep: Option<Uuid>,
) -> Result<Vec<Model>> {
    caller.must_be_or_own(person_id, "end their sessions")?;
    let tx = db.begin().await?;
    let ended = end_all_in(&tx, caller, person_id, keep, "All were ended.").await?;
    tx.commit().await?;
    Ok(ended)
}

/// As [`end_all`], for `reason`, within the caller's transaction and whoever the caller is.
pub async fn end_all_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    person_id: Uuid,
    keep: Option<Uuid>,
    reason: &str,
) -> Result<Vec<Model>> {
    let open = Entity::find()
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::EndedAt.is_null())
        .filter(Column::ExpiresAt.gt(Moment(caller.now)))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    let mut ended = Vec::with_capacity(open.len());
    for session in open {
        if Some(session.id) != keep {
            ended.push(end_one(tx, caller, session, reason).await?);
        }
    }
    Ok(ended)
}

/// Ends the session that a browser had before it signed in anew, or signs out of, whoever it is. Nothing when there is none.
pub async fn end_by_secret(
    tx: &impl ConnectionTrait,
    secret: &str,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let session = Entity::find()
        .filter(has(&hash(secret)))
        .lock_exclusive()
        .one(tx)
        .await?;
    if let Some(session) = session {
        end_one(tx, &Caller::system("its browser", now), session, reason).await?;
    }
    Ok(())
}

/// Forgets sessions that are over whatever happens. Answers how many.
pub async fn prune(conn: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let over = Entity::delete_many()
        .filter(Column::ExpiresAt.lt(Moment(now)))
        .exec(conn)
        .await?;
    Ok(over.rows_affected)
}

async fn end_one(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: Model,
    reason: &str,
) -> Result<Model> {
    if before.ended_at.is_some() {
        return Ok(before);
    }
    let after = Model {
        ended_at: Some(Moment(caller.now)),
        ..before.clone()
    };
    let after = after.into_active_model().reset_all().update(tx).await?;
    history::explained(tx, caller, after.id, &before, &after, reason).await?;
    Ok(after)
}

async fn end_stolen(db: &Db, id: Uuid, now: Timestamp) -> Result<()> {
    let tx = db.begin().await?;
    if let Some(session) = Entity::find_by_id(id).lock_exclusive().one(&tx).await? {
        let reason = "A secret of it that had been replaced came again.";
        end_one(&tx, &Caller::system("Meridian", now), session, reason).await?;
        tracing::warn!(session = %id, "a session was ended: a secret of it that had been replaced came again");
    }
    Ok(tx.commit().await?)
}

/// The session's secret, or the one before, has this digest.
fn has(digest: &str) -> Condition {
    Condition::any()
        .add(Column::Hash.eq(digest))
        .add(Column::ReplacedHash.eq(digest))
}

fn is_alive(session: &Model, lifetimes: Lifetimes, now: Timestamp) -> bool {
    session.ended_at.is_none()
        && now < session.expires_at.0
        && now < later(session.last_seen_at.0, lifetimes.idle)
}

async fn caller_in(db: &Db, session: &Model, now: Timestamp) -> Result<Caller> {
    let person = person::Entity::find_by_id(session.person_id)
        .one(&db.read)
        .await?
        .ok_or(Error::Unauthenticated)?;
    caller_of(person, now)?.ok_or(Error::Unauthenticated)
}

fn is_to_be_noted(session: &Model, digest: &str, now: Timestamp) -> bool {
    was_long_unseen(session, now) || renewal::is_unconfirmed(session, digest)
}

fn was_long_unseen(session: &Model, now: Timestamp) -> bool {
    now.duration_since(session.last_seen_at.0) >= SEEN_STEP
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn earlier(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
