//! Who is away for a whole day, and who stands in.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::entity::{Day, person, time_off};
use crate::error::Result;

/// Those of `people` who have the whole of `day` off, each with who stands in: the delegate named on that time off,
/// else the person's standing delegate, else nobody. A holiday is no time off. Two statements, however many people.
pub async fn whole_day(
    conn: &impl ConnectionTrait,
    people: &[Uuid],
    day: Date,
) -> Result<HashMap<Uuid, Option<Uuid>>> {
    let rows = time_off::Entity::find()
        .filter(time_off::Column::PersonId.is_in(people.iter().copied()))
        .filter(time_off::Column::MinutesPerDay.is_null())
        .filter(time_off::Column::StartsOn.lte(Day(day)))
        .filter(time_off::Column::EndsOn.gte(Day(day)))
        .order_by_asc(time_off::Column::StartsOn)
        .order_by_asc(time_off::Column::Id)
        .all(conn)
        .await?;
    let mut away: HashMap<Uuid, Option<Uuid>> = HashMap::new();
    for row in rows {
        // Of several that overlap, the first that names somebody.
        let delegate = away.entry(row.person_id).or_default();
        *delegate = delegate.or(row.delegate_id);
    }
    let unnamed: Vec<Uuid> = away
        .iter()
        .filter(|(_, delegate)| delegate.is_none())
        .map(|(person_id, _)| *person_id)
        .collect();
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(unnamed))
        .all(conn)
        .await?;
    for person in people {
        away.insert(person.id, person.standing_delegate_id);
    }
    Ok(away)
}
