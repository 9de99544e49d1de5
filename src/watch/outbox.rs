//! The outbox in figures, as one statement that partial indices answer.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, Statement,
};

use crate::entity::{Moment, webhook_delivery};
use crate::error::Result;
use crate::outbox::{PENDING, is_in};

/// Mails by kind and state. Each branch repeats the condition of an index word by word; the last one is the condition of
/// `email_at_rest`.
const COUNTED: &str = "
SELECT kind, state, count(*) AS mails, min(due_at) AS oldest
FROM email WHERE state = 'PENDING' GROUP BY kind, state
UNION ALL
SELECT kind, state, count(*) AS mails, min(due_at) AS oldest
FROM email WHERE state IN ('CLAIMED', 'DATA') GROUP BY kind, state
UNION ALL
SELECT kind, state, count(*) AS mails, NULL AS oldest
FROM email WHERE state NOT IN ('PENDING', 'CLAIMED', 'DATA') GROUP BY kind, state";

/// How many mails of a kind are in a state.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) mails: i64,
    /// When the one that has waited longest was due; only of those that are still to be sent.
    pub(super) oldest: Option<Moment>,
}

/// Counts the outbox. What there is none of is left out.
async fn mails(conn: &DatabaseConnection) -> Result<Vec<Counted>> {
    let statement = Statement::from_string(conn.get_database_backend(), COUNTED);
    let rows = conn.query_all_raw(statement).await?;
    let counted = rows.iter().map(|row| {
        Ok(Counted {
            kind: row.try_get("", "kind")?,
            state: row.try_get("", "state")?,
            mails: row.try_get("", "mails")?,
            oldest: row.try_get("", "oldest")?,
        })
    });
    counted.collect()
}

/// The mails, and how many events wait to be delivered.
pub(super) async fn count(conn: &DatabaseConnection) -> Result<(Vec<Counted>, i64)> {
    Ok((mails(conn).await?, pending_events(conn).await?))
}

/// How many events wait to be delivered to webhooks.
async fn pending_events(conn: &DatabaseConnection) -> Result<i64> {
    let waiting = webhook_delivery::Entity::find()
        .filter(is_in::<webhook_delivery::Entity>(PENDING))
        .count(conn)
        .await?;
    Ok(i64::try_from(waiting).unwrap_or(i64::MAX))
}
