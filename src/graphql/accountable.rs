//! Who is accountable for a project or client on a day, and why.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, Object, Result, SimpleObject};
use jiff::civil::Date;
use uuid::Uuid;

use super::assignment::Assignment;
use super::context::Asked;
use super::enums::Side;
use super::loaders::{Loaders, Shared, shared, the};
use super::person::Person;
use super::responsibility::{self, Responsibility};
use super::role::Role;
use crate::domain::absences;
use crate::domain::responsibilities::{Accountability, Held, Scope};
use crate::entity::{self, client, person, project};

/// The person accountable for one side on a day.
#[derive(Clone, Debug, Description)]
pub struct Accountable {
    side: entity::Side,
    held: Held,
    on: Date,
}

#[Object(use_type_description)]
impl Accountable {
    /// For which side.
    async fn side(&self) -> Side {
        self.side.into()
    }

    /// Who is accountable.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        let person = the::<person::Entity>(ctx, self.held.person_id()).await?;
        Ok(Person(person))
    }

    /// The role through which they are.
    async fn role(&self) -> Role {
        Role(self.held.role.clone())
    }

    /// The assignment that gives them the role.
    async fn assignment(&self) -> Assignment {
        Assignment(self.held.assignment.clone())
    }

    /// Why they are, as a sentence's end: "Account manager of this client since 2026-03-01: she knows them best".
    async fn why(&self) -> String {
        self.held.why()
    }

    /// Who stands in when the person has the whole of that day off: the delegate named there, else the person's
    /// standing delegate. Null when the person is not away, when nobody is named, and for
    /// members who ask it of others.
    async fn delegate(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        // Who is away on which day is for those to know who may read the person's time off.
        if !ctx.caller().reads_work_of(self.held.person_id()) {
            return Ok(None);
        }
        let key = AbsenceKey {
            person_id: self.held.person_id(),
            day: self.on,
        };
        let Some(Some(delegate_id)) = ctx.loaders().load_one(key).await? else {
            return Ok(None);
        };
        Ok(Some(Person(the::<person::Entity>(ctx, delegate_id).await?)))
    }
}

/// A line of the catalogue and who is accountable for it.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResponsibilityHeld {
    /// What has to be done.
    responsibility: Responsibility,
    /// Who is accountable for it; null when nobody holds its side.
    accountable: Option<Accountable>,
}

/// Who is accountable for a project on a day: at most one a side, the client side first.
pub async fn of_project(
    ctx: &Context<'_>,
    project: &project::Model,
    on: Date,
) -> Result<Vec<Accountable>> {
    let loaded = accountability(ctx, project.client_id, on).await?;
    Ok(sides(on, |side| loaded.of_project(side, project)))
}

/// Who is accountable for a client as a whole on a day: at most one a side, the client side first.
pub async fn of_client(
    ctx: &Context<'_>,
    client: &client::Model,
    on: Date,
) -> Result<Vec<Accountable>> {
    let loaded = accountability(ctx, client.id, on).await?;
    Ok(sides(on, |side| loaded.of_client(side, client.id)))
}

/// Every line of the catalogue in force now, with who is accountable for it in a project on a day.
pub async fn responsibilities_of_project(
    ctx: &Context<'_>,
    project: &project::Model,
    on: Date,
) -> Result<Vec<ResponsibilityHeld>> {
    catalogue(ctx, of_project(ctx, project, on).await?).await
}

/// Every line of the catalogue in force now, with who is accountable for it in a client as a whole on a day.
pub async fn responsibilities_of_client(
    ctx: &Context<'_>,
    client: &client::Model,
    on: Date,
) -> Result<Vec<ResponsibilityHeld>> {
    catalogue(ctx, of_client(ctx, client, on).await?).await
}

fn sides<'a>(on: Date, of: impl Fn(entity::Side) -> Option<&'a Held>) -> Vec<Accountable> {
    [entity::Side::Client, entity::Side::Project]
        .into_iter()
        .filter_map(|side| {
            let held = of(side)?.clone();
            Some(Accountable { side, held, on })
        })
        .collect()
}

async fn catalogue(
    ctx: &Context<'_>,
    accountable: Vec<Accountable>,
) -> Result<Vec<ResponsibilityHeld>> {
    let lines = responsibility::in_force(ctx).await?;
    let held = lines.iter().map(|line| ResponsibilityHeld {
        responsibility: Responsibility(line.clone()),
        accountable: accountable
            .iter()
            .find(|accountable| accountable.side == line.side)
            .cloned(),
    });
    Ok(held.collect())
}

/// Asks who is accountable for a client and its projects on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccountabilityKey {
    /// The client.
    pub client_id: Uuid,
    /// The day.
    pub day: Date,
}

/// Who is accountable for a client and all its projects on a day. Everybody who asks for the same day is answered
/// together, by two statements.
pub async fn accountability(
    ctx: &Context<'_>,
    client_id: Uuid,
    day: Date,
) -> Result<Arc<Accountability>, Shared> {
    let key = AccountabilityKey { client_id, day };
    let loaded = ctx.loaders().load_one(key).await?;
    Ok(loaded.unwrap_or_default())
}

impl Loader<AccountabilityKey> for Loaders {
    type Value = Arc<Accountability>;
    type Error = Shared;

    async fn load(
        &self,
        keys: &[AccountabilityKey],
    ) -> Result<HashMap<AccountabilityKey, Arc<Accountability>>, Shared> {
        let mut days: BTreeMap<Date, BTreeSet<Uuid>> = BTreeMap::new();
        for key in keys {
            days.entry(key.day).or_default().insert(key.client_id);
        }
        let mut loaded = HashMap::new();
        for (day, clients) in days {
            let scope = Scope::Clients(clients.iter().copied().collect());
            let of_day = Accountability::load(&self.app.db.read, &scope, day)
                .await
                .map_err(shared)?;
            let of_day = Arc::new(of_day);
            for client_id in clients {
                loaded.insert(AccountabilityKey { client_id, day }, Arc::clone(&of_day));
            }
        }
        Ok(loaded)
    }
}

/// Asks whether a person has the whole of a day off. Loads who stands in, if so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct AbsenceKey {
    person_id: Uuid,
    day: Date,
}

impl Loader<AbsenceKey> for Loaders {
    type Value = Option<Uuid>;
    type Error = Shared;

    async fn load(&self, keys: &[AbsenceKey]) -> Result<HashMap<AbsenceKey, Option<Uuid>>, Shared> {
        let mut days: BTreeMap<Date, Vec<Uuid>> = BTreeMap::new();
        for key in keys {
            days.entry(key.day).or_default().push(key.person_id);
        }
        let mut loaded = HashMap::new();
        for (day, people) in days {
            let away = absences::whole_day(&self.app.db.read, &people, day)
                .await
                .map_err(shared)?;
            let keyed = |(person_id, delegate)| (AbsenceKey { person_id, day }, delegate);
            loaded.extend(away.into_iter().map(keyed));
        }
        Ok(loaded)
    }
}
