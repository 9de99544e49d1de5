//! For what somebody holds a role.

use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};
use uuid::Uuid;

use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::responsibilities::{
    OPEN, must_be_accountable_for_client, must_be_accountable_for_project,
};
use crate::entity::{client, project};
use crate::error::{Error, ProblemCode, Result};

/// For what somebody holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A whole client.
    Client(Uuid),
    /// One project.
    Project(Uuid),
}

/// The client or project of an assignment, locked so that two changes of it come one after the other.
pub(super) enum Locked {
    Client(client::Model),
    Project(project::Model),
}

impl Locked {
    pub(super) async fn read(conn: &impl ConnectionTrait, target: Target) -> Result<Self> {
        let missing = |field: &str, noun: &str| {
            Error::problem(
                field,
                ProblemCode::NotFound,
                format!("There is no such {noun}."),
            )
        };
        match target {
            Target::Client(id) => client::Entity::find_by_id(id)
                .lock(LockType::NoKeyUpdate)
                .one(conn)
                .await?
                .map(Self::Client)
                .ok_or_else(|| missing("clientId", "client")),
            Target::Project(id) => project::Entity::find_by_id(id)
                .lock(LockType::NoKeyUpdate)
                .one(conn)
                .await?
                .map(Self::Project)
                .ok_or_else(|| missing("projectId", "project")),
        }
    }

    /// Refuses whoever may not write assignments of it.
    pub(super) async fn must_be_accountable(
        &self,
        conn: &impl ConnectionTrait,
        caller: &Caller,
    ) -> Result<()> {
        match self {
            Self::Client(client) => must_be_accountable_for_client(conn, caller, client.id).await,
            Self::Project(project) => must_be_accountable_for_project(conn, caller, project).await,
        }
    }

    /// Notes a problem when nobody new can be assigned to it.
    pub(super) async fn must_be_open(
        &self,
        conn: &impl ConnectionTrait,
        check: &mut Check,
    ) -> Result<()> {
        let (field, closed) = match self {
            Self::Client(client) => (
                "clientId",
                client.archived_at.map(|_| (&client.name, "is archived")),
            ),
            Self::Project(project) if project.archived_at.is_some() => {
                ("projectId", Some((&project.name, "is archived")))
            }
            Self::Project(project) if !OPEN.contains(&project.status) => {
                ("projectId", Some((&project.name, "is finished")))
            }
            Self::Project(project) => {
                let client = client::Entity::find_by_id(project.client_id)
                    .one(conn)
                    .await?;
                let archived = client.is_some_and(|client| client.archived_at.is_some());
                let closed = archived.then_some((&project.name, "belongs to an archived client"));
                ("projectId", closed)
            }
        };
        if let Some((name, why)) = closed {
            check.add(
                field,
                ProblemCode::NotAllowedNow,
                format!("{name} {why}; nobody new can be assigned to it."),
            );
        }
        Ok(())
    }
}
