//! Signing in by the agency's OpenID provider: who is sent there, who comes back, and who somebody is that the provider names.
//! What it calls them, their subject, is bound to a person at the first sign-in and decides from then on: mail addresses move.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, Select,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::same_text;
use crate::domain::credential::hash;
use crate::domain::history;
use crate::domain::sessions::{self, Begun, Lifetimes, Visitor};
use crate::domain::sign_ins::Refused;
use crate::domain::tokens::caller_of;
use crate::entity::openid_sign_in::{Column, Entity, Model};
use crate::entity::{Moment, new_id, openid_identity, person};
use crate::error::Result;
use crate::random;

/// How long somebody may take at the provider.
pub const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Who somebody is, by a provider's word that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider: its issuer, to the letter.
    pub issuer: String,
    /// What it calls them, whatever their address.
    pub subject: String,
}

/// Notes that the browser which has the secret `browser` is sent to the provider. Answers the state to come back with: it
/// works once, and is kept nowhere else.
pub async fn begin(db: &Db, browser: &str, now: Timestamp) -> Result<String> {
    let state = random::text()?;
    let row = Model {
        id: new_id(now),
        state_hash: hash(&state),
        browser_hash: hash(browser),
        created_at: Moment(now),
        expires_at: Moment(now.checked_add(LIFE).unwrap_or(now)),
        used_at: None,
        session_id: None,
    };
    let tx = db.begin().await?;
    row.into_active_model().reset_all().insert(&tx).await?;
    tx.commit().await?;
    Ok(state)
}

/// Takes the state that somebody comes back with: whoever brings it again is refused, here and on every other replica. Answers
/// the row, for [`sign_in`].
///
/// # Errors
/// The database's; what the state is refused for is inside.
pub async fn take(
    db: &Db,
    state: &str,
    browser: Option<&str>,
    now: Timestamp,
) -> Result<Result<Uuid, Refused>> {
    let Some(row) = of_state(state).one(&db.read).await? else {
        return Ok(Err(Refused::Unknown));
    };
    if browser.is_none_or(|browser| hash(browser) != row.browser_hash) {
        return Ok(Err(Refused::OtherBrowser));
    }
    if now >= row.expires_at.0 {
        return Ok(Err(Refused::Expired));
    }
    let tx = db.begin().await?;
    let taken = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Moment(now)))
        .filter(Column::Id.eq(row.id))
        .filter(Column::UsedAt.is_null())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(match taken.rows_affected {
        0 => Err(Refused::Used),
        _ => Ok(row.id),
    })
}

/// The session that came of `state`; none: none did, or it is forgotten.
pub async fn began(conn: &impl ConnectionTrait, state: &str) -> Result<Option<Uuid>> {
    let row = of_state(state).one(conn).await?;
    Ok(row.and_then(|row| row.session_id))
}

/// Whether it is known whose `identity` is, so that no address is asked for.
pub async fn is_bound(conn: &impl ConnectionTrait, identity: &Identity) -> Result<bool> {
    Ok(bound(identity).one(conn).await?.is_some())
}

/// Signs in whoever `identity` is bound to; else, and binds it, whoever has the address `email`, which the provider has
/// verified. None: nobody, somebody who may not sign in, or somebody who is another subject of that provider.
pub async fn sign_in(
    db: &Db,
    row: Uuid,
    (identity, email): (&Identity, Option<&str>),
    earlier_session: Option<&str>,
    visitor: Visitor,
    lifetimes: Lifetimes,
    now: Timestamp,
) -> Result<Option<(Begun, person::Model)>> {
    let tx = db.begin().await?;
    // Whoever changes a person waits for this row, and ends the session that begins here.
    let known = bound(identity).lock_exclusive().one(&tx).await?;
    let found = match &known {
        Some(known) => person::Entity::find_by_id(known.person_id).one(&tx).await?,
        None => with_address(&tx, email).await?,
    };
    let Some(person) = found else {
        return Ok(None);
    };
    let Some(caller) = caller_of(person.clone(), now)? else {
        return Ok(None);
    };
    if known.is_none() && !bind(&tx, &caller, person.id, identity).await? {
        return Ok(None);
    }
    let earlier = earlier_session;
    let begun = sessions::begin_anew(&tx, &caller, person.id, earlier, visitor, lifetimes).await?;
    Entity::update_many()
        .col_expr(Column::SessionId, Expr::value(begun.row.id))
        .filter(Column::Id.eq(row))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(Some((begun, person)))
}

/// Forgets who a person is to providers: the next one with their verified address is bound anew.
pub async fn forget(tx: &impl ConnectionTrait, caller: &Caller, person_id: Uuid) -> Result<()> {
    let identities = openid_identity::Entity::find()
        .filter(openid_identity::Column::PersonId.eq(person_id))
        .lock_exclusive()
        .all(tx)
        .await?;
    for identity in identities {
        openid_identity::Entity::delete_by_id(identity.id)
            .exec(tx)
            .await?;
        history::deleted(tx, caller, identity.id, &identity).await?;
    }
    Ok(())
}

/// Forgets sign-ins that expired before `before`. Answers how many.
pub async fn prune(conn: &impl ConnectionTrait, before: Timestamp) -> Result<u64> {
    let expired = Entity::delete_many()
        .filter(Column::ExpiresAt.lt(Moment(before)))
        .exec(conn)
        .await?;
    Ok(expired.rows_affected)
}

/// Binds an identity to a person. Answers whether it is theirs: of one provider nobody is two subjects, so whoever was given
/// somebody's address there does not become them here.
async fn bind(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    person_id: Uuid,
    identity: &Identity,
) -> Result<bool> {
    let of_person = openid_identity::Entity::find()
        .filter(openid_identity::Column::PersonId.eq(person_id))
        .filter(openid_identity::Column::Issuer.eq(&identity.issuer))
        .one(tx)
        .await?;
    if let Some(known) = of_person {
        return Ok(known.subject == identity.subject);
    }
    let row = openid_identity::Model {
        id: new_id(caller.now),
        person_id,
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        created_at: Moment(caller.now),
    };
    let row = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, row.id, &row).await?;
    Ok(true)
}

/// Locked, so that of two first sign-ins at once the second finds what the first has bound.
async fn with_address(
    tx: &impl ConnectionTrait,
    email: Option<&str>,
) -> Result<Option<person::Model>> {
    let Some(email) = email else {
        return Ok(None);
    };
    let person = person::Entity::find()
        .filter(same_text(person::Column::Email, email))
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(person)
}

fn of_state(state: &str) -> Select<Entity> {
    Entity::find().filter(Column::StateHash.eq(hash(state)))
}

fn bound(identity: &Identity) -> Select<openid_identity::Entity> {
    openid_identity::Entity::find()
        .filter(openid_identity::Column::Issuer.eq(&identity.issuer))
        .filter(openid_identity::Column::Subject.eq(&identity.subject))
}
