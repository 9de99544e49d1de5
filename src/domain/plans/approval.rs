//! An owner's word for a plan, which holds only while the agency is as the plan found it.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use sea_orm::ColumnTrait;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use uuid::Uuid;

use super::agency::{Agency, side_word};
use super::reading::is_in_scope;
use super::{Solved, input_of, note_change, solved, to_change};
use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::people::has_left;
use crate::domain::planning::Target;
use crate::entity::{Moment, PlanKind, PlanState, Side, person, plan};
use crate::error::{ProblemCode, Result};

/// How many changes a refusal names.
const NAMED: usize = 5;

/// Approves a plan, so that handovers can be made from it. It moves nobody itself (R8). Owners only.
///
/// # Errors
/// Refused unless it is READY, and when the agency is not any more as the plan found it: it has to be made again then.
pub async fn approve(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
) -> Result<plan::Model> {
    caller.must_own("approve plans")?;
    let tx = db.begin().await?;
    let before = to_change(&tx, id).await?;
    let mut check = Check::new();
    check.version(expected_version, before.version);
    match solved(&before)? {
        Some(solved) if before.state == PlanState::Ready => {
            let changes = changes(&tx, caller.today(), &before, &solved).await?;
            if !changes.is_empty() {
                check.add("id", ProblemCode::NotAllowedNow, told(&changes));
            }
        }
        _ => {
            let state = before.state.word();
            let message = format!("It is {state}: only a plan that is READY can be approved.");
            check.add("id", ProblemCode::NotAllowedNow, message);
        }
    }
    check.finish()?;
    let mut row = before.clone().into_active_model();
    row.state = Set(PlanState::Approved);
    row.approved_by_id = Set(caller.person_id);
    row.approved_at = Set(Some(Moment(caller.now)));
    row.version = Set(before.version + 1);
    row.updated_at = Set(Moment(caller.now));
    let after = row.update(&tx).await?;
    note_change(&tx, caller, &before, &after).await?;
    tx.commit().await?;
    Ok(after)
}

/// What is not any more as the plan found it, in words.
async fn changes(
    conn: &impl ConnectionTrait,
    today: Date,
    plan: &plan::Model,
    solved: &Solved,
) -> Result<Vec<String>> {
    let agency = Agency::read(conn, plan.starts_on.0.max(today)).await?;
    let input = input_of(plan)?;
    let problem = &solved.problem;
    let parts = agency.parts();
    let holders: HashMap<(Target, Side), Option<Uuid>> = parts
        .iter()
        .map(|part| ((part.target, part.side), part.holder()))
        .collect();
    let mut changes: Vec<String> = problem
        .units
        .iter()
        .filter(|unit| {
            let assumed = unit.holder.map(|place| problem.people[place].id);
            holders.get(&(unit.target, unit.side)).copied().flatten() != assumed
        })
        .map(|unit| {
            let client = &problem.clients[unit.client].name;
            let side = side_word(unit.side);
            format!(
                "the {side} of {} ({client}) has passed to others",
                unit.name
            )
        })
        .collect();
    // Who is to give everything away must not have been given more meanwhile.
    if plan.kind != PlanKind::Reassignment {
        let known: HashSet<(Target, Side)> = problem
            .units
            .iter()
            .map(|unit| (unit.target, unit.side))
            .collect();
        let scope = (plan.kind, plan.leaver_id, &input);
        let new = parts
            .iter()
            .filter(|part| is_in_scope(scope, part) && !known.contains(&(part.target, part.side)));
        changes.extend(new.map(|part| {
            let client = &part.client.name;
            format!(
                "the {} of {} ({client}) has come in",
                part.side_word(),
                part.name()
            )
        }));
    }
    changes.extend(gone(conn, solved).await?);
    Ok(changes)
}

/// Who is to take something over and does not work here any more by then.
async fn gone(conn: &impl ConnectionTrait, solved: &Solved) -> Result<Vec<String>> {
    let mut latest: HashMap<Uuid, Date> = HashMap::new();
    for one in &solved.outcome.moves {
        let person = solved.problem.people[one.to].id;
        let day = latest.entry(person).or_insert(one.on);
        *day = one.on.max(*day);
    }
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(latest.keys().copied()))
        .all(conn)
        .await?;
    let gone = people
        .iter()
        .filter(|row| latest.get(&row.id).is_some_and(|day| has_left(row, *day)));
    Ok(gone.map(|row| format!("{} leaves", row.name)).collect())
}

fn told(changes: &[String]) -> String {
    let shown = changes.len().min(NAMED);
    let more = match changes.len() - shown {
        0 => String::new(),
        more => format!("; and {more} more changes"),
    };
    format!(
        "The agency is not any more as this plan found it: {}{more}. Make the plan again.",
        changes[..shown].join("; ")
    )
}
