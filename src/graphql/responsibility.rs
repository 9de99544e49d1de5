//! The catalogue of responsibilities.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};

use super::connection::{Connection, Paging};
use super::context::Asked;
use super::enums::Side;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{Loaders, Shared, shared};
use super::payload::{UserError, split, split_or_current};
use crate::domain::catalogue::{self, NewResponsibility, ResponsibilityEdit};
use crate::entity::{self, Moment, responsibility};

/// One line of what has to be done for a client or project; belongs to one side.
#[derive(Clone, Debug, Description)]
pub struct Responsibility(pub responsibility::Model);

#[Object(use_type_description)]
impl Responsibility {
    /// The responsibility's global id: `res_…`.
    pub async fn id(&self) -> ID {
        Kind::Responsibility.id(self.0.id)
    }

    /// What has to be done; unique whatever the case. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Which side does it.
    async fn side(&self) -> Side {
        self.0.side.into()
    }

    /// Its place in the list, from 1; the smaller first.
    async fn position(&self) -> i32 {
        self.0.position
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

    /// When it was archived; null while it is in force.
    async fn archived_at(&self) -> Option<Moment> {
        self.0.archived_at
    }
}

/// The whole catalogue in force: small, and the same for everything on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Catalogue;

impl Loader<Catalogue> for Loaders {
    type Value = Arc<Vec<responsibility::Model>>;
    type Error = Shared;

    async fn load(&self, _: &[Catalogue]) -> Result<HashMap<Catalogue, Self::Value>, Shared> {
        let rows = catalogue::all(&self.app.db.read).await.map_err(shared)?;
        Ok(HashMap::from([(Catalogue, Arc::new(rows))]))
    }
}

/// The lines in force, in the order of the list.
pub async fn in_force(ctx: &Context<'_>) -> Result<Arc<Vec<responsibility::Model>>, Shared> {
    let rows = ctx.loaders().load_one(Catalogue).await?;
    Ok(rows.unwrap_or_default())
}

/// Queries about responsibilities.
#[derive(Default)]
pub struct ResponsibilityQueries;

#[Object]
impl ResponsibilityQueries {
    /// The catalogue in force, in the order of the list.
    async fn responsibilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this side.")] side: Option<Side>,
    ) -> Result<Vec<Responsibility>> {
        let side = side.map(entity::Side::from);
        let rows = in_force(ctx).await?;
        let wanted = rows
            .iter()
            .filter(|row| side.is_none_or(|side| row.side == side));
        Ok(wanted.cloned().map(Responsibility).collect())
    }
}

/// What a new responsibility needs.
#[derive(Debug, InputObject)]
pub struct ResponsibilityCreateInput {
    /// What has to be done; unique whatever the case. 1 to 200 characters.
    name: String,
    /// Which side does it.
    side: Side,
    /// Its place in the list, 1 to 10,000; after all others by default.
    position: Option<i32>,
}

/// What to change about a responsibility. What is absent stays.
#[derive(Debug, InputObject)]
pub struct ResponsibilityUpdateInput {
    /// Which responsibility.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What has to be done; unique whatever the case. 1 to 200 characters.
    name: Option<String>,
    /// Which side does it, from now on.
    side: Option<Side>,
    /// Its place in the list, 1 to 10,000.
    position: Option<i32>,
}

/// Which responsibility to archive.
#[derive(Debug, InputObject)]
pub struct ResponsibilityArchiveInput {
    /// Which responsibility.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of the catalogue.
#[derive(Debug, SimpleObject)]
pub struct ResponsibilityPayload {
    /// The responsibility as it is now; null when nothing was changed, but for a stale version.
    responsibility: Option<Responsibility>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of the catalogue.
#[derive(Default)]
pub struct ResponsibilityMutations;

#[Object]
impl ResponsibilityMutations {
    /// Adds a line to the catalogue. Owners only.
    async fn responsibility_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the responsibility needs.")] input: ResponsibilityCreateInput,
    ) -> Result<ResponsibilityPayload> {
        let new = NewResponsibility {
            name: input.name,
            side: input.side.into(),
            position: input.position,
        };
        let created = catalogue::create(ctx.db(), ctx.caller(), new).await;
        let (row, user_errors) = split(created)?;
        Ok(ResponsibilityPayload {
            responsibility: row.map(Responsibility),
            user_errors,
        })
    }

    /// Renames a line, moves it to the other side or to another place. Owners only.
    async fn responsibility_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ResponsibilityUpdateInput,
    ) -> Result<ResponsibilityPayload> {
        let edit = ResponsibilityEdit {
            name: input.name,
            side: input.side.map(entity::Side::from),
            position: input.position,
        };
        let updated = async {
            let id = Kind::Responsibility.parse("id", &input.id)?;
            catalogue::update(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Retires a line of the catalogue. Owners only.
    async fn responsibility_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which responsibility.")] input: ResponsibilityArchiveInput,
    ) -> Result<ResponsibilityPayload> {
        let archived = async {
            let id = Kind::Responsibility.parse("id", &input.id)?;
            catalogue::archive(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, archived.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<responsibility::Model>,
) -> Result<ResponsibilityPayload> {
    let (row, user_errors) = split_or_current::<responsibility::Entity>(ctx, id, changed).await?;
    Ok(ResponsibilityPayload {
        responsibility: row.map(Responsibility),
        user_errors,
    })
}
