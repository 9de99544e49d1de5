//! Addresses that nothing is sent to any more, because a mail server said that they do not exist.

use std::collections::HashMap;

use jiff::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use crate::entity::Moment;
use crate::entity::suppressed_address::{ActiveModel, Column, Entity};
use crate::error::Result;

/// Sends nothing to `address` from now on; `reason` is the mail server's. An address suppressed before keeps its reason.
pub async fn suppress(
    conn: &impl ConnectionTrait,
    address: &str,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let row = ActiveModel {
        address: Set(address.to_lowercase()),
        reason: Set(reason.to_owned()),
        suppressed_at: Set(Moment(now)),
    };
    let there_already = OnConflict::column(Column::Address).do_nothing().to_owned();
    Entity::insert(row)
        .on_conflict(there_already)
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// Those of `addresses` that are suppressed, in lower case, each with the reason.
pub async fn suppressed(
    conn: &impl ConnectionTrait,
    addresses: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, String>> {
    let addresses = addresses.into_iter().map(str::to_lowercase);
    let rows = Entity::find()
        .filter(Column::Address.is_in(addresses))
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.address, row.reason))
        .collect())
}
