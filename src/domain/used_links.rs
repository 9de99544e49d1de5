//! Links of mails are used once: whoever writes a link down here first may do what it says.

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use crate::entity::{Moment, used_link};
use crate::error::Result;

/// Uses a link, in the transaction that does what it says. Answers none, or how it was used before. Of two that use it at
/// once, the second waits for the first one's transaction to end.
pub async fn take(
    tx: &impl ConnectionTrait,
    digest: &str,
    person_id: Uuid,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<Option<used_link::Model>> {
    let row = used_link::Model {
        digest: digest.to_owned(),
        person_id,
        outcome: String::new(),
        used_at: Moment(now),
        expires_at: Moment(expires_at),
    };
    let unless_used = OnConflict::column(used_link::Column::Digest)
        .do_nothing()
        .to_owned();
    let written = used_link::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(unless_used)
        .exec_without_returning(tx)
        .await?;
    if written > 0 {
        return Ok(None);
    }
    of(tx, digest).await
}

/// Notes what came of a link that was just taken, in a sentence.
pub async fn note(tx: &impl ConnectionTrait, digest: &str, outcome: &str) -> Result<()> {
    used_link::Entity::update_many()
        .col_expr(used_link::Column::Outcome, Expr::value(outcome))
        .filter(used_link::Column::Digest.eq(digest))
        .exec(tx)
        .await?;
    Ok(())
}

/// How a link was used; none: it was not.
pub async fn of(conn: &impl ConnectionTrait, digest: &str) -> Result<Option<used_link::Model>> {
    Ok(used_link::Entity::find_by_id(digest).one(conn).await?)
}

/// Forgets links that have expired. Answers how many.
pub async fn prune(conn: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let expired = used_link::Entity::delete_many()
        .filter(used_link::Column::ExpiresAt.lt(Moment(now)))
        .exec(conn)
        .await?;
    Ok(expired.rows_affected)
}
