//! From the database to a problem for the solver, in a fixed number of statements.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::agency::{Agency, Part, holdings};
use super::candidates::{self, Participant};
use super::input::{NewPlan, PlanInput, subject_field};
use super::units::{Places, bonds, unit};
use crate::domain::check::Check;
use crate::domain::people::has_left;
use crate::domain::planning::{PlanClient, Problem, Receives, Unit, Waves, Weights};
use crate::domain::responsibilities::Held;
use crate::domain::strengths::Strengths;
use crate::entity::{PlanKind, RoleSide, person, project_skill};
use crate::error::{ProblemCode, Result};

/// Reads what a plan starts from; `today` is the day whose relationship strengths count. Notes what of the input does not
/// fit the agency. About twenty statements, whatever the agency's size.
pub(super) async fn read(
    conn: &impl ConnectionTrait,
    new: &NewPlan,
    today: Date,
    check: &mut Check,
) -> Result<Problem> {
    let agency = Agency::read(conn, new.starts_on).await?;
    let (inside, outside): (Vec<Part<'_>>, Vec<Part<'_>>) = agency
        .parts()
        .into_iter()
        .partition(|part| is_in_scope((new.kind, new.leaver_id, &new.input), part));
    check_fits(check, new, &inside);
    let mut participants = participants(conn, new, &inside, &outside).await?;
    for (person, (minutes, counts)) in holdings(&outside) {
        if let Some(participant) = participants.get_mut(&person) {
            participant.fixed = minutes;
            participant.fixed_counts = counts;
        }
    }
    let people = candidates::read(conn, &participants, &new.input, agency.day).await?;
    let clients = clients_of(&inside);
    let skills = skills_of(conn, &inside).await?;
    let ids: Vec<Uuid> = clients.iter().map(|client| client.id).collect();
    let limits = &agency.settings.relationships;
    let strengths = Strengths::load(conn, limits, &ids, today).await?;
    let places = Places::of(&people, &clients);
    let unit = |part: &Part<'_>| unit(&agency, new, &places, &skills, part);
    let units: Vec<Unit> = inside.iter().filter_map(unit).collect();
    let usual_limit = Problem::usual_node_limit(units.len(), people.len());
    Ok(Problem {
        bonds: bonds(new, &places, &clients, &strengths, &outside),
        people,
        clients,
        units,
        weights: Weights {
            strong_from: points(limits.strong_from),
            warm_from: points(limits.warm_from),
            ..new.input.weights
        },
        target_bp: new.input.target_bp,
        most_moves: new.input.most_moves.and_then(|most| most.try_into().ok()),
        node_limit: new.input.node_limit.map_or(usual_limit, i64::unsigned_abs),
        waves: Waves {
            starts_on: new.starts_on,
            per_week: usize::try_from(new.input.handovers_a_week).unwrap_or(1),
        },
    })
}

fn points(limit: i64) -> u32 {
    u32::try_from(limit).unwrap_or_default()
}

/// Whether a part may move in the plan, or must be handed out by it.
pub(super) fn is_in_scope(
    (kind, leaver_id, input): (PlanKind, Option<Uuid>, &PlanInput),
    part: &Part<'_>,
) -> bool {
    match kind {
        PlanKind::Leaver => part.holder() == leaver_id && part.held.is_some(),
        PlanKind::Split => part
            .holder()
            .is_some_and(|holder| input.split_between.contains(&holder)),
        PlanKind::Reassignment if input.client_ids.is_empty() && input.project_ids.is_empty() => {
            true
        }
        PlanKind::Reassignment => {
            let project = part.project.map(|project| project.id);
            input.client_ids.contains(&part.client.id)
                || project.is_some_and(|id| input.project_ids.contains(&id))
        }
    }
}

