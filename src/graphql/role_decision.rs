//! Role decisions: which side leads, who decided it, and on which profile.

mod mutations;

use async_graphql::{Context, Description, ID, Object, Result, SimpleObject};
use jiff::{Span, civil::Date};
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;

use super::client::Client;
use super::connection::{Connection, Paging, in_memory, list};
use super::context::Asked;
use super::enums::{AssignmentSource, LeadMode};
use super::history::{self, Change};
use super::id::Kind;
use super::loaders::{by_id, by_parent};
use super::person::Person;
use super::project::Project;
use crate::domain::page::{Place, PlaceValue, Term};
use crate::domain::role_decisions;
use crate::entity::{Day, Moment, client, person, project, role_decision};
use crate::error::Error;

pub use mutations::{ClientLeadDecideInput, ProjectLeadDecideInput, RoleDecisionMutations};

/// Which side was decided to lead a project, or, as the default of a client, those of its projects that have no decision of
/// their own.
#[derive(Clone, Debug, Description)]
pub struct RoleDecision(pub role_decision::Model);

#[Object(use_type_description)]
impl RoleDecision {
    /// The decision's global id: `dec_…`.
    pub async fn id(&self) -> ID {
        Kind::RoleDecision.id(self.0.id)
    }

    /// What was decided.
    async fn lead_mode(&self) -> LeadMode {
        self.0.lead_mode.into()
    }

    /// What the profile recommended at that moment.
    async fn recommended(&self) -> LeadMode {
        self.0.recommended.into()
    }

    /// Why; empty when it was only confirmed.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The profile it was made on.
    async fn scores(&self) -> DecisionScores {
        DecisionScores {
            communication: self.0.communication,
            sensitivity: self.0.sensitivity,
            growth: self.0.growth,
            complexity: self.0.complexity,
            delivery: self.0.delivery,
            volatility: self.0.volatility,
        }
    }

    /// The client whose default it is; null of a project's own.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        Ok(self.client_row(ctx).await?.map(Client))
    }

    /// The project whose own it is; null of a client's default.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        Ok(self.project_row(ctx).await?.map(Project))
    }

    /// What wrote it: a person, a spreadsheet or the demo.
    async fn source(&self) -> AssignmentSource {
        self.0.source.into()
    }

    /// Who decided; null when it was Meridian itself or somebody at the command line.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.decided_by_id else {
            return Ok(None);
        };
        Ok(by_id::<person::Entity>(ctx, id).await?.map(Person))
    }

    /// When it was written.
    async fn decided_at(&self) -> Moment {
        self.0.decided_at
    }

    /// The day it was decided, where whoever decided lives.
    async fn decided_on(&self) -> Day {
        self.0.decided_on
    }

    /// The kick-off it was made or re-confirmed for, and serves alone; null while that is to come, and of a default.
    async fn kicked_off_on(&self) -> Option<Day> {
        self.0.kicked_off_on
    }

    /// Set when it is to be made again: the profile recommends something else by now, or it is as old as the settings allow
    /// (12 months unless an owner has set another). Null of one that is not in force.
    async fn re_decide(&self, ctx: &Context<'_>) -> Result<Option<ReDecide>> {
        let constants = &ctx.loaders().loader().settings().await?.decisions;
        let today = ctx.caller().today();
        let row = &self.0;
        let flagged = if let Some(project) = self.project_row(ctx).await? {
            let client = super::loaders::the::<client::Entity>(ctx, project.client_id).await?;
            role_decisions::project_re_decide(constants, today, &client, &project, row)
        } else {
            let client = self.client_row(ctx).await?;
            client
                .and_then(|client| role_decisions::client_re_decide(constants, today, &client, row))
        };
        Ok(flagged.map(ReDecide::from))
    }

    /// What was changed, the newest first. For owners and managers.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Change>>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        Ok(Some(history::of(ctx, self.0.id, &paging).await?))
    }
}

impl RoleDecision {
    async fn client_row(&self, ctx: &Context<'_>) -> Result<Option<client::Model>> {
        let Some(id) = self.0.client_id else {
            return Ok(None);
        };
        Ok(by_id::<client::Entity>(ctx, id).await?)
    }

    async fn project_row(&self, ctx: &Context<'_>) -> Result<Option<project::Model>> {
        let Some(id) = self.0.project_id else {
            return Ok(None);
        };
        Ok(by_id::<project::Entity>(ctx, id).await?)
    }
}

/// The scores that a decision was made on, each from 1 to 5.
#[derive(Clone, Debug, SimpleObject)]
pub struct DecisionScores {
    /// Of the client: how much communication it needed.
    communication: i32,
    /// Of the client: how sensitive the relationship was.
    sensitivity: i32,
    /// Of the client: how much it could grow.
    growth: i32,
    /// Of the project: how complex production was; null of a client's default, which takes it to be 3.
    complexity: Option<i32>,
    /// Of the project: how hard the delivery dates were; null of a client's default, which takes it to be 3.
    delivery: Option<i32>,
    /// Of the project: how much its scope moved; null of a client's default, which takes it to be 3.
    volatility: Option<i32>,
}

/// That a decision is to be made again.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReDecide {
    /// What the profile recommends now.
    recommended: LeadMode,
    /// Why it is to be made again, as sentences.
    why: String,
}

impl From<role_decisions::ReDecide> for ReDecide {
    fn from(given: role_decisions::ReDecide) -> Self {
        Self {
            recommended: given.recommended.into(),
            why: given.why,
        }
    }
}

/// The own decisions of a project, the newest first.
pub(super) async fn of_project(
    ctx: &Context<'_>,
    id: Uuid,
    paging: &Paging,
) -> Result<Connection<RoleDecision>> {
    let column = role_decision::Column::ProjectId;
    let rows = by_parent::<role_decision::Entity>(ctx, column, id).await?;
    let place = |row: &role_decision::Model| {
        Place(vec![
            PlaceValue::Moment(row.decided_at),
            PlaceValue::Id(row.id),
        ])
    };
    let name = format!("decisions of {}", id.simple());
    Ok(in_memory(&name, rows, true, paging, place, RoleDecision)?)
}

/// Queries about role decisions.
#[derive(Default)]
pub struct RoleDecisionQueries;

#[Object]
impl RoleDecisionQueries {
    /// The projects whose planned kick-off is near, or past, and that are not decided for it yet; the most urgent first.
    async fn kick_offs_to_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many days ahead, 0 to 366.", default = 7)] within_days: i32,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Project>> {
        let to = days_ahead(ctx.caller().today(), within_days)?;
        let select = project::Entity::find().filter(role_decisions::undecided(to));
        let terms = [Term {
            column: project::Column::KickOffPlannedOn,
            folded: false,
            descending: false,
        }];
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let id = project::Column::Id;
        list(
            ctx,
            "kickOffsToDecide",
            select,
            &terms,
            id,
            &paging,
            Project,
        )
        .await
    }
}

fn days_ahead(today: Date, days: i32) -> Result<Date, Error> {
    if !(0..=366).contains(&days) {
        let message = format!("{days} is outside 0 to 366.");
        return Err(Error::invalid("withinDays", message));
    }
    Ok(today.saturating_add(Span::new().days(days)))
}
