//! Changes of projects.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::Project;
use crate::domain::project_status::{self, StatusMove};
use crate::domain::projects::{self, NewProject, ProjectEdit};
use crate::domain::role_decisions::Wish;
use crate::entity::{AssignmentSource, Day, project};
use crate::graphql::context::Asked;
use crate::graphql::enums::{LeadMode, ProjectSize, ProjectStatus};
use crate::graphql::id::Kind;
use crate::graphql::payload::{UserError, split, split_or_current};

/// What a new project needs.
#[derive(Debug, InputObject)]
pub struct ProjectCreateInput {
    /// For whom it is; not archived.
    client_id: ID,
    /// What it is called; unique within the client, whatever the case. 1 to 200 characters.
    name: String,
    /// Where it stands. With ACTIVE, say the `leadMode`.
    #[graphql(default_with = "ProjectStatus::Proposed")]
    status: ProjectStatus,
    /// How large it is to coordinate.
    #[graphql(default_with = "ProjectSize::M")]
    size: ProjectSize,
    /// How complex production is, 1 to 5.
    #[graphql(default = 3)]
    complexity: i32,
    /// How hard the delivery dates are, 1 to 5.
    #[graphql(default = 3)]
    delivery: i32,
    /// How much its scope moves, 1 to 5.
    #[graphql(default = 3)]
    volatility: i32,
    /// Which side is to lead it: its role decision, which an ACTIVE project needs. Without one its client's default holds,
    /// else JOINT.
    lead_mode: Option<LeadMode>,
    /// Why; at most 2,000 characters. Needed when `leadMode` is not what the profile recommends.
    reason: Option<String>,
    /// The day its kick-off is planned for: today or later, for a project that is not ACTIVE yet.
    kick_off_planned_on: Option<Day>,
    /// The day it was kicked off, for a project that runs already; at most today. An ACTIVE project without it is kicked
    /// off today, and a KICKOFF touchpoint is logged.
    kicked_off_on: Option<Day>,
    /// The day it is to go live.
    launch_on: Option<Day>,
}

/// What to change about a project. What is absent stays, null clears. Its status is moved by `projectStatusSet`, and which
/// side leads it decided by `projectLeadDecide`.
#[derive(Debug, InputObject)]
pub struct ProjectUpdateInput {
    /// Which project.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// What it is called; unique within the client, whatever the case. 1 to 200 characters.
    name: Option<String>,
    /// How large it is to coordinate.
    size: Option<ProjectSize>,
    /// How complex production is, 1 to 5.
    complexity: Option<i32>,
    /// How hard the delivery dates are, 1 to 5.
    delivery: Option<i32>,
    /// How much its scope moves, 1 to 5.
    volatility: Option<i32>,
    /// The day its kick-off is planned for: today or later, for a PROPOSED or BACK_BURNER project; null clears.
    kick_off_planned_on: MaybeUndefined<Day>,
    /// The day it is to go live; null clears.
    launch_on: MaybeUndefined<Day>,
}

/// Where a project is to stand. PROPOSED can become ACTIVE, BACK_BURNER or CANCELLED; ACTIVE and BACK_BURNER each other,
/// COMPLETED or CANCELLED; and these two ACTIVE or BACK_BURNER again.
#[derive(Debug, InputObject)]
pub struct ProjectStatusSetInput {
    /// Which project.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
    /// Where it is to stand.
    status: ProjectStatus,
    /// Which side leads: its role decision, made or re-confirmed. Needed for ACTIVE, unless it was decided for this kick-off
    /// already.
    lead_mode: Option<LeadMode>,
    /// Why; at most 2,000 characters, kept in the history and with the decision. Needed when `leadMode` is not what the
    /// profile recommends.
    reason: Option<String>,
    /// The day it happened, at most today, which it is by default. Of ACTIVE: the kick-off.
    on: Option<Day>,
}

/// Which project to archive.
#[derive(Debug, InputObject)]
pub struct ProjectArchiveInput {
    /// Which project.
    id: ID,
    /// The version you read; refused as STALE_VERSION when it has changed since.
    expected_version: Option<i64>,
}

