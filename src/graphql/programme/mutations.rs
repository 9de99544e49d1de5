//! Starting programmes and calling them off.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::Programme;
use crate::domain::programmes::{self, NewProgramme};
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
    /// Starts a programme: freezes the figures of today and plans the review in half a year. Owners only.
    async fn programme_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the programme needs.")] input: ProgrammeStartInput,
    ) -> Result<ProgrammePayload> {
        let caller = ctx.caller();
        let new = NewProgramme {
            name: input.name,
            reason: input.reason,
            benefit: input.benefit,
            way_forward: input.way_forward,
            starts_on: input.starts_on.map_or_else(|| caller.today(), |day| day.0),
            plan_id: None,
        };
        let (row, user_errors) = split(programmes::start(ctx.db(), caller, new).await)?;
        Ok(ProgrammePayload {
            programme: row.map(Programme),
            user_errors,
        })
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
        let cancelled = cancelled.await;
        let id = &input.id;
        let (row, user_errors) = split_or_current::<programme::Entity>(ctx, id, cancelled).await?;
        Ok(ProgrammePayload {
            programme: row.map(Programme),
            user_errors,
        })
    }
}
