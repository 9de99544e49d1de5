//! Holiday calendars and the days in them.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};

use super::connection::{Connection, Paging};
use super::context::Asked;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_parent, the};
use super::payload::{UserError, split, split_or_current};
use crate::domain::holidays::{self, HolidayEdit, NewHoliday};
use crate::entity::{Day, holiday, holiday_calendar};

/// A named set of holidays that people share: a country, a region, an office.
#[derive(Clone, Debug, Description)]
pub struct HolidayCalendar(pub holiday_calendar::Model);

#[Object(use_type_description)]
impl HolidayCalendar {
    /// The calendar's global id: `cal_…`.
    pub async fn id(&self) -> ID {
        Kind::HolidayCalendar.id(self.0.id)
    }

    /// What it is called; unique whatever the case. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its holidays, earliest first.
    async fn holidays(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only on this day or later.")] from_on: Option<Day>,
        #[graphql(desc = "Only on this day or earlier.")] to_on: Option<Day>,
    ) -> Result<Vec<Holiday>> {
        let column = holiday::Column::CalendarId;
        let mut rows = by_parent::<holiday::Entity>(ctx, column, self.0.id).await?;
        rows.retain(|row| {
            from_on.is_none_or(|day| row.observed_on >= day)
                && to_on.is_none_or(|day| row.observed_on <= day)
        });
        rows.sort_by_key(|row| row.observed_on);
        Ok(rows.into_iter().map(Holiday).collect())
    }

    /// Grows when it is renamed; give it as `expectedVersion`.
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

/// A day, or a part of one, on which a calendar's people do not work.
#[derive(Clone, Debug, Description)]
pub struct Holiday(pub holiday::Model);

#[Object(use_type_description)]
impl Holiday {
    /// The holiday's global id: `hol_…`.
    pub async fn id(&self) -> ID {
        Kind::Holiday.id(self.0.id)
    }

    /// The calendar it belongs to.
    async fn calendar(&self, ctx: &Context<'_>) -> Result<HolidayCalendar> {
        let calendar = the::<holiday_calendar::Entity>(ctx, self.0.calendar_id).await?;
        Ok(HolidayCalendar(calendar))
    }

    /// The day it is observed on; a calendar has one holiday a day.
    async fn observed_on(&self) -> Day {
        self.0.observed_on
    }

