//! What is done for mails that no sender will come back to.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select, UpdateMany,
};

use super::mark::claims_of;
use super::{Attempt, Claim, Lane, When, held, is_in, is_in_any, record_all, tell, tell_failed};
use crate::email::outcome::{Outcome, Phase};
use crate::entity::email::{Column, Entity, Model};
use crate::entity::{
    AttemptOutcome, EmailKind, EmailState, Moment, email_attempt, email_message, obligation,
};
use crate::error::Result;
use crate::outbox;

/// Why a letter is held. A client is never written to twice, whatever the policy for other mails.
const LETTER_HELD: &str = "It may have reached the client: the connection was lost after it was given to the mail server. Ask the client before you write again.";

/// Why another mail is held, and what to do about it.
const MAIL_HELD: &str = "It may have arrived: the connection was lost after it was given to the mail server, or its sender vanished. Look into the mail server's log or ask the recipient; then release it to send it again, or cancel it.";

/// What becomes of a mail of which nobody knows whether it arrived, once the grace is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnAmbiguous {
    /// It is sent again, the same bytes with the same Message-ID: among colleagues a copy is better than a mail that never
    /// came.
    #[default]
    Resend,
    /// It is held until an owner decides.
    Hold,
}

impl OnAmbiguous {
    /// Accepts `resend` and `hold`.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "resend" => Ok(Self::Resend),
            "hold" => Ok(Self::Hold),
            _ => Err("must be resend or hold".into()),
        }
    }
}

/// Why a mail has expired that was tried.
const TRIED: &str = "It could not be sent before its time had passed; the attempts tell why.";

/// Why one has expired that was not: the circuit breaker keeps mails from being tried, of which one speaks for all.
const UNTRIED: &str =
    "It could not be sent before its time had passed: no mail got out, or no sender was running.";

/// The states that a mail does not leave. HELD is none: a mail server's late word may still come.
const FINAL: [EmailState; 6] = [
    EmailState::Sent,
    EmailState::Failed,
    EmailState::Expired,
    EmailState::Cancelled,
    EmailState::SkippedEmpty,
    EmailState::SkippedAbsent,
];

/// The mails whose rows are kept for good.
const KEPT: [EmailKind; 2] = [EmailKind::ClientLetter, EmailKind::SixMonthReview];

/// Mails taken back from senders that did not report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// Claimed, and certainly not sent.
    pub claimed: u64,
    /// Being handed over, and perhaps sent: letters to clients are held, other mails as the policy says.
    pub in_doubt: u64,
}

/// Takes mails back whose lease has run out: at once while they were only claimed, after `grace` (the longest that a
/// mail server may still be thinking about the message) once they were being handed over. The timelines of these say so,
/// as of `noted_at`.
pub async fn take_back(
    conn: &impl ConnectionTrait,
    now: When,
    grace: SignedDuration,
    policy: OnAmbiguous,
    noted_at: Timestamp,
) -> Result<TakenBack> {
    let claimed = abandoned(EmailState::Claimed, now, EmailState::Pending)
        .exec(conn)
        .await?;
    let since = now.plus(-grace);
    let vanished = Entity::find()
        .filter(is_in(EmailState::Data))
        .filter(Expr::col(Column::LeaseUntil).lt(since.expression()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(conn)
        .await?;
    note_doubt(conn, &vanished, noted_at).await?;
    let claims: Vec<Claim> = vanished.iter().map(Claim::from).collect();
    let letters = in_doubt(&claims, since, EmailState::Held)
        .col_expr(Column::Reason, Expr::value(LETTER_HELD))
        .filter(Column::Kind.eq(EmailKind::ClientLetter))
        .exec(conn)
        .await?;
    let others = match policy {
        OnAmbiguous::Resend => in_doubt(&claims, since, EmailState::Pending),
        OnAmbiguous::Hold => in_doubt(&claims, since, EmailState::Held)
            .col_expr(Column::Reason, Expr::value(MAIL_HELD)),
    };
    let others = others
        .filter(Column::Kind.ne(EmailKind::ClientLetter))
        .exec(conn)
        .await?;
    tell(conn, &claims).await?;
    Ok(TakenBack {
        claimed: claimed.rows_affected,
        in_doubt: letters.rows_affected + others.rows_affected,
    })
}

/// Adds to the timelines of `mails`, whose senders vanished over them, that they were perhaps sent; once for each claim,
/// because a sender that only lost the reply has said so itself.
async fn note_doubt(conn: &impl ConnectionTrait, mails: &[Model], now: Timestamp) -> Result<()> {
    let noted = email_attempt::Entity::find()
        .filter(email_attempt::Column::EmailId.is_in(mails.iter().map(|mail| mail.id)))
        .filter(email_attempt::Column::Outcome.eq(AttemptOutcome::Ambiguous))
        .all(conn)
        .await?;
    let is_noted = |claim: Claim| {
        let mut noted = noted.iter();
        noted.any(|one| (one.email_id, one.fence) == (claim.row_id, claim.fence))
    };
    let outcome = Outcome::ambiguous(Phase::Body, "its sender vanished while handing it over");
    let unnoted = mails.iter().filter(|mail| !is_noted(Claim::from(*mail)));
    let attempts = unnoted.map(|mail| {
        let attempt = Attempt {
            claim: Claim::from(mail),
            replica: mail.claimed_by.as_deref().unwrap_or_default(),
            // When the sender was last heard of is not known better than by its lease.
            started_at: mail.lease_until.map_or(now, |until| until.0),
            finished_at: now,
            outcome: &outcome,
        };
        attempt.row()
    });
    record_all(conn, attempts.collect()).await
}

fn in_doubt(claims: &[Claim], since: When, becomes: EmailState) -> UpdateMany<Entity> {
    abandoned(EmailState::Data, since, becomes)
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(held::<Entity>(claims))
}

/// Ends the mails that were not sent in time, and notes it at `noted_at`. Answers how many.
pub async fn expire(
    conn: &impl ConnectionTrait,
    now: impl Into<When>,
    noted_at: Timestamp,
) -> Result<u64> {
    let now = now.into();
    let attempts = email_attempt::Entity::find()
        .select_only()
        .column(email_attempt::Column::Id)
        .filter(
            Expr::col((email_attempt::Entity, email_attempt::Column::EmailId))
                .equals((Entity, Column::Id)),
        )
        .into_query();
    let untried = ended_in_vain(now, UNTRIED).filter(Expr::exists(attempts).not());
    let mut expired = Vec::from_iter(claims_of(conn, untried.into_query()).await?);
    let tried = ended_in_vain(now, TRIED).into_query();
    expired.extend(claims_of(conn, tried).await?);
    tell(conn, &expired).await?;
    for claim in &expired {
        tell_failed(conn, *claim, noted_at).await?;
    }
    Ok(expired.len() as u64)
}

fn ended_in_vain(now: When, reason: &str) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(EmailState::Expired))
        .col_expr(Column::Reason, Expr::value(reason))
        .filter(is_in(EmailState::Pending))
        .filter(Expr::col(Column::ExpiresAt).lte(now.expression()))
}

