//! The agency as a whole: its capacity, what is due to clients, and what nobody is accountable for.

use std::sync::Arc;

use async_graphql::{Context, Description, Object, Result};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::capacity::{Capacity, week};
use super::client::Client;
use super::connection::{Connection, Paging, in_memory};
use super::context::Asked;
use super::enums::Side;
use super::loaders::the;
use super::person::Person;
use super::project::Project;
use super::prompt_choice::PromptChoice;
use crate::domain::books::Books;
use crate::domain::cadence::{self, DueState};
use crate::domain::calendar::Week;
use crate::domain::capacity::{self, Agenda, People};
use crate::domain::page::{Place, PlaceValue};
use crate::domain::responsibilities::Scope;
use crate::domain::settings::Settings;
use crate::domain::updates::standings;
use crate::entity::{self, Day, PromptTopic, client, person, project, prompt_choice};

/// The capacity of everybody who works here in a week.
#[derive(Description)]
pub struct TeamCapacity {
    week: Week,
    agenda: Arc<Agenda>,
    total: capacity::Capacity,
    members: Vec<PersonCapacity>,
}

/// A person and their week.
#[derive(Clone, Description)]
pub struct PersonCapacity {
    person: person::Model,
    week: Week,
    agenda: Arc<Agenda>,
    capacity: capacity::Capacity,
}

#[Object(use_type_description)]
impl TeamCapacity {
    /// Everybody's minutes summed, then divided.
    async fn total(&self) -> Capacity {
        Capacity::of_team(self.total.clone(), self.week, &self.agenda)
    }

    /// The people, by name.
    async fn people(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PersonCapacity>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let place = |one: &PersonCapacity| {
            Place(vec![
                PlaceValue::Text(one.person.name.to_lowercase()),
                PlaceValue::Id(one.person.id),
            ])
        };
        let name = format!("teamCapacity {}", self.week);
        Ok(in_memory(
            &name,
            self.members.clone(),
            false,
            &paging,
            place,
            |one| one,
        )?)
    }
}

#[Object(use_type_description)]
impl PersonCapacity {
    /// Who.
    async fn person(&self) -> Person {
        Person(self.person.clone())
    }

    /// Their week.
    async fn capacity(&self) -> Capacity {
        Capacity::of_person(
            self.capacity.clone(),
            self.week,
            &self.agenda,
            self.person.id,
        )
    }
}

/// How a client stands with its updates.
#[derive(Clone, Description)]
pub struct ClientStanding {
    client: client::Model,
    speaker_id: Option<Uuid>,
    due: cadence::Due,
    state: DueState,
    last_update_on: Option<Day>,
    choice: Option<prompt_choice::Model>,
    active: Vec<project::Model>,
}

#[Object(use_type_description)]
impl ClientStanding {
    /// The client.
    async fn client(&self) -> Client {
        Client(self.client.clone())
    }

    /// Who is accountable for the update; null when nobody is.
    async fn accountable(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.speaker_id {
            Some(id) => Some(Person(the::<person::Entity>(ctx, id).await?)),
            None => None,
        })
    }

    /// The day the update is or was due: the last contact that counts + the cadence, moved to the accountable person's
    /// next working day.
    async fn due_on(&self) -> Day {
        Day(self.due.due_on)
    }

    /// The first day it is overdue: three working days later.
    async fn overdue_on(&self) -> Day {
        Day(self.due.overdue_on)
    }

    /// Whether it is overdue today.
    async fn overdue(&self) -> bool {
        self.state == DueState::Overdue
    }

    /// The day of the last contact that counts as an update; null when there was none.
    async fn last_update_on(&self) -> Option<Day> {
        self.last_update_on
    }

    /// What was chosen last about the prompt for it, in force or not; null when nothing was. A contact that counts as an
    /// update makes a new prompt.
    async fn prompt_choice(&self) -> Option<PromptChoice> {
        self.choice.clone().map(PromptChoice)
    }

    /// Its ACTIVE projects, by name.
    async fn active_projects(&self) -> Vec<Project> {
        self.active.iter().cloned().map(Project).collect()
    }
}

/// An ACTIVE project without an accountable person on one side.
#[derive(Clone, Description)]
pub struct UnstaffedProject {
    project: project::Model,
    side: entity::Side,
}

#[Object(use_type_description)]
impl UnstaffedProject {
    /// The project.
    async fn project(&self) -> Project {
        Project(self.project.clone())
    }

