//! The marks that attempts to send leave on their mails. Each kind is one statement for any number of mails, and answers
//! for which of them the claim still held.

use std::collections::HashSet;

use jiff::Timestamp;
use sea_orm::sea_query::{
    Expr, ExprTrait, IntoIden, Query, SimpleExpr, TableRef, UpdateStatement, Value, ValueTuple,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, UpdateMany};
use uuid::Uuid;

use super::{Claim, When, held, is_in, is_in_any, padded, still_claimed, tell};
use crate::entity::EmailState::{Claimed, Data, Expired, Failed, Held, Pending, Sent};
use crate::entity::email::{Column, Entity};
use crate::entity::{EmailState, Moment};
use crate::error::Result;

/// The list of values that a statement takes its mails from. Both databases call its columns `column1`, `column2` …
const MARKED: &str = "marked";

/// When a mail that was certainly not sent is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Not before; at the latest when the mail expires.
    pub next_attempt_at: Timestamp,
    /// Whether the attempt makes the next wait longer.
    pub counts: bool,
}

/// `CLAIMED → DATA`: from here on the mail server may have the mail. False: somebody else has it, or its time has
/// passed, and it must not be sent. The lease begins anew, because the server may take its time with the message.
pub async fn enter_data(
    conn: &impl ConnectionTrait,
    claim: Claim,
    now: impl Into<When>,
    lease_until: impl Into<When>,
) -> Result<bool> {
    let entered = enter_data_all(conn, &[claim], now.into(), lease_until.into()).await?;
    Ok(entered.contains(&claim))
}

/// [`enter_data`] for many mails.
pub async fn enter_data_all(
    conn: &impl ConnectionTrait,
    claims: &[Claim],
    now: When,
    lease_until: When,
) -> Result<HashSet<Claim>> {
    let entering = Entity::update_many()
        .col_expr(Column::State, Expr::value(Data))
        .col_expr(Column::LeaseUntil, lease_until.expression())
        .filter(still_claimed(claims))
        .filter(Expr::col(Column::ExpiresAt).gt(now.expression()));
    claims_of(conn, entering.into_query()).await
}

/// `DATA → SENT`: the mail server took it. Also when maintenance has given the mail up meanwhile and nobody has claimed
/// it since: then the server's word spares a second copy.
pub async fn mark_sent(
    conn: &impl ConnectionTrait,
    claim: Claim,
    sent_at: Timestamp,
) -> Result<bool> {
    let marked = mark_all_sent(conn, &[(claim, sent_at)]).await?;
    Ok(marked.contains(&claim))
}

/// [`mark_sent`] for many mails, each with when it was sent.
pub async fn mark_all_sent(
    conn: &impl ConnectionTrait,
    sent: &[(Claim, Timestamp)],
) -> Result<HashSet<Claim>> {
    let values = sent
        .iter()
        .map(|(claim, at)| row(*claim, [Moment(*at).into()]));
    let marking = leave(Sent)
        .col_expr(Column::SentAt, given(3))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::Reason, Expr::value(Option::<String>::None))
        .filter(is_in_any(&[Data, Pending, Held, Expired]));
    mark_each(conn, marking, values).await
}

/// `CLAIMED or DATA → PENDING`: certainly not sent, to be tried again at `next_attempt_at`, at the latest when the mail
/// expires. `counts`: the attempt makes the next wait longer.
pub async fn retry_later(
    conn: &impl ConnectionTrait,
    claim: Claim,
    next_attempt_at: Timestamp,
    counts: bool,
) -> Result<bool> {
    let retry = Retry {
        next_attempt_at,
        counts,
    };
    let marked = retry_all_later(conn, &[(claim, retry)]).await?;
    Ok(marked.contains(&claim))
}

/// [`retry_later`] for many mails.
pub async fn retry_all_later(
    conn: &impl ConnectionTrait,
    retries: &[(Claim, Retry)],
) -> Result<HashSet<Claim>> {
    let values = retries.iter().map(|(claim, retry)| {
        let next_attempt_at = Moment(retry.next_attempt_at).into();
        row(*claim, [next_attempt_at, i32::from(retry.counts).into()])
    });
    let marking = leave(Pending)
        .col_expr(Column::NextAttemptAt, given(3))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(given(4)))
        .filter(is_in_any(&[Claimed, Data]));
    mark_each(conn, marking, values).await
}

/// `CLAIMED or DATA → FAILED`: refused for good, and `reason` says by whom and why.
pub async fn fail(conn: &impl ConnectionTrait, claim: Claim, reason: &str) -> Result<bool> {
    let marked = fail_all(conn, &[(claim, reason)]).await?;
    Ok(marked.contains(&claim))
}

/// [`fail`] for many mails, each with its reason.
pub async fn fail_all(
    conn: &impl ConnectionTrait,
    failed: &[(Claim, &str)],
) -> Result<HashSet<Claim>> {
    let values = failed
        .iter()
        .map(|(claim, reason)| row(*claim, [(*reason).into()]));
    let marking = leave(Failed)
        .col_expr(Column::Reason, given(3))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(is_in_any(&[Claimed, Data]));
    mark_each(conn, marking, values).await
}

/// Those of `claims` whose mails are in `state` under that same claim: what only its holder can have brought about.
pub async fn standing_in(
    conn: &impl ConnectionTrait,
    claims: &[Claim],
    state: EmailState,
) -> Result<HashSet<Claim>> {
    let rows: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Fence])
        .filter(held::<Entity>(claims))
        .filter(is_in(state))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(Claim::from).collect())
}

fn leave(state: EmailState) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::ClaimedBy, Expr::value(Option::<String>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<Moment>::None))
}

/// A mail in the list of values: its key, the fence of the claim, and what is `given` beside them.
fn row<const N: usize>(claim: Claim, more: [Value; N]) -> ValueTuple {
    let mut values = vec![claim.row_id.into(), claim.fence.into()];
    values.extend(more);
    ValueTuple::Many(values)
}

/// What the list of values has in its `place`, counted from 1.
fn given(place: usize) -> SimpleExpr {
    Expr::col((MARKED, format!("column{place}")))
}

/// Carries out `marking` on each mail of `rows` whose fence is still that of the claim.
async fn mark_each(
    conn: &impl ConnectionTrait,
    marking: UpdateMany<Entity>,
    rows: impl Iterator<Item = ValueTuple>,
) -> Result<HashSet<Claim>> {
    let rows: Vec<ValueTuple> = rows.collect();
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let fenced = marking
        .filter(Expr::col((Entity, Column::Id)).eq(given(1)))
        .filter(Expr::col((Entity, Column::Fence)).eq(given(2)));
    let mut statement = fenced.into_query();
    // A row that is given twice is still marked once.
    statement.from(TableRef::ValuesList(padded(rows), MARKED.into_iden()));
    let marked = claims_of(conn, statement).await?;
    tell(conn, &marked.iter().copied().collect::<Vec<_>>()).await?;
    Ok(marked)
}

/// Carries out `update` and answers the claims on the rows that it changed.
pub(super) async fn claims_of(
    conn: &impl ConnectionTrait,
    mut update: UpdateStatement,
) -> Result<HashSet<Claim>> {
    update.returning(Query::returning().columns([Column::Id, Column::Fence]));
    let rows = conn.query_all(&update).await?;
    let mut claims = HashSet::with_capacity(rows.len());
    for changed in rows {
        claims.insert(Claim::from((
            changed.try_get_by_index(0)?,
            changed.try_get_by_index(1)?,
        )));
    }
    Ok(claims)
}
