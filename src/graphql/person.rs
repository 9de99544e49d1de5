//! The people of the agency.

mod filter;
mod mutations;

use async_graphql::{Context, Description, ID, Object, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::book::{Book, book_of};
use super::capacity::{Capacity, capacity_of};
use super::connection::{Connection, Paging, list};
use super::context::Asked;
use super::enums::{Access, OrderDirection, Side};
use super::history::{self, Change};
use super::holiday::HolidayCalendar;
use super::id::Kind;
use super::loaders::{by_id, by_parent, the};
use super::relationship::{self, Relationship};
use super::schedule::Schedule;
use super::skill::PersonSkill;
use super::time_off::TimeOff;
use super::work_schedule::WorkSchedule;
use crate::entity::{
    Day, Moment, holiday_calendar, person, person_skill, schedule, time_off, work_schedule,
};
use crate::error::Error;

pub use filter::{PersonFilter, PersonOrder, PersonOrderField};
pub use mutations::{
    PersonArchiveInput, PersonCreateInput, PersonMutations, PersonPayload, PersonUpdateInput,
};

/// Someone who works at the agency, or did.
#[derive(Clone, Debug, Description)]
pub struct Person(pub person::Model);

#[Object(use_type_description)]
impl Person {
    /// The person's global id: `per_…`.
    pub async fn id(&self) -> ID {
        Kind::Person.id(self.0.id)
    }

    /// Full name. At most 200 characters.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where mails go; unique whatever the case.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Where the person's days begin and end: an IANA name such as `Europe/London`.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// What the person may do here; null for those who cannot sign in.
    async fn access(&self) -> Option<Access> {
        self.0.access.map(Access::from)
    }

    /// The side the person would rather work on; null when not set. Private: an error for all but owners and the person.
    async fn preference(&self, ctx: &Context<'_>) -> Result<Option<Side>> {
        ctx.caller().must_read_private_of(self.0.id)?;
        Ok(self.0.preference.map(Side::from))
    }

    /// Whose holidays apply; null when none do.
    async fn holiday_calendar(&self, ctx: &Context<'_>) -> Result<Option<HolidayCalendar>> {
        let Some(id) = self.0.holiday_calendar_id else {
            return Ok(None);
        };
        let calendar = the::<holiday_calendar::Entity>(ctx, id).await?;
        Ok(Some(HolidayCalendar(calendar)))
    }

    /// Who stands in when time off names nobody; null when nobody is set.
    async fn standing_delegate(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.standing_delegate_id else {
            return Ok(None);
        };
        Ok(Some(Person(the::<person::Entity>(ctx, id).await?)))
    }

    /// First working day.
    async fn employed_from(&self) -> Day {
        self.0.employed_from
    }

    /// Last working day, included; null while none is known.
    async fn employed_until(&self) -> Option<Day> {
        self.0.employed_until
    }

    /// The hours the person works, earliest first: each row holds until the next one's day. An error for members who
    /// ask it of others.
    async fn work_schedules(&self, ctx: &Context<'_>) -> Result<Option<Vec<WorkSchedule>>> {
        ctx.caller().must_read_work_of(self.0.id)?;
        let column = work_schedule::Column::PersonId;
        let mut rows = by_parent::<work_schedule::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| row.effective_from);
        Ok(Some(rows.into_iter().map(WorkSchedule).collect()))
    }

    /// When the person is away, earliest first; rows may overlap. An error for members who ask it of others.
    async fn time_off(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what ends on this day or later.")] from_on: Option<Day>,
        #[graphql(desc = "Only what starts on this day or earlier.")] to_on: Option<Day>,
    ) -> Result<Option<Vec<TimeOff>>> {
        ctx.caller().must_read_work_of(self.0.id)?;
        let column = time_off::Column::PersonId;
        let mut rows = by_parent::<time_off::Entity>(ctx, column, self.0.id).await?;
        rows.retain(|row| {
            from_on.is_none_or(|day| row.ends_on >= day)
                && to_on.is_none_or(|day| row.starts_on <= day)
        });
        rows.sort_by_key(|row| (row.starts_on, row.ends_on, row.id));
        Ok(Some(rows.into_iter().map(TimeOff).collect()))
    }

    /// What the person can do, the best first.
    async fn skills(&self, ctx: &Context<'_>) -> Result<Vec<PersonSkill>> {
        let column = person_skill::Column::PersonId;
        let mut rows = by_parent::<person_skill::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| (-row.level, row.skill_id));
        Ok(rows.into_iter().map(PersonSkill).collect())
    }

    /// The person's capacity, week by week. An error for members who
    /// ask it of others.
    async fn capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first week, e.g. `2026-W48`; the current one by default.")]
        from: Option<String>,
        #[graphql(desc = "How many weeks, 1 to 53.", default = 4)] weeks: i32,
    ) -> Result<Option<Vec<Capacity>>> {
        ctx.caller().must_read_work_of(self.0.id)?;
        capacity_of(ctx, self.0.id, from, weeks).await.map(Some)
    }

    /// All that the person is accountable for today. An error for members who
    /// ask it of others.
    async fn book(&self, ctx: &Context<'_>) -> Result<Option<Book>> {
        ctx.caller().must_read_work_of(self.0.id)?;
        book_of(ctx, self.0.id).await.map(Some)
    }

    /// The clients that the person has to do with and how well they know them today, the strongest first. An error for
    /// members who ask it of others.
    async fn relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Relationship>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        relationship::of_person(ctx, self.0.id, &paging)
            .await
            .map(Some)
    }

    /// Which mails the person gets when. An error for members who
    /// ask it of others.
    async fn schedules(&self, ctx: &Context<'_>) -> Result<Option<Vec<Schedule>>> {
        ctx.caller().must_read_work_of(self.0.id)?;
        let column = schedule::Column::PersonId;
        let mut rows = by_parent::<schedule::Entity>(ctx, column, self.0.id).await?;
        rows.sort_by_key(|row| row.kind);
        Ok(Some(rows.into_iter().map(Schedule).collect()))
    }

    /// Grows with every change; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// What was changed, the newest first. For owners and managers. Without `preference`
    /// for those who may not read it.
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
        let private = history::Private {
            of: self.0.id,
            columns: &["preference"],
        };
        Ok(Some(
            history::without(ctx, self.0.id, private, &paging).await?,
        ))
    }

    /// When the entry was created.
    async fn created_at(&self) -> Moment {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> Moment {
        self.0.updated_at
    }

    /// When the person was archived; null while they are on the lists.
    async fn archived_at(&self) -> Option<Moment> {
        self.0.archived_at
    }
}

