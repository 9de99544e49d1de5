//! Starting programmes, changing their texts and calling them off.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::Programme;
use crate::domain::programmes::{self, NewProgramme, ProgrammeEdit};
use crate::entity::{Day, programme};
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split, split_or_current};

/// What a new programme needs.
#[derive(Debug, InputObject)]
pub struct ProgrammeStartInput {
    /// What it is called, 1 to 200 characters.
    name: String,
    /// Why the agency does it, 1 to 5,000 characters: stands in every letter to a client.
    reason: String,
    /// How it helps the client, 1 to 5,000 characters: stands in every letter to a client.
    benefit: String,
    /// How work goes on, 1 to 5,000 characters: stands in every letter to a client.
    way_forward: String,
    /// Its first day; today by default. Its waves begin on the Mondays on or after it.
    starts_on: Option<Day>,
    /// The approved plan that its handovers are made from, which no other programme was made of; without it they are made
    /// by hand.
    plan_id: Option<ID>,
}

/// What to change about a programme. What is absent stays.
#[derive(Debug, InputObject)]
pub struct ProgrammeUpdateInput {
    /// Which programme.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What it is called, 1 to 200 characters.
    name: Option<String>,
    /// Why the agency does it, 1 to 5,000 characters.
    reason: Option<String>,
    /// How it helps the client, 1 to 5,000 characters.
    benefit: Option<String>,
    /// How work goes on, 1 to 5,000 characters.
    way_forward: Option<String>,
}

/// Which programme to call off, and why.
#[derive(Debug, InputObject)]
pub struct ProgrammeCancelInput {
    /// Which programme.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Why, 1 to 2,000 characters: also the reason of each handover that it cancels.
    reason: String,
}

/// What came of a change of a programme.
#[derive(Debug, SimpleObject)]
pub struct ProgrammePayload {
    /// The programme as it is now; null when nothing was changed, but for a stale version.
    programme: Option<Programme>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of programmes.
#[derive(Default)]
pub struct ProgrammeMutations;

#[Object]
impl ProgrammeMutations {
    /// Starts a programme: makes the handovers of its plan, freezes the figures of today and plans the review in half a
    /// year. Owners only.
    async fn programme_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the programme needs.")] input: ProgrammeStartInput,
    ) -> Result<ProgrammePayload> {
        let caller = ctx.caller();
        let started = async {
            let plan_id = input.plan_id.as_ref();
            let plan_id = plan_id.map(|id| Kind::Plan.parse("planId", id));
            let new = NewProgramme {
                name: input.name,
                reason: input.reason,
                benefit: input.benefit,
                way_forward: input.way_forward,
                starts_on: input.starts_on.map_or_else(|| caller.today(), |day| day.0),
                plan_id: plan_id.transpose()?,
            };
            programmes::start(ctx.db(), caller, new).await
        };
        let (row, user_errors) = split(started.await)?;
        Ok(ProgrammePayload {
            programme: row.map(Programme),
            user_errors,
        })
    }

    /// Changes the name and the texts of a running programme. They stand in the letters that are drafted from then on;
    /// those drafted before keep theirs. Owners only.
    async fn programme_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProgrammeUpdateInput,
    ) -> Result<ProgrammePayload> {
        let updated = async {
            let id = Kind::Programme.parse("id", &input.id)?;
            let edit = ProgrammeEdit {
                name: input.name,
                reason: input.reason,
                benefit: input.benefit,
                way_forward: input.way_forward,
            };
            programmes::update(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Calls a running programme off, and with it every handover that has not transferred. What has moved stays so.
    /// Owners only.
    async fn programme_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which programme, and why.")] input: ProgrammeCancelInput,
    ) -> Result<ProgrammePayload> {
        let cancelled = async {
            let id = Kind::Programme.parse("id", &input.id)?;
            let version = input.expected_version;
            programmes::cancel(ctx.db(), ctx.caller(), id, version, &input.reason).await
        };
        payload(ctx, &input.id, cancelled.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<programme::Model>,
) -> Result<ProgrammePayload> {
    let (row, user_errors) = split_or_current::<programme::Entity>(ctx, id, changed).await?;
    Ok(ProgrammePayload {
        programme: row.map(Programme),
        user_errors,
    })
}
