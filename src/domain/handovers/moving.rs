//! What a handover moves, and whether it is still the outgoing person's to hand over.

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::domain::load::{LoadConstants, ProjectProfile, idle_client_minutes};
use crate::domain::responsibilities::{Accountability, Held, OPEN, Scope};
use crate::entity::{Side, client, handover, handover_project, project};
use crate::error::Result;

/// How many projects a refusal names.
const NAMED: usize = 5;

/// A side of a client as a whole, or of some of its projects, in one person's hands.
#[derive(Clone, Debug)]
pub(super) struct Moving {
    pub(super) client: client::Model,
    pub(super) side: Side,
    pub(super) from_person_id: Uuid,
    pub(super) whole_client: bool,
    /// The unfinished projects that move, by name.
    pub(super) projects: Vec<project::Model>,
    /// Who is accountable on the day it was read.
    accountability: Accountability,
    /// Every unfinished project of the client.
    unfinished: Vec<project::Model>,
}

impl Moving {
    /// Reads what moves on `today`: `project_ids` of the client's projects, or all that `from_person_id` holds when
    /// none are named. Projects that are finished, archived or another client's are left out.
    pub(super) async fn read(
        conn: &impl ConnectionTrait,
        (client, side): (client::Model, Side),
        from_person_id: Uuid,
        project_ids: Option<&[Uuid]>,
        today: Date,
    ) -> Result<Self> {
        let unfinished = project::Entity::find()
            .filter(project::Column::ClientId.eq(client.id))
            .filter(project::Column::Status.is_in(OPEN))
            .filter(project::Column::ArchivedAt.is_null())
            .order_by_asc(project::Column::Name)
            .all(conn)
            .await?;
        let scope = Scope::Clients(vec![client.id]);
        let accountability = Accountability::load(conn, &scope, today).await?;
        let moves = |row: &&project::Model| match project_ids {
            Some(ids) => ids.contains(&row.id),
            None => accountability
                .of_project(side, row)
                .is_some_and(|held| held.person_id() == from_person_id),
        };
        Ok(Self {
            projects: unfinished.iter().filter(moves).cloned().collect(),
            client,
            side,
            from_person_id,
            whole_client: project_ids.is_none(),
            accountability,
            unfinished,
        })
    }

    /// What of it `from_person_id` is not accountable for, in words; empty when it is theirs to hand over.
    pub(super) fn not_held(&self) -> Vec<String> {
        let held_by = |person: Option<Uuid>| person == Some(self.from_person_id);
        let projects = if self.whole_client {
            let whole = self.accountability.of_client(self.side, self.client.id);
            match whole {
                Some(held) if held_by(Some(held.person_id())) => return Vec::new(),
                // Nobody holds the client as a whole: it is theirs when all of its projects are.
                None if !self.unfinished.is_empty() => &self.unfinished,
                _ => return vec![self.client.name.clone()],
            }
        } else {
            &self.projects
        };
        let not_theirs = projects.iter().filter(|project| {
            let held = self.accountability.of_project(self.side, project);
            !held_by(held.map(|held| held.person_id()))
        });
        not_theirs.map(|project| project.name.clone()).collect()
    }

    /// What of it nobody holds, in words: projects, and of a `whole_client` that has none the client.
    pub(super) fn held_by_nobody(&self, whole_client: bool) -> Vec<String> {
        let (side, client) = (self.side, &self.client);
        let idle = whole_client && self.unfinished.is_empty();
        if idle && self.accountability.of_client(side, client.id).is_none() {
            return vec![client.name.clone()];
        }
        let of = |project: &&project::Model| self.accountability.of_project(side, project);
        let nobodys = self.projects.iter().filter(|project| of(project).is_none());
        nobodys.map(|project| project.name.clone()).collect()
    }

    /// The client side's minutes a week of what moves, whichever side moves: the weight in the programme's progress.
    pub(super) fn weight_minutes(&self, constants: &LoadConstants) -> i64 {
        let of_projects = self.projects.iter().map(|project| {
            let profile = ProjectProfile {
                status: project.status,
                size: project.size,
                communication: self.client.communication.into(),
                complexity: project.complexity.into(),
                lead_mode: project.lead_mode,
            };
            profile.sides(constants).client_minutes
        });
        let idle = if self.whole_client {
            let statuses = self.unfinished.iter().map(|project| project.status);
            idle_client_minutes(constants, statuses)
        } else {
            0
        };
        of_projects.sum::<i64>() + idle
    }

    /// The ids of what moves.
    pub(super) fn project_ids(&self) -> Vec<Uuid> {
        self.projects.iter().map(|project| project.id).collect()
    }

    /// Whether this is a project of the client that is not finished.
    pub(super) fn is_unfinished(&self, id: Uuid) -> bool {
        self.unfinished.iter().any(|project| project.id == id)
    }

    /// Every unfinished project of the client.
    pub(super) fn unfinished(&self) -> &[project::Model] {
        &self.unfinished
    }
}

/// The projects that rows of `handover_project` name for a handover.
pub(super) async fn project_ids(
    conn: &impl ConnectionTrait,
    handover_id: Uuid,
) -> Result<Vec<Uuid>> {
    let rows = handover_project::Entity::find()
        .filter(handover_project::Column::HandoverId.eq(handover_id))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.project_id).collect())
}

/// "Shop, Blog and 3 more".
pub(super) fn named(names: &[String]) -> String {
    let shown = names.len().min(NAMED);
    let more = match names.len() - shown {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names[..shown].join(", "))
}

/// Those of `moved` handovers whose incoming person is still accountable for all that they moved on `day`. Five
/// statements.
pub async fn still_held(
    conn: &impl ConnectionTrait,
    moved: Vec<handover::Model>,
    day: Date,
) -> Result<Vec<handover::Model>> {
    let clients: Vec<Uuid> = moved.iter().map(|row| row.client_id).collect();
    let scope = Scope::Clients(clients);
    let accountability = Accountability::load(conn, &scope, day).await?;
    let named = handover_project::Entity::find()
        .filter(handover_project::Column::HandoverId.is_in(moved.iter().map(|row| row.id)))
        .all(conn)
        .await?;
    let projects = project::Entity::find()
        .filter(project::Column::Id.is_in(named.iter().map(|row| row.project_id)))
        .all(conn)
        .await?;
    let holds = |row: &handover::Model| {
        let is_theirs =
            |held: Option<&Held>| held.is_some_and(|held| held.person_id() == row.to_person_id);
        if row.whole_client {
            return is_theirs(accountability.of_client(row.side, row.client_id));
        }
        let of_row = |project: &&project::Model| {
            named
                .iter()
                .any(|name| name.handover_id == row.id && name.project_id == project.id)
        };
        projects
            .iter()
            .filter(of_row)
            .all(|project| is_theirs(accountability.of_project(row.side, project)))
    };
    Ok(moved.into_iter().filter(holds).collect())
}
