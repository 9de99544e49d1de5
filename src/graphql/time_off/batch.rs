//! Several changes of time off at once.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};

use super::{TimeOff, TimeOffCreateInput, TimeOffDeleteInput, TimeOffUpdateInput};
use crate::domain::time_off::{self as absences, TimeOffChange};
use crate::entity::time_off;
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split_batch};

/// One change of time off.
#[derive(Debug, OneofObject)]
pub enum TimeOffChangeInput {
    /// New time off.
    Create(TimeOffCreateInput),
    /// Change time off.
    Update(TimeOffUpdateInput),
    /// Take time off back.
    Delete(TimeOffDeleteInput),
}

/// Which time off to enter, change and take back.
#[derive(Debug, InputObject)]
pub struct TimeOffsChangeInput {
    /// The changes, 1 to 100, made in this order in one transaction. Problems have their place in `field`:
    /// `["items", "3", "update", "endsOn"]`.
    items: Vec<TimeOffChangeInput>,
    /// Says what would come of it, and changes nothing.
    #[graphql(default)]
    dry_run: bool,
}

/// What came of one change of time off.
#[derive(Debug, SimpleObject)]
pub struct TimeOffChangeResult {
    /// The time off as it is then; null when it is deleted or nothing was changed, but for a stale version.
    time_off: Option<TimeOff>,
    /// The id of what is deleted; null when nothing is.
    deleted_id: Option<ID>,
}

/// What came of several changes of time off.
#[derive(Debug, SimpleObject)]
pub struct TimeOffsPayload {
    /// One for each item, in their order, at most 100. In a dry run what it would be: the id of something new names nothing
    /// then, and what is reached from it is as it is now.
    results: Vec<TimeOffChangeResult>,
    /// What the user can mend, of all items; empty when everything was done. Otherwise nothing was changed.
    user_errors: Vec<UserError>,
}

/// Changes of several at once.
#[derive(Default)]
pub struct TimeOffBatchMutations;

#[Object]
impl TimeOffBatchMutations {
    /// Enters, changes and takes back time off, of several people too: all of it or nothing. Owners for everybody, managers for
    /// themselves.
    async fn time_offs_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: TimeOffsChangeInput,
    ) -> Result<TimeOffsPayload> {
        let named: Vec<Named> = input.items.iter().map(Named::of).collect();
        let changes = input
            .items
            .into_iter()
            .map(TimeOffChangeInput::read)
            .collect();
        let done = absences::change_all(ctx.db(), ctx.caller(), changes, input.dry_run).await;
        let ids: Vec<Option<ID>> = named.iter().map(|named| named.id.clone()).collect();
        let (rows, user_errors) = split_batch::<time_off::Entity>(ctx, &ids, done).await?;
        let is_done = user_errors.is_empty();
        let result = |(named, row): (Named, Option<time_off::Model>)| {
            let is_gone = named.is_deleted && is_done;
            TimeOffChangeResult {
                time_off: row.filter(|_| !is_gone).map(TimeOff),
                deleted_id: named.id.filter(|_| is_gone),
            }
        };
        Ok(TimeOffsPayload {
            results: named.into_iter().zip(rows).map(result).collect(),
            user_errors,
        })
    }
}

/// What an item names.
struct Named {
    id: Option<ID>,
    is_deleted: bool,
}

impl Named {
    fn of(item: &TimeOffChangeInput) -> Self {
        let (id, is_deleted) = match item {
            TimeOffChangeInput::Create(_) => (None, false),
            TimeOffChangeInput::Update(input) => (Some(input.id.clone()), false),
            TimeOffChangeInput::Delete(input) => (Some(input.id.clone()), true),
        };
        Self { id, is_deleted }
    }
}

impl TimeOffChangeInput {
    fn read(self) -> crate::error::Result<TimeOffChange> {
        match self {
            Self::Create(input) => match input.read() {
                Ok(new) => Ok(TimeOffChange::Create(new)),
                Err(error) => Err(error.below(&["create"])),
            },
            Self::Update(input) => {
                let expected_version = input.expected_version;
                match input.read() {
                    Ok((id, edit)) => Ok(TimeOffChange::Update {
                        id,
                        expected_version,
                        edit,
                    }),
                    Err(error) => Err(error.below(&["update"])),
                }
            }
            Self::Delete(input) => {
                let id = Kind::TimeOff.parse("delete.id", &input.id)?;
                let expected_version = input.expected_version;
                Ok(TimeOffChange::Delete {
                    id,
                    expected_version,
                })
            }
        }
    }
}
