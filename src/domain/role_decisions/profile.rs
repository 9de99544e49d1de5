//! What the profiles of a client and a project recommend, and whether that still is what a decision was made on.

use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use std::collections::HashMap;
use uuid::Uuid;

use crate::domain::decisions::{ByFactor, DecisionConstants, Recommendation, recommend};
use crate::domain::responsibilities::OPEN;
use crate::entity::{LeadMode, client, project, role_decision};
use crate::error::Result;

/// Stands for each score of a project where a client is judged as a whole.
const MIDDLE: i32 = 3;

/// That a decision is to be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReDecide {
    /// What the profile recommends now.
    pub recommended: LeadMode,
    /// Why, as sentences.
    pub why: String,
}

/// Which side should lead a project (domain.md §5, Need scores). `decision` is what the project rests on: what its own was
/// recommended on holds a little longer, as does what it was led by since a kick-off before there were decisions. A
/// client's default says nothing of the project's profile.
pub fn recommendation(
    constants: &DecisionConstants,
    client: &client::Model,
    project: &project::Model,
    decision: Option<&role_decision::Model>,
) -> Recommendation {
    let own = decision.filter(|row| row.project_id.is_some());
    let led_by = project.kicked_off_on.map(|_| project.lead_mode);
    let standing = own.map(|row| row.recommended).or(led_by);
    let of_project = [project.complexity, project.delivery, project.volatility];
    recommend(constants, &scores(client, of_project), standing)
}

/// The same for a client's default: the scores of a project are taken to be in the middle.
pub fn recommendation_for_client(
    constants: &DecisionConstants,
    client: &client::Model,
    default: Option<&role_decision::Model>,
) -> Recommendation {
    let standing = default.map(|row| row.recommended);
    recommend(constants, &scores(client, [MIDDLE; 3]), standing)
}

fn scores(client: &client::Model, of_project: [i32; 3]) -> ByFactor {
    let [complexity, delivery, volatility] = of_project.map(i64::from);
    ByFactor {
        communication: client.communication.into(),
        sensitivity: client.sensitivity.into(),
        growth: client.growth.into(),
        complexity,
        delivery,
        volatility,
    }
}

/// Whether the decision that a project rests on is to be made again, and why; of a finished project none is.
pub fn project_re_decide(
    constants: &DecisionConstants,
    today: Date,
    client: &client::Model,
    project: &project::Model,
    decision: &role_decision::Model,
) -> Option<ReDecide> {
    let open = project.archived_at.is_none() && OPEN.contains(&project.status);
    if !open || project.decision_id != Some(decision.id) {
        return None;
    }
    if decision.project_id.is_none() {
        return client_re_decide(constants, today, client, decision);
    }
    let now = recommendation(constants, client, project, Some(decision));
    re_decide(constants, today, decision, now.lead_mode)
}

/// Whether the default of a client is to be decided again, and why.
pub fn client_re_decide(
    constants: &DecisionConstants,
    today: Date,
    client: &client::Model,
    decision: &role_decision::Model,
) -> Option<ReDecide> {
    if client.archived_at.is_some() || client.decision_id != Some(decision.id) {
        return None;
    }
    let now = recommendation_for_client(constants, client, Some(decision));
    re_decide(constants, today, decision, now.lead_mode)
}

fn re_decide(
    constants: &DecisionConstants,
    today: Date,
    decision: &role_decision::Model,
    recommended: LeadMode,
) -> Option<ReDecide> {
    let mut why = Vec::new();
    if recommended != decision.recommended {
        why.push(format!(
            "The profile recommends {} now; when it was decided it recommended {}.",
            recommended.word(),
            decision.recommended.word()
        ));
    }
    let months = constants.redecide_after_months;
    let decided_on = decision.decided_on.0;
    if decided_on.saturating_add(months.months()) <= today {
        why.push(format!(
            "It was decided on {decided_on}, and is to be decided anew after {months} months."
        ));
    }
    let why = why.join(" ");
    (!why.is_empty()).then_some(ReDecide { recommended, why })
}

/// The projects on the lists whose decision is to be made again. Three statements.
pub async fn projects_to_re_decide(
    conn: &impl ConnectionTrait,
    constants: &DecisionConstants,
    today: Date,
) -> Result<Vec<Uuid>> {
    use project::Column;
    let decided = project::Entity::find()
        .filter(Column::ArchivedAt.is_null())
        .filter(Column::Status.is_in(OPEN))
        .filter(Column::DecisionId.is_not_null());
    let column = |column| decided.clone().select_only().column(column).into_query();
    let decisions = role_decision::Entity::find()
        .filter(role_decision::Column::Id.in_subquery(column(Column::DecisionId)))
        .all(conn)
        .await?;
    let clients = client::Entity::find()
        .filter(client::Column::Id.in_subquery(column(Column::ClientId)))
        .all(conn)
        .await?;
    let decisions: HashMap<_, _> = decisions.into_iter().map(|row| (row.id, row)).collect();
    let clients: HashMap<_, _> = clients.into_iter().map(|row| (row.id, row)).collect();
    let projects = decided.all(conn).await?;
    let to_re_decide = |project: &&project::Model| {
        let client = clients.get(&project.client_id);
        let decision = project.decision_id.and_then(|id| decisions.get(&id));
        client.zip(decision).is_some_and(|(client, decision)| {
            project_re_decide(constants, today, client, project, decision).is_some()
        })
    };
    Ok(projects
        .iter()
        .filter(to_re_decide)
        .map(|row| row.id)
        .collect())
}
