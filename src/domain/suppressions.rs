//! Addresses that nothing is sent to, because a mail server said that they are of no use: from then on until an owner lifts
//! that. Whoever gets another address is written to there at once: it is the address that is suppressed, not the person.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::history;
use crate::entity::suppressed_address::{Column, Entity, Model};
use crate::entity::{Access, Moment, client, client_contact, new_id, person};
use crate::error::{Error, ProblemCode, Result};

/// Who does it, as history has it.
const MAIL_SERVER: &str = "a mail server's refusal";

/// Somebody whose address is suppressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Somebody of the agency.
    Person(person::Model),
    /// A contact, and what their client is called.
    Contact(client_contact::Model, String),
}

/// A suppressed address that somebody has today.
#[derive(Clone, Debug)]
pub struct Unreachable {
    /// The address.
    pub suppressed: Model,
    /// Whose it is; a contact may be at several clients.
    pub whose: Vec<Whose>,
}

impl Unreachable {
    /// Whose address it is, in words: `Zoe Marsh (Orchard Foods)`.
    pub fn names(&self) -> String {
        let names = self.whose.iter().map(|whose| match whose {
            Whose::Person(person) => person.name.clone(),
            Whose::Contact(contact, client) => format!("{} ({client})", contact.name),
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

/// Sends nothing to `address` from now on; `reason` says what happened, in the mail server's words. An address that is
/// suppressed already keeps its reason. Answers whether it was not.
pub async fn suppress(
    conn: &impl ConnectionTrait,
    address: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    let row = Model {
        id: new_id(now),
        address: address.to_lowercase(),
        reason: reason.to_owned(),
        suppressed_at: Moment(now),
        lifted_at: None,
        lifted_by_id: None,
        lifted_reason: None,
        version: 1,
    };
    let in_force_already = OnConflict::new().do_nothing().to_owned();
    let inserted = Entity::insert(row.clone().into_active_model().reset_all())
        .on_conflict(in_force_already)
        .exec_without_returning(conn)
        .await?;
    if inserted == 0 {
        return Ok(false);
    }
    history::created(conn, &Caller::system(MAIL_SERVER, now), row.id, &row).await?;
    tell_the_log(conn, &row).await?;
    Ok(true)
}

/// Those of `addresses` that are suppressed, in lower case, each with the reason.
pub async fn suppressed(
    conn: &impl ConnectionTrait,
    addresses: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, String>> {
    let addresses = addresses.into_iter().map(str::to_lowercase);
    let rows = Entity::find()
        .filter(Column::Address.is_in(addresses))
        .filter(Column::LiftedAt.is_null())
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.address, row.reason))
        .collect())
}

/// What is said of a mail that does not leave because of this.
pub fn told(address: &str, reason: &str) -> String {
    format!("Nothing is sent to {address} any more: {reason}")
}

/// Lets mails go to an address again. Owners only; `reason` is kept in the history.
pub async fn lift(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    reason: &str,
) -> Result<Model> {
    caller.must_own("lift the suppression of an address")?;
    let tx = db.begin().await?;
    let before = Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx)
        .await?
        .ok_or_else(|| {
            let message = "There is no such suppressed address.";
            Error::problem("id", ProblemCode::NotFound, message)
        })?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let reason = check.reason("reason", reason);
    if let Some(at) = before.lifted_at {
        let message = format!("It was lifted at {at} already: mails go to this address.");
        check.add("id", ProblemCode::NotAllowedNow, message);
    }
    check.finish()?;
    let mut row = before.clone().into_active_model();
    row.lifted_at = Set(Some(Moment(caller.now)));
    row.lifted_by_id = Set(caller.person_id);
    row.lifted_reason = Set(Some(reason));
    row.version = Set(before.version + 1);
    let after = row.update(&tx).await?;
    history::updated(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// The suppressed addresses that somebody has today who works here, or is a contact on the lists; the longest suppressed
/// first. Four statements, one when nothing is suppressed.
pub async fn unreachable(conn: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Unreachable>> {
    let rows = Entity::find()
        .filter(Column::LiftedAt.is_null())
        .order_by_asc(Column::SuppressedAt)
        .order_by_asc(Column::Id)
        .all(conn)
        .await?;
    let mut whose = holders(conn, rows.iter().map(|row| row.address.as_str()), now).await?;
    let told = rows.into_iter().filter_map(|suppressed| {
        let whose = whose.remove(&suppressed.address)?;
        Some(Unreachable { suppressed, whose })
    });
    Ok(told.collect())
}

/// Who has these addresses, which are in lower case: by address. Three statements.
pub async fn holders(
    conn: &impl ConnectionTrait,
    addresses: impl Iterator<Item = &str>,
    now: Timestamp,
) -> Result<BTreeMap<String, Vec<Whose>>> {
    let addresses: Vec<&str> = addresses.collect();
    let mut whose: BTreeMap<String, Vec<Whose>> = BTreeMap::new();
    if addresses.is_empty() {
        return Ok(whose);
    }
    let people = person::Entity::find()
        .filter(lower(person::Column::Email).is_in(addresses.iter().copied()))
        .filter(person::Column::ArchivedAt.is_null())
        .order_by_asc(person::Column::Id)
        .all(conn)
        .await?;
    for person in people {
        let today = super::zone::zone("timeZone", &person.time_zone)?
            .to_datetime(now)
            .date();
        if !super::people::has_left(&person, today) {
            let entry = whose.entry(person.email.to_lowercase()).or_default();
            entry.push(Whose::Person(person));
        }
    }
    let contacts = client_contact::Entity::find()
        .filter(lower(client_contact::Column::Email).is_in(addresses.iter().copied()))
        .filter(client_contact::Column::ArchivedAt.is_null())
        .order_by_asc(client_contact::Column::Id)
        .all(conn)
        .await?;
    let clients = client::Entity::find()
        .filter(client::Column::Id.is_in(contacts.iter().map(|contact| contact.client_id)))
        .filter(client::Column::ArchivedAt.is_null())
        .all(conn)
        .await?;
    let names: HashMap<Uuid, String> = clients.into_iter().map(|row| (row.id, row.name)).collect();
    for contact in contacts {
        if let Some(client) = names.get(&contact.client_id) {
            let entry = whose.entry(contact.email.to_lowercase()).or_default();
            entry.push(Whose::Contact(contact, client.clone()));
        }
    }
    Ok(whose)
}

/// The addresses of the table are in lower case; those of people and contacts are as they were written.
fn lower(column: impl ColumnTrait) -> Expr {
    Expr::expr(Func::lower(Expr::col(column.as_column_ref())))
}

/// The owners are told in their next mail, if any of them can still be written to.
async fn tell_the_log(conn: &impl ConnectionTrait, row: &Model) -> Result<()> {
    let owners = person::Entity::find()
        .filter(person::Column::Access.eq(Access::Owner))
        .filter(person::Column::ArchivedAt.is_null())
        .all(conn)
        .await?;
    let suppressed = suppressed(conn, owners.iter().map(|owner| owner.email.as_str())).await?;
    let mut addresses = owners.iter().map(|owner| owner.email.to_lowercase());
    if addresses.any(|address| !suppressed.contains_key(&address)) {
        tracing::warn!(
            suppression = %row.id,
            "nothing is sent to an address any more; the owners are told in their next mail"
        );
    } else {
        tracing::error!(
            suppression = %row.id,
            "nothing is sent to an address any more, and no owner has one that could be told: change it, or lift it with \
             suppressedAddressLift"
        );
    }
    Ok(())
}
