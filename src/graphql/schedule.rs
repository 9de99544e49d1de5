//! Subscriptions: which mail a person gets when.

use async_graphql::{
    Context, Description, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject,
};

use super::connection::{Connection, Paging};
use super::context::Asked;
use super::enums::EmailKind;
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::the;
use super::payload::{UserError, UserErrorCode, split};
use super::person::Person;
use crate::domain::subscriptions::{self, ScheduleEdit};
use crate::entity::{Day, Moment, person, schedule};

/// Which mail a person gets when.
#[derive(Clone, Debug, Description)]
pub struct Schedule(pub schedule::Model);

#[Object(use_type_description)]
impl Schedule {
    /// The schedule's global id: `sch_…`.
    pub async fn id(&self) -> ID {
        Kind::Schedule.id(self.0.id)
    }

    /// Who gets the mail.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// Which mail.
    async fn kind(&self) -> EmailKind {
        self.0.kind.into()
    }

    /// The local day of the week, 1 (Monday) to 7; null when it may come on any day on which something is due.
    async fn weekday(&self) -> Option<i32> {
        self.0.weekday
    }

    /// The local time, minutes after midnight: 480 is 08:00.
    async fn minute_of_day(&self) -> i32 {
        self.0.minute_of_day
    }

    /// The IANA time zone in which the local time is read: the one set here, else the person's own.
    async fn time_zone(&self, ctx: &Context<'_>) -> Result<String> {
        let person = the::<person::Entity>(ctx, self.0.person_id).await?;
        Ok(subscriptions::effective_zone(&self.0, &person).to_owned())
    }

    /// When it falls due next, UTC. A change of day, time or zone leaves this week's summary, or today's prompt, at the time
    /// it had, where it would be left out by the new one. While paused it falls due as well, and nothing is sent.
    async fn next_due_at(&self) -> Moment {
        self.0.next_due_at
    }

    /// Whether no mail is sent for now: until somebody starts it again, or until `pausedUntil`.
    async fn paused(&self, ctx: &Context<'_>) -> Result<bool> {
        let person = the::<person::Entity>(ctx, self.0.person_id).await?;
        let today = subscriptions::local_today(&self.0, &person, ctx.caller().now)?;
        Ok(subscriptions::is_paused(&self.0, today))
    }

    /// The local day on which a mail that pauses for a while comes again by itself; null when it does not, or has already.
    async fn paused_until(&self, ctx: &Context<'_>) -> Result<Option<Day>> {
        let person = the::<person::Entity>(ctx, self.0.person_id).await?;
        let today = subscriptions::local_today(&self.0, &person, ctx.caller().now)?;
        Ok(self.0.paused_until.filter(|until| today < until.0))
    }

    /// Grows with every change a person makes; give it as `expectedVersion`.
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

/// When a person is to get a mail. What is absent stays, or is Monday 08:00 in the person's own zone at first.
#[derive(Debug, InputObject)]
pub struct ScheduleSetInput {
    /// Who gets the mail.
    person_id: ID,
    /// Which mail.
    kind: EmailKind,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// The local day of the week, 1 (Monday) to 7. Only the weekly capacity summary has one.
    weekday: Option<i32>,
    /// The local time, 0 to 1439 minutes after midnight: 480 is 08:00.
    minute_of_day: Option<i32>,
    /// The IANA time zone in which the local time is read, e.g. `Europe/Berlin`; null: the person's own.
    time_zone: MaybeUndefined<String>,
    /// Whether to send nothing until somebody says otherwise; false also ends a pause until a day.
    paused: Option<bool>,
    /// To send nothing before this local day, on which it comes again by itself: after today, at most 366 days ahead; null:
    /// no such pause.
    paused_until: MaybeUndefined<Day>,
}

/// What came of a change of a schedule.
#[derive(Debug, SimpleObject)]
pub struct SchedulePayload {
    /// The schedule as it is now; null when nothing was changed, but for a stale version.
    schedule: Option<Schedule>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of schedules.
#[derive(Default)]
pub struct ScheduleMutations;

#[Object]
impl ScheduleMutations {
    /// Sets when a person gets a mail; subscribes them to it where they are not. The person, and owners.
    async fn schedule_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When which mail is to come.")] input: ScheduleSetInput,
    ) -> Result<SchedulePayload> {
        let edit = ScheduleEdit {
            weekday: input.weekday,
            minute_of_day: input.minute_of_day,
            time_zone: match input.time_zone {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(name) => Some(Some(name)),
            },
            paused: input.paused,
            paused_until: match input.paused_until {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(day) => Some(Some(day.0)),
            },
        };
        let kind = input.kind.into();
        let set = async {
            let person_id = Kind::Person.parse("personId", &input.person_id)?;
            let (db, caller, expected) = (ctx.db(), ctx.caller(), input.expected_version);
            subscriptions::set(db, caller, person_id, kind, expected, edit).await
        };
        let (row, user_errors) = split(set.await)?;
        let stale = user_errors
            .iter()
            .any(|error| error.code == UserErrorCode::StaleVersion);
        let current = match Kind::Person.parse("personId", &input.person_id) {
            Ok(person_id) if stale => {
                subscriptions::of_kind(&ctx.db().read, person_id, kind).await?
            }
            _ => None,
        };
        Ok(SchedulePayload {
            schedule: row.or(current).map(Schedule),
            user_errors,
        })
    }
}
