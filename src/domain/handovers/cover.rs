//! A handover that somebody's last day rests on is not taken away silently (R7).

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::moving::{Moving, named, project_ids};
use super::steps::of_handover;
use crate::domain::access::Caller;
use crate::entity::{Day, HandoverStage, client, handover, handover_step, person};
use crate::error::{Error, ProblemCode, Result};

/// Refuses that a handover transfers on `due_on` (none: never) where the outgoing person leaves, it would have
/// transferred by their last day, and nobody else holds all of it from the day after.
pub(super) async fn must_stay(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    field: &str,
    row: &handover::Model,
    due_on: Option<Date>,
) -> Result<()> {
    let from = person::Entity::find_by_id(row.from_person_id)
        .one(tx)
        .await?;
    let Some((from, Day(last))) = from.and_then(|from| from.employed_until.map(|on| (from, on)))
    else {
        return Ok(());
    };
    let in_time = due_on.is_some_and(|on| on <= last);
    if in_time || row.stage.has_moved() || last < caller.today() {
        return Ok(());
    }
    let steps = of_handover(tx, row.id).await?;
    if !steps.iter().any(|step| transfers_by(step, last)) {
        return Ok(());
    }
    let first_day_gone = last.tomorrow().unwrap_or(last);
    let left_over = left_over(tx, row, first_day_gone).await?;
    if left_over.is_empty() {
        return Ok(());
    }
    Err(Error::problem(
        field,
        ProblemCode::NotAllowedNow,
        format!(
            "{} is here until {last}, and hands over the {} side of {} by this until then. Assign somebody else from \
             {first_day_gone} on, or change the last day, first.",
            from.name,
            row.side.word(),
            named(&left_over)
        ),
    ))
}

fn transfers_by(step: &handover_step::Model, last: Date) -> bool {
    step.stage == HandoverStage::Transferred && step.due_on.0 <= last
}

/// The names of what it moves and nobody holds on a day.
async fn left_over(
    tx: &impl ConnectionTrait,
    row: &handover::Model,
    day: Date,
) -> Result<Vec<String>> {
    let client = client::Entity::find_by_id(row.client_id).one(tx).await?;
    let client = client.ok_or(Error::NotFound("client"))?;
    let ids = project_ids(tx, row.id).await?;
    let of = (client, row.side);
    let moving = Moving::read(tx, of, row.from_person_id, Some(&ids), day).await?;
    Ok(moving.held_by_nobody(row.whole_client))
}
