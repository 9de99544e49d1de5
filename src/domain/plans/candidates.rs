//! The people of a plan: what a usual week of theirs has room for, and what fills it already.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::input::PlanInput;
use crate::domain::calendar::Week;
use crate::domain::load::SideLoad;
use crate::domain::planning::{Candidate, FixedCounts, Receives};
use crate::domain::{capacity, working_time};
use crate::entity::{person, person_skill};
use crate::error::Result;

/// How many weeks of confirmed bookings are averaged.
const WEEKS_BOOKED: i64 = 4;

/// Somebody the plan is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Participant {
    /// What may be given to them.
    pub(super) receives: Receives,
    /// Coordination that is no part of the plan, minutes a week.
    pub(super) fixed: SideLoad,
    /// Projects that are no part of the plan.
    pub(super) fixed_counts: FixedCounts,
    /// Whether they leave.
    pub(super) leaves: bool,
}

/// Reads what the plan has to know of its people, who come in the order of their names: nine statements.
pub(super) async fn read(
    conn: &impl ConnectionTrait,
    participants: &BTreeMap<Uuid, Participant>,
    input: &PlanInput,
    day: Date,
) -> Result<Vec<Candidate>> {
    let ids: Vec<Uuid> = participants.keys().copied().collect();
    let week = Week::of(day);
    let available = working_time::usual_weeks(conn, &ids, week).await?;
    let booked = capacity::booked_on_average(conn, &ids, week, WEEKS_BOOKED).await?;
    let mut skills = skills(conn, &ids).await?;
    let mut people = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .all(conn)
        .await?;
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let minutes = |of: &HashMap<Uuid, i64>, id| of.get(&id).copied().unwrap_or_default();
    let candidate = |row: person::Model| {
        let participant = participants.get(&row.id).cloned().unwrap_or_default();
        Candidate {
            availability_minutes: minutes(&available, row.id),
            fixed: participant.fixed,
            booked_minutes: minutes(&booked, row.id),
            fixed_counts: participant.fixed_counts,
            receives: participant.receives,
            preference: row.preference,
            skills: skills.remove(&row.id).unwrap_or_default(),
            most_active: input.most_active,
            most_back_burner: input.most_back_burner,
            leaves: participant.leaves,
            id: row.id,
            name: row.name,
        }
    };
    Ok(people.into_iter().map(candidate).collect())
}

async fn skills(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashMap<Uuid, BTreeMap<Uuid, i32>>> {
    let rows = person_skill::Entity::find()
        .filter(person_skill::Column::PersonId.is_in(people.iter().copied()))
        .all(conn)
        .await?;
    let mut skills: HashMap<Uuid, BTreeMap<Uuid, i32>> = HashMap::new();
    for row in rows {
        let of_person = skills.entry(row.person_id).or_default();
        of_person.insert(row.skill_id, row.level);
    }
    Ok(skills)
}
