//! The default of a client: what its projects are led by until they are decided themselves.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Set,
};
use uuid::Uuid;

use super::{Draft, Wish, default_of, recommendation_for_client};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::settings::Settings;
use crate::domain::{clients, history};
use crate::entity::{AssignmentSource, LeadMode, Moment, client, project, role_decision};
use crate::error::{ProblemCode, Result};

/// Decides which side leads the projects of a client that have no decision of their own; none: they are decided one by
/// one, and led jointly until then. They follow at once. Owners, and managers accountable for the client.
pub async fn decide_for_client(
    db: &Db,
    caller: &Caller,
    client_id: Uuid,
    expected_version: Option<i64>,
    lead_mode: Option<LeadMode>,
    reason: &str,
) -> Result<client::Model> {
    let tx = db.begin().await?;
    // Projects before their client, as whoever moves a project locks them.
    project::Entity::find()
        .filter(project::Column::ClientId.eq(client_id))
        .order_by_asc(project::Column::Id)
        .lock_exclusive()
        .all(&tx)
        .await?;
    let before = clients::to_change(&tx, caller, client_id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let reason = check.text("reason", reason, 2_000);
    if lead_mode.is_none() && before.decision_id.is_none() {
        let message = format!("{} has no default to take back.", before.name);
        check.add("leadMode", ProblemCode::NotAllowedNow, message);
    }
    let draft = match lead_mode {
        Some(lead_mode) => {
            let constants = Settings::load(&tx).await?.decisions;
            let standing = default_of(&tx, &before).await?;
            let recommended =
                recommendation_for_client(&constants, &before, standing.as_ref()).lead_mode;
            let wish = Wish {
                lead_mode,
                reason: reason.clone(),
                source: AssignmentSource::Person,
            };
            Some(Draft::of_client(
                &mut check,
                caller,
                &before,
                recommended,
                &wish,
            ))
        }
        None => None,
    };
    check.finish()?;
    let decision = match draft {
        Some(draft) => Some(draft.insert(&tx, caller).await?),
        None => None,
    };
    let after = stand_on(&tx, caller, before, decision.as_ref(), &reason).await?;
    tx.commit().await?;
    Ok(after)
}

/// Lets the client and the projects that follow it rest on a decision, or on none.
async fn stand_on(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: client::Model,
    decision: Option<&role_decision::Model>,
    reason: &str,
) -> Result<client::Model> {
    let default = match decision {
        Some(decision) => format!("Default {}", decision.lead_mode.word()),
        None => "No default".to_owned(),
    };
    let mut row = before.clone().into_active_model();
    row.decision_id = Set(decision.map(|decision| decision.id));
    row.version = Set(before.version + 1);
    row.updated_at = Set(Moment(caller.now));
    let after = row.update(tx).await?;
    let why = format!("{default}. {reason}");
    history::explained(tx, caller, after.id, &before, &after, why.trim_end()).await?;

    let lead_mode = decision.map_or(LeadMode::Joint, |decision| decision.lead_mode);
    let why = format!("{default} of {}. {reason}", after.name);
    for before in following(after.id).lock_exclusive().all(tx).await? {
        let mut row = before.clone().into_active_model();
        row.lead_mode = Set(lead_mode);
        row.decision_id = Set(after.decision_id);
        row.version = Set(before.version + 1);
        row.updated_at = Set(Moment(caller.now));
        let project = row.update(tx).await?;
        history::explained(tx, caller, project.id, &before, &project, why.trim_end()).await?;
    }
    Ok(after)
}

/// The client's projects on the lists that rest on a default of it, and those about which nothing was said yet. What was
/// kicked off without a decision was led by somebody's word before there were decisions: it keeps that.
fn following(client_id: Uuid) -> Select<project::Entity> {
    use project::Column;
    let defaults = role_decision::Entity::find()
        .select_only()
        .column(role_decision::Column::Id)
        .filter(role_decision::Column::ClientId.eq(client_id))
        .into_query();
    let untouched = Condition::all()
        .add(Column::DecisionId.is_null())
        .add(Column::KickedOffOn.is_null());
    project::Entity::find()
        .filter(Column::ClientId.eq(client_id))
        .filter(Column::ArchivedAt.is_null())
        .filter(
            Condition::any()
                .add(untouched)
                .add(Column::DecisionId.in_subquery(defaults)),
        )
        .order_by_asc(Column::Id)
}
