//! Exceptions from the catalogue.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use uuid::Uuid;

use super::connection::{Connection, Paging, in_memory};
use super::context::Asked;
use super::enums::Side;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{Shared, by_parent, the};
use super::payload::{UserError, split};
use super::person::Person;
use super::project::Project;
use super::responsibility::Responsibility;
use crate::domain::exceptions::{self, NewException};
use crate::domain::page::{Place, PlaceValue};
use crate::entity::{Day, Moment, person, project, responsibility, responsibility_exception};

/// A line of the catalogue that the other side does on one project, from a day until a day. Append-only: a change closes one
/// and opens another, and the past stays readable.
#[derive(Clone, Debug, Description)]
pub struct ResponsibilityException(pub responsibility_exception::Model);

#[Object(use_type_description)]
impl ResponsibilityException {
    /// The exception's global id: `rex_…`.
    pub async fn id(&self) -> ID {
        Kind::ResponsibilityException.id(self.0.id)
    }

    /// On which project.
    async fn project(&self, ctx: &Context<'_>) -> Result<Project> {
        Ok(Project(
            the::<project::Entity>(ctx, self.0.project_id).await?,
        ))
    }

    /// Which line of the catalogue.
    async fn responsibility(&self, ctx: &Context<'_>) -> Result<Responsibility> {
        let line = the::<responsibility::Entity>(ctx, self.0.responsibility_id).await?;
        Ok(Responsibility(line))
    }

    /// Which side does it there.
    async fn side(&self) -> Side {
        self.0.side.into()
    }

    /// The first day on which it holds.
    async fn from_on(&self) -> Day {
        self.0.from_on
    }

    /// The first day on which it no longer holds; null while no end is known. The same as `fromOn` when it was replaced
    /// before it ever held.
    async fn until_on(&self) -> Option<Day> {
        self.0.until_on
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Who wrote it; null when it was not a person.
    async fn written_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        somebody(ctx, self.0.written_by_id).await
    }

    /// When it was written.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When its end was written; null while it has not been ended.
    async fn closed_at(&self) -> Option<Moment> {
        self.0.closed_at
    }

    /// Who ended it; null while it has not been ended, or when it was not a person.
    async fn closed_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        somebody(ctx, self.0.closed_by_id).await
    }

    /// Why it was ended; null while it has not been.
    async fn closed_reason(&self) -> Option<&str> {
        self.0.closed_reason.as_deref()
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
}

async fn somebody(ctx: &Context<'_>, id: Option<Uuid>) -> Result<Option<Person>> {
    Ok(match id {
        Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
        None => None,
    })
}

/// All exceptions of a project: past, present and planned.
pub async fn rows(
    ctx: &Context<'_>,
    project_id: Uuid,
) -> Result<Vec<responsibility_exception::Model>, Shared> {
    let column = responsibility_exception::Column::ProjectId;
    by_parent::<responsibility_exception::Entity>(ctx, column, project_id).await
}

/// One page of [`rows`], the latest first day first.
pub async fn of_project(
    ctx: &Context<'_>,
    project_id: Uuid,
    paging: &Paging,
) -> Result<Connection<ResponsibilityException>> {
    let rows = rows(ctx, project_id).await?;
    let place = |row: &responsibility_exception::Model| {
        Place(vec![PlaceValue::Day(row.from_on), PlaceValue::Id(row.id)])
    };
    let name = format!("responsibilityExceptions of {project_id}");
    let wrap = ResponsibilityException;
    Ok(in_memory(&name, rows, true, paging, place, wrap)?)
}

/// Which side is to do a line on a project from when, and why.
#[derive(Debug, InputObject)]
pub struct ResponsibilityExceptionSetInput {
    /// On which project; PROPOSED, ACTIVE or BACK_BURNER.
    project_id: ID,
    /// Which line of the catalogue.
    responsibility_id: ID,
    /// Which side is to do it there. Null, or the line's own side: the exception ends.
    side: Option<Side>,
    /// The first day; today by default. Only owners may date it back, over an exception at most 31 days.
    from_on: Option<Day>,
    /// Why, 1 to 2,000 characters. Kept on the exception that begins and on the one that ends.
    reason: String,
}

/// What came of setting an exception.
#[derive(Debug, SimpleObject)]
pub struct ResponsibilityExceptionPayload {
    /// The exception that begins; null when the line's own side is to do it, or when nothing was changed.
    exception: Option<ResponsibilityException>,
    /// The exception that it ended; null when there was none, or when nothing was changed.
    closed: Option<ResponsibilityException>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of exceptions.
#[derive(Default)]
pub struct ResponsibilityExceptionMutations;

#[Object]
impl ResponsibilityExceptionMutations {
    /// Gives a line of the catalogue to the other side on one project from a day on, until the next change that is planned, or
    /// ends such an exception. Owners, and managers accountable for the project.
    async fn responsibility_exception_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which side is to do what from when, and why.")]
        input: ResponsibilityExceptionSetInput,
    ) -> Result<ResponsibilityExceptionPayload> {
        let caller = ctx.caller();
        let changed = async {
            let new = NewException {
                project_id: Kind::Project.parse("projectId", &input.project_id)?,
                responsibility_id: Kind::Responsibility
                    .parse("responsibilityId", &input.responsibility_id)?,
                side: input.side.map(Into::into),
                from_on: input.from_on.map_or_else(|| caller.today(), |day| day.0),
                reason: input.reason,
            };
            exceptions::set(ctx.db(), caller, new).await
        };
        let (change, user_errors) = split(changed.await)?;
        let (closed, opened) = change.map_or((None, None), |change| (change.closed, change.opened));
        Ok(ResponsibilityExceptionPayload {
            exception: opened.map(ResponsibilityException),
            closed: closed.map(ResponsibilityException),
            user_errors,
        })
    }
}
