//! *Who is accountable for this, on this day?* The one answer that every
//! query, mail and check asks for (R12).

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::domain::access::Caller;
use crate::entity::{Access, Day, ProjectStatus, RoleSide, Side, assignment, project, role};
use crate::error::{Error, Result};

mod changes;

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

/// Who is accountable for what, on any day of a period.
#[derive(Clone, Debug, Default)]
pub struct Accountability {
    day: Date,
    by_project: HashMap<Uuid, Vec<Held>>,
    by_client: HashMap<Uuid, Vec<Held>>,
}

impl Accountability {
    /// Reads the assignments in force on `day`: two statements, whatever the scope.
    pub async fn load(conn: &impl ConnectionTrait, scope: &Scope, day: Date) -> Result<Self> {
        Self::load_between(conn, scope, day, day).await
    }

    /// Reads the assignments in force on any day from `first` to `last`: two statements.
    pub async fn load_between(
        conn: &impl ConnectionTrait,
        scope: &Scope,
        first: Date,
        last: Date,
    ) -> Result<Self> {
        let roles: HashMap<Uuid, role::Model> = role::Entity::find()
            .all(conn)
            .await?
            .into_iter()
            .map(|role| (role.id, role))
            .collect();
        let assignments = in_force_between(first, last)
            .filter(within(scope))
            .all(conn)
            .await?;
        let mut loaded = Self {
            day: first,
            by_project: HashMap::new(),
            by_client: HashMap::new(),
        };
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

    /// *Who is accountable for this, on this day?* The project's own holder of `side` before the client's, and at
    /// either level the role of that side before the unsplit one.
    pub fn accountable(&self, side: Side, project: &project::Model, day: Date) -> Option<&Held> {
        let own = self.by_project.get(&project.id);
        own.and_then(|held| first_of(side, held, day))
            .or_else(|| self.accountable_for_client(side, project.client_id, day))
    }

    /// The same for a client as a whole, its projects' own holders left aside.
    pub fn accountable_for_client(&self, side: Side, client_id: Uuid, day: Date) -> Option<&Held> {
        first_of(side, self.by_client.get(&client_id)?, day)
    }

    /// Since when whoever holds `side` of a project on `day`, or of a client as a whole where none is given, has held it without
    /// a break, through whichever roles and assignments: no earlier than the first day loaded.
    pub fn held_since(
        &self,
        side: Side,
        client_id: Uuid,
        project: Option<&project::Model>,
        day: Date,
    ) -> Option<Date> {
        let holder = |day| match project {
            Some(project) => self.accountable(side, project, day),
            None => self.accountable_for_client(side, client_id, day),
        };
        let person = holder(day)?.person_id();
        let of_project = project.and_then(|project| self.by_project.get(&project.id));
        let of_client = self.by_client.get(&client_id);
        // Between two of these days nothing changes hands.
        let mut days: Vec<Date> = of_project
            .into_iter()
            .chain(of_client)
            .flatten()
            .flat_map(|held| [Some(held.assignment.from_on), held.assignment.until_on])
            .filter_map(|changed| Some(changed?.0))
            .filter(|changed| *changed <= day)
            .collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        days.into_iter()
            .take_while(|changed| holder(*changed).is_some_and(|held| held.person_id() == person))
            .last()
    }

    /// [`Self::accountable`] on the first day loaded.
    pub fn of_project(&self, side: Side, project: &project::Model) -> Option<&Held> {
        self.accountable(side, project, self.day)
    }

    /// [`Self::accountable_for_client`] on the first day loaded.
    pub fn of_client(&self, side: Side, client_id: Uuid) -> Option<&Held> {
        self.accountable_for_client(side, client_id, self.day)
    }
}

impl Held {
    /// Who it is.
    pub fn person_id(&self) -> Uuid {
        self.assignment.person_id
    }

    fn is_in_force(&self, day: Date) -> bool {
        let assignment = &self.assignment;
        assignment.from_on.0 <= day && assignment.until_on.is_none_or(|until| day < until.0)
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

/// The role of the side itself before the unsplit role, of those in force on `day`.
fn first_of(side: Side, held: &[Held], day: Date) -> Option<&Held> {
    let own = match side {
        Side::Client => RoleSide::Client,
        Side::Project => RoleSide::Project,
    };
    let of = |wanted| {
        held.iter()
            .find(|held| held.role.side == Some(wanted) && held.is_in_force(day))
    };
    of(own).or_else(|| of(RoleSide::Both))
}

/// The assignments in force on `day`.
pub fn in_force(day: Date) -> sea_orm::Select<assignment::Entity> {
    in_force_between(day, day)
}

/// The assignments in force on any day from `first` to `last`.
pub fn in_force_between(first: Date, last: Date) -> sea_orm::Select<assignment::Entity> {
    assignment::Entity::find()
        .filter(assignment::Column::FromOn.lte(Day(last)))
        .filter(
            Condition::any()
                .add(assignment::Column::UntilOn.is_null())
                .add(assignment::Column::UntilOn.gt(Day(first))),
        )
}

/// The assignments of a scope: of its clients and all their projects.
pub fn within(scope: &Scope) -> Condition {
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

/// The clients for which any of `people` holds a role on a day from `first` to `last`, or a role for one of their
/// projects.
pub async fn clients_of(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    first: Date,
    last: Date,
) -> Result<Vec<Uuid>> {
    let held = in_force_between(first, last)
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
        .filter_map(|side| today.of_project(side, project))
        .any(|held| caller.is(held.person_id()))
}
