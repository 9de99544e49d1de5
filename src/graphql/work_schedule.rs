//! The hours people work.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};

use super::connection::{Connection, Paging};
use super::context::Asked;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, UserErrorCode, split, split_or_current};
use super::person::Person;
use crate::domain::work_schedules::{self, NewWorkSchedule};
use crate::entity::{Day, person, work_schedule};

/// The hours a person works, from a day on until the day of their next schedule.
#[derive(Clone, Debug, Description)]
pub struct WorkSchedule(pub work_schedule::Model);

#[Object(use_type_description)]
impl WorkSchedule {
    /// The schedule's global id: `wsc_…`.
    pub async fn id(&self) -> ID {
        Kind::WorkSchedule.id(self.0.id)
    }

    /// Whose hours.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// The first day it holds.
    async fn effective_from(&self) -> Day {
        self.0.effective_from
    }

    /// Minutes worked on a Monday, 0 to 1440.
    async fn monday_minutes(&self) -> i32 {
        self.0.monday_minutes
    }

    /// Minutes worked on a Tuesday, 0 to 1440.
    async fn tuesday_minutes(&self) -> i32 {
        self.0.tuesday_minutes
    }

    /// Minutes worked on a Wednesday, 0 to 1440.
    async fn wednesday_minutes(&self) -> i32 {
        self.0.wednesday_minutes
    }

    /// Minutes worked on a Thursday, 0 to 1440.
    async fn thursday_minutes(&self) -> i32 {
        self.0.thursday_minutes
    }

    /// Minutes worked on a Friday, 0 to 1440.
    async fn friday_minutes(&self) -> i32 {
        self.0.friday_minutes
    }

    /// Minutes worked on a Saturday, 0 to 1440.
    async fn saturday_minutes(&self) -> i32 {
        self.0.saturday_minutes
    }

    /// Minutes worked on a Sunday, 0 to 1440.
    async fn sunday_minutes(&self) -> i32 {
        self.0.sunday_minutes
    }

    /// The availability factor in basis points, 0 to 10000: the share of time free for client work, 8000 for 80 %.
    async fn factor_bp(&self) -> i32 {
        self.0.factor_bp
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

/// The hours of a person from a day on. A schedule that starts on the same day is replaced.
#[derive(Debug, InputObject)]
pub struct WorkScheduleSetInput {
    /// Whose hours.
    person_id: ID,
    /// The first day they hold.
    effective_from: Day,
    /// The version you read of the schedule that starts on this day; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Minutes worked on a Monday, 0 to 1440.
    monday_minutes: i32,
    /// Minutes worked on a Tuesday, 0 to 1440.
    tuesday_minutes: i32,
    /// Minutes worked on a Wednesday, 0 to 1440.
    wednesday_minutes: i32,
    /// Minutes worked on a Thursday, 0 to 1440.
    thursday_minutes: i32,
    /// Minutes worked on a Friday, 0 to 1440.
    friday_minutes: i32,
    /// Minutes worked on a Saturday, 0 to 1440.
    saturday_minutes: i32,
    /// Minutes worked on a Sunday, 0 to 1440.
    sunday_minutes: i32,
    /// The availability factor in basis points, 0 to 10000: the share of time free for client work, 8000 for 80 %.
    factor_bp: i32,
}

/// Which schedule to delete.
#[derive(Debug, InputObject)]
pub struct WorkScheduleDeleteInput {
    /// Which schedule.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a work schedule.
#[derive(Debug, SimpleObject)]
pub struct WorkSchedulePayload {
    /// The schedule as it is now, or as it was when it is deleted; null when nothing was changed, but for a stale version.
    work_schedule: Option<WorkSchedule>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of work schedules.
#[derive(Default)]
pub struct WorkScheduleMutations;

#[Object]
impl WorkScheduleMutations {
    /// Sets the hours a person works from a day on. Owners only.
    async fn work_schedule_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose hours, from when, and how many.")] input: WorkScheduleSetInput,
    ) -> Result<WorkSchedulePayload> {
        let set = async {
            let new = input.to_domain()?;
            work_schedules::set(ctx.db(), ctx.caller(), input.expected_version, new).await
        };
        let (row, user_errors) = split(set.await)?;
        let stale = user_errors
            .iter()
            .any(|error| error.code == UserErrorCode::StaleVersion);
        let row = if stale {
            let of_day = input.to_domain()?;
            work_schedules::of_day(&ctx.db().read, of_day.person_id, of_day.effective_from).await?
        } else {
            row
        };
        Ok(WorkSchedulePayload {
            work_schedule: row.map(WorkSchedule),
            user_errors,
        })
    }

    /// Deletes a schedule: the one before it holds on. Owners only.
    async fn work_schedule_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which schedule.")] input: WorkScheduleDeleteInput,
    ) -> Result<WorkSchedulePayload> {
        let deleted = async {
            let id = Kind::WorkSchedule.parse("id", &input.id)?;
            work_schedules::delete(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        let (row, user_errors) =
            split_or_current::<work_schedule::Entity>(ctx, &input.id, deleted.await).await?;
        Ok(WorkSchedulePayload {
            work_schedule: row.map(WorkSchedule),
            user_errors,
        })
    }
}

impl WorkScheduleSetInput {
    fn to_domain(&self) -> crate::error::Result<NewWorkSchedule> {
        Ok(NewWorkSchedule {
            person_id: Kind::Person.parse("personId", &self.person_id)?,
            effective_from: self.effective_from.0,
            minutes: [
                self.monday_minutes,
                self.tuesday_minutes,
                self.wednesday_minutes,
                self.thursday_minutes,
                self.friday_minutes,
                self.saturday_minutes,
                self.sunday_minutes,
            ],
            factor_bp: self.factor_bp,
        })
    }
}
