//! *Who is accountable for this, on this day?* The one answer that every
//! query, mail and check asks for (R12).

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::domain::access::Caller;
use crate::entity::{Access, Day, ProjectStatus, RoleSide, Side, assignment, project, role};
use crate::error::{Error, Result};

/// Which part of the agency an [`Accountability`] is about.
#[derive(Clone, Debug)]
pub enum Scope {
    /// Every client and project.
    All,
    /// These clients and all their projects.
    Clients(Vec<Uuid>),
}

/// Somebody held accountable, and why.
#[derive(Clone, Debug)]
pub struct Held {
    /// The assignment that says so.
    pub assignment: assignment::Model,
    /// The role it gives.
    pub role: role::Model,
}

/// Who is accountable for what on one day.
#[derive(Clone, Debug, Default)]
pub struct Accountability {
    by_project: HashMap<Uuid, Vec<Held>>,
    by_client: HashMap<Uuid, Vec<Held>>,
}

impl Accountability {
    /// Reads the assignments in force on `day`: two statements, whatever the scope.
    pub async fn load(conn: &impl ConnectionTrait, scope: &Scope, day: Date) -> Result<Self> {
        let roles: HashMap<Uuid, role::Model> = role::Entity::find()
            .all(conn)
            .await?
            .into_iter()
            .map(|role| (role.id, role))
            .collect();
        let assignments = in_force(day).filter(within(scope)).all(conn).await?;
        let mut loaded = Self::default();
        for assignment in assignments {
            let Some(role) = roles.get(&assignment.role_id) else {
                continue;
            };
            loaded.add(assignment, role.clone());
        }
        Ok(loaded)
    }

    fn add(&mut self, assignment: assignment::Model, role: role::Model) {
        let held = match (assignment.project_id, assignment.client_id) {
            (Some(project), _) => self.by_project.entry(project).or_default(),
            (None, Some(client)) => self.by_client.entry(client).or_default(),
            (None, None) => return,
        };
        held.push(Held { assignment, role });
    }

    /// Who holds `side` for a project: the project's own holder before the client's, and at either level the
    /// role of that side before the unsplit one.
    pub fn of_project(&self, side: Side, project_id: Uuid, client_id: Uuid) -> Option<&Held> {
        let own = self.by_project.get(&project_id);
        own.and_then(|held| first(side, held))
            .or_else(|| self.of_client(side, client_id))
    }

    /// Who holds `side` for a client as a whole, its projects' own holders left aside.
    pub fn of_client(&self, side: Side, client_id: Uuid) -> Option<&Held> {
        let held = self.by_client.get(&client_id)?;
        first(side, held)
    }

    /// Everybody who holds any role for a project or its client, contributors included.
    pub fn everybody(&self, project_id: Uuid, client_id: Uuid) -> impl Iterator<Item = &Held> {
        let own = self.by_project.get(&project_id).into_iter().flatten();
        own.chain(self.by_client.get(&client_id).into_iter().flatten())
    }
}

impl Held {
    /// Who it is.
    pub fn person_id(&self) -> Uuid {
        self.assignment.person_id
    }

    /// Why, as a sentence's end: "Account manager of this project since 2026-03-01".
    pub fn why(&self) -> String {
        let of = if self.assignment.project_id.is_some() {
            "project"
        } else {
            "client"
        };
        format!(
            "{} of this {of} since {}: {}",
            self.role.name, self.assignment.from_on, self.assignment.reason
        )
    }
}

/// The role of the side itself before the unsplit role.
fn first(side: Side, held: &[Held]) -> Option<&Held> {
    let own = match side {
        Side::Client => RoleSide::Client,
        Side::Project => RoleSide::Project,
    };
    let of = |wanted| held.iter().find(|held| held.role.side == Some(wanted));
    of(own).or_else(|| of(RoleSide::Both))
}