/// Queries about people.
#[derive(Default)]
pub struct PersonQueries;

#[Object]
impl PersonQueries {
    /// The person who asks.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Person> {
        let id = ctx.caller().person_id.ok_or(Error::Unauthenticated)?;
        Ok(Person(the::<person::Entity>(ctx, id).await?))
    }

    /// The person with this id; null when there is none.
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A person's global id: `per_…`.")] id: ID,
    ) -> Result<Option<Person>> {
        let id = Kind::Person.named(&id)?;
        Ok(by_id::<person::Entity>(ctx, id).await?.map(Person))
    }

    /// The agency's people; archived ones only when the filter asks for them. By name unless ordered otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "the four of Relay, a filter and an order"
    )]
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only people for whom this holds.")] filter: Option<PersonFilter>,
        #[graphql(
            desc = "By what to order; the first term weighs most. At most 3.",
            validator(max_items = 3)
        )]
        order_by: Option<Vec<PersonOrder>>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Person>> {
        let filter = filter.unwrap_or_default();
        let mut select = person::Entity::find().filter(filter.condition()?);
        if filter.archived.is_none() {
            select = select.filter(person::Column::ArchivedAt.is_null());
        }
        let order = order_by.unwrap_or_else(|| {
            vec![PersonOrder {
                field: PersonOrderField::Name,
                direction: OrderDirection::Asc,
            }]
        });
        let terms: Vec<_> = order.iter().map(PersonOrder::term).collect();
        let name = format!("people {order:?}");
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let id = person::Column::Id;
        list(ctx, &name, select, &terms, id, &paging, Person).await
    }
}
