//! A decision before it is written.

use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};

use super::Wish;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::history;
use crate::entity::{Day, LeadMode, Moment, ProjectStatus, client, new_id, project, role_decision};
use crate::error::Result;

/// A decision that was looked at, and holds the profile it is made on.
#[derive(Debug)]
pub(in crate::domain) struct Draft {
    row: role_decision::Model,
}

impl Draft {
    /// For a project as it is to be; `wish.reason` was looked at. What overrides the recommendation needs a reason.
    pub(in crate::domain) fn of_project(
        check: &mut Check,
        caller: &Caller,
        client: &client::Model,
        project: &project::Model,
        recommended: LeadMode,
        wish: &Wish,
    ) -> Self {
        let of_client = Self::of_client(check, caller, client, recommended, wish);
        let row = role_decision::Model {
            client_id: None,
            project_id: Some(project.id),
            complexity: Some(project.complexity),
            delivery: Some(project.delivery),
            volatility: Some(project.volatility),
            kicked_off_on: serves(caller, project),
            ..of_client.row
        };
        Self { row }
    }

    /// The same, for a client as the default of its projects.
    pub(super) fn of_client(
        check: &mut Check,
        caller: &Caller,
        client: &client::Model,
        recommended: LeadMode,
        wish: &Wish,
    ) -> Self {
        check.require(
            wish.lead_mode == recommended || !wish.reason.is_empty(),
            "reason",
            format!(
                "The profile recommends {}. Say why it is to be {}: the reason is kept with the decision.",
                recommended.word(),
                wish.lead_mode.word()
            ),
        );
        let row = role_decision::Model {
            id: new_id(caller.now),
            client_id: Some(client.id),
            project_id: None,
            lead_mode: wish.lead_mode,
            recommended,
            reason: wish.reason.clone(),
            communication: client.communication,
            sensitivity: client.sensitivity,
            growth: client.growth,
            complexity: None,
            delivery: None,
            volatility: None,
            source: wish.source,
            decided_by_id: caller.person_id,
            decided_on: Day(caller.today()),
            decided_at: Moment(caller.now),
            kicked_off_on: None,
        };
        Self { row }
    }

    /// Writes it. The project or client must be written already.
    pub(in crate::domain) async fn insert(
        self,
        tx: &impl ConnectionTrait,
        caller: &Caller,
    ) -> Result<role_decision::Model> {
        let row = self.row.into_active_model().reset_all();
        let decision = row.insert(tx).await?;
        history::created(tx, caller, decision.id, &decision).await?;
        Ok(decision)
    }
}

/// The kick-off that a decision serves: of a running project the one it runs since, else the next, which is to come.
fn serves(caller: &Caller, project: &project::Model) -> Option<Day> {
    let running = project.status == ProjectStatus::Active;
    running.then(|| project.kicked_off_on.unwrap_or(Day(caller.today())))
}
