//! Capacity as it changes.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures_util::stream::{self, Stream};
use uuid::Uuid;

use super::{Capacity, reckoned, week};
use crate::db::Note;
use crate::domain::calendar::Week;
use crate::domain::capacity::{Agenda, People};
use crate::entity::person;
use crate::error::Error;
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::loaders::by_ids;
use crate::graphql::occasion::{ChangeKind, Occasion, Occasioned};
use crate::graphql::person::Person;
use crate::graphql::team::employed_in;

/// The most weeks one subscription may be about.
const MOST_WEEKS: i32 = 13;

/// The figures of a person's weeks are others than those told last.
#[derive(SimpleObject)]
pub struct CapacityChanged {
    /// What happened: CREATED somebody who was not among those you watch, UPDATED figures, DELETED somebody who is no longer
    /// among them. Never MISSED: figures are compared with those told last, whatever was heard in between.
    kind: ChangeKind,
    /// Whose capacity it is.
    person: Person,
    /// The weeks whose figures are others than before, in order; empty when `kind` is DELETED.
    weeks: Vec<Capacity>,
}

/// Subscriptions to capacity.
#[derive(Default)]
pub struct CapacitySubscriptions;

#[Subscription]
impl CapacitySubscriptions {
    /// Tells whose figures have become others, whatever the cause: a booking, time off, a holiday, an assignment, a project.
    /// Owners and managers watch one person or everybody, members themselves.
    async fn capacity_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose; everybody's that you may read by default.")] person_id: Option<ID>,
        #[graphql(
            desc = "The first ISO week, e.g. `2026-W48`; by default the current one, whichever that is at the time."
        )]
        from: Option<String>,
        #[graphql(desc = "How many weeks, 1 to 13.", default = 1)] weeks: i32,
    ) -> Result<impl Stream<Item = CapacityChanged> + use<>> {
        let caller = ctx.caller();
        if !(1..=MOST_WEEKS).contains(&weeks) {
            let message = format!("`weeks` is {weeks}; ask for 1 to {MOST_WEEKS}.");
            return Err(Error::invalid("weeks", message).into());
        }
        let only = person_id.map(|id| Kind::Person.named(&id)).transpose()?;
        if only.is_some_and(|id| !caller.reads_work_of(id)) {
            return Err(Error::NotFound(Kind::Person.noun()).into());
        }
        ctx.watch(move |note| may_move(note, only));
        let period = Period {
            first: week("from", from, caller.today())?,
            weeks: weeks.into(),
        };
        let mine = caller.person_id.filter(|_| !caller.reads_all());
        let whose = only.or(mine);
        let told = match ctx.occasion() {
            Occasion::Changes(notes) => concerned(notes),
            Occasion::Start | Occasion::Missed => None,
        };
        let figures = Figures::read(ctx, period, whose, told.as_ref()).await?;
        let events = figures.compared(ctx, told.is_none()).await?;
        Ok(stream::iter(match ctx.occasion() {
            Occasion::Start => Vec::new(),
            _ => events,
        }))
    }
}

/// Whether a change may move anybody's figures, or those of the one person that is watched.
fn may_move(note: &Note, only: Option<Uuid>) -> bool {
    match note.table.as_str() {
        "booking" | "time_off" | "work_schedule" => {
            let both = only.zip(note.person_id);
            both.is_none_or(|(watched, changed)| watched == changed)
        }
        "assignment" | "client" | "holiday" | "holiday_calendar" | "person" | "project"
        | "role" | "setting" => true,
        _ => false,
    }
}

/// Whose figures alone the changes move; none: anybody's.
fn concerned(notes: &[Note]) -> Option<BTreeSet<Uuid>> {
    let whose = |note: &Note| match note.table.as_str() {
        "booking" | "time_off" | "work_schedule" => note.person_id,
        _ => None,
    };
    notes.iter().map(whose).collect()
}

#[derive(Clone, Copy)]
struct Period {
    first: Week,
    weeks: i64,
}

/// The figures of some people as they are now.
struct Figures {
    people: Vec<person::Model>,
    agenda: Arc<Agenda>,
    by_person: super::ByPerson,
}

impl Figures {
    /// Those of everybody employed in the period, or of the one person `whose` they are; of them only who is `concerned`.
    async fn read(
        ctx: &Context<'_>,
        period: Period,
        whose: Option<Uuid>,
        concerned: Option<&BTreeSet<Uuid>>,
    ) -> Result<Self> {
        let Period { first, weeks } = period;
        let conn = &ctx.db().read;
        let mut people = employed_in(conn, first, first.plus(weeks - 1)).await?;
        people.retain(|person| {
            whose.is_none_or(|id| id == person.id)
                && concerned.is_none_or(|ids| ids.contains(&person.id))
        });
        let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
        let read = match whose.is_none() && concerned.is_none() {
            true => People::WithAllBooks(ids.clone()),
            false => People::These(ids.clone()),
        };
        let agenda = Agenda::load(conn, read, first, weeks, ctx.caller().today()).await?;
        Ok(Self {
            by_person: reckoned(&agenda, &ids, first, weeks),
            agenda: Arc::new(agenda),
            people,
        })
    }

    /// What differs from what was shown last, which is then forgotten for this. `are_all`: whoever is not here is no longer
    /// watched.
    async fn compared(mut self, ctx: &Context<'_>, are_all: bool) -> Result<Vec<CapacityChanged>> {
        let gone: Vec<Uuid> = {
            let shown = ctx.watched().shown();
            let here = |id: &&Uuid| !self.by_person.contains_key(*id);
            let gone = shown.keys().filter(here).copied();
            gone.filter(|_| are_all).collect()
        };
        let gone_rows = by_ids::<person::Entity>(ctx, gone.iter().copied()).await?;
        let mut shown = ctx.watched().shown();
        let mut events = Vec::new();
        for person in std::mem::take(&mut self.people) {
            let id = person.id;
            let figures = self.by_person.remove(&id).unwrap_or_default();
            let digests: HashMap<Week, u64> = figures
                .iter()
                .map(|(week, capacity)| (*week, digest(capacity)))
                .collect();
            let before = shown.insert(id, digests.clone());
            let is_told = |week: &Week| match &before {
                // A week that was not watched before is not a change.
                Some(before) => before
                    .get(week)
                    .is_some_and(|before| digests.get(week) != Some(before)),
                None => true,
            };
            let weeks: Vec<Capacity> = figures
                .into_iter()
                .filter(|(week, _)| is_told(week))
                .map(|(week, capacity)| Capacity::of_person(capacity, week, &self.agenda, id))
                .collect();
            if !weeks.is_empty() {
                let kind = match before {
                    Some(_) => ChangeKind::Updated,
                    None => ChangeKind::Created,
                };
                let person = Person(person);
                events.push(CapacityChanged {
                    kind,
                    person,
                    weeks,
                });
            }
        }
        for id in gone {
            shown.remove(&id);
            if let Some(person) = gone_rows.get(&id) {
                events.push(CapacityChanged {
                    kind: ChangeKind::Deleted,
                    person: Person(person.clone()),
                    weeks: Vec::new(),
                });
            }
        }
        Ok(events)
    }
}

fn digest(capacity: &crate::domain::capacity::Capacity) -> u64 {
    let mut hasher = DefaultHasher::new();
    capacity.hash(&mut hasher);
    hasher.finish()
}
