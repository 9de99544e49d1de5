//! Making the handovers of a programme from an approved plan.

use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::draft::Draft;
use super::rhythm::{transfers_on, wave_begins_on};
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::people;
use crate::entity::{Side, client, handover, programme};
use crate::error::{Error, Problem, Result};

/// The moves of a plan that go together: one client's side, or that side of some of its projects, from one person to
/// another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedHandover {
    /// Whose accountability moves.
    pub client_id: Uuid,
    /// Which side moves.
    pub side: Side,
    /// Who hands over.
    pub from_person_id: Uuid,
    /// Who takes over.
    pub to_person_id: Uuid,
    /// The projects that move.
    pub project_ids: Vec<Uuid>,
    /// Whether the side of the client as a whole moves, and with it every project.
    pub whole_client: bool,
    /// The week of the programme in which it begins, from 0.
    pub wave: i32,
    /// Why this move.
    pub reason: String,
    /// The client side's minutes a week of what moves.
    pub client_side_minutes: i64,
}

/// Makes the handovers of a programme's plan, all of them or none, within the caller's transaction.
///
/// # Errors
/// [`Error::Invalid`] for `planId`, with a sentence for each thing that no longer is as the plan has it.
pub async fn create_planned_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    programme: &programme::Model,
    planned: Vec<PlannedHandover>,
) -> Result<Vec<handover::Model>> {
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
    planned: PlannedHandover,
) -> Result<handover::Model> {
    let mut check = Check::new();
    let begins_on = wave_begins_on(programme.starts_on.0, planned.wave);
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
