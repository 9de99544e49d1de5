//! The steps of a handover: writing them, and changing whose task one is and when.

use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use super::cover::must_stay;
use super::rhythm::PlannedStep;
use super::stages::STEPS;
use super::to_change;
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, letters, people, subscriptions};
use crate::entity::{
    Day, HandoverStage, Moment, handover, handover_project, handover_step, new_id, person,
};
use crate::error::{Error, ProblemCode, Result};

/// What to change about a step; what is absent stays.
#[derive(Clone, Debug)]
pub struct StepEdit {
    /// The stage that is to be reached.
    pub stage: HandoverStage,
    /// Whose task it is.
    pub owner_id: Option<Uuid>,
    /// When it is to be reached: between the days of the steps before and after it.
    pub due_on: Option<Date>,
}

/// Writes a new handover with its projects and steps.
pub(super) async fn write(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    row: handover::Model,
    projects: &[Uuid],
    steps: &[PlannedStep],
) -> Result<handover::Model> {
    let after = row.into_active_model().reset_all().insert(tx).await?;
    history::created(tx, caller, after.id, &after).await?;
    let ends = [after.from_person_id, after.to_person_id];
    let ends = person::Entity::find().filter(person::Column::Id.is_in(ends));
    for person in ends.all(tx).await? {
        // Steps and copies stand in the daily mail of both, also of one who holds nothing yet.
        subscriptions::ensure(tx, &person, caller.now).await?;
    }
    let projects: Vec<handover_project::Model> = projects
        .iter()
        .map(|project_id| handover_project::Model {
            handover_id: after.id,
            project_id: *project_id,
        })
        .collect();
    if !projects.is_empty() {
        let rows = projects.iter().cloned();
        handover_project::Entity::insert_many(rows.map(|row| row.into_active_model().reset_all()))
            .exec_without_returning(tx)
            .await?;
        history::created_all(tx, caller, &projects, |row| row.handover_id).await?;
    }
    let steps: Vec<handover_step::Model> = steps
        .iter()
        .map(|step| handover_step::Model {
            id: new_id(caller.now),
            handover_id: after.id,
            stage: step.stage,
            owner_id: step.owner_id,
            due_on: Day(step.due_on),
            reached_on: None,
            reached_at: None,
            reached_by_id: None,
        })
        .collect();
    let rows = steps.iter().cloned();
    handover_step::Entity::insert_many(rows.map(|row| row.into_active_model().reset_all()))
        .exec_without_returning(tx)
        .await?;
    history::created_all(tx, caller, &steps, |step| step.id).await?;
    Ok(after)
}

/// Changes whose task a step is, or when it is due, while it is not reached. Owners, and the two people of the handover.
/// Answers the handover, whose version it raises.
pub async fn set_step(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    edit: StepEdit,
) -> Result<handover::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let steps = of_handover(&tx, id).await?;
    let step = steps.iter().find(|step| step.stage == edit.stage);
    let step = step.ok_or(Error::NotFound("handover step"))?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    if step.reached_on.is_some() || !before.stage.is_open() {
        check.add(
            "stage",
            ProblemCode::NotAllowedNow,
            format!("{} is past: its step no longer changes.", edit.stage.word()),
        );
    }
    let due_on = edit.due_on.unwrap_or(step.due_on.0);
    check_order(&mut check, &steps, edit.stage, due_on);
    let owner = match edit.owner_id {
        Some(id) if ![before.from_person_id, before.to_person_id].contains(&id) => {
            let message = "A step is the task of whoever hands over or of whoever takes over.";
            check.add("ownerId", ProblemCode::Invalid, message);
            None
        }
        Some(id) => check.also(people::working_here(&tx, "ownerId", id, due_on).await)?,
        None => None,
    };
    check.finish()?;
    if edit.stage == HandoverStage::Transferred {
        must_stay(&tx, caller, "dueOn", &before, Some(due_on)).await?;
    }
    if let Some(owner) = &owner {
        subscriptions::ensure(&tx, owner, caller.now).await?;
    }
    let row = handover_step::Model {
        owner_id: edit.owner_id.unwrap_or(step.owner_id),
        due_on: Day(due_on),
        ..step.clone()
    };
    update(&tx, caller, step, row).await?;
    if edit.stage == HandoverStage::Transferred {
        letters::follow_day(&tx, caller, id, *step.due_on, due_on).await?;
    }
    let after = touched(&tx, caller, before).await?;
    tx.commit().await?;
    Ok(after)
}

/// The days of the steps stay in the order of their stages.
fn check_order(
    check: &mut Check,
    steps: &[handover_step::Model],
    stage: HandoverStage,
    due_on: Date,
) {
    check.day("dueOn", due_on);
    let day = |step: &handover_step::Model| step.reached_on.unwrap_or(step.due_on).0;
    let earlier = steps.iter().filter(|step| step.stage < stage);
    let later = steps.iter().filter(|step| step.stage > stage);
    if let Some(step) = earlier.max_by_key(|step| day(step)) {
        check.require(
            day(step) <= due_on,
            "dueOn",
            format!("{} comes before it, on {}.", step.stage.word(), day(step)),
        );
    }
    if let Some(step) = later.min_by_key(|step| day(step)) {
        check.require(
            due_on <= day(step),
            "dueOn",
            format!(
                "{} comes after it, on {}: move that first.",
                step.stage.word(),
                day(step)
            ),
        );
    }
}

/// The five steps of a handover in the order of their stages.
pub(super) async fn of_handover(
    conn: &impl ConnectionTrait,
    handover_id: Uuid,
) -> Result<Vec<handover_step::Model>> {
    let mut steps = handover_step::Entity::find()
        .filter(handover_step::Column::HandoverId.eq(handover_id))
        .all(conn)
        .await?;
    steps.sort_by_key(|step| STEPS.iter().position(|stage| *stage == step.stage));
    Ok(steps)
}

/// Writes a step that has changed.
pub(super) async fn update(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: &handover_step::Model,
    row: handover_step::Model,
) -> Result<()> {
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, after.id, before, &after).await
}

async fn touched(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: handover::Model,
) -> Result<handover::Model> {
    let row = handover::Model {
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    let after = row.into_active_model().reset_all().update(tx).await?;
    history::updated(tx, caller, after.id, &before, &after).await?;
    Ok(after)
}
