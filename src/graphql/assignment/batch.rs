//! Several assignments at once.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use super::{Assignment, AssignmentSetInput};
use crate::domain::assignments;
use crate::graphql::client_or_project::below_of;
use crate::graphql::context::Asked;
use crate::graphql::payload::{UserError, split};

/// Which roles to give to whom.
#[derive(Debug, InputObject)]
pub struct AssignmentsSetInput {
    /// Who is to hold what, 1 to 100, set in this order in one transaction. Problems have their place in `field`:
    /// `["items", "3", "personId"]`.
    items: Vec<AssignmentSetInput>,
    /// Says what would come of it, and changes nothing.
    #[graphql(default)]
    dry_run: bool,
}

/// What came of setting one of several assignments.
#[derive(Debug, SimpleObject)]
pub struct AssignmentSetResult {
    /// The assignment that begins; null when nobody is to hold the role, or when nothing was changed.
    assignment: Option<Assignment>,
    /// The assignment that it ended; null when nobody held the role, or when nothing was changed.
    closed: Option<Assignment>,
}

/// What came of setting several assignments.
#[derive(Debug, SimpleObject)]
pub struct AssignmentsPayload {
    /// One for each item, in their order, at most 100. In a dry run what it would be: the id of something new names nothing
    /// then, and what is reached from it is as it is now.
    results: Vec<AssignmentSetResult>,
    /// What the user can mend, of all items; empty when everything was done. Otherwise nothing was changed.
    user_errors: Vec<UserError>,
}

/// Several assignments at once.
#[derive(Default)]
pub struct AssignmentBatchMutations;

#[Object]
impl AssignmentBatchMutations {
    /// Gives roles for clients and projects to people, all of them or none. Owners, and managers accountable for these
    /// clients and projects.
    async fn assignments_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to hold what from when, and why.")] input: AssignmentsSetInput,
    ) -> Result<AssignmentsPayload> {
        let count = input.items.len();
        let read = |item: AssignmentSetInput| item.read(ctx);
        let all = input.items.into_iter().map(read).collect();
        let done = assignments::set_all(ctx.db(), ctx.caller(), all, input.dry_run).await;
        let (changes, user_errors) = split(done.map_err(below_of))?;
        let changes = changes.map_or_else(
            || vec![None; count],
            |changes| changes.into_iter().map(Some).collect(),
        );
        let result = |change: Option<assignments::Change>| {
            let (opened, closed) =
                change.map_or((None, None), |change| (change.opened, change.closed));
            AssignmentSetResult {
                assignment: opened.map(Assignment),
                closed: closed.map(Assignment),
            }
        };
        Ok(AssignmentsPayload {
            results: changes.into_iter().map(result).collect(),
            user_errors,
        })
    }
}
