//! Taking people on, changing their entries and letting them go.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::Person;
use crate::domain::people::{self, NewPerson, PersonEdit};
use crate::entity::{self, Day, person};
use crate::graphql::context::Asked;
use crate::graphql::enums::{Access, Side};
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split, split_or_current};

/// What a new person needs.
#[derive(Debug, InputObject)]
pub struct PersonCreateInput {
    /// Full name, 1 to 200 characters.
    name: String,
    /// Where mails go; unique whatever the case.
    email: String,
    /// An IANA name such as `Europe/London`.
    time_zone: String,
    /// What the person may do here; null: no sign-in.
    access: Option<Access>,
    /// The side the person would rather work on; private.
    preference: Option<Side>,
    /// Whose holidays apply.
    holiday_calendar_id: Option<ID>,
    /// Who stands in when time off names nobody: somebody else who works here.
    standing_delegate_id: Option<ID>,
    /// First working day; today by default.
    employed_from: Option<Day>,
    /// Last working day, included, when it is known already.
    employed_until: Option<Day>,
}

/// What to change about a person. What is absent stays, null clears. Of their own entry, people who are not owners may
/// change `timeZone`, `preference` and `standingDelegateId`.
#[derive(Debug, InputObject)]
pub struct PersonUpdateInput {
    /// Which person.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Full name, 1 to 200 characters.
    name: Option<String>,
    /// Where mails go; unique whatever the case.
    email: Option<String>,
    /// An IANA name such as `Europe/London`.
    time_zone: Option<String>,
    /// What the person may do here; null: no sign-in. The last owner cannot give it up.
    access: MaybeUndefined<Access>,
    /// The side the person would rather work on; private; null clears.
    preference: MaybeUndefined<Side>,
    /// Whose holidays apply; null: none do.
    holiday_calendar_id: MaybeUndefined<ID>,
    /// Who stands in when time off names nobody: somebody else who works here; null clears.
    standing_delegate_id: MaybeUndefined<ID>,
    /// First working day.
    employed_from: Option<Day>,
    /// Last working day, included; null: they stay. Refused while they hold assignments after it.
    employed_until: MaybeUndefined<Day>,
}

/// Which person to archive.
#[derive(Debug, InputObject)]
pub struct PersonArchiveInput {
    /// Which person.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a person.
#[derive(Debug, SimpleObject)]
pub struct PersonPayload {
    /// The person as they are now; null when nothing was changed, but for a stale version.
    pub(crate) person: Option<Person>,
    /// What the user can mend; empty when it was done.
    pub(crate) user_errors: Vec<UserError>,
}

/// Changes of people.
#[derive(Default)]
pub struct PersonMutations;

#[Object]
impl PersonMutations {
    /// Takes a person on. Owners only.
    async fn person_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the person needs.")] input: PersonCreateInput,
    ) -> Result<PersonPayload> {
        let created = async {
            let new = input.into_domain(ctx)?;
            people::create(ctx.db(), ctx.caller(), new).await
        };
        let (row, user_errors) = split(created.await)?;
        Ok(PersonPayload {
            person: row.map(Person),
            user_errors,
        })
    }

    /// Changes a person. Owners; of their own entry, everybody some of it.
    async fn person_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: PersonUpdateInput,
    ) -> Result<PersonPayload> {
        let id = input.id.clone();
        let updated = async {
            let person = Kind::Person.parse("id", &input.id)?;
            let expected = input.expected_version;
            let edit = input.into_domain()?;
            people::update(ctx.db(), ctx.caller(), person, expected, edit).await
        };
        payload(ctx, &id, updated.await).await
    }

    /// Takes a person off the lists, on their last day or later. Owners only.
    async fn person_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which person.")] input: PersonArchiveInput,
    ) -> Result<PersonPayload> {
        let archived = async {
            let id = Kind::Person.parse("id", &input.id)?;
            people::archive(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, archived.await).await
    }
}

impl PersonCreateInput {
    fn into_domain(self, ctx: &Context<'_>) -> crate::error::Result<NewPerson> {
        let from = self.employed_from.map(|day| day.0);
        let named = |kind: Kind, field: &str, id: Option<ID>| {
            id.map(|id| kind.parse(field, &id)).transpose()
        };
        Ok(NewPerson {
            holiday_calendar_id: named(
                Kind::HolidayCalendar,
                "holidayCalendarId",
                self.holiday_calendar_id,
            )?,
            standing_delegate_id: named(
                Kind::Person,
                "standingDelegateId",
                self.standing_delegate_id,
            )?,
            name: self.name,
            email: self.email,
            time_zone: self.time_zone,
            access: self.access.map(entity::Access::from),
            preference: self.preference.map(entity::Side::from),
            employed_from: from.unwrap_or_else(|| ctx.caller().today()),
            employed_until: self.employed_until.map(|day| day.0),
        })
    }
}

impl PersonUpdateInput {
    fn into_domain(self) -> crate::error::Result<PersonEdit> {
        let named = |kind: Kind, field: &str, id: MaybeUndefined<ID>| {
            id.map_value(|id| kind.parse(field, &id)).transpose()
        };
        Ok(PersonEdit {
            holiday_calendar_id: named(
                Kind::HolidayCalendar,
                "holidayCalendarId",
                self.holiday_calendar_id,
            )?
            .into(),
            standing_delegate_id: named(
                Kind::Person,
                "standingDelegateId",
                self.standing_delegate_id,
            )?
            .into(),
            name: self.name,
            email: self.email,
            time_zone: self.time_zone,
            access: self.access.map_value(entity::Access::from).into(),
            preference: self.preference.map_value(entity::Side::from).into(),
            employed_from: self.employed_from.map(|day| day.0),
            employed_until: self.employed_until.map_value(|day| day.0).into(),
        })
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<person::Model>,
) -> Result<PersonPayload> {
    let (row, user_errors) = split_or_current::<person::Entity>(ctx, id, changed).await?;
    Ok(PersonPayload {
        person: row.map(Person),
        user_errors,
    })
}
