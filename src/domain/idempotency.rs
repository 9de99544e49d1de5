//! Mutations that are run once, however often they are sent.
//!
//! Whoever sends one with a key claims the key first, in a transaction of its own, has it executed, and keeps its answer:
//! whoever comes later with the key finds the row, on every replica and after a restart. A process that dies between the
//! first step and the last leaves a claim without an answer. Whether the mutation's own transaction was committed cannot
//! be known then, so nobody runs it again: [`Claimed::OutcomeUnknown`].

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use uuid::Uuid;

use crate::db::Db;
use crate::entity::{Moment, idempotent_request, new_id};
use crate::error::Result;

/// How long the key of a mutation is kept, from its claim on.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A key that somebody holds, to have a mutation executed.
#[derive(Clone, Debug)]
pub struct Claim {
    key_digest: String,
    id: Uuid,
}

/// What came of claiming a key.
#[derive(Clone, Debug)]
pub enum Claimed {
    /// Nobody had it: execute the mutation, then [`keep`] or [`release`].
    First(Claim),
    /// The same was executed before. Carries its answer, as it was kept.
    Answered(Vec<u8>),
    /// The same is being executed.
    UnderWay,
    /// The same was begun, and what became of it is not known.
    OutcomeUnknown,
    /// Something else was sent with the key.
    Reused,
}

/// Claims a key at `now` for a request, both by their digests. What was begun longer than `patience` ago and has not ended
/// is taken for lost; of two who claim at once the second waits for the first one's transaction.
pub async fn claim(
    db: &Db,
    key_digest: &str,
    request_digest: &str,
    now: Timestamp,
    patience: SignedDuration,
) -> Result<Claimed> {
    let tx = db.begin().await?;
    idempotent_request::Entity::delete_many()
        .filter(idempotent_request::Column::KeyDigest.eq(key_digest))
        .filter(has_expired(now))
        .exec(&tx)
        .await?;
    let row = idempotent_request::Model {
        key_digest: key_digest.to_owned(),
        request_digest: request_digest.to_owned(),
        claim_id: new_id(now),
        claimed_at: Moment(now),
        ended_at: None,
        answer: None,
        expires_at: Moment(now + KEPT_FOR),
    };
    let unless_claimed = OnConflict::column(idempotent_request::Column::KeyDigest)
        .do_nothing()
        .to_owned();
    let claim = Claim {
        key_digest: row.key_digest.clone(),
        id: row.claim_id,
    };
    let written = idempotent_request::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(unless_claimed)
        .exec_without_returning(&tx)
        .await?;
    let claimed = if written > 0 {
        Claimed::First(claim)
    } else {
        let standing = idempotent_request::Entity::find_by_id(key_digest);
        // Where it was released just now, the next attempt finds the key free.
        match standing.one(&tx).await? {
            Some(row) => found(row, request_digest, now, patience),
            None => Claimed::UnderWay,
        }
    };
    tx.commit().await?;
    Ok(claimed)
}

fn found(
    row: idempotent_request::Model,
    request_digest: &str,
    now: Timestamp,
    patience: SignedDuration,
) -> Claimed {
    let is_lost = || now.duration_since(row.claimed_at.0) > patience;
    match (row.answer, row.ended_at) {
        _ if row.request_digest != request_digest => Claimed::Reused,
        (Some(answer), _) => Claimed::Answered(answer),
        (None, Some(_)) => Claimed::OutcomeUnknown,
        (None, None) if is_lost() => Claimed::OutcomeUnknown,
        (None, None) => Claimed::UnderWay,
    }
}

/// Ends a claim: with the answer that is to be given again, or without one when it is not known what became of the mutation.
pub async fn keep(db: &Db, claim: &Claim, answer: Option<Vec<u8>>, now: Timestamp) -> Result<()> {
    let tx = db.begin().await?;
    idempotent_request::Entity::update_many()
        .col_expr(
            idempotent_request::Column::EndedAt,
            Expr::value(Moment(now)),
        )
        .col_expr(idempotent_request::Column::Answer, Expr::value(answer))
        .filter(is(claim))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Gives a key back of which nothing was done: whoever sends it again has it executed.
pub async fn release(db: &Db, claim: &Claim) -> Result<()> {
    let tx = db.begin().await?;
    idempotent_request::Entity::delete_many()
        .filter(is(claim))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Forgets what has expired. Answers how many keys.
pub async fn prune(conn: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let expired = idempotent_request::Entity::delete_many()
        .filter(has_expired(now))
        .exec(conn)
        .await?;
    Ok(expired.rows_affected)
}

/// The row of a claim, as long as it is this one's: what expired meanwhile may be another's.
fn is(claim: &Claim) -> Condition {
    Condition::all()
        .add(idempotent_request::Column::KeyDigest.eq(&claim.key_digest))
        .add(idempotent_request::Column::ClaimId.eq(claim.id))
}

fn has_expired(now: Timestamp) -> sea_orm::sea_query::SimpleExpr {
    idempotent_request::Column::ExpiresAt.lte(Moment(now))
}
