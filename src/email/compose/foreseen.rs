//! What mails that are not planned yet will have discharged by the time the next ones are composed.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::obligations::never_left;
use crate::entity::obligation;
use crate::error::Result;

/// Which foreseen mail will have taken an obligation, by key. Mails are foreseen in the order in which they will leave.
#[derive(Debug, Default)]
pub(super) struct Foreseen(Mutex<HashMap<String, Uuid>>);

impl Foreseen {
    /// Which of `wanted` their mails will be able to discharge: what neither a mail of the outbox nor one foreseen before
    /// has taken. Nothing is written.
    pub(super) async fn take(
        &self,
        conn: &impl ConnectionTrait,
        wanted: Vec<obligation::Model>,
    ) -> Result<HashSet<String>> {
        let keys = wanted.iter().map(|one| one.obligation_key.as_str());
        let taken: HashSet<String> = obligation::Entity::find()
            .select_only()
            .column(obligation::Column::ObligationKey)
            .filter(obligation::Column::ObligationKey.is_in(keys))
            .filter(obligation::Column::EmailId.not_in_subquery(never_left().into_query()))
            .into_tuple::<String>()
            .all(conn)
            .await?
            .into_iter()
            .collect();
        let mut foreseen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = HashSet::new();
        for one in wanted {
            if taken.contains(&one.obligation_key) {
                continue;
            }
            let holder = foreseen.entry(one.obligation_key.clone());
            if *holder.or_insert(one.email_id) == one.email_id {
                free.insert(one.obligation_key);
            }
        }
        Ok(free)
    }
}