/// Forgets the text of mails that ended before `before`. Answers how many.
pub async fn clear_bodies(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let cleared = email_message::Entity::delete_many()
        .filter(email_message::Column::EmailId.in_subquery(ids(before).into_query()))
        .exec(conn)
        .await?;
    Ok(cleared.rows_affected)
}

/// Forgets the text of sign-in mails that have ended, or whose time has passed: nowhere else is the token of a link kept as
/// it is. Answers how many.
pub async fn forget_sign_ins(conn: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let over = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Lane::Urgent.condition())
        .filter(is_in_any(&FINAL).add(Column::ExpiresAt.lte(Moment(now))));
    let forgotten = email_message::Entity::delete_many()
        .filter(email_message::Column::EmailId.in_subquery(over.into_query()))
        .exec(conn)
        .await?;
    Ok(forgotten.rows_affected)
}

/// Removes mails that ended before `before`, with their attempts and obligations; but not letters and reviews, which are
/// few, and whose rows are what keeps them from being sent again. Answers how many mails.
pub async fn prune(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let pruned = || {
        let pruned = ids(before).filter(Column::Kind.is_not_in(KEPT));
        pruned.into_query()
    };
    email_message::Entity::delete_many()
        .filter(email_message::Column::EmailId.in_subquery(pruned()))
        .exec(conn)
        .await?;
    email_attempt::Entity::delete_many()
        .filter(email_attempt::Column::EmailId.in_subquery(pruned()))
        .exec(conn)
        .await?;
    obligation::Entity::delete_many()
        .filter(obligation::Column::EmailId.in_subquery(pruned()))
        .exec(conn)
        .await?;
    let pruned = Entity::delete_many()
        .filter(ended(before))
        .filter(Column::Kind.is_not_in(KEPT))
        .exec(conn)
        .await?;
    Ok(pruned.rows_affected)
}

fn abandoned(state: EmailState, since: When, becomes: EmailState) -> UpdateMany<Entity> {
    // The condition of the index on what is in flight stands beside it.
    outbox::abandoned(state.word(), since, becomes.word()).filter(is_in(state))
}

/// A mail that was not sent counts from when it would have expired.
fn ended(before: Timestamp) -> Condition {
    let end = Func::coalesce([
        Expr::col((Entity, Column::SentAt)),
        Expr::col((Entity, Column::ExpiresAt)),
    ]);
    Condition::all()
        .add(is_in_any(&FINAL))
        .add(Expr::expr(end).lt(Moment(before)))
}

fn ids(before: Timestamp) -> Select<Entity> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(ended(before))
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, Statement};

    use super::*;
    use crate::db::Db;

    /// Every replica asks this every minute.
    #[tokio::test]
    async fn what_is_in_flight_is_found_by_its_index() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("outbox.db");
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let db = Db::connect(&url).await.unwrap();
        db.migrate().await.unwrap();
        let since = When::from(Timestamp::UNIX_EPOCH);
        for state in [EmailState::Claimed, EmailState::Data] {
            let asked = abandoned(state, since, EmailState::Pending).build(DbBackend::Sqlite);
            let explained = Statement {
                sql: format!("EXPLAIN QUERY PLAN {}", asked.sql),
                ..asked
            };
            let steps = db.read.query_all_raw(explained).await.unwrap();
            let steps: Vec<String> = steps
                .iter()
                .map(|step| step.try_get("", "detail").unwrap())
                .collect();
            let by_index = "SEARCH email USING INDEX email_in_flight (lease_until<?)";
            assert_eq!(steps, [by_index]);
        }
        db.close().await.unwrap();
    }
}
