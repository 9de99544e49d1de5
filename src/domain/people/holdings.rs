//! What somebody holds from a day on, and what of it nothing moves away (R7).

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::books::Books;
use crate::domain::plans::Cover;
use crate::domain::responsibilities::{Held, Scope};
use crate::entity::{Day, ProjectStatus, RoleSide, Side, assignment, client, project, role};
use crate::error::Result;

/// The assignments that somebody has on a day or any day after it.
pub(super) struct Holdings {
    pub(super) rows: Vec<assignment::Model>,
    first: Date,
    roles: HashMap<Uuid, role::Model>,
    clients: HashMap<Uuid, client::Model>,
    projects: HashMap<Uuid, project::Model>,
}

impl Holdings {
    /// Reads what a person holds on `first` or later: four statements, one when that is nothing.
    pub(super) async fn load(
        conn: &impl ConnectionTrait,
        person_id: Uuid,
        first: Date,
    ) -> Result<Self> {
        let until = assignment::Column::UntilOn;
        let mut rows = assignment::Entity::find()
            .filter(assignment::Column::PersonId.eq(person_id))
            .filter(
                Condition::any()
                    .add(until.is_null())
                    .add(until.gt(Day(first))),
            )
            .all(conn)
            .await?;
        // A row with two equal days was replaced before it ever held.
        rows.retain(|row| row.until_on != Some(row.from_on));
        let mut holdings = Self {
            rows,
            first,
            roles: HashMap::new(),
            clients: HashMap::new(),
            projects: HashMap::new(),
        };
        if !holdings.rows.is_empty() {
            holdings.read_named(conn).await?;
        }
        Ok(holdings)
    }

    async fn read_named(&mut self, conn: &impl ConnectionTrait) -> Result<()> {
        let rows = &self.rows;
        let roles = role::Entity::find()
            .filter(role::Column::Id.is_in(rows.iter().map(|row| row.role_id)))
            .all(conn)
            .await?;
        let clients = client::Entity::find()
            .filter(client::Column::Id.is_in(rows.iter().filter_map(|row| row.client_id)))
            .all(conn)
            .await?;
        let projects = project::Entity::find()
            .filter(project::Column::Id.is_in(rows.iter().filter_map(|row| row.project_id)))
            .all(conn)
            .await?;
        self.roles = roles.into_iter().map(|row| (row.id, row)).collect();
        self.clients = clients.into_iter().map(|row| (row.id, row)).collect();
        self.projects = projects.into_iter().map(|row| (row.id, row)).collect();
        Ok(())
    }

    /// What of it nothing moves away until the end of `last`: "Account manager of Acme", in alphabetical order. A side is
    /// moved when all that it makes the person accountable for is; an assignment that makes them accountable for nothing
    /// (its projects are finished, or others have them) needs no more than that their leaving is planned.
    pub(super) async fn not_covered(
        &self,
        conn: &impl ConnectionTrait,
        person_id: Uuid,
        last: Date,
    ) -> Result<Vec<String>> {
        if self.rows.is_empty() {
            return Ok(Vec::new());
        }
        let cover = Cover::load(conn, person_id, last).await?;
        if !cover.planned {
            return Ok(self.named(self.rows.iter()));
        }
        let books = Books::load(conn, &self.scope(), self.first, Date::MAX).await?;
        let left_over = self
            .rows
            .iter()
            .filter(|row| !self.is_covered(&books, &cover, row));
        Ok(self.named(left_over))
    }

    fn scope(&self) -> Scope {
        let of_projects = self.projects.values().map(|project| project.client_id);
        let clients: BTreeSet<Uuid> = self.clients.keys().copied().chain(of_projects).collect();
        Scope::Clients(clients.into_iter().collect())
    }

    fn is_covered(&self, books: &Books, cover: &Cover, row: &assignment::Model) -> bool {
        let sides: &[Side] = match self.roles.get(&row.role_id).and_then(|role| role.side) {
            // A contributor's work is in no plan.
            None => return false,
            Some(RoleSide::Client) => &[Side::Client],
            Some(RoleSide::Project) => &[Side::Project],
            Some(RoleSide::Both) => &[Side::Client, Side::Project],
        };
        sides
            .iter()
            .all(|side| self.is_side_covered(books, cover, row, *side))
    }

    fn is_side_covered(
        &self,
        books: &Books,
        cover: &Cover,
        row: &assignment::Model,
        side: Side,
    ) -> bool {
        let day = self.first.max(row.from_on.0);
        let by_row = |held: Option<&Held>| held.is_some_and(|held| held.assignment.id == row.id);
        let proposed = row
            .project_id
            .and_then(|id| self.projects.get(&id))
            .filter(|project| {
                project.status == ProjectStatus::Proposed && project.archived_at.is_none()
            });
        let of_row = |project: &&project::Model| {
            row.project_id == Some(project.id) || row.client_id == Some(project.client_id)
        };
        let projects = || books.projects.iter().filter(of_row);
        let idle = row.client_id.filter(|client| {
            let whole = books
                .accountability
                .accountable_for_client(side, *client, day);
            side == Side::Client && projects().next().is_none() && by_row(whole)
        });
        projects()
            .filter(|project| by_row(books.accountability.accountable(side, project, day)))
            .chain(proposed)
            .all(|project| cover.of_project(project.client_id, project.id, side))
            && idle.is_none_or(|client| cover.of_client(client, side))
    }

    fn named<'a>(&self, rows: impl Iterator<Item = &'a assignment::Model>) -> Vec<String> {
        let name_of = |row: &assignment::Model| {
            let role = self.roles.get(&row.role_id).map(|role| &role.name);
            let project = row.project_id.and_then(|id| self.projects.get(&id));
            let client = row.client_id.and_then(|id| self.clients.get(&id));
            let of = project
                .map(|project| &project.name)
                .or(client.map(|client| &client.name));
            let word = |name: Option<&String>| name.cloned().unwrap_or_default();
            format!("{} of {}", word(role), word(of))
        };
        let mut names: Vec<String> = rows.map(name_of).collect();
        names.sort_unstable();
        names
    }
}
