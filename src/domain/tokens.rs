//! API tokens: how programs, and people who write them, sign in. Only a hash is kept.

use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::credential::hash;
use crate::domain::zone::zone;
use crate::domain::{history, people};
use crate::entity::{Moment, TokenScope, api_token, new_id, person};
use crate::error::{Error, ProblemCode, Result};
use crate::random;

/// What every token starts with, so that people and secret scanners know one when they see it.
const PREFIX: &str = "mer_";

/// How exactly the last use of a token is kept.
const LAST_USED_STEP: SignedDuration = SignedDuration::from_mins(1);

/// A token just made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What its holder sends: shown this once and kept nowhere.
    pub plain_text: String,
    /// What is kept of it.
    pub row: api_token::Model,
}

/// Who a token signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person, with what they may do.
    pub caller: Caller,
    /// The token.
    pub token: api_token::Model,
}

impl SignedIn {
    /// Whether [`note_use`] has anything to write.
    pub fn is_to_be_noted(&self) -> bool {
        let last = self.token.last_used_at;
        last.is_none_or(|last| self.caller.now.duration_since(last.0) >= LAST_USED_STEP)
    }
}

/// Makes a token that signs `person_id` in until `expires_at`, or until it is revoked, and may do whatever they may. The
/// person and owners.
pub async fn create(
    db: &Db,
    caller: &Caller,
    person_id: Uuid,
    name: &str,
    expires_at: Option<Timestamp>,
) -> Result<NewToken> {
    create_scoped(db, caller, person_id, name, TokenScope::Write, expires_at).await
}

/// As [`create`], of a token that may do what `scope` says.
pub async fn create_scoped(
    db: &Db,
    caller: &Caller,
    person_id: Uuid,
    name: &str,
    scope: TokenScope,
    expires_at: Option<Timestamp>,
) -> Result<NewToken> {
    caller.must_be_or_own(person_id, "make their API tokens")?;
    let tx = db.begin().await?;
    let mut check = Check::new();
    let name = check.name("name", name, 100);
    check.require(
        expires_at.is_none_or(|at| at > caller.now),
        "expiresAt",
        "It would have expired already. Give an instant to come.",
    );
    let today = caller.today();
    if let Some(person) =
        check.also(people::working_here(&tx, "personId", person_id, today).await)?
        && person.access.is_none()
    {
        check.add(
            "personId",
            ProblemCode::NotAllowedNow,
            format!(
                "{} may not sign in. Give them an access level first.",
                person.name
            ),
        );
    }
    check.finish()?;
    let plain_text = format!("{PREFIX}{}", random::text()?);
    let row = api_token::Model {
        id: new_id(caller.now),
        person_id,
        name,
        hash: hash(&plain_text),
        hint: hint(&plain_text).to_owned(),
        scope,
        created_at: Moment(caller.now),
        expires_at: expires_at.map(Moment),
        last_used_at: None,
        revoked_at: None,
    };
    let row = row.into_active_model().reset_all().insert(&tx).await?;
    history::created(&tx, caller, row.id, &row).await?;
    tx.commit().await?;
    Ok(NewToken { plain_text, row })
}

/// Ends a token at once. Revoking it again changes nothing. The person it signs in and owners.
pub async fn revoke(db: &Db, caller: &Caller, id: Uuid) -> Result<api_token::Model> {
    let tx = db.begin().await?;
    let before = api_token::Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx)
        .await?
        .filter(|row| caller.sees(row))
        .ok_or(Error::NotFound("API token"))?;
    if before.revoked_at.is_some() {
        return Ok(before);
    }
    let mut row = before.clone().into_active_model();
    row.revoked_at = Set(Some(Moment(caller.now)));
    let after = row.update(&tx).await?;
    history::updated(&tx, caller, id, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// The tokens of one person, or of everybody, oldest first; those revoked and expired too. The person and owners.
pub async fn list(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    person_id: Option<Uuid>,
) -> Result<Vec<api_token::Model>> {
    let action = "list API tokens";
    match person_id {
        Some(person_id) => caller.must_be_or_own(person_id, action)?,
        None => caller.must_own(action)?,
    }
    let of_person = person_id.map(|id| api_token::Column::PersonId.eq(id));
    Ok(api_token::Entity::find()
        .filter(Condition::all().add_option(of_person))
        .order_by_asc(api_token::Column::Id)
        .all(conn)
        .await?)
}

/// Who sends `plain_text`, at `now`. Writes nothing.
///
/// # Errors
/// Unauthenticated, whatever the reason: unknown, expired, revoked, or of a person who left, is archived or has no
/// access (R7). An answer that told these apart would tell strangers which tokens there are.
pub async fn authenticate(db: &Db, plain_text: &str, now: Timestamp) -> Result<SignedIn> {
    if !plain_text.starts_with(PREFIX) {
        return Err(Error::Unauthenticated);
    }
    let token = api_token::Entity::find()
        .filter(api_token::Column::Hash.eq(hash(plain_text)))
        .one(&db.read)
        .await?
        .ok_or(Error::Unauthenticated)?;
    signed_in(db, token, now).await
}

/// Who has a token that was let in before, at `now`. Writes nothing.
///
/// # Errors
/// As of [`authenticate`].
pub async fn again(db: &Db, id: Uuid, now: Timestamp) -> Result<SignedIn> {
    let token = api_token::Entity::find_by_id(id)
        .one(&db.read)
        .await?
        .ok_or(Error::Unauthenticated)?;
    signed_in(db, token, now).await
}

async fn signed_in(db: &Db, token: api_token::Model, now: Timestamp) -> Result<SignedIn> {
    if !is_valid(&token, now) {
        return Err(Error::Unauthenticated);
    }
    let person = person::Entity::find_by_id(token.person_id)
        .one(&db.read)
        .await?
        .ok_or(Error::Unauthenticated)?;
    let caller = caller_of(person, now)?.ok_or(Error::Unauthenticated)?;
    Ok(SignedIn { caller, token })
}

/// Notes when a token was last used, to the minute.
pub async fn note_use(db: &Db, signed_in: &SignedIn) -> Result<()> {
    let now = signed_in.caller.now;
    let last_used = api_token::Column::LastUsedAt;
    let long_ago = Moment(now.checked_sub(LAST_USED_STEP).unwrap_or(now));
    let is_due = Condition::any()
        .add(last_used.is_null())
        .add(last_used.lte(long_ago));
    let tx = db.begin().await?;
    api_token::Entity::update_many()
        .col_expr(last_used, Expr::value(Moment(now)))
        .filter(api_token::Column::Id.eq(signed_in.token.id))
        .filter(is_due)
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Whether a token has neither expired nor been revoked.
pub fn is_valid(token: &api_token::Model, now: Timestamp) -> bool {
    token.revoked_at.is_none() && token.expires_at.is_none_or(|at| now < at.0)
}

/// The person as a caller; none when they may not sign in: they left, are archived or have no access (R7).
pub fn caller_of(person: person::Model, now: Timestamp) -> Result<Option<Caller>> {
    let Some(access) = person.access.filter(|_| person.archived_at.is_none()) else {
        return Ok(None);
    };
    let caller = Caller {
        person_id: Some(person.id),
        name: person.name,
        access,
        now,
        zone: zone("timeZone", &person.time_zone)?,
    };
    let has_left = person
        .employed_until
        .is_some_and(|last| last.0 < caller.today());
    Ok((!has_left).then_some(caller))
}

/// The last four characters, to tell tokens apart.
fn hint(plain_text: &str) -> &str {
    &plain_text[plain_text.len() - 4..]
}
