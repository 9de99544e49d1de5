//! Who is away when, and who stands in.

mod batch;

use async_graphql::{
    Context, Description, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject,
};
use uuid::Uuid;

use super::connection::{Connection, Paging};
use super::context::Asked;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, split, split_or_current};
use super::person::Person;
use crate::domain::time_off::{self as absences, NewTimeOff, TimeOffEdit};
use crate::entity::{Day, person, time_off};

pub use batch::{
    TimeOffBatchMutations, TimeOffChangeInput, TimeOffChangeResult, TimeOffsChangeInput,
    TimeOffsPayload,
};

/// Days on which a person is away, wholly or for some minutes.
#[derive(Clone, Debug, Description)]
pub struct TimeOff(pub time_off::Model);

#[Object(use_type_description)]
impl TimeOff {
    /// The time off's global id: `off_…`.
    pub async fn id(&self) -> ID {
        Kind::TimeOff.id(self.0.id)
    }

    /// Who is away.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// First day.
    async fn starts_on(&self) -> Day {
        self.0.starts_on
    }

    /// Last day, included.
    async fn ends_on(&self) -> Day {
        self.0.ends_on
    }

    /// Minutes off on each day, 1 to 1440; null: the whole day.
    async fn minutes_per_day(&self) -> Option<i32> {
        self.0.minutes_per_day
    }

    /// Who stands in meanwhile; null: the person's standing delegate.
    async fn delegate(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.delegate_id else {
            return Ok(None);
        };
        Ok(Some(Person(the::<person::Entity>(ctx, id).await?)))
    }

    /// Why, in the person's words; at most 2,000 characters. Private: an error for all but owners and the person.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        ctx.caller().must_read_private_of(self.0.person_id)?;
        Ok(Some(&self.0.note))
    }

    /// Grows with every change; give it as `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// What was changed, the newest first. For owners and managers. Without `note` for those who may not read
    /// it.
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
            of: self.0.person_id,
            columns: &["note"],
        };
        Ok(Some(
            history::without(ctx, self.0.id, private, &paging).await?,
        ))
    }
}

/// What new time off needs.
#[derive(Debug, InputObject)]
pub struct TimeOffCreateInput {
    /// Who is away.
    person_id: ID,
    /// First day.
    starts_on: Day,
    /// Last day, included; at most two years in all.
    ends_on: Day,
    /// Minutes off on each day, 1 to 1440; null: the whole day.
    minutes_per_day: Option<i32>,
    /// Who stands in: somebody else who works here and is not away for whole days meanwhile. Null: the standing delegate.
    delegate_id: Option<ID>,
    /// Why; at most 2,000 characters. Private.
    #[graphql(default)]
    note: String,
}

/// What to change about time off. What is absent stays, null clears.
#[derive(Debug, InputObject)]
pub struct TimeOffUpdateInput {
    /// Which time off.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// First day.
    starts_on: Option<Day>,
    /// Last day, included; at most two years in all.
    ends_on: Option<Day>,
    /// Minutes off on each day, 1 to 1440; null: the whole day.
    minutes_per_day: MaybeUndefined<i32>,
    /// Who stands in: somebody else who works here and is not away for whole days meanwhile. Null: the standing delegate.
    delegate_id: MaybeUndefined<ID>,
    /// Why; at most 2,000 characters. Private.
    note: Option<String>,
}

/// Which time off to delete.
#[derive(Debug, InputObject)]
pub struct TimeOffDeleteInput {
    /// Which time off.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of time off.
#[derive(Debug, SimpleObject)]
pub struct TimeOffPayload {
    /// The time off as it is now, or as it was when it is deleted; null when nothing was changed, but for a stale version.
    time_off: Option<TimeOff>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of time off.
#[derive(Default)]
pub struct TimeOffMutations;

#[Object]
impl TimeOffMutations {
    /// Enters time off. Owners for everybody, managers for themselves. Rows may overlap: no minute is subtracted twice.
    async fn time_off_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is away, and when.")] input: TimeOffCreateInput,
    ) -> Result<TimeOffPayload> {
        let created = async { absences::create(ctx.db(), ctx.caller(), input.read()?).await };
        let (row, user_errors) = split(created.await)?;
        Ok(TimeOffPayload {
            time_off: row.map(TimeOff),
            user_errors,
        })
    }

    /// Changes time off. Owners, and managers their own.
    async fn time_off_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: TimeOffUpdateInput,
    ) -> Result<TimeOffPayload> {
        let (id, expected) = (input.id.clone(), input.expected_version);
        let updated = async {
            let (id, edit) = input.read()?;
            absences::update(ctx.db(), ctx.caller(), id, expected, edit).await
        };
        payload(ctx, &id, updated.await).await
    }

    /// Takes time off back. Owners, and managers their own.
    async fn time_off_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which time off.")] input: TimeOffDeleteInput,
    ) -> Result<TimeOffPayload> {
        let deleted = async {
            let id = Kind::TimeOff.parse("id", &input.id)?;
            absences::delete(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, deleted.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<time_off::Model>,
) -> Result<TimeOffPayload> {
    let (row, user_errors) = split_or_current::<time_off::Entity>(ctx, id, changed).await?;
    Ok(TimeOffPayload {
        time_off: row.map(TimeOff),
        user_errors,
    })
}

impl TimeOffCreateInput {
    fn read(self) -> crate::error::Result<NewTimeOff> {
        let delegate = self.delegate_id.as_ref();
        Ok(NewTimeOff {
            person_id: Kind::Person.parse("personId", &self.person_id)?,
            starts_on: self.starts_on.0,
            ends_on: self.ends_on.0,
            minutes_per_day: self.minutes_per_day,
            delegate_id: delegate
                .map(|id| Kind::Person.parse("delegateId", id))
                .transpose()?,
            note: self.note,
        })
    }
}

impl TimeOffUpdateInput {
    fn read(self) -> crate::error::Result<(Uuid, TimeOffEdit)> {
        let id = Kind::TimeOff.parse("id", &self.id)?;
        let delegate = self
            .delegate_id
            .map_value(|id| Kind::Person.parse("delegateId", &id));
        let edit = TimeOffEdit {
            starts_on: self.starts_on.map(|day| day.0),
            ends_on: self.ends_on.map(|day| day.0),
            minutes_per_day: self.minutes_per_day.into(),
            delegate_id: delegate.transpose()?.into(),
            note: self.note,
        };
        Ok((id, edit))
    }
}
