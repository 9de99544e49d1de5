//! TRANSFERRED: the only stage that writes assignments, all of them in one transaction.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::locks::lock_clients;
use super::moving::{Moving, named, project_ids};
use crate::domain::access::Caller;
use crate::domain::assignments::{self, NewAssignment, Target};
use crate::domain::people;
use crate::domain::responsibilities::in_force;
use crate::entity::{
    Access, AssignmentSource, RoleSide, Side, assignment, client, handover, person, role,
};
use crate::error::{Error, ProblemCode, Result};

/// Moves the accountability from today on. Whoever held both sides in one hat keeps the other side.
pub(super) async fn transfer(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    row: &handover::Model,
) -> Result<()> {
    let to = people::working_here(tx, "stage", row.to_person_id, caller.today()).await?;
    lock_clients(tx, &[row.client_id]).await?;
    let client = client::Entity::find_by_id(row.client_id).one(tx).await?;
    let client = client.ok_or(Error::NotFound("client"))?;
    let ids = project_ids(tx, row.id).await?;
    let projects = (!row.whole_client).then_some(&*ids);
    let from = row.from_person_id;
    let moving = Moving::read(tx, (client, row.side), from, projects, caller.today()).await?;
    must_be_held(tx, row, &moving).await?;
    let from = person::Entity::find_by_id(from).one(tx).await?;
    let names = (from.map_or_else(String::new, |person| person.name), to.name);
    let hats = Hats::read(tx, caller, row, names, &moving).await?;
    if !row.whole_client {
        for project in &moving.projects {
            hats.hand_over(tx, Target::Project(project.id)).await?;
        }
        return Ok(());
    }
    for project in moving.unfinished() {
        hats.take_off(tx, Target::Project(project.id)).await?;
    }
    hats.hand_over(tx, Target::Client(row.client_id)).await
}

async fn must_be_held(
    tx: &impl ConnectionTrait,
    row: &handover::Model,
    moving: &Moving,
) -> Result<()> {
    let refused = |message| Err(Error::problem("stage", ProblemCode::NotAllowedNow, message));
    if !row.whole_client && moving.projects.is_empty() {
        return refused(
            "Every project of it is finished: there is nothing left to transfer. Cancel it."
                .to_owned(),
        );
    }
    let not_held = moving.not_held();
    if not_held.is_empty() {
        return Ok(());
    }
    let from = person::Entity::find_by_id(row.from_person_id)
        .one(tx)
        .await?;
    refused(format!(
        "{} is no longer accountable for the {} side of {}. Cancel this handover, and make one for what is left.",
        from.map_or_else(String::new, |person| person.name),
        moving.side.word(),
        named(&not_held)
    ))
}

/// The three roles that hold sides, and who wears them for the client and its projects today.
struct Hats<'a> {
    handover: &'a handover::Model,
    /// What whoever hands over and whoever takes over are called.
    names: (String, String),
    /// The caller with the authority of the handover, which an owner made.
    authority: Caller,
    own: Uuid,
    other: Uuid,
    both: Uuid,
    in_force: Vec<assignment::Model>,
}

impl<'a> Hats<'a> {
    async fn read(
        tx: &impl ConnectionTrait,
        caller: &Caller,
        handover: &'a handover::Model,
        names: (String, String),
        moving: &Moving,
    ) -> Result<Self> {
        let roles = role::Entity::find().all(tx).await?;
        let of = |side| {
            let role = roles.iter().find(|role| role.side == Some(side));
            let message = "a role that holds a side is missing";
            role.map(|role| role.id)
                .ok_or_else(|| Error::internal(message))
        };
        let (own, other) = match handover.side {
            Side::Client => (RoleSide::Client, RoleSide::Project),
            Side::Project => (RoleSide::Project, RoleSide::Client),
        };
        let projects = moving.unfinished().iter().map(|project| project.id);
        let of_these = sea_orm::Condition::any()
            .add(assignment::Column::ClientId.eq(handover.client_id))
            .add(assignment::Column::ProjectId.is_in(projects));
        Ok(Self {
            handover,
            names,
            authority: Caller {
                access: Access::Owner,
                ..caller.clone()
            },
            own: of(own)?,
            other: of(other)?,
            both: of(RoleSide::Both)?,
            in_force: in_force(caller.today()).filter(of_these).all(tx).await?,
        })
    }

    /// Gives the side to the incoming person. Whoever hands over in the unsplit hat puts on that of the other side.
    async fn hand_over(&self, tx: &impl ConnectionTrait, target: Target) -> Result<()> {
        self.split(tx, target).await?;
        let to = Some(self.handover.to_person_id);
        self.set(tx, self.own, target, to, self.taken_over()).await
    }

    /// Ends the outgoing person's own row of a project, so that the client's holder counts there too.
    async fn take_off(&self, tx: &impl ConnectionTrait, target: Target) -> Result<()> {
        if self.worn_by_outgoing(self.own, target).is_some() {
            self.set(tx, self.own, target, None, self.taken_over())
                .await?;
        }
        self.split(tx, target).await
    }

    async fn split(&self, tx: &impl ConnectionTrait, target: Target) -> Result<()> {
        let Some(unsplit) = self.worn_by_outgoing(self.both, target) else {
            return Ok(());
        };
        self.set(tx, self.both, target, None, self.taken_over())
            .await?;
        if self.worn(self.other, target).is_some() {
            return Ok(());
        }
        let from = Some(self.handover.from_person_id);
        let kept = format!(
            "Keeps this side, held in the unsplit role since {}; {} took over the other.",
            unsplit.from_on, self.names.1
        );
        self.set(tx, self.other, target, from, kept).await
    }

    /// Why somebody else holds it now. Everybody may read it; what a plan weighed stays with the handover.
    fn taken_over(&self) -> String {
        format!("{} took over from {}.", self.names.1, self.names.0)
    }

    fn worn_by_outgoing(&self, role_id: Uuid, target: Target) -> Option<&assignment::Model> {
        self.worn(role_id, target)
            .filter(|row| row.person_id == self.handover.from_person_id)
    }

    fn worn(&self, role_id: Uuid, target: Target) -> Option<&assignment::Model> {
        let (client, project) = match target {
            Target::Client(id) => (Some(id), None),
            Target::Project(id) => (None, Some(id)),
        };
        let here = |row: &&assignment::Model| {
            row.role_id == role_id && row.client_id == client && row.project_id == project
        };
        self.in_force.iter().find(here)
    }

    async fn set(
        &self,
        tx: &impl ConnectionTrait,
        role_id: Uuid,
        target: Target,
        person_id: Option<Uuid>,
        reason: String,
    ) -> Result<()> {
        let new = NewAssignment {
            role_id,
            target,
            person_id,
            from_on: self.authority.today(),
            reason,
        };
        assignments::set_in(tx, &self.authority, AssignmentSource::Handover, new).await?;
        Ok(())
    }
}
