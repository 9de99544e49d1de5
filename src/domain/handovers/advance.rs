//! Moving a handover on, one stage at a time (R8).

use jiff::civil::Date;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use uuid::Uuid;

use super::steps::{of_handover, update};
use super::{to_change, transfer};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::{history, letters, programmes};
use crate::entity::{Day, HandoverStage, Moment, handover, handover_step};
use crate::error::{Error, ProblemCode, Result};

/// Which stage was reached.
#[derive(Clone, Debug)]
pub struct Advance {
    /// The stage: the one after the handover's.
    pub stage: HandoverStage,
    /// The day it was reached; today by default. TRANSFERRED is reached today.
    pub on: Option<Date>,
    /// What there is to say of it, for the history; at most 2,000 characters.
    pub note: Option<String>,
}

/// Notes that a handover has reached its next stage. Owners, and the two people of it. TRANSFERRED writes the
/// assignments; a milestone that the programme passes by it is noted in the same transaction.
///
/// # Errors
/// [`Error::Invalid`] when the stage is not the next one, and when the outgoing person is no longer accountable for some
/// of what transfers.
pub async fn advance(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    step: Advance,
) -> Result<handover::Model> {
    let tx = db.begin().await?;
    let before = to_change(&tx, caller, id).await?;
    let steps = of_handover(&tx, id).await?;
    let on = step.on.unwrap_or_else(|| caller.today());
    let mut check = Check::new();
    check.version(expected_version, before.version);
    check_stage(&mut check, &before, step.stage);
    check_day(&mut check, caller, &steps, step.stage, on);
    let note = check.text("note", step.note.as_deref().unwrap_or_default(), 2_000);
    check.finish()?;
    if step.stage == HandoverStage::Transferred {
        transfer::transfer(&tx, caller, &before).await?;
    }
    reach(&tx, caller, &steps, step.stage, on).await?;
    let due = steps.iter().find(|one| one.stage == step.stage);
    if let Some(due) = due.filter(|due| due.stage == HandoverStage::Transferred) {
        letters::follow_day(&tx, caller, id, *due.due_on, on).await?;
    }
    let after = write(&tx, caller, before, step.stage, on, &note).await?;
    if let Some(programme_id) = after.programme_id {
        programmes::follow(&tx, caller, programme_id).await?;
    }
    tx.commit().await?;
    Ok(after)
}

fn check_stage(check: &mut Check, before: &handover::Model, stage: HandoverStage) {
    let message = match before.stage.next() {
        Some(next) if next == stage => return,
        Some(next) => format!(
            "It is {}: {} comes next, one stage at a time.",
            before.stage.word(),
            next.word()
        ),
        None => format!("It is {} and goes no further.", before.stage.word()),
    };
    check.add("stage", ProblemCode::NotAllowedNow, message);
}

fn check_day(
    check: &mut Check,
    caller: &Caller,
    steps: &[handover_step::Model],
    stage: HandoverStage,
    on: Date,
) {
    let today = caller.today();
    check.require(on <= today, "on", format!("It is only {today}."));
    if stage == HandoverStage::Transferred {
        check.require(
            on >= today,
            "on",
            format!("Accountability moves on the day this is noted: today, {today}."),
        );
    }
    let last = steps.iter().filter_map(|step| step.reached_on).max();
    if let Some(last) = last {
        let message = format!("The stage before it was reached on {last}.");
        check.require(on >= last.0, "on", message);
    }
}

async fn reach(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    steps: &[handover_step::Model],
    stage: HandoverStage,
    on: Date,
) -> Result<()> {
    let step = steps.iter().find(|step| step.stage == stage);
    let step = step.ok_or_else(|| Error::internal("a handover is without a step"))?;
    let row = handover_step::Model {
        reached_on: Some(Day(on)),
        reached_at: Some(Moment(caller.now)),
        reached_by_id: caller.person_id,
        ..step.clone()
    };
    update(tx, caller, step, row).await
}

async fn write(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    before: handover::Model,
    stage: HandoverStage,
    on: Date,
    note: &str,
) -> Result<handover::Model> {
    let transfers = stage == HandoverStage::Transferred;
    let row = handover::Model {
        stage,
        transferred_on: transfers.then_some(Day(on)).or(before.transferred_on),
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    };
    let after = row.into_active_model().reset_all().update(tx).await?;
    if note.is_empty() {
        history::updated(tx, caller, after.id, &before, &after).await?;
    } else {
        history::explained(tx, caller, after.id, &before, &after, note).await?;
    }
    Ok(after)
}