/// Notes what names nothing of the plan, and managers of a split who are none.
fn check_fits(check: &mut Check, new: &NewPlan, inside: &[Part<'_>]) {
    let input = &new.input;
    let pins = input.pins.iter().enumerate().map(|(index, pin)| {
        let fits = |part: &Part<'_>| part.is_of(pin.subject) && part.side == pin.side;
        let field = subject_field(&format!("pins.{index}"), pin.subject);
        (field, inside.iter().any(fits))
    });
    let overrides = input
        .guard_overrides
        .iter()
        .enumerate()
        .map(|(index, one)| {
            let fits = |part: &Part<'_>| part.is_of(one.subject);
            let field = subject_field(&format!("guardOverrides.{index}"), one.subject);
            (field, inside.iter().any(fits))
        });
    for (field, fits) in pins.chain(overrides) {
        if !fits {
            let message = "Nothing of it is part of this plan.";
            check.add(&field, ProblemCode::NotAllowedNow, message);
        }
    }
    for (index, id) in input.split_between.iter().enumerate() {
        let wears_both = |held: &Held| held.role.side == Some(RoleSide::Both);
        let unsplit =
            |part: &Part<'_>| part.holder() == Some(*id) && part.held.is_some_and(wears_both);
        if !inside.iter().any(unsplit) {
            check.add(
                &format!("splitBetween.{index}"),
                ProblemCode::NotAllowedNow,
                format!(
                    "This person holds nothing as an unsplit manager on {}.",
                    new.starts_on
                ),
            );
        }
    }
}

/// Everybody who holds something of the plan or may be given some of it.
async fn participants(
    conn: &impl ConnectionTrait,
    new: &NewPlan,
    inside: &[Part<'_>],
    outside: &[Part<'_>],
) -> Result<BTreeMap<Uuid, Participant>> {
    let mut participants: BTreeMap<Uuid, Participant> = BTreeMap::new();
    let pinned = new.input.pins.iter().map(|pin| pin.person_id);
    for person in inside.iter().filter_map(Part::holder).chain(pinned) {
        participants.entry(person).or_default();
    }
    for (person, receives) in receivers(conn, new, inside, outside).await? {
        participants.entry(person).or_default().receives = receives;
    }
    if let Some(leaver) = new.leaver_id {
        participants.entry(leaver).or_default().leaves = true;
    }
    Ok(participants)
}

/// Who may be given what: as asked, or else whoever holds a side and stays.
async fn receivers(
    conn: &impl ConnectionTrait,
    new: &NewPlan,
    inside: &[Part<'_>],
    outside: &[Part<'_>],
) -> Result<Vec<(Uuid, Receives)>> {
    let both = Receives {
        client: true,
        project: true,
    };
    if new.kind == PlanKind::Split {
        let two = new.input.split_between.iter();
        return Ok(two.map(|id| (*id, both)).collect());
    }
    if !new.input.receivers.is_empty() {
        let asked = new.input.receivers.iter().map(|receiver| {
            let receives = Receives {
                client: receiver.client_side,
                project: receiver.project_side,
            };
            (receiver.person_id, receives)
        });
        return Ok(asked.collect());
    }
    let holders: BTreeSet<Uuid> = inside
        .iter()
        .chain(outside)
        .filter_map(Part::holder)
        .collect();
    let rows = person::Entity::find()
        .filter(person::Column::Id.is_in(holders))
        .filter(person::Column::EmployedUntil.is_null())
        .all(conn)
        .await?;
    let stays =
        |row: &person::Model| !has_left(row, new.starts_on) && Some(row.id) != new.leaver_id;
    Ok(rows
        .into_iter()
        .filter(stays)
        .map(|row| (row.id, both))
        .collect())
}

fn clients_of(inside: &[Part<'_>]) -> Vec<PlanClient> {
    let mut clients: Vec<PlanClient> = Vec::new();
    for part in inside {
        // The parts of one client come one after the other.
        if clients.last().is_none_or(|last| last.id != part.client.id) {
            clients.push(PlanClient {
                id: part.client.id,
                name: part.client.name.clone(),
            });
        }
    }
    clients
}

async fn skills_of(
    conn: &impl ConnectionTrait,
    inside: &[Part<'_>],
) -> Result<HashMap<Uuid, Vec<(Uuid, i32)>>> {
    let projects: BTreeSet<Uuid> = inside
        .iter()
        .filter_map(|part| part.project)
        .map(|row| row.id)
        .collect();
    let rows = project_skill::Entity::find()
        .filter(project_skill::Column::ProjectId.is_in(projects))
        .all(conn)
        .await?;
    let mut skills: HashMap<Uuid, Vec<(Uuid, i32)>> = HashMap::new();
    for row in rows {
        let asked = skills.entry(row.project_id).or_default();
        asked.push((row.skill_id, row.level));
    }
    for asked in skills.values_mut() {
        asked.sort_unstable();
    }
    Ok(skills)
}