    /// The side that nobody holds.
    async fn side(&self) -> Side {
        self.side.into()
    }
}

/// Queries about the agency as a whole. Owners and managers.
#[derive(Default)]
pub struct TeamQueries;

#[Object]
impl TeamQueries {
    /// Everybody's capacity in a week.
    async fn team_capacity(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The ISO week, e.g. `2026-W48`; the current one by default.",
            name = "week"
        )]
        asked: Option<String>,
    ) -> Result<TeamCapacity> {
        let caller = ctx.caller();
        caller.must_read_all("read everybody's capacity")?;
        let week = week("week", asked, caller.today())?;
        let conn = &ctx.db().read;
        let people = employed_in(conn, week, week).await?;
        let ids = people.iter().map(|person| person.id).collect();
        let agenda = Agenda::load(conn, People::WithAllBooks(ids), week, 1, caller.today()).await?;
        let agenda = Arc::new(agenda);
        let books = agenda.books_in(week);
        let mut total = capacity::Capacity::default();
        let mut members = Vec::with_capacity(people.len());
        for person in people {
            let capacity = agenda.capacity(person.id, week, &books);
            total.add(&capacity);
            members.push(PersonCapacity {
                person,
                week,
                agenda: Arc::clone(&agenda),
                capacity,
            });
        }
        drop(books);
        Ok(TeamCapacity {
            week,
            agenda,
            total,
            members,
        })
    }

    /// The clients whose update is due today or was, the longest due first.
    async fn updates_due(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those past their three working days.", default)] overdue_only: bool,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ClientStanding>> {
        let caller = ctx.caller();
        caller.must_read_all("read which updates are due")?;
        let conn = &ctx.db().read;
        let today = caller.today();
        let settings = Settings::load(conn).await?;
        let books = Books::load(conn, &Scope::All, today, today).await?;
        let (standings, _) = standings(conn, &books, &settings, today).await?;
        let due = standings
            .into_iter()
            .filter_map(|standing| {
                let due = standing.update?;
                let state = due.state(today);
                let wanted = if overdue_only {
                    state == DueState::Overdue
                } else {
                    state != DueState::Ahead
                };
                wanted.then(|| ClientStanding {
                    client: standing.client.clone(),
                    speaker_id: standing.speaker_id,
                    due,
                    state,
                    last_update_on: standing.last_update_on.map(Day),
                    choice: standing.choice(PromptTopic::Update, None).cloned(),
                    active: standing.active.into_iter().cloned().collect(),
                })
            })
            .collect();
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let place = |one: &ClientStanding| {
            Place(vec![
                PlaceValue::Day(Day(one.due.due_on)),
                PlaceValue::Id(one.client.id),
            ])
        };
        Ok(in_memory(
            "updatesDue",
            due,
            false,
            &paging,
            place,
            |one| one,
        )?)
    }

    /// The ACTIVE projects without an accountable person on one side or both, an entry a side.
    async fn unstaffed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<UnstaffedProject>> {
        let caller = ctx.caller();
        caller.must_read_all("read what nobody is accountable for")?;
        let today = caller.today();
        let books = Books::load(&ctx.db().read, &Scope::All, today, today).await?;
        let gaps = books
            .unstaffed(today)
            .into_iter()
            .map(|gap| UnstaffedProject {
                project: gap.project.clone(),
                side: gap.side,
            })
            .collect();
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let place = |one: &UnstaffedProject| {
            Place(vec![
                PlaceValue::Text(one.project.name.to_lowercase()),
                PlaceValue::Id(one.project.id),
                PlaceValue::Text(one.side.word().to_owned()),
            ])
        };
        Ok(in_memory(
            "unstaffed",
            gaps,
            false,
            &paging,
            place,
            |one| one,
        )?)
    }
}

/// Everybody employed on any day of the weeks from `first` to `last`, by name.
pub(super) async fn employed_in(
    conn: &impl sea_orm::ConnectionTrait,
    first: Week,
    last: Week,
) -> crate::error::Result<Vec<person::Model>> {
    let mut people = person::Entity::find()
        .filter(person::Column::EmployedFrom.lte(Day(last.sunday())))
        .filter(
            Condition::any()
                .add(person::Column::EmployedUntil.is_null())
                .add(person::Column::EmployedUntil.gte(Day(first.monday()))),
        )
        .all(conn)
        .await?;
    people.sort_by_key(|person| (person.name.to_lowercase(), person.id));
    Ok(people)
}
