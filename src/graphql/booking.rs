//! Bookings.

mod batch;

use async_graphql::{
    Context, Description, Enum, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject,
};
use uuid::Uuid;

use super::connection::{Connection, Paging};
use super::context::Asked;
use super::enums::BookingMethod;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, split, split_or_current};
use super::person::Person;
use super::project::Project;
use crate::domain::booking_changes::{self, BookingEdit, NewBooking};
use crate::entity::{Day, booking, person, project};

pub use batch::{
    BookingBatchMutations, BookingChangeInput, BookingChangeResult, BookingsChangeInput,
    BookingsPayload,
};

/// Minutes of a person reserved on a project. Owners and managers see all, members their own.
#[derive(Clone, Debug, Description)]
pub struct Booking(pub booking::Model);

/// How sure a booking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BookingStatus {
    /// It will happen.
    Confirmed,
    /// It happens with `probabilityBp`.
    Tentative,
}

#[Object(use_type_description)]
impl Booking {
    /// The booking's global id: `bok_…`.
    pub async fn id(&self) -> ID {
        Kind::Booking.id(self.0.id)
    }

    /// Whose time.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// For what.
    async fn project(&self, ctx: &Context<'_>) -> Result<Project> {
        Ok(Project(
            the::<project::Entity>(ctx, self.0.project_id).await?,
        ))
    }

    /// First day.
    async fn starts_on(&self) -> Day {
        self.0.starts_on
    }

    /// Last day, included.
    async fn ends_on(&self) -> Day {
        self.0.ends_on
    }

    /// How `value` is to be read.
    async fn method(&self) -> BookingMethod {
        self.0.method.into()
    }

    /// PER_DAY: minutes of each day with availability. PERCENT: basis points of availability. TOTAL: minutes in all.
    async fn value(&self) -> i64 {
        self.0.value
    }

    /// How sure it is.
    async fn status(&self) -> BookingStatus {
        match self.0.probability_bp {
            None => BookingStatus::Confirmed,
            Some(_) => BookingStatus::Tentative,
        }
    }

    /// How likely a TENTATIVE booking is, 0 to 10000 basis points; null when it is CONFIRMED.
    async fn probability_bp(&self) -> Option<i32> {
        self.0.probability_bp
    }

    /// What for; empty when nothing was noted.
    async fn note(&self) -> &str {
        &self.0.note
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
}

/// What a new booking needs.
#[derive(Debug, InputObject)]
pub struct BookingCreateInput {
    /// Whose time; must work here on all its days.
    person_id: ID,
    /// For what; a project that is PROPOSED, ACTIVE or BACK_BURNER.
    project_id: ID,
    /// First day.
    starts_on: Day,
    /// Last day, included; less than two years after the first.
    ends_on: Day,
    /// How `value` is to be read.
    method: BookingMethod,
    /// PER_DAY: minutes a day, 1 to 1440. PERCENT: basis points of availability, 1 to 10000. TOTAL: minutes in all, 1 to
    /// 1000000.
    value: i64,
    /// How likely it is, 0 to 10000 basis points: then it is TENTATIVE, without it CONFIRMED.
    probability_bp: Option<i32>,
    /// What for; at most 2,000 characters.
    #[graphql(default)]
    note: String,
}

/// What to change about a booking. What is absent stays, null clears.
#[derive(Debug, InputObject)]
pub struct BookingUpdateInput {
    /// Which booking.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// First day.
    starts_on: Option<Day>,
    /// Last day, included; less than two years after the first.
    ends_on: Option<Day>,
    /// How `value` is to be read.
    method: Option<BookingMethod>,
    /// PER_DAY: minutes a day, 1 to 1440. PERCENT: basis points of availability, 1 to 10000. TOTAL: minutes in all, 1 to
    /// 1000000.
    value: Option<i64>,
    /// How likely it is, 0 to 10000 basis points: TENTATIVE; null: CONFIRMED.
    probability_bp: MaybeUndefined<i32>,
    /// What for; at most 2,000 characters.
    note: Option<String>,
}

/// Which booking to delete.
#[derive(Debug, InputObject)]
pub struct BookingDeleteInput {
    /// Which booking.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a booking.
#[derive(Debug, SimpleObject)]
pub struct BookingPayload {
    /// The booking as it is now; null when nothing was changed, but for a stale version.
    booking: Option<Booking>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What came of deleting a booking.
#[derive(Debug, SimpleObject)]
pub struct BookingDeletePayload {
    /// The id of what is gone; null when nothing was deleted.
    deleted_id: Option<ID>,
    /// With a stale version the booking as it is now; null otherwise.
    booking: Option<Booking>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of bookings.
#[derive(Default)]
pub struct BookingMutations;

#[Object]
impl BookingMutations {
    /// Books somebody on a project. Owners, and managers accountable for the project.
    async fn booking_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the booking needs.")] input: BookingCreateInput,
    ) -> Result<BookingPayload> {
        let created =
            async { booking_changes::create(ctx.db(), ctx.caller(), input.read()?).await };
        let (row, user_errors) = split(created.await)?;
        Ok(BookingPayload {
            booking: row.map(Booking),
            user_errors,
        })
    }

    /// Changes a booking of an open project. Owners, and managers accountable for the project.
    async fn booking_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: BookingUpdateInput,
    ) -> Result<BookingPayload> {
        let (id, expected) = (input.id.clone(), input.expected_version);
        let updated = async {
            let (id, edit) = input.read()?;
            booking_changes::update(ctx.db(), ctx.caller(), id, expected, edit).await
        };
        let (row, user_errors) =
            split_or_current::<booking::Entity>(ctx, &id, updated.await).await?;
        Ok(BookingPayload {
            booking: row.map(Booking),
            user_errors,
        })
    }

    /// Deletes a booking; its history stays. Owners, and managers accountable for the project.
    async fn booking_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which booking.")] input: BookingDeleteInput,
    ) -> Result<BookingDeletePayload> {
        let deleted = async {
            let id = Kind::Booking.parse("id", &input.id)?;
            booking_changes::delete(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        let (row, user_errors) =
            split_or_current::<booking::Entity>(ctx, &input.id, deleted.await).await?;
        let done = user_errors.is_empty();
        Ok(BookingDeletePayload {
            deleted_id: done.then_some(input.id),
            booking: row.filter(|_| !done).map(Booking),
            user_errors,
        })
    }
}

impl BookingCreateInput {
    fn read(self) -> crate::error::Result<NewBooking> {
        Ok(NewBooking {
            person_id: Kind::Person.parse("personId", &self.person_id)?,
            project_id: Kind::Project.parse("projectId", &self.project_id)?,
            starts_on: self.starts_on.0,
            ends_on: self.ends_on.0,
            method: self.method.into(),
            value: self.value,
            probability_bp: self.probability_bp,
            note: self.note,
        })
    }
}

impl BookingUpdateInput {
    fn read(self) -> crate::error::Result<(Uuid, BookingEdit)> {
        let edit = BookingEdit {
            starts_on: self.starts_on.map(|day| day.0),
            ends_on: self.ends_on.map(|day| day.0),
            method: self.method.map(Into::into),
            value: self.value,
            probability_bp: self.probability_bp.into(),
            note: self.note,
        };
        Ok((Kind::Booking.parse("id", &self.id)?, edit))
    }
}
