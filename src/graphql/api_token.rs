//! API tokens: how programs sign in.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::connection::{Connection, Paging, list};
use super::context::Asked;
use super::enums::TokenScope;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, split};
use super::person::Person;
use crate::domain::page::Term;
use crate::domain::tokens;
use crate::entity::{self, Moment, api_token, person};
use crate::error::{Error, ProblemCode};

/// What a program sends to act as a person: `Authorization: Bearer mer_…`. Only a hash of it is kept. For the person and
/// owners.
#[derive(Clone, Debug, Description)]
pub struct ApiToken(pub api_token::Model);

#[Object(use_type_description)]
impl ApiToken {
    /// The token's global id, `tok_…`: not what programs send.
    pub async fn id(&self) -> ID {
        Kind::ApiToken.id(self.0.id)
    }

    /// Whom it signs in.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// What it is for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may do of what the person may.
    async fn scope(&self) -> TokenScope {
        self.0.scope.into()
    }

    /// Its last four characters, to tell tokens apart.
    async fn hint(&self) -> &str {
        &self.0.hint
    }

    /// When it was made.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When it ends; null: when it is revoked.
    async fn expires_at(&self) -> Option<Moment> {
        self.0.expires_at
    }

    /// When it was last used, to the minute; null: never.
    async fn last_used_at(&self) -> Option<Moment> {
        self.0.last_used_at
    }

    /// When it was revoked; null: it was not.
    async fn revoked_at(&self) -> Option<Moment> {
        self.0.revoked_at
    }

    /// Whether it still signs in: neither expired nor revoked. A person who may not sign in is not signed in by it either.
    async fn is_valid(&self, ctx: &Context<'_>) -> bool {
        tokens::is_valid(&self.0, ctx.caller().now)
    }

    /// Who made and revoked it, the newest first. For owners and managers.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Change>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        Ok(Some(history::of(ctx, self.0.id, &paging).await?))
    }
}

/// Queries about API tokens.
#[derive(Default)]
pub struct ApiTokenQueries;

#[Object]
impl ApiTokenQueries {
    /// API tokens, the latest first, those that are expired and revoked too; your own by default, for owners everybody's.
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the tokens that sign this person in: you, or anybody for owners.")]
        person_id: Option<ID>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ApiToken>> {
        let caller = ctx.caller();
        let own = caller
            .person_id
            .filter(|_| caller.access != entity::Access::Owner);
        let whose = match &person_id {
            Some(id) => Some(Kind::Person.named(id)?),
            None => own,
        };
        if let Some(person_id) = whose {
            caller.must_be_or_own(person_id, "list API tokens")?;
        }
        let of_person = whose.map(|id| api_token::Column::PersonId.eq(id));
        let latest_first = Term {
            column: api_token::Column::CreatedAt,
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
            "apiTokens",
            api_token::Entity::find().filter(Condition::all().add_option(of_person)),
            &[latest_first],
            api_token::Column::Id,
            &paging,
            ApiToken,
        )
        .await
    }
}

/// What a new API token needs.
#[derive(Debug, InputObject)]
pub struct ApiTokenCreateInput {
    /// Whom it signs in; you by default. Owners may name anybody who may sign in.
    person_id: Option<ID>,
    /// What it is for, 1 to 100 characters.
    name: String,
    /// What it may do of what the person may.
    scope: TokenScope,
    /// When it ends; null: when it is revoked.
    expires_at: Option<Moment>,
}

/// What came of making an API token.
#[derive(Debug, SimpleObject)]
pub struct ApiTokenCreatePayload {
    /// The token; null when none was made.
    api_token: Option<ApiToken>,
    /// What the program sends, `mer_…`: shown this once and kept nowhere. Null when none was made.
    secret: Option<String>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Which API token is revoked.
#[derive(Debug, InputObject)]
pub struct ApiTokenRevokeInput {
    /// Which token: one of your own, or any for owners.
    id: ID,
}

/// What came of revoking an API token.
#[derive(Debug, SimpleObject)]
pub struct ApiTokenPayload {
    /// The token as it is now; null when nothing was changed.
    api_token: Option<ApiToken>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of API tokens.
#[derive(Default)]
pub struct ApiTokenMutations;

#[Object]
impl ApiTokenMutations {
    /// Makes an API token. The person and owners.
    async fn api_token_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: ApiTokenCreateInput,
    ) -> Result<ApiTokenCreatePayload> {
        let caller = ctx.caller();
        let made = async {
            let person_id = match &input.person_id {
                Some(id) => Kind::Person.parse("personId", id)?,
                None => caller.person_id.ok_or_else(|| {
                    Error::problem("personId", ProblemCode::NotFound, "Say whom it signs in.")
                })?,
            };
            let (scope, expires_at) = (input.scope.into(), input.expires_at.map(|at| at.0));
            tokens::create_scoped(ctx.db(), caller, person_id, &input.name, scope, expires_at).await
        };
        let (made, user_errors) = split(made.await)?;
        let (row, secret) = made.map(|made| (made.row, made.plain_text)).unzip();
        Ok(ApiTokenCreatePayload {
            api_token: row.map(ApiToken),
            secret,
            user_errors,
        })
    }

    /// Ends an API token at once. Revoking it again changes nothing. The person it signs in and owners.
    async fn api_token_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: ApiTokenRevokeInput,
    ) -> Result<ApiTokenPayload> {
        let revoked = async {
            let id = Kind::ApiToken.parse("id", &input.id)?;
            let revoked = tokens::revoke(ctx.db(), ctx.caller(), id).await;
            revoked.map_err(|error| match error {
                Error::NotFound(_) => {
                    Error::problem("id", ProblemCode::NotFound, "There is no such API token.")
                }
                error => error,
            })
        };
        let (row, user_errors) = split(revoked.await)?;
        Ok(ApiTokenPayload {
            api_token: row.map(ApiToken),
            user_errors,
        })
    }
}
