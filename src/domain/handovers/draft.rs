//! A handover that is about to be written: what must hold for one made by hand and for one of a plan.

use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::locks::lock_clients;
use super::moving::{Moving, named};
use super::rhythm::{PlannedStep, planned_steps};
use super::separation::{Beginning, OfClient};
use super::steps::write;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::settings::Settings;
use crate::domain::{clients, working_time};
use crate::entity::{HandoverStage, Moment, Side, client, handover, new_id};
use crate::error::{Error, ProblemCode, Result};

/// The longest reason that is kept.
const LONGEST_REASON: usize = 2_000;

/// A handover that is about to be written.
pub(super) struct Draft {
    pub(super) programme_id: Option<Uuid>,
    pub(super) client_id: Uuid,
    pub(super) side: Side,
    /// None: the client as a whole.
    pub(super) project_ids: Option<Vec<Uuid>>,
    pub(super) from_person_id: Uuid,
    pub(super) to_person_id: Uuid,
    pub(super) begins_on: Date,
    pub(super) wave: i32,
    /// What a plan says it weighs; none: made by hand, reckoned from what moves.
    pub(super) weight_minutes: Option<i64>,
    pub(super) reason: String,
    pub(super) override_reason: Option<String>,
}

impl Draft {
    /// Checks what moves and what stands against it, and writes the handover, its projects and its steps.
    pub(super) async fn write(
        self,
        tx: &impl ConnectionTrait,
        caller: &Caller,
        mut check: Check,
    ) -> Result<handover::Model> {
        let Some(client) = locked_client(tx, &mut check, self.client_id).await? else {
            return Err(check.finish().err().unwrap_or(Error::NotFound("client")));
        };
        let moving = self.moving(tx, caller, client).await?;
        check_moving(&mut check, &moving, self.project_ids.as_deref());
        let people = (self.from_person_id, self.to_person_id);
        let working_times = working_time::load(tx, &[people.0, people.1]).await?;
        let steps = planned_steps(people, self.begins_on, &working_times);
        let reason = self.check_others(tx, &mut check, &moving, &steps).await?;
        check.finish()?;
        let weight_minutes = match self.weight_minutes {
            Some(minutes) => minutes,
            None => moving.weight_minutes(&Settings::load(tx).await?.load),
        };
        let row = handover::Model {
            id: new_id(caller.now),
            programme_id: self.programme_id,
            client_id: self.client_id,
            side: self.side,
            from_person_id: people.0,
            to_person_id: people.1,
            whole_client: moving.whole_client,
            stage: HandoverStage::Planned,
            wave: self.wave,
            weight_minutes,
            reason,
            cancel_reason: None,
            transferred_on: None,
            version: 1,
            created_at: Moment(caller.now),
            updated_at: Moment(caller.now),
        };
        write(tx, caller, row, &moving.project_ids(), &steps).await
    }

    async fn moving(
        &self,
        tx: &impl ConnectionTrait,
        caller: &Caller,
        client: client::Model,
    ) -> Result<Moving> {
        let of = (client, self.side);
        let projects = self.project_ids.as_deref();
        Moving::read(tx, of, self.from_person_id, projects, caller.today()).await
    }

    /// Notes what stands against beginning beside the client's other handovers. Answers the reason as it is kept: with
    /// the one to override the distance of the two sides, where that was needed.
    async fn check_others(
        &self,
        tx: &impl ConnectionTrait,
        check: &mut Check,
        moving: &Moving,
        steps: &[PlannedStep],
    ) -> Result<String> {
        let projects = moving.project_ids();
        let of_plan = self.weight_minutes.is_some();
        let new = Beginning {
            side: self.side,
            whole_client: moving.whole_client,
            projects: &projects,
            steps,
            planned: self
                .programme_id
                .filter(|_| of_plan)
                .map(|id| (id, self.wave)),
        };
        let reason = check.reason("reason", &self.reason);
        let others = OfClient::read(tx, self.client_id).await?;
        if others.overlapping(&new).is_some() {
            check.add(
                "clientId",
                ProblemCode::NotAllowedNow,
                "Some of this is being handed over already: move that handover on, or cancel it.",
            );
        }
        if others.too_close(&new).is_none() {
            return Ok(reason);
        }
        let Some(why) = &self.override_reason else {
            check.add(
                "startsOn",
                ProblemCode::NotAllowedNow,
                "The client's other side moves within 14 days of this. Choose a later day, or say in `overrideReason` why both may move at once.",
            );
            return Ok(reason);
        };
        let why = check.reason("overrideReason", why);
        let both = format!("{reason}\nBoth sides within 14 days: {why}");
        Ok(check.text("overrideReason", &both, LONGEST_REASON))
    }
}

/// The client, locked with its projects so that two handovers of it are looked at one after the other.
async fn locked_client(
    tx: &impl ConnectionTrait,
    check: &mut Check,
    id: Uuid,
) -> Result<Option<client::Model>> {
    // The strong lock first: whoever holds the weak one already cannot be waited for.
    lock_clients(tx, &[id]).await?;
    check.also(clients::open_client(tx, "clientId", id).await)
}

fn check_moving(check: &mut Check, moving: &Moving, projects: Option<&[Uuid]>) {
    if let Some(ids) = projects {
        check.require(
            !ids.is_empty(),
            "projectIds",
            "Name a project, or leave this out to hand over the client as a whole.",
        );
        if ids.iter().any(|id| !moving.is_unfinished(*id)) {
            check.add(
                "projectIds",
                ProblemCode::NotFound,
                format!(
                    "{} has no such unfinished project: take out what is finished, archived or another client's.",
                    moving.client.name
                ),
            );
        }
    }
    let not_held = moving.not_held();
    if !not_held.is_empty() {
        check.add(
            "fromPersonId",
            ProblemCode::NotAllowedNow,
            format!(
                "This person is not accountable today for the {} side of {}.",
                moving.side.word(),
                named(&not_held)
            ),
        );
    }
}
