//! Several changes of bookings at once.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};

use super::{Booking, BookingCreateInput, BookingDeleteInput, BookingUpdateInput};
use crate::domain::booking_changes::{self, BookingChange};
use crate::entity::booking;
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split_batch};

/// One change of bookings.
#[derive(Debug, OneofObject)]
pub enum BookingChangeInput {
    /// A new booking.
    Create(BookingCreateInput),
    /// Change a booking.
    Update(BookingUpdateInput),
    /// Delete a booking.
    Delete(BookingDeleteInput),
}

/// Which bookings to change.
#[derive(Debug, InputObject)]
pub struct BookingsChangeInput {
    /// The changes, 1 to 100, made in this order in one transaction. Problems have their place in `field`:
    /// `["items", "3", "update", "endsOn"]`.
    items: Vec<BookingChangeInput>,
    /// Says what would come of it, and changes nothing.
    #[graphql(default)]
    dry_run: bool,
}

/// What came of one change of bookings.
#[derive(Debug, SimpleObject)]
pub struct BookingChangeResult {
    /// The booking as it is then; null when it is deleted or nothing was changed, but for a stale version.
    booking: Option<Booking>,
    /// The id of what is deleted; null when nothing is.
    deleted_id: Option<ID>,
}

/// What came of several changes of bookings.
#[derive(Debug, SimpleObject)]
pub struct BookingsPayload {
    /// One for each item, in their order, at most 100. In a dry run what it would be: the id of something new names nothing
    /// then, and what is reached from it is as it is now.
    results: Vec<BookingChangeResult>,
    /// What the user can mend, of all items; empty when everything was done. Otherwise nothing was changed.
    user_errors: Vec<UserError>,
}

/// Changes of several at once.
#[derive(Default)]
pub struct BookingBatchMutations;

#[Object]
impl BookingBatchMutations {
    /// Makes, changes and deletes bookings, all of them or none. Owners, and managers accountable for their projects.
    async fn bookings_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: BookingsChangeInput,
    ) -> Result<BookingsPayload> {
        let named: Vec<Named> = input.items.iter().map(Named::of).collect();
        let changes = input
            .items
            .into_iter()
            .map(BookingChangeInput::read)
            .collect();
        let done =
            booking_changes::change_all(ctx.db(), ctx.caller(), changes, input.dry_run).await;
        let ids: Vec<Option<ID>> = named.iter().map(|named| named.id.clone()).collect();
        let (rows, user_errors) = split_batch::<booking::Entity>(ctx, &ids, done).await?;
        let is_done = user_errors.is_empty();
        let result = |(named, row): (Named, Option<booking::Model>)| {
            let is_gone = named.is_deleted && is_done;
            BookingChangeResult {
                booking: row.filter(|_| !is_gone).map(Booking),
                deleted_id: named.id.filter(|_| is_gone),
            }
        };
        Ok(BookingsPayload {
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
    fn of(item: &BookingChangeInput) -> Self {
        let (id, is_deleted) = match item {
            BookingChangeInput::Create(_) => (None, false),
            BookingChangeInput::Update(input) => (Some(input.id.clone()), false),
            BookingChangeInput::Delete(input) => (Some(input.id.clone()), true),
        };
        Self { id, is_deleted }
    }
}

impl BookingChangeInput {
    fn read(self) -> crate::error::Result<BookingChange> {
        match self {
            Self::Create(input) => match input.read() {
                Ok(new) => Ok(BookingChange::Create(new)),
                Err(error) => Err(error.below(&["create"])),
            },
            Self::Update(input) => {
                let expected_version = input.expected_version;
                match input.read() {
                    Ok((id, edit)) => Ok(BookingChange::Update {
                        id,
                        expected_version,
                        edit,
                    }),
                    Err(error) => Err(error.below(&["update"])),
                }
            }
            Self::Delete(input) => {
                let id = Kind::Booking.parse("delete.id", &input.id)?;
                let expected_version = input.expected_version;
                Ok(BookingChange::Delete {
                    id,
                    expected_version,
                })
            }
        }
    }
}
