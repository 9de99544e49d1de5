//! Who is accountable for a project or client on a day, and why.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, Object, Result};
use jiff::civil::Date;
use uuid::Uuid;

use super::assignment::Assignment;
use super::context::Asked;
use super::enums::Side;
use super::loaders::{Loaders, Shared, shared, the};
use super::person::Person;
use super::responsibility::{Responsibility, in_force as lines_in_force};
use super::responsibility_exception::{self, ResponsibilityException};
use super::role::Role;
use crate::domain::absences;
use crate::domain::exceptions::Answer;
use crate::domain::responsibilities::{Accountability, Held, Scope};
use crate::entity::{self, client, person, project, responsibility};

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
        let stand_in = stand_in(ctx, self.held.person_id(), self.on).await?;
        Ok(stand_in.map(Person))
    }
}

/// Who stands in for somebody who has the whole of a day off. Who is away when is for those to know who may read the
/// person's time off: nobody, to others.
async fn stand_in(
    ctx: &Context<'_>,
    person_id: Uuid,
    day: Date,
) -> Result<Option<person::Model>, Shared> {
    if !ctx.caller().reads_work_of(person_id) {
        return Ok(None);
    }
    let key = AbsenceKey { person_id, day };
    match ctx.loaders().load_one(key).await? {
        Some(Some(delegate_id)) => Ok(Some(the::<person::Entity>(ctx, delegate_id).await?)),
        _ => Ok(None),
    }
}

/// A line of the catalogue and who is accountable for it on a day.
#[derive(Clone, Debug, Description)]
pub struct ResponsibilityHeld {
    line: responsibility::Model,
    answer: Answer,
    on: Date,
}

#[Object(use_type_description)]
impl ResponsibilityHeld {
    /// What has to be done.
    async fn responsibility(&self) -> Responsibility {
        Responsibility(self.line.clone())
    }

    /// Which side does it: the exception's when there is one, else the one that the catalogue says.
    async fn side(&self) -> Side {
        self.answer.side.into()
    }

    /// Who is accountable for it; null when nobody holds that side.
    async fn accountable(&self) -> Option<Accountable> {
        let held = self.answer.held.clone()?;
        Some(Accountable {
            side: self.answer.side,
            held,
            on: self.on,
        })
    }

    /// The exception that gives it to the other side on this project; null when the catalogue holds.
    async fn exception(&self) -> Option<ResponsibilityException> {
        self.answer.exception.clone().map(ResponsibilityException)
    }

    /// Why, in sentences: the exception, the assignment, and who stands in when the person has the whole of that day off; the
    /// last is left out for members who ask it of others.
    async fn why(&self, ctx: &Context<'_>) -> Result<String> {
        let stand_in = match &self.answer.held {
            Some(held) => stand_in(ctx, held.person_id(), self.on).await?,
            None => None,
        };
        let name = stand_in.as_ref().map(|person| &*person.name);
        Ok(self.answer.why(name))
    }
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
    let answers = answers_of_project(ctx, project, on).await?;
    Ok(lines_held(answers, on))
}

/// The same as the domain has it: every line with the one answer to who does it, exceptions included.
pub async fn answers_of_project(
    ctx: &Context<'_>,
    project: &project::Model,
    on: Date,
) -> Result<Vec<(responsibility::Model, Answer)>> {
    let accountability = accountability(ctx, project.client_id, on).await?;
    let exceptions = responsibility_exception::rows(ctx, project.id).await?;
    let lines = lines_in_force(ctx).await?;
    let answer = |line: &responsibility::Model| {
        let answer = Answer::of_project(line, project, &accountability, &exceptions, on);
        (line.clone(), answer)
    };
    Ok(lines.iter().map(answer).collect())
}

/// Every line of the catalogue in force now, with who is accountable for it in a client as a whole on a day.
pub async fn responsibilities_of_client(
    ctx: &Context<'_>,
    client: &client::Model,
    on: Date,
) -> Result<Vec<ResponsibilityHeld>> {
    let accountability = accountability(ctx, client.id, on).await?;
    let lines = lines_in_force(ctx).await?;
    let answer = |line: &responsibility::Model| {
        let answer = Answer::of_client(line, client.id, &accountability, on);
        (line.clone(), answer)
    };
    Ok(lines_held(lines.iter().map(answer), on))
}

fn lines_held(
    answers: impl IntoIterator<Item = (responsibility::Model, Answer)>,
    on: Date,
) -> Vec<ResponsibilityHeld> {
    let held = |(line, answer)| ResponsibilityHeld { line, answer, on };
    answers.into_iter().map(held).collect()
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
