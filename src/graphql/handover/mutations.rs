//! Making handovers, moving them on and calling them off.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::Handover;
use crate::domain::handovers::{self, Advance, NewHandover, StepEdit};
use crate::entity::{Day, handover};
use crate::graphql::context::Asked;
use crate::graphql::enums::{HandoverStage, Side};
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split, split_or_current};

/// What a new handover needs.
#[derive(Debug, InputObject)]
pub struct HandoverCreateInput {
    /// The running programme it is to belong to; without it the handover stands alone.
    programme_id: Option<ID>,
    /// Whose accountability moves.
    client_id: ID,
    /// Which side moves.
    side: Side,
    /// The unfinished projects that move, at most 100; without it the client as a whole, and with it every project.
    #[graphql(validator(max_items = 100))]
    project_ids: Option<Vec<ID>>,
    /// Who hands over. Must be accountable for all of it today.
    from_person_id: ID,
    /// Who takes over. Must work here on the day it is to transfer.
    to_person_id: ID,
    /// The day on which it is to be announced, today or later. The other stages are due 7, 14, 28 and 42 days after it,
    /// each moved forward to a working day of whoever does it.
    starts_on: Day,
    /// Why this move, 1 to 2,000 characters. Kept on the assignments that it writes.
    reason: String,
    /// Why both sides of the client may move within 14 days of each other, 1 to 2,000 characters. Needed only then.
    override_reason: Option<String>,
}

/// Which stage a handover has reached.
#[derive(Debug, InputObject)]
pub struct HandoverAdvanceInput {
    /// Which handover.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// The stage that was reached: the one after the present.
    stage: HandoverStage,
    /// The day on which it was reached; today by default. TRANSFERRED is always reached today.
    on: Option<Day>,
    /// What there is to say of it, at most 2,000 characters. Kept in the history.
    note: Option<String>,
}

/// What to change about a step of a handover. What is absent stays.
#[derive(Debug, InputObject)]
pub struct HandoverStepSetInput {
    /// Which handover.
    id: ID,
    /// The version of the handover you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Which of its steps: by the stage that is to be reached.
    stage: HandoverStage,
    /// Whose task it is. Must work here on the day it is due.
    owner_id: Option<ID>,
    /// When it is to be reached: not before the step before it, nor after the step after it.
    due_on: Option<Day>,
}

/// Which handover to call off, and why.
#[derive(Debug, InputObject)]
pub struct HandoverCancelInput {
    /// Which handover.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Why, 1 to 2,000 characters.
    reason: String,
}

/// What came of a change of a handover.
#[derive(Debug, SimpleObject)]
pub struct HandoverPayload {
    /// The handover as it is now; null when nothing was changed, but for a stale version.
    handover: Option<Handover>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of handovers.
#[derive(Default)]
pub struct HandoverMutations;

#[Object]
impl HandoverMutations {
    /// Makes a handover with its five steps. Owners only. Refused while some of it is being handed over already.
    async fn handover_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the handover needs.")] input: HandoverCreateInput,
    ) -> Result<HandoverPayload> {
        let created = async {
            let new = input.read()?;
            handovers::create(ctx.db(), ctx.caller(), new).await
        };
        let (row, user_errors) = split(created.await)?;
        Ok(HandoverPayload {
            handover: row.map(Handover),
            user_errors,
        })
    }

    /// Notes that a handover has reached its next stage. Owners, and the two people of it. TRANSFERRED makes the incoming
    /// person accountable from today on, with every prompt, summary and responsibility.
    async fn handover_advance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stage was reached.")] input: HandoverAdvanceInput,
    ) -> Result<HandoverPayload> {
        let advanced = async {
            let id = Kind::Handover.parse("id", &input.id)?;
            let step = Advance {
                stage: input.stage.into(),
                on: input.on.map(|day| day.0),
                note: input.note,
            };
            handovers::advance(ctx.db(), ctx.caller(), id, input.expected_version, step).await
        };
        payload(ctx, &input.id, advanced.await).await
    }

    /// Changes whose task a step is, or when it is due, while it is not reached. Owners, and the two people of the
    /// handover.
    async fn handover_step_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: HandoverStepSetInput,
    ) -> Result<HandoverPayload> {
        let changed = async {
            let id = Kind::Handover.parse("id", &input.id)?;
            let owner_id = input.owner_id.as_ref();
            let owner_id = owner_id.map(|id| Kind::Person.parse("ownerId", id));
            let edit = StepEdit {
                stage: input.stage.into(),
                owner_id: owner_id.transpose()?,
                due_on: input.due_on.map(|day| day.0),
            };
            handovers::set_step(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, changed.await).await
    }

    /// Calls a handover off before it transfers: everybody keeps what they hold. Owners only. To undo one that has
    /// transferred, make a handover back.
    async fn handover_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which handover, and why.")] input: HandoverCancelInput,
    ) -> Result<HandoverPayload> {
        let cancelled = async {
            let id = Kind::Handover.parse("id", &input.id)?;
            let version = input.expected_version;
            handovers::cancel(ctx.db(), ctx.caller(), id, version, &input.reason).await
        };
        payload(ctx, &input.id, cancelled.await).await
    }
}

impl HandoverCreateInput {
    fn read(self) -> crate::error::Result<NewHandover> {
        let programme_id = self.programme_id.as_ref();
        let programme_id = programme_id.map(|id| Kind::Programme.parse("programmeId", id));
        let project_ids = self.project_ids.as_ref().map(|ids| {
            ids.iter()
                .map(|id| Kind::Project.parse("projectIds", id))
                .collect()
        });
        Ok(NewHandover {
            programme_id: programme_id.transpose()?,
            client_id: Kind::Client.parse("clientId", &self.client_id)?,
            side: self.side.into(),
            project_ids: project_ids.transpose()?,
            from_person_id: Kind::Person.parse("fromPersonId", &self.from_person_id)?,
            to_person_id: Kind::Person.parse("toPersonId", &self.to_person_id)?,
            starts_on: self.starts_on.0,
            reason: self.reason,
            override_reason: self.override_reason,
        })
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<handover::Model>,
) -> Result<HandoverPayload> {
    let (row, user_errors) = split_or_current::<handover::Entity>(ctx, id, changed).await?;
    Ok(HandoverPayload {
        handover: row.map(Handover),
        user_errors,
    })
}