    /// What is celebrated. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How much of the working day is off in basis points, 1 to 10000: 10000 the whole day, 5000 half of it.
    async fn off_bp(&self) -> i32 {
        self.0.off_bp
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

/// Queries about holidays.
#[derive(Default)]
pub struct HolidayQueries;

#[Object]
impl HolidayQueries {
    /// Every holiday calendar, by name; 200 at most.
    async fn holiday_calendars(&self, ctx: &Context<'_>) -> Result<Vec<HolidayCalendar>> {
        let rows = holidays::calendars(&ctx.db().read).await?;
        Ok(rows.into_iter().map(HolidayCalendar).collect())
    }
}

/// What a new holiday calendar needs.
#[derive(Debug, InputObject)]
pub struct HolidayCalendarCreateInput {
    /// What it is called; unique whatever the case. 1 to 200 characters.
    name: String,
}

/// What to change about a holiday calendar. What is absent stays.
#[derive(Debug, InputObject)]
pub struct HolidayCalendarUpdateInput {
    /// Which calendar.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What it is called; unique whatever the case. 1 to 200 characters.
    name: Option<String>,
}

/// What came of a change of a holiday calendar.
#[derive(Debug, SimpleObject)]
pub struct HolidayCalendarPayload {
    /// The calendar as it is now; null when nothing was changed, but for a stale version.
    holiday_calendar: Option<HolidayCalendar>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// What a new holiday needs.
#[derive(Debug, InputObject)]
pub struct HolidayCreateInput {
    /// The calendar it belongs to.
    calendar_id: ID,
    /// The day it is observed on; a calendar has one holiday a day.
    observed_on: Day,
    /// What is celebrated, 1 to 200 characters.
    name: String,
    /// How much of the working day is off in basis points, 1 to 10000: 10000 the whole day, 5000 half of it.
    #[graphql(default = 10000)]
    off_bp: i32,
}

/// What to change about a holiday. What is absent stays.
#[derive(Debug, InputObject)]
pub struct HolidayUpdateInput {
    /// Which holiday.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// The day it is observed on; a calendar has one holiday a day.
    observed_on: Option<Day>,
    /// What is celebrated, 1 to 200 characters.
    name: Option<String>,
    /// How much of the working day is off in basis points, 1 to 10000: 10000 the whole day, 5000 half of it.
    off_bp: Option<i32>,
}

/// Which holiday to delete.
#[derive(Debug, InputObject)]
pub struct HolidayDeleteInput {
    /// Which holiday.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a holiday.
#[derive(Debug, SimpleObject)]
pub struct HolidayPayload {
    /// The holiday as it is now, or as it was when it is deleted; null when nothing was changed, but for a stale version.
    holiday: Option<Holiday>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of holiday calendars and holidays.
#[derive(Default)]
pub struct HolidayMutations;

#[Object]
impl HolidayMutations {
    /// Creates an empty holiday calendar. Owners only; at most 200 of them.
    async fn holiday_calendar_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the calendar needs.")] input: HolidayCalendarCreateInput,
    ) -> Result<HolidayCalendarPayload> {
        let created = holidays::create_calendar(ctx.db(), ctx.caller(), input.name).await;
        let (row, user_errors) = split(created)?;
        Ok(HolidayCalendarPayload {
            holiday_calendar: row.map(HolidayCalendar),
            user_errors,
        })
    }

    /// Renames a holiday calendar. Owners only.
    async fn holiday_calendar_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: HolidayCalendarUpdateInput,
    ) -> Result<HolidayCalendarPayload> {
        let updated = async {
            let id = Kind::HolidayCalendar.parse("id", &input.id)?;
            let expected = input.expected_version;
            holidays::update_calendar(ctx.db(), ctx.caller(), id, expected, input.name).await
        };
        let (row, user_errors) =
            split_or_current::<holiday_calendar::Entity>(ctx, &input.id, updated.await).await?;
        Ok(HolidayCalendarPayload {
            holiday_calendar: row.map(HolidayCalendar),
            user_errors,
        })
    }

    /// Adds a holiday to a calendar. Owners only.
    async fn holiday_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the holiday needs.")] input: HolidayCreateInput,
    ) -> Result<HolidayPayload> {
        let created = async {
            let new = NewHoliday {
                calendar_id: Kind::HolidayCalendar.parse("calendarId", &input.calendar_id)?,
                observed_on: input.observed_on.0,
                name: input.name,
                off_bp: input.off_bp,
            };
            holidays::create(ctx.db(), ctx.caller(), new).await
        };
        let (row, user_errors) = split(created.await)?;
        Ok(HolidayPayload {
            holiday: row.map(Holiday),
            user_errors,
        })
    }

    /// Changes a holiday. Owners only.
    async fn holiday_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: HolidayUpdateInput,
    ) -> Result<HolidayPayload> {
        let updated = async {
            let id = Kind::Holiday.parse("id", &input.id)?;
            let edit = HolidayEdit {
                observed_on: input.observed_on.map(|day| day.0),
                name: input.name,
                off_bp: input.off_bp,
            };
            holidays::update(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Takes a holiday out of its calendar. Owners only.
    async fn holiday_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which holiday.")] input: HolidayDeleteInput,
    ) -> Result<HolidayPayload> {
        let deleted = async {
            let id = Kind::Holiday.parse("id", &input.id)?;
            holidays::delete(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, deleted.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<holiday::Model>,
) -> Result<HolidayPayload> {
    let (row, user_errors) = split_or_current::<holiday::Entity>(ctx, id, changed).await?;
    Ok(HolidayPayload {
        holiday: row.map(Holiday),
        user_errors,
    })
}
