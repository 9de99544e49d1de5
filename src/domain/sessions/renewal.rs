//! A session's secret is replaced from time to time, so that a stolen one does not last. The one before counts until the
//! browser comes with the new one, and a little longer for what it has sent meanwhile: an answer may be lost on its way, and
//! requests overtake each other.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Begun, SEEN_STEP, SignedIn};
use crate::db::Db;
use crate::domain::credential::hash;
use crate::entity::Moment;
use crate::entity::session::{Column, Entity, Model};
use crate::error::Result;
use crate::random;

/// How long a secret counts before it is replaced.
const RENEWED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How long requests may still come with the secret before, once the new one has come.
const GRACE: SignedDuration = SignedDuration::from_mins(1);

/// Gives the session a new secret in place of the one it was used with; none where another request was faster, whose answer
/// brings one.
pub async fn renew(db: &Db, signed_in: &SignedIn, presented: &str) -> Result<Option<Begun>> {
    let now = Moment(signed_in.caller.now);
    let before = &signed_in.session;
    let secret = random::text()?;
    let row = Model {
        hash: hash(&secret),
        replaced_hash: Some(hash(presented)),
        renewed_at: now,
        confirmed_at: None,
        last_seen_at: now,
        ..before.clone()
    };
    let tx = db.begin().await?;
    let renewed = Entity::update_many()
        .col_expr(Column::Hash, Expr::value(&row.hash))
        .col_expr(Column::ReplacedHash, Expr::value(row.replaced_hash.clone()))
        .col_expr(Column::RenewedAt, Expr::value(now))
        .col_expr(Column::ConfirmedAt, Expr::value(row.confirmed_at))
        .col_expr(Column::LastSeenAt, Expr::value(now))
        .filter(Column::Id.eq(before.id))
        .filter(Column::Hash.eq(&before.hash))
        .filter(Column::EndedAt.is_null())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok((renewed.rows_affected == 1).then_some(Begun { secret, row }))
}

/// Notes that the session was used, to some minutes, and that its new secret has arrived, if it was presented.
pub async fn note_use(db: &Db, signed_in: &SignedIn, presented: Option<&str>) -> Result<()> {
    let now = signed_in.caller.now;
    let (session, digest) = (&signed_in.session, presented.map(hash));
    let tx = db.begin().await?;
    if let Some(digest) = digest.filter(|digest| is_unconfirmed(session, digest)) {
        Entity::update_many()
            .col_expr(Column::ConfirmedAt, Expr::value(Moment(now)))
            .filter(Column::Id.eq(session.id))
            .filter(Column::Hash.eq(&digest))
            .filter(Column::ConfirmedAt.is_null())
            .exec(&tx)
            .await?;
    }
    let long_ago = now.checked_sub(SEEN_STEP).unwrap_or(now);
    Entity::update_many()
        .col_expr(Column::LastSeenAt, Expr::value(Moment(now)))
        .filter(Column::Id.eq(session.id))
        .filter(Column::LastSeenAt.lte(Moment(long_ago)))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Whether the secret of `digest` is to be replaced: it is old, or it was replaced and the new one seems to be lost.
pub(super) fn is_due(session: &Model, digest: &str, now: Timestamp) -> bool {
    let age = now.duration_since(session.renewed_at.0);
    match session.hash == digest {
        true => age >= RENEWED_AFTER,
        false => session.confirmed_at.is_none() && age >= GRACE,
    }
}

/// Whether `digest` is of a secret that the browser has given up.
pub(super) fn is_stolen(session: &Model, digest: &str, now: Timestamp) -> bool {
    let given_up = |at: Moment| now.duration_since(at.0) >= GRACE;
    session.hash != digest && session.confirmed_at.is_some_and(given_up)
}

/// Whether `digest` is of a new secret that nobody has come with before.
pub(super) fn is_unconfirmed(session: &Model, digest: &str) -> bool {
    session.hash == digest && session.replaced_hash.is_some() && session.confirmed_at.is_none()
}
