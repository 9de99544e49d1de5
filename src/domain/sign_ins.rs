//! Signing in by a mailed link: who is mailed one, and whom it signs in. A link works once, for a quarter of an hour, and
//! only in the browser that asked for it: whoever gets hold of the mail alone gets nowhere.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::same_text;
use crate::domain::credential::hash;
use crate::domain::mail_messages;
use crate::domain::sessions::{self, Begun, Lifetimes, Visitor};
use crate::domain::suppressions::suppressed;
use crate::domain::tokens::caller_of;
use crate::entity::sign_in::{Column, Entity, Model};
use crate::entity::{Moment, email, new_id, person};
use crate::error::Result;
use crate::random;

/// How long a link works, and its mail is worth sending.
pub const LIFE: SignedDuration = SignedDuration::from_mins(15);

/// A link just made.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What stands in the link: it goes into the mail and is kept nowhere else.
    pub token: String,
    /// What is kept of it.
    pub row: Model,
}

/// Why a link signs nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is none of ours, or of somebody who may not sign in any more.
    Unknown,
    /// Another browser asked for it.
    OtherBrowser,
    /// It was used before.
    Used,
    /// Its time has passed.
    Expired,
}

/// Who is mailed a link to `address`; none where nobody is: nobody has it, they may not sign in, or nothing is sent there. Two
/// statements, whatever comes of them.
pub async fn who_has(
    conn: &impl ConnectionTrait,
    address: &str,
    now: Timestamp,
) -> Result<Option<person::Model>> {
    let person = person::Entity::find()
        .filter(same_text(person::Column::Email, address))
        .one(conn)
        .await?;
    let suppressed = suppressed(conn, [address]).await?;
    let Some(person) = person.filter(|_| suppressed.is_empty()) else {
        return Ok(None);
    };
    let may_sign_in = caller_of(person.clone(), now)?.is_some();
    Ok(may_sign_in.then_some(person))
}

/// Makes a link for `person_id` that works in the browser which has the secret `browser`. Keeps nothing.
pub fn asked(person_id: Uuid, browser: &str, now: Timestamp) -> Result<Asked> {
    let token = random::text()?;
    let row = Model {
        id: new_id(now),
        person_id,
        token_hash: hash(&token),
        browser_hash: hash(browser),
        created_at: Moment(now),
        expires_at: Moment(now.checked_add(LIFE).unwrap_or(now)),
        used_at: None,
        session_id: None,
    };
    Ok(Asked { token, row })
}

/// Keeps a link together with the mail that takes it to its person.
pub async fn keep(db: &Db, asked: Asked, mail: email::Model, message: Vec<u8>) -> Result<()> {
    let tx = db.begin().await?;
    let row = asked.row.into_active_model().reset_all();
    row.insert(&tx).await?;
    let mail = mail.into_active_model().reset_all().insert(&tx).await?;
    mail_messages::keep(&tx, mail.id, message).await?;
    Ok(tx.commit().await?)
}

/// Whom `token` signs in when it is confirmed in the browser which has the secret `browser`. Writes nothing.
///
/// # Errors
/// The database's; what the link is refused for is inside.
pub async fn look(
    conn: &impl ConnectionTrait,
    token: &str,
    browser: Option<&str>,
    now: Timestamp,
) -> Result<Result<(Model, person::Model, Caller), Refused>> {
    let row = Entity::find()
        .filter(Column::TokenHash.eq(hash(token)))
        .one(conn)
        .await?;
    checked(conn, row, browser, now).await
}

/// Signs in whoever `token` is for, once: a session begins, and the one that the browser had before ends.
///
/// # Errors
/// The database's; what the link is refused for is inside.
pub async fn confirm(
    db: &Db,
    token: &str,
    browser: Option<&str>,
    earlier_session: Option<&str>,
    visitor: Visitor,
    lifetimes: Lifetimes,
    now: Timestamp,
) -> Result<Result<(Begun, person::Model), Refused>> {
    let tx = db.begin().await?;
    // Of two presses at once the second waits here, and then finds the link used.
    let row = Entity::find()
        .filter(Column::TokenHash.eq(hash(token)))
        .lock_exclusive()
        .one(&tx)
        .await?;
    let (row, person, caller) = match checked(&tx, row, browser, now).await? {
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };
    let earlier = earlier_session;
    let begun = sessions::begin_anew(&tx, &caller, person.id, earlier, visitor, lifetimes).await?;
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Moment(now)))
        .col_expr(Column::SessionId, Expr::value(begun.row.id))
        .filter(Column::Id.eq(row.id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(Ok((begun, person)))
}

/// The session that `token` has begun; none: it has not, or that session is forgotten.
pub async fn began(conn: &impl ConnectionTrait, token: &str) -> Result<Option<Uuid>> {
    let row = Entity::find()
        .filter(Column::TokenHash.eq(hash(token)))
        .one(conn)
        .await?;
    Ok(row.and_then(|row| row.session_id))
}

/// Takes the links back that a person was mailed and has not used: they are somebody else, or elsewhere, from now on.
pub async fn take_back(tx: &impl ConnectionTrait, person_id: Uuid) -> Result<()> {
    Entity::delete_many()
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets links that expired before `before`. Answers how many.
pub async fn prune(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let expired = Entity::delete_many()
        .filter(Column::ExpiresAt.lt(Moment(before)))
        .exec(conn)
        .await?;
    Ok(expired.rows_affected)
}

async fn checked(
    conn: &impl ConnectionTrait,
    row: Option<Model>,
    browser: Option<&str>,
    now: Timestamp,
) -> Result<Result<(Model, person::Model, Caller), Refused>> {
    let Some(row) = row else {
        return Ok(Err(Refused::Unknown));
    };
    if browser.is_none_or(|browser| hash(browser) != row.browser_hash) {
        return Ok(Err(Refused::OtherBrowser));
    }
    if row.used_at.is_some() {
        return Ok(Err(Refused::Used));
    }
    if now >= row.expires_at.0 {
        return Ok(Err(Refused::Expired));
    }
    let Some(person) = person::Entity::find_by_id(row.person_id).one(conn).await? else {
        return Ok(Err(Refused::Unknown));
    };
    Ok(match caller_of(person.clone(), now)? {
        Some(caller) => Ok((row, person, caller)),
        None => Err(Refused::Unknown),
    })
}
