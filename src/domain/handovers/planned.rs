//! Making the handovers of a programme from an approved plan.

use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::draft::Draft;
use super::locks::lock_clients;
use super::rhythm::transfers_on;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::people;
use crate::domain::planning::wave_begins_on;
use crate::domain::plans::ApprovedMove;
use crate::entity::{client, handover, programme};
use crate::error::{Error, Problem, Result};

/// Makes the handovers of a programme's plan, all of them or none, within the caller's transaction.
///
/// # Errors
/// [`Error::Invalid`] for `planId`, with a sentence for each thing that no longer is as the plan has it.
pub async fn create_planned_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    programme: &programme::Model,
    planned: Vec<ApprovedMove>,
) -> Result<Vec<handover::Model>> {
    let clients: Vec<Uuid> = planned.iter().map(|one| one.client_id).collect();
    // All at once: the order of the plan is not the order of the ids.
    lock_clients(tx, &clients).await?;
    let mut made = Vec::with_capacity(planned.len());
    let mut problems = Vec::new();
    for one in planned {
        let client_id = one.client_id;
        match create_one(tx, caller, programme, one).await {
            Ok(row) => made.push(row),
            Err(Error::Invalid(found)) => {
                let name = client_name(tx, client_id).await?;
                let told = found.into_iter().map(|problem| {
                    Problem::new(
                        "planId",
                        problem.code,
                        format!("{name}: {}", problem.message),
                    )
                });
                problems.extend(told);
            }
            Err(error) => return Err(error),
        }
    }
    if problems.is_empty() {
        return Ok(made);
    }
    Err(Error::Invalid(problems))
}

async fn create_one(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    programme: &programme::Model,
    planned: ApprovedMove,
) -> Result<handover::Model> {
    let mut check = Check::new();
    let begins_on = wave_begins_on(programme.starts_on.0, planned.wave.into());
    let to = people::working_here(
        tx,
        "toPersonId",
        planned.to_person_id,
        transfers_on(begins_on),
    );
    check.also(to.await)?;
    let draft = Draft {
        programme_id: Some(programme.id),
        client_id: planned.client_id,
        side: planned.side,
        project_ids: (!planned.whole_client).then_some(planned.project_ids),
        from_person_id: planned.from_person_id,
        to_person_id: planned.to_person_id,
        begins_on,
        wave: planned.wave,
        weight_minutes: Some(planned.client_side_minutes),
        reason: planned.reason,
        override_reason: None,
    };
    draft.write(tx, caller, check).await
}

async fn client_name(tx: &impl ConnectionTrait, id: Uuid) -> Result<String> {
    let client = client::Entity::find_by_id(id).one(tx).await?;
    Ok(client.map_or_else(String::new, |client| client.name))
}
