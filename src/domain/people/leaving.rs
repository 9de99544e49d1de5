//! What must be settled before somebody goes (R7), and who must stay.

use std::collections::HashMap;

use jiff::civil::Date;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use crate::domain::check::Check;
use crate::entity::{Access, Day, assignment, booking, client, person, project, role};
use crate::error::{ProblemCode, Result};

/// How many assignments a refusal names.
const NAMED: usize = 10;

/// Notes a problem with `field` when the person holds anything after the last day.
pub(super) async fn check_holdings(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    field: &str,
    person: &person::Model,
) -> Result<()> {
    let Some(Day(last)) = person.employed_until else {
        return Ok(());
    };
    let first_day_gone = last.tomorrow().unwrap_or(last);
    let held = held_from(conn, person.id, first_day_gone).await?;
    if !held.is_empty() {
        let shown = held.len().min(NAMED);
        let more = match held.len() - shown {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        check.add(
            field,
            ProblemCode::NotAllowedNow,
            format!(
                "After {last}, {} would still be {}{more}. Assign somebody else from {first_day_gone} on, then try again.",
                person.name,
                held[..shown].join(", ")
            ),
        );
    }
    let booked = booking::Entity::find()
        .filter(booking::Column::PersonId.eq(person.id))
        .filter(booking::Column::EndsOn.gt(Day(last)))
        .count(conn)
        .await?;
    if booked > 0 {
        check.add(
            field,
            ProblemCode::NotAllowedNow,
            format!(
                "{booked} of the bookings of {} reach past {last}. End or delete them first, then try again.",
                person.name
            ),
        );
    }
    Ok(())
}

/// What a person holds on `first` or any day after it: "Account manager of Acme", in alphabetical order.
async fn held_from(
    conn: &impl ConnectionTrait,
    person_id: Uuid,
    first: Date,
) -> Result<Vec<String>> {
    let until = assignment::Column::UntilOn;
    let mut rows = assignment::Entity::find()
        .filter(assignment::Column::PersonId.eq(person_id))
        .filter(
            Condition::any()
                .add(until.is_null())
                .add(until.gt(Day(first))),
        )
        .all(conn)
        .await?;
    // A row with two equal days was replaced before it ever held.
    rows.retain(|row| row.until_on != Some(row.from_on));
    let names = names(conn, &rows).await?;
    let name = |id: Option<Uuid>| id.and_then(|id| names.get(&id)).map_or("", String::as_str);
    let mut held: Vec<String> = rows
        .iter()
        .map(|row| {
            let of = row.project_id.or(row.client_id);
            format!("{} of {}", name(Some(row.role_id)), name(of))
        })
        .collect();
    held.sort_unstable();
    Ok(held)
}

/// What the roles, clients and projects of assignments are called.
async fn names(
    conn: &impl ConnectionTrait,
    rows: &[assignment::Model],
) -> Result<HashMap<Uuid, String>> {
    let mut names = HashMap::new();
    if rows.is_empty() {
        return Ok(names);
    }
    let roles = role::Entity::find()
        .filter(role::Column::Id.is_in(rows.iter().map(|row| row.role_id)))
        .all(conn)
        .await?;
    names.extend(roles.into_iter().map(|role| (role.id, role.name)));
    let clients = client::Entity::find()
        .filter(client::Column::Id.is_in(rows.iter().filter_map(|row| row.client_id)))
        .all(conn)
        .await?;
    names.extend(clients.into_iter().map(|client| (client.id, client.name)));
    let projects = project::Entity::find()
        .filter(project::Column::Id.is_in(rows.iter().filter_map(|row| row.project_id)))
        .all(conn)
        .await?;
    names.extend(projects.into_iter().map(|row| (row.id, row.name)));
    Ok(names)
}

/// The owners of the agency, locked in one order so that two who step down at once wait for each other: the second
/// sees what the first has done.
pub(super) async fn locked_owners(conn: &impl ConnectionTrait) -> Result<Vec<person::Model>> {
    let owners = person::Entity::find()
        .filter(person::Column::Access.eq(Access::Owner))
        .order_by_asc(person::Column::Id)
        .lock_exclusive()
        .all(conn)
        .await?;
    Ok(owners)
}

/// Notes a problem when nobody of `owners` stays once `before` has become `row`.
pub(super) fn check_owners(
    check: &mut Check,
    owners: &[person::Model],
    before: &person::Model,
    row: &person::Model,
) {
    let another_stays = || {
        owners
            .iter()
            .any(|owner| owner.id != row.id && stays_owner(owner))
    };
    if !stays_owner(before) || stays_owner(row) || another_stays() {
        return;
    }
    let field = if row.access == Some(Access::Owner) {
        "employedUntil"
    } else {
        "access"
    };
    check.add(
        field,
        ProblemCode::NotAllowedNow,
        format!(
            "{} is the last owner, without whom nobody could be let in. Make somebody else an owner first.",
            row.name
        ),
    );
}

/// Whether a person is an owner and no end of it is known.
fn stays_owner(person: &person::Model) -> bool {
    person.access == Some(Access::Owner)
        && person.employed_until.is_none()
        && person.archived_at.is_none()
}
