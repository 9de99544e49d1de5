//! Books: all that one manager is accountable for.

use std::sync::Arc;

use async_graphql::{Context, Description, Object, Result};
use uuid::Uuid;

use super::capacity::weeks_of;
use super::client::Client;
use super::context::Asked;
use super::project::Project;
use crate::domain::calendar::Week;
use crate::domain::capacity::Agenda;
use crate::entity::{client, project};

/// All that one person is accountable for today.
#[derive(Description)]
pub struct Book {
    projects: Vec<BookProject>,
    idle_clients: Vec<client::Model>,
    agenda: Arc<Agenda>,
    active: i64,
    back_burner: i64,
}

/// A project in somebody's book.
#[derive(Clone, Description)]
pub struct BookProject {
    project: project::Model,
    client_side: bool,
    project_side: bool,
    minutes: i64,
}

#[Object(use_type_description)]
impl Book {
    /// The ACTIVE and BACK_BURNER projects of which the person holds a side, by name.
    async fn projects(&self) -> &[BookProject] {
        &self.projects
    }

    /// The clients without such projects whose client side the person holds, by name.
    async fn idle_clients(&self) -> Vec<Client> {
        self.idle_clients.iter().cloned().map(Client).collect()
    }

    /// ACTIVE projects in it.
    async fn active_projects(&self) -> i64 {
        self.active
    }

    /// How many ACTIVE projects a manager should hold at most.
    async fn active_limit(&self) -> i64 {
        self.agenda.settings.counts.active
    }

    /// BACK_BURNER projects in it.
    async fn back_burner_projects(&self) -> i64 {
        self.back_burner
    }

    /// How many BACK_BURNER projects a manager should hold at most.
    async fn back_burner_limit(&self) -> i64 {
        self.agenda.settings.counts.back_burner
    }
}

#[Object(use_type_description)]
impl BookProject {
    /// The project.
    async fn project(&self) -> Project {
        Project(self.project.clone())
    }

    /// Whether the person is accountable for its client side.
    async fn client_side(&self) -> bool {
        self.client_side
    }

    /// Whether the person is accountable for its project side.
    async fn project_side(&self) -> bool {
        self.project_side
    }

    /// What it asks of the person, coordination minutes a week.
    async fn minutes(&self) -> i64 {
        self.minutes
    }
}

/// A person's book today.
pub async fn book_of(ctx: &Context<'_>, person_id: Uuid) -> Result<Book> {
    let week = Week::of(ctx.caller().today());
    let agenda = weeks_of(ctx, person_id, week, 1).await?.agenda;
    let mut books = agenda.books_in(week);
    let book = books.remove(&person_id).unwrap_or_default();
    let counts = book.counts();
    Ok(Book {
        projects: book
            .projects
            .iter()
            .map(|held| BookProject {
                project: held.project.clone(),
                client_side: held.client_side,
                project_side: held.project_side,
                minutes: held.minutes.minutes(),
            })
            .collect(),
        idle_clients: book
            .idle_clients
            .iter()
            .map(|client| (*client).clone())
            .collect(),
        active: counts.active,
        back_burner: counts.back_burner,
        agenda: Arc::clone(&agenda),
    })
}
