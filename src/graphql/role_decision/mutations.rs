//! Deciding which side leads.

use async_graphql::{Context, ID, InputObject, Object, Result};

use crate::domain::role_decisions::{self, Wish};
use crate::entity;
use crate::graphql::client::{self, ClientPayload};
use crate::graphql::context::Asked;
use crate::graphql::enums::LeadMode;
use crate::graphql::id::Kind;
use crate::graphql::project::{self, ProjectPayload};

/// Which side is to lead a project.
#[derive(Debug, InputObject)]
pub struct ProjectLeadDecideInput {
    /// Which project; not archived.
    id: ID,
    /// The project's version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What is decided: what the profile recommends is confirmed, anything else overrides it.
    lead_mode: LeadMode,
    /// Why; at most 2,000 characters. Needed when it is not what the profile recommends.
    reason: Option<String>,
}

/// Which side is to lead the projects of a client that have no decision of their own.
#[derive(Debug, InputObject)]
pub struct ClientLeadDecideInput {
    /// Which client; not archived.
    id: ID,
    /// The client's version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What is decided; null: its projects are decided one by one, and are led jointly until then.
    lead_mode: Option<LeadMode>,
    /// Why; at most 2,000 characters. Needed when it is not what the client's profile recommends.
    reason: Option<String>,
}

/// Changes of role decisions.
#[derive(Default)]
pub struct RoleDecisionMutations;

#[Object]
impl RoleDecisionMutations {
    /// Decides which side leads a project, on its profile as it is now. Of a project that is not ACTIVE the decision is made
    /// for its next kick-off. Owners, and managers accountable for it.
    async fn project_lead_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is decided.")] input: ProjectLeadDecideInput,
    ) -> Result<ProjectPayload> {
        let wish = Wish {
            lead_mode: input.lead_mode.into(),
            reason: input.reason.unwrap_or_default(),
            source: entity::AssignmentSource::Person,
        };
        let (version, id) = (input.expected_version, &input.id);
        let decided = async {
            let id = Kind::Project.parse("id", id)?;
            role_decisions::decide(ctx.db(), ctx.caller(), id, version, wish).await
        };
        project::payload(ctx, id, decided.await).await
    }

    /// Decides which side leads the projects of a client that have no decision of their own, or takes that back. They follow
    /// at once, and new ones begin with it; a kick-off still needs a decision of the project itself. Owners, and managers
    /// accountable for the client.
    async fn client_lead_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is decided.")] input: ClientLeadDecideInput,
    ) -> Result<ClientPayload> {
        let (version, id) = (input.expected_version, &input.id);
        let lead_mode = input.lead_mode.map(Into::into);
        let reason = input.reason.unwrap_or_default();
        let decided = async {
            let id = Kind::Client.parse("id", id)?;
            let (db, caller) = (ctx.db(), ctx.caller());
            role_decisions::decide_for_client(db, caller, id, version, lead_mode, &reason).await
        };
        client::payload(ctx, id, decided.await).await
    }
}