/// The assignments in force on `day`.
pub fn in_force(day: Date) -> sea_orm::Select<assignment::Entity> {
    assignment::Entity::find()
        .filter(assignment::Column::FromOn.lte(Day(day)))
        .filter(
            Condition::any()
                .add(assignment::Column::UntilOn.is_null())
                .add(assignment::Column::UntilOn.gt(Day(day))),
        )
}

fn within(scope: &Scope) -> Condition {
    match scope {
        Scope::All => Condition::all(),
        Scope::Clients(clients) => {
            let mut projects = sea_orm::QuerySelect::query(&mut project::Entity::find()).to_owned();
            projects
                .clear_selects()
                .column(project::Column::Id)
                .and_where(project::Column::ClientId.is_in(clients.iter().copied()));
            Condition::any()
                .add(assignment::Column::ClientId.is_in(clients.iter().copied()))
                .add(assignment::Column::ProjectId.in_subquery(projects))
        }
    }
}

/// The clients for which any of `people` holds a role on `day`, or a role for one of their projects.
pub async fn clients_of(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    day: Date,
) -> Result<Vec<Uuid>> {
    let held = in_force(day)
        .filter(assignment::Column::PersonId.is_in(people.iter().copied()))
        .all(conn)
        .await?;
    let mut clients: Vec<Uuid> = held.iter().filter_map(|row| row.client_id).collect();
    let projects: Vec<Uuid> = held.iter().filter_map(|row| row.project_id).collect();
    let of_projects = project::Entity::find()
        .select_only()
        .column(project::Column::ClientId)
        .filter(project::Column::Id.is_in(projects))
        .into_tuple::<Uuid>()
        .all(conn)
        .await?;
    clients.extend(of_projects);
    clients.sort_unstable();
    clients.dedup();
    Ok(clients)
}

/// Refuses a manager who holds neither side of `project` today, and members.
pub async fn must_be_accountable_for_project(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    project: &project::Model,
) -> Result<()> {
    if is_owner(caller)? {
        return Ok(());
    }
    let scope = Scope::Clients(vec![project.client_id]);
    let today = Accountability::load(conn, &scope, caller.today()).await?;
    if holds_a_side(&today, caller, project) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "Only an owner, or a manager accountable for {}, may do this.",
        project.name
    )))
}

/// Refuses a manager who holds neither side of the client, nor of one of its open projects, today; and members.
pub async fn must_be_accountable_for_client(
    conn: &impl ConnectionTrait,
    caller: &Caller,
    client_id: Uuid,
) -> Result<()> {
    if is_owner(caller)? {
        return Ok(());
    }
    let scope = Scope::Clients(vec![client_id]);
    let today = Accountability::load(conn, &scope, caller.today()).await?;
    let holds = |held: &Held| caller.is(held.person_id());
    let of_client = [Side::Client, Side::Project]
        .into_iter()
        .filter_map(|side| today.of_client(side, client_id))
        .any(holds);
    if of_client {
        return Ok(());
    }
    let projects = project::Entity::find()
        .filter(project::Column::ClientId.eq(client_id))
        .filter(project::Column::Status.is_in(OPEN))
        .all(conn)
        .await?;
    if projects
        .iter()
        .any(|project| holds_a_side(&today, caller, project))
    {
        return Ok(());
    }
    Err(Error::Forbidden(
        "Only an owner, or a manager accountable for this client, may do this.".into(),
    ))
}

/// The statuses of a project that somebody is accountable for.
pub const OPEN: [ProjectStatus; 3] = [
    ProjectStatus::Proposed,
    ProjectStatus::Active,
    ProjectStatus::BackBurner,
];

fn is_owner(caller: &Caller) -> Result<bool> {
    match caller.access {
        Access::Owner => Ok(true),
        Access::Manager => Ok(false),
        Access::Member => Err(Error::Forbidden(
            "Only owners and accountable managers may change this.".into(),
        )),
    }
}

fn holds_a_side(today: &Accountability, caller: &Caller, project: &project::Model) -> bool {
    [Side::Client, Side::Project]
        .into_iter()
        .filter_map(|side| today.of_project(side, project.id, project.client_id))
        .any(|held| caller.is(held.person_id()))
}
