//! The moves of an approved plan as handovers take them: together what passes between the same two people.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

use super::{Solved, solved};
use crate::domain::books::Books;
use crate::domain::planning::{Move, Target, Unit};
use crate::domain::responsibilities::{Held, Scope};
use crate::entity::{PlanState, Side, plan};
use crate::error::{Error, ProblemCode, Result};

/// What passes from one person to another of one side of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovedMove {
    /// Whose side.
    pub client_id: Uuid,
    /// Which side.
    pub side: Side,
    /// Who hands over.
    pub from_person_id: Uuid,
    /// Who takes over.
    pub to_person_id: Uuid,
    /// The projects that pass; none of a client without open projects.
    pub project_ids: Vec<Uuid>,
    /// Whether the side of the client as a whole passes: the outgoing person holds it, and all that they hold of it goes
    /// the same way.
    pub whole_client: bool,
    /// The week of the programme in which it begins, from 0.
    pub wave: i32,
    /// Why.
    pub reason: String,
    /// The client-side work of what passes, minutes a week: the handover's weight.
    pub client_side_minutes: i64,
}

/// What an approved plan moves, by wave and client. What nobody held is left out: there is nobody to hand it over.
///
/// # Errors
/// Not found, and refused while the plan is not APPROVED.
pub async fn approved_moves(
    conn: &impl ConnectionTrait,
    plan_id: Uuid,
) -> Result<Vec<ApprovedMove>> {
    let found = plan::Entity::find_by_id(plan_id).one(conn).await?;
    let Some(plan) = found else {
        let (code, message) = (ProblemCode::NotFound, "There is no such plan.");
        return Err(Error::problem("planId", code, message));
    };
    match solved(&plan)? {
        Some(solved) if plan.state == PlanState::Approved => {
            let mut moves = grouped(&solved);
            mark_whole_clients(conn, plan.starts_on.0, &mut moves).await?;
            Ok(moves)
        }
        _ => Err(Error::problem(
            "planId",
            ProblemCode::NotAllowedNow,
            format!(
                "The plan is {}: an owner has to approve it first.",
                plan.state.word()
            ),
        )),
    }
}

fn grouped(solved: &Solved) -> Vec<ApprovedMove> {
    let (problem, outcome) = (&solved.problem, &solved.outcome);
    let mut together: BTreeMap<_, Vec<(&Move, &Unit)>> = BTreeMap::new();
    for one in &outcome.moves {
        let unit = &problem.units[one.unit];
        if let Some(from) = one.from {
            let key = (one.wave, unit.client, unit.side, from, one.to);
            together.entry(key).or_default().push((one, unit));
        }
    }
    together
        .into_iter()
        .map(|((wave, client, side, from, to), moved)| ApprovedMove {
            client_id: problem.clients[client].id,
            side,
            from_person_id: problem.people[from].id,
            to_person_id: problem.people[to].id,
            whole_client: false,
            project_ids: moved.iter().filter_map(|(_, unit)| project(unit)).collect(),
            wave: i32::try_from(wave).unwrap_or(i32::MAX),
            reason: reason(&moved),
            client_side_minutes: moved.iter().map(|(_, unit)| unit.client_side_minutes).sum(),
        })
        .collect()
}

/// Looks who holds what at the level of the client on `day`: four statements.
async fn mark_whole_clients(
    conn: &impl ConnectionTrait,
    day: Date,
    moves: &mut [ApprovedMove],
) -> Result<()> {
    let clients: BTreeSet<Uuid> = moves.iter().map(|one| one.client_id).collect();
    let scope = Scope::Clients(clients.into_iter().collect());
    let books = Books::load(conn, &scope, day, day).await?;
    for one in moves {
        let is_theirs =
            |held: Option<&Held>| held.is_some_and(|held| held.person_id() == one.from_person_id);
        let whole = books.accountability.of_client(one.side, one.client_id);
        let nothing_stays = books
            .projects
            .iter()
            .filter(|project| project.client_id == one.client_id)
            .filter(|project| is_theirs(books.accountability.of_project(one.side, project)))
            .all(|project| one.project_ids.contains(&project.id));
        one.whole_client = is_theirs(whole) && nothing_stays;
    }
    Ok(())
}

fn project(unit: &Unit) -> Option<Uuid> {
    match unit.target {
        Target::Project(id) => Some(id),
        Target::IdleClient(_) => None,
    }
}

/// The reasons of moves that go together, each once; as long as a handover keeps it, and fit for everybody's eyes.
fn reason(moved: &[(&Move, &Unit)]) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for (one, _) in moved {
        let reason = one.public_reason();
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons.join(" ").chars().take(2_000).collect()
}
