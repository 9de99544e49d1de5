//! Role decisions: which side leads a project, as somebody decided it on the profile of that day, or as its client's
//! default says. `project.lead_mode` is what is in force; `project.decision_id` says which decision it rests on.

mod client_default;
mod draft;
mod kick_off;
mod profile;

use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::{Check, shortened};
use crate::domain::projects::to_change;
use crate::domain::settings::Settings;
use crate::domain::{clients, history};
use crate::entity::{AssignmentSource, LeadMode, Moment, client, project, role_decision};
use crate::error::{Error, ProblemCode, Result};

pub use client_default::decide_for_client;
pub(super) use draft::Draft;
pub(super) use kick_off::{DECIDE_FIRST, Move, awaits_kick_off, check_planned};
pub use kick_off::{undecided, undecided_kick_offs};
pub use profile::{
    ReDecide, client_re_decide, project_re_decide, projects_to_re_decide, recommendation,
    recommendation_for_client,
};

/// What is to be decided, and by whom or what.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which side is to lead.
    pub lead_mode: LeadMode,
    /// Why, up to 2,000 characters; needed when it is not what the profile recommends.
    pub reason: String,
    /// What writes it: a person or a spreadsheet.
    pub source: AssignmentSource,
}

/// Decides which side leads a project: confirms what its profile recommends, or overrides it with a reason. Owners, and
/// managers accountable for the project.
pub async fn decide(
    db: &Db,
    caller: &Caller,
    project_id: Uuid,
    expected_version: Option<i64>,
    wish: Wish,
) -> Result<project::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, project_id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let after = decide_in(&tx, caller, check, before, wish).await?;
    tx.commit().await?;
    Ok(after)
}

/// Lets a project that was read for a change be led as an import says, unless what stands agrees already.
pub async fn adopt_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    project: project::Model,
    wish: Wish,
) -> Result<project::Model> {
    if project.decision_id.is_some() && project.lead_mode == wish.lead_mode {
        return Ok(project);
    }
    decide_in(tx, caller, Check::new(), project, wish).await
}

async fn decide_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    mut check: Check,
    before: project::Model,
    wish: Wish,
) -> Result<project::Model> {
    let client = clients::of_project(tx, &before).await?;
    let constants = Settings::load(tx).await?.decisions;
    let standing = in_force(tx, &before).await?;
    let reason = check.text("reason", &wish.reason, 2_000);
    let wish = Wish { reason, ..wish };
    must_not_overrule(&mut check, &wish, standing.as_ref());
    let recommended = recommendation(&constants, &client, &before, standing.as_ref()).lead_mode;
    let draft = Draft::of_project(&mut check, caller, &client, &before, recommended, &wish);
    check.finish()?;

    let decision = draft.insert(tx, caller).await?;
    let row = project::Model {
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..led_by(before.clone(), &decision)
    };
    let after = row.into_active_model().reset_all().update(tx).await?;
    let why = format!("{} decided. {}", decision.lead_mode.word(), decision.reason);
    history::explained(tx, caller, after.id, &before, &after, why.trim_end()).await?;
    Ok(after)
}

/// The decision that a project rests on; none while nothing was decided for it or its client.
pub(super) async fn in_force(
    conn: &impl ConnectionTrait,
    project: &project::Model,
) -> Result<Option<role_decision::Model>> {
    of_id(conn, project.decision_id).await
}

/// The default of a client; none while its projects are decided one by one.
pub(super) async fn default_of(
    conn: &impl ConnectionTrait,
    client: &client::Model,
) -> Result<Option<role_decision::Model>> {
    of_id(conn, client.decision_id).await
}

async fn of_id(
    conn: &impl ConnectionTrait,
    id: Option<Uuid>,
) -> Result<Option<role_decision::Model>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let row = role_decision::Entity::find_by_id(id).one(conn).await?;
    Ok(Some(row.ok_or_else(|| {
        Error::internal("a decision that a row rests on is gone")
    })?))
}

/// The project as a decision has it.
pub(super) fn led_by(project: project::Model, decision: &role_decision::Model) -> project::Model {
    project::Model {
        lead_mode: decision.lead_mode,
        decision_id: Some(decision.id),
        ..project
    }
}

/// R4: what a person decided is not overwritten by a spreadsheet.
fn must_not_overrule(check: &mut Check, wish: &Wish, standing: Option<&role_decision::Model>) {
    let Some(standing) = standing else {
        return;
    };
    let automatic = wish.source != AssignmentSource::Person;
    let by_hand = standing.source == AssignmentSource::Person;
    if automatic && by_hand && standing.lead_mode != wish.lead_mode {
        let why = match standing.reason.as_str() {
            "" => "as its profile recommended".to_owned(),
            reason => format!("“{}”", shortened(reason)),
        };
        check.add(
            "leadMode",
            ProblemCode::NotAllowedNow,
            format!(
                "Somebody decided {} by hand on {}: {why}. Decide it anew by hand.",
                standing.lead_mode.word(),
                standing.decided_on
            ),
        );
    }
}
