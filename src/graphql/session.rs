//! Sessions: the browsers in which somebody is signed in.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};

use super::connection::{Connection, Paging, list};
use super::context::Asked;
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, split};
use super::person::Person;

use crate::domain::page::Term;
use crate::domain::sessions;
use crate::entity::{Moment, person, session};
use crate::error::{Error, ProblemCode};

/// A browser in which somebody is signed in, or was. For the person and owners.
#[derive(Clone, Debug, Description)]
pub struct Session(pub session::Model);

#[Object(use_type_description)]
impl Session {
    /// The session's global id: `ses_…`.
    pub async fn id(&self) -> ID {
        Kind::Session.id(self.0.id)
    }

    /// Who is signed in.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// Whether it is the one in which this is asked.
    async fn is_current(&self, ctx: &Context<'_>) -> bool {
        ctx.session() == Some(self.0.id)
    }

    /// Which browser, in a few words: `Firefox on Linux`.
    async fn browser(&self) -> &str {
        &self.0.browser
    }

    /// From which network the person signed in: `203.0.113.x`, `2001:db8:1:x`.
    async fn network(&self) -> &str {
        &self.0.network
    }

    /// When the person signed in.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When the browser was last heard of, to five minutes.
    async fn last_seen_at(&self) -> Moment {
        self.0.last_seen_at
    }

    /// When it ends whatever happens; without requests it ends earlier.
    async fn expires_at(&self) -> Moment {
        self.0.expires_at
    }

    /// When it was ended before that, by signing out, by a mutation, or because the person's access or address changed; null
    /// while it was not.
    async fn ended_at(&self) -> Option<Moment> {
        self.0.ended_at
    }
}

/// Queries about sessions.
#[derive(Default)]
pub struct SessionQueries;

#[Object]
impl SessionQueries {
    /// The sessions of a person that still count, the latest first; your own by default. The person and owners.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; you by default.")] person_id: Option<ID>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Session>> {
        let caller = ctx.caller();
        let person_id = match &person_id {
            Some(id) => Kind::Person.named(id)?,
            None => caller.person_id.ok_or(Error::Unauthenticated)?,
        };
        caller.must_be_or_own(person_id, "list their sessions")?;
        let latest_first = Term {
            column: session::Column::CreatedAt,
            folded: false,
            descending: true,
        };
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        list(
            ctx,
            &format!("sessions {person_id}"),
            sessions::alive_of(person_id, ctx.app().config.session_lifetimes(), caller.now),
            &[latest_first],
            session::Column::Id,
            &paging,
            Session,
        )
        .await
    }
}

/// Which session is revoked.
#[derive(Debug, InputObject)]
pub struct SessionRevokeInput {
    /// Which session: one of your own, or of anybody for owners.
    id: ID,
}

/// What came of revoking a session.
#[derive(Debug, SimpleObject)]
pub struct SessionPayload {
    /// The session as it is now; null when nothing was changed.
    session: Option<Session>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Whose sessions are revoked.
#[derive(Debug, InputObject)]
pub struct SessionRevokeOthersInput {
    /// Whose; your own by default. Owners may name anybody.
    person_id: Option<ID>,
}

/// What came of revoking sessions.
#[derive(Debug, SimpleObject)]
pub struct SessionRevokeOthersPayload {
    /// How many were revoked; null when nothing was changed.
    revoked: Option<i32>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of sessions.
#[derive(Default)]
pub struct SessionMutations;

#[Object]
impl SessionMutations {
    /// Ends a session at once: that browser is signed out. Ending it again changes nothing.
    async fn session_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: SessionRevokeInput,
    ) -> Result<SessionPayload> {
        let ended = async {
            let id = Kind::Session.parse("id", &input.id)?;
            sessions::end(ctx.db(), ctx.caller(), id).await
        };
        let (row, user_errors) = split(ended.await)?;
        Ok(SessionPayload {
            session: row.map(Session),
            user_errors,
        })
    }

    /// Ends all sessions of a person but the one in which this is asked: every other browser is signed out.
    async fn session_revoke_others(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose sessions.")] input: SessionRevokeOthersInput,
    ) -> Result<SessionRevokeOthersPayload> {
        let caller = ctx.caller();
        let ended = async {
            let person_id = match &input.person_id {
                Some(id) => Kind::Person.parse("personId", id)?,
                None => caller.person_id.ok_or_else(|| {
                    Error::problem("personId", ProblemCode::NotFound, "Say whose.")
                })?,
            };
            sessions::end_all(ctx.db(), caller, person_id, ctx.session()).await
        };
        let (ended, user_errors) = split(ended.await)?;
        Ok(SessionRevokeOthersPayload {
            revoked: ended.map(|ended| i32::try_from(ended.len()).unwrap_or(i32::MAX)),
            user_errors,
        })
    }
}
