//! Asking for plans, calling them off, approving them.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::Plan;
use super::inputs::PlanCreateInput;
use crate::domain::plans;
use crate::entity::plan;
use crate::graphql::client_or_project::below_of;
use crate::graphql::context::Asked;
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split, split_or_current};

/// Which plan to call off.
#[derive(Debug, InputObject)]
pub struct PlanCancelInput {
    /// Which plan; SOLVING.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// Which plan to approve.
#[derive(Debug, InputObject)]
pub struct PlanApproveInput {
    /// Which plan; READY.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a plan.
#[derive(Debug, SimpleObject)]
pub struct PlanPayload {
    /// The plan as it is now; null when nothing was changed, but for a stale version.
    plan: Option<Plan>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of plans.
#[derive(Default)]
pub struct PlanMutations;

#[Object]
impl PlanMutations {
    /// Asks for a plan, and waits some seconds for it: it is READY then, INFEASIBLE or FAILED; or it is still SOLVING, and
    /// to be looked up later. The same question has the same answer while the agency is the same. Owners and managers; only
    /// owners set guards aside.
    async fn plan_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the plan is asked for.")] input: PlanCreateInput,
    ) -> Result<PlanPayload> {
        let created = async {
            let app = ctx.app();
            let new = input.read(ctx)?;
            plans::create(&app.db, &app.clock, &app.plans, ctx.caller(), new).await
        };
        let (row, user_errors) = split(created.await.map_err(below_of))?;
        Ok(PlanPayload {
            plan: row.map(Plan),
            user_errors,
        })
    }

    /// Calls off a plan that is being worked out. Owners, and whoever asked for it.
    async fn plan_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan.")] input: PlanCancelInput,
    ) -> Result<PlanPayload> {
        let cancelled = async {
            let id = Kind::Plan.parse("id", &input.id)?;
            let app = ctx.app();
            plans::cancel(
                &app.db,
                &app.plans,
                ctx.caller(),
                id,
                input.expected_version,
            )
            .await
        };
        payload(ctx, &input.id, cancelled.await).await
    }

    /// Approves a plan, so that handovers can be made from it; it moves nobody itself. Refused when somebody else holds
    /// something of it by now. Owners only.
    async fn plan_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan.")] input: PlanApproveInput,
    ) -> Result<PlanPayload> {
        let approved = async {
            let id = Kind::Plan.parse("id", &input.id)?;
            plans::approve(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, approved.await).await
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<plan::Model>,
) -> Result<PlanPayload> {
    let (row, user_errors) = split_or_current::<plan::Entity>(ctx, id, changed).await?;
    Ok(PlanPayload {
        plan: row.map(Plan),
        user_errors,
    })
}
