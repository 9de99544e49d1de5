//! Assignments.

mod batch;

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use sea_orm::{Condition, EntityTrait, QueryFilter};

use super::client::Client;
use super::client_or_project::{ClientOrProjectInput, below_of};
use super::connection::{Connection, Paging, list};
use super::context::Asked;
use super::enums::AssignmentSource;
use super::filter::IdComparator;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, split};
use super::person::Person;
use super::project::Project;
use super::role::Role;
use crate::domain::assignments::{self, NewAssignment};
use crate::domain::page::Term;
use crate::domain::responsibilities;
use crate::entity::{Day, Moment, assignment, client, person, project, role};

pub use batch::{
    AssignmentBatchMutations, AssignmentSetResult, AssignmentsPayload, AssignmentsSetInput,
};

/// Who holds a role for a client or a project, from a day until a day. Append-only: a change closes one and opens
/// another, and the past stays readable.
#[derive(Clone, Debug, Description)]
pub struct Assignment(pub assignment::Model);

#[Object(use_type_description)]
impl Assignment {
    /// The assignment's global id: `asg_…`.
    pub async fn id(&self) -> ID {
        Kind::Assignment.id(self.0.id)
    }

    /// Which role it gives.
    async fn role(&self, ctx: &Context<'_>) -> Result<Role> {
        Ok(Role(the::<role::Entity>(ctx, self.0.role_id).await?))
    }

    /// The client for the whole of which it holds; null when it holds for one project.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        Ok(match self.0.client_id {
            Some(id) => Some(Client(the::<client::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// The project for which it holds; null when it holds for a whole client.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        Ok(match self.0.project_id {
            Some(id) => Some(Project(the::<project::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// Who holds the role.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// The first day on which it holds.
    async fn from_on(&self) -> Day {
        self.0.from_on
    }

    /// The first day on which it no longer holds; null while no end is known. The same as `fromOn` when it was
    /// replaced before it ever held.
    async fn until_on(&self) -> Option<Day> {
        self.0.until_on
    }

    /// What wrote it.
    async fn source(&self) -> AssignmentSource {
        self.0.source.into()
    }

    /// Who wrote it; null when it was not a person.
    async fn written_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.0.written_by_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// Why this person.
    async fn reason(&self) -> &str {
        &self.0.reason
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
        Ok(match self.0.closed_by_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
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

/// Which assignments. Several fields: all must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AssignmentFilter {
    /// By the client as a whole; those for its projects are left out.
    client_id: Option<IdComparator>,
    /// By project; those for its client are left out.
    project_id: Option<IdComparator>,
    /// By who holds them.
    person_id: Option<IdComparator>,
    /// By the role they give.
    role_id: Option<IdComparator>,
}

impl AssignmentFilter {
    fn condition(&self) -> crate::error::Result<Condition> {
        use assignment::Column;
        let terms = [
            (
                "filter.clientId",
                Kind::Client,
                &self.client_id,
                Column::ClientId,
            ),
            (
                "filter.projectId",
                Kind::Project,
                &self.project_id,
                Column::ProjectId,
            ),
            (
                "filter.personId",
                Kind::Person,
                &self.person_id,
                Column::PersonId,
            ),
            ("filter.roleId", Kind::Role, &self.role_id, Column::RoleId),
        ];
        let mut all = Condition::all();
        for (field, kind, id, column) in terms {
            if let Some(id) = id {
                all = all.add(id.on(field, kind, column)?);
            }
        }
        Ok(all)
    }
}

/// Queries about assignments.
#[derive(Default)]
pub struct AssignmentQueries;

#[Object]
impl AssignmentQueries {
    /// Assignments, the latest `fromOn` first: who held, holds and is to hold what.
    #[expect(
        clippy::too_many_arguments,
        reason = "the four of Relay, a filter and a day"
    )]
    async fn assignments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only assignments for which this holds.")] filter: Option<
            AssignmentFilter,
        >,
        #[graphql(
            desc = "Only those in force on this day, past or to come. Without it all are listed: past, present and planned."
        )]
        as_of: Option<Day>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Assignment>> {
        let select = match as_of {
            Some(day) => responsibilities::in_force(day.0),
            None => assignment::Entity::find(),
        };
        let select = select.filter(filter.unwrap_or_default().condition()?);
        let terms = [Term {
            column: assignment::Column::FromOn,
            descending: true,
            folded: false,
        }];
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let id = assignment::Column::Id;
        list(ctx, "assignments", select, &terms, id, &paging, Assignment).await
    }
}

/// Who is to hold what from when, and why.
#[derive(Debug, InputObject)]
pub struct AssignmentSetInput {
    /// Which role.
    role_id: ID,
    /// For what.
    of: ClientOrProjectInput,
    /// Who is to hold it; null: nobody from that day on. Must work here on that day.
    person_id: Option<ID>,
    /// The first day; today by default. Only owners may date it back, over somebody who held it at most 31 days.
    from_on: Option<Day>,
    /// Why, 1 to 2,000 characters. Kept on the assignment that begins and on the one that ends.
    reason: String,
}

/// What came of setting an assignment.
#[derive(Debug, SimpleObject)]
pub struct AssignmentPayload {
    /// The assignment that begins; null when nobody is to hold the role, or when nothing was changed.
    assignment: Option<Assignment>,
    /// The assignment that it ended; null when nobody held the role, or when nothing was changed.
    closed: Option<Assignment>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of assignments.
#[derive(Default)]
pub struct AssignmentMutations;

#[Object]
impl AssignmentMutations {
    /// Gives a role for a client or project to a person, or to nobody, from a day on: until the next change that is
    /// planned, or without an end. Owners, and managers accountable for the client or project.
    async fn assignment_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to hold what from when, and why.")] input: AssignmentSetInput,
    ) -> Result<AssignmentPayload> {
        let changed = async {
            let new = input.read(ctx)?;
            assignments::set(ctx.db(), ctx.caller(), new).await
        };
        let (change, user_errors) = split(changed.await.map_err(below_of))?;
        let (closed, opened) = change.map_or((None, None), |change| (change.closed, change.opened));
        Ok(AssignmentPayload {
            assignment: opened.map(Assignment),
            closed: closed.map(Assignment),
            user_errors,
        })
    }
}

impl AssignmentSetInput {
    fn read(self, ctx: &Context<'_>) -> crate::error::Result<NewAssignment> {
        let person = self.person_id.as_ref();
        Ok(NewAssignment {
            role_id: Kind::Role.parse("roleId", &self.role_id)?,
            target: self.of.read("")?,
            person_id: person
                .map(|id| Kind::Person.parse("personId", id))
                .transpose()?,
            from_on: self
                .from_on
                .map_or_else(|| ctx.caller().today(), |day| day.0),
            reason: self.reason,
        })
    }
}