/// What came of a change of a project.
#[derive(Debug, SimpleObject)]
pub struct ProjectPayload {
    /// The project as it is now; null when nothing was changed, but for a stale version.
    project: Option<Project>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of projects.
#[derive(Default)]
pub struct ProjectMutations;

#[Object]
impl ProjectMutations {
    /// Creates a project. Owners, and managers accountable for the client.
    async fn project_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the project needs.")] input: ProjectCreateInput,
    ) -> Result<ProjectPayload> {
        let created = async {
            let new = NewProject {
                client_id: Kind::Client.parse("clientId", &input.client_id)?,
                name: input.name,
                status: input.status.into(),
                size: input.size.into(),
                complexity: input.complexity,
                delivery: input.delivery,
                volatility: input.volatility,
                decision: input.lead_mode.map(|lead_mode| Wish {
                    lead_mode: lead_mode.into(),
                    reason: input.reason.unwrap_or_default(),
                    source: AssignmentSource::Person,
                }),
                kick_off_planned_on: input.kick_off_planned_on.map(|day| day.0),
                kicked_off_on: input.kicked_off_on.map(|day| day.0),
                launch_on: input.launch_on.map(|day| day.0),
            };
            projects::create(ctx.db(), ctx.caller(), new).await
        };
        let (row, user_errors) = split(created.await)?;
        Ok(ProjectPayload {
            project: row.map(Project),
            user_errors,
        })
    }

    /// Changes a project, but not its status. Owners, and managers accountable for it.
    async fn project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProjectUpdateInput,
    ) -> Result<ProjectPayload> {
        let kick_off_planned_on: Option<Option<Day>> = input.kick_off_planned_on.into();
        let launch_on: Option<Option<Day>> = input.launch_on.into();
        let edit = ProjectEdit {
            name: input.name,
            size: input.size.map(Into::into),
            complexity: input.complexity,
            delivery: input.delivery,
            volatility: input.volatility,
            kick_off_planned_on: kick_off_planned_on.map(|day| day.map(|day| day.0)),
            launch_on: launch_on.map(|day| day.map(|day| day.0)),
        };
        let updated = async {
            let id = Kind::Project.parse("id", &input.id)?;
            projects::update(ctx.db(), ctx.caller(), id, input.expected_version, edit).await
        };
        payload(ctx, &input.id, updated.await).await
    }

    /// Moves a project's status. Owners, and managers accountable for it. What becomes ACTIVE is kicked off, which takes a
    /// role decision made for this kick-off: the day is kept as `kickedOffOn`, and a KICKOFF touchpoint logged.
    async fn project_status_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where it is to stand.")] input: ProjectStatusSetInput,
    ) -> Result<ProjectPayload> {
        let to = StatusMove {
            status: input.status.into(),
            lead_mode: input.lead_mode.map(Into::into),
            reason: input.reason,
            source: AssignmentSource::Person,
            on: input.on.map(|day| day.0),
        };
        let moved = async {
            let id = Kind::Project.parse("id", &input.id)?;
            project_status::set(ctx.db(), ctx.caller(), id, input.expected_version, to).await
        };
        payload(ctx, &input.id, moved.await).await
    }

    /// Takes a COMPLETED or CANCELLED project off the lists. Owners, and managers accountable for it.
    async fn project_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which project.")] input: ProjectArchiveInput,
    ) -> Result<ProjectPayload> {
        let archived = async {
            let id = Kind::Project.parse("id", &input.id)?;
            projects::archive(ctx.db(), ctx.caller(), id, input.expected_version).await
        };
        payload(ctx, &input.id, archived.await).await
    }
}

/// The payload of a change of the project that an input's `id` names.
pub(in crate::graphql) async fn payload(
    ctx: &Context<'_>,
    id: &ID,
    changed: crate::error::Result<project::Model>,
) -> Result<ProjectPayload> {
    let (row, user_errors) = split_or_current::<project::Entity>(ctx, id, changed).await?;
    Ok(ProjectPayload {
        project: row.map(Project),
        user_errors,
    })
}
