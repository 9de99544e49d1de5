//! Roles.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::connection::{Connection, Paging};
use super::context::Asked;
use super::enums::RoleSide;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::by_id;
use super::payload::{UserError, split, split_or_current};
use crate::domain::roles;
use crate::entity::{Moment, role};
use crate::error::Error;

/// A named hat. Three roles hold a side; the others are contributors.
#[derive(Clone, Debug, Description)]
pub struct Role(pub role::Model);

#[Object(use_type_description)]
impl Role {
    /// The role's global id: `rol_…`.
    pub async fn id(&self) -> ID {
        Kind::Role.id(self.0.id)
    }

    /// What the agency calls it; unique whatever the case. At most 100 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The side it holds; null for contributor roles.
    async fn side(&self) -> Option<RoleSide> {
        self.0.side.map(RoleSide::from)
    }

    /// Grows with every change; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// What was changed, the newest first. For owners and managers.
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

    /// When it was archived; null while it can be given.
    async fn archived_at(&self) -> Option<Moment> {
        self.0.archived_at
    }
}

/// Queries about roles.
#[derive(Default)]
pub struct RoleQueries;

#[Object]
impl RoleQueries {
    /// The role with this id; null when there is none.
    async fn role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A role's global id: `rol_…`.")] id: ID,
    ) -> Result<Option<Role>> {
        let id = Kind::Role.named(&id)?;
        Ok(by_id::<role::Entity>(ctx, id).await?.map(Role))
    }

    /// The agency's roles by name, those that hold a side first.
    async fn roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Archived roles (true) or those that can be given (false).",
            default = false
        )]
        archived: bool,
    ) -> Result<Vec<Role>> {
        let column = role::Column::ArchivedAt;
        let mut rows = role::Entity::find()
            .filter(if archived {
                column.is_not_null()
            } else {
                column.is_null()
            })
            .order_by_asc(role::Column::Id)
            .all(&ctx.db().read)
            .await
            .map_err(Error::from)?;
        rows.sort_by_key(|row| (row.side.is_none(), row.side, row.name.to_lowercase()));
        Ok(rows.into_iter().map(Role).collect())
    }
}

/// What a new role needs.
#[derive(Debug, InputObject)]
pub struct RoleCreateInput {
    /// What the agency calls it; unique whatever the case. 1 to 100 characters.
    name: String,
}

/// What to change about a role. What is absent stays.
#[derive(Debug, InputObject)]
pub struct RoleUpdateInput {
    /// Which role.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What the agency calls it; unique whatever the case. 1 to 100 characters.
    name: Option<String>,
}

/// Which role to archive.
#[derive(Debug, InputObject)]
pub struct RoleArchiveInput {
    /// Which role.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a role.
#[derive(Debug, SimpleObject)]
pub struct RolePayload {
    /// The role as it is now; null when nothing was changed, but for a stale version.
    role: Option<Role>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of roles.
#[derive(Default)]
pub struct RoleMutations;

#[Object]
impl RoleMutations {
    /// Creates a contributor role (designer, developer …), which holds no side. Owners only.
    async fn role_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the role needs.")] input: RoleCreateInput,
    ) -> Result<RolePayload> {
        let created = roles::create(ctx.db(), ctx.caller(), &input.name).await;
        let (row, user_errors) = split(created)?;
        Ok(RolePayload {
            role: row.map(Role),
            user_errors,
        })
    }

    /// Renames a role. Owners only.
    async fn role_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: RoleUpdateInput,
    ) -> Result<RolePayload> {
        let (db, caller) = (ctx.db(), ctx.caller());
        let updated = async {
            let id = Kind::Role.parse("id", &input.id)?;
            roles::update(db, caller, id, input.expected_version, input.name).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Retires a contributor role. Owners only; refused while somebody holds it or is planned to.
    async fn role_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which role.")] input: RoleArchiveInput,
    ) -> Result<RolePayload> {
        let archived = async {
            let id = Kind::Role.parse("id", &input.id)?;
            roles::archive(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, archived.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<role::Model>,
) -> Result<RolePayload> {
    let (row, user_errors) = split_or_current::<role::Entity>(ctx, id, changed).await?;
    Ok(RolePayload {
        role: row.map(Role),
        user_errors,
    })
}
