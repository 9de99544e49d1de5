//! What must be settled before somebody goes (R7), and who must stay.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::holdings::Holdings;
use crate::domain::access::Caller;
use crate::domain::assignments;
use crate::domain::check::Check;
use crate::entity::{Access, Day, assignment, booking, person};
use crate::error::{ProblemCode, Result};

/// How many assignments a refusal names.
const NAMED: usize = 10;

/// Notes a problem with `field` when the person holds anything after the last day that nothing moves away until then, or
/// is booked after it. Answers the assignments that reach past it all the same, for [`end`].
pub(super) async fn check_holdings(
    conn: &impl ConnectionTrait,
    check: &mut Check,
    field: &str,
    person: &person::Model,
) -> Result<Vec<assignment::Model>> {
    let Some(Day(last)) = person.employed_until else {
        return Ok(Vec::new());
    };
    let first_day_gone = last.tomorrow().unwrap_or(last);
    let holdings = Holdings::load(conn, person.id, first_day_gone).await?;
    let left_over = holdings.not_covered(conn, person.id, last).await?;
    if !left_over.is_empty() {
        let shown = left_over.len().min(NAMED);
        let more = match left_over.len() - shown {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        check.add(
            field,
            ProblemCode::NotAllowedNow,
            format!(
                "After {last}, {} would still be {}{more}. Assign somebody else from {first_day_gone} on, or hand it over \
                 by {last}: with handovers, or an approved LEAVER plan. Then try again.",
                person.name,
                left_over[..shown].join(", ")
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
    Ok(holdings.rows)
}

/// Ends what somebody holds after their last day: it is handed over until then.
pub(super) async fn end(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    person: &person::Model,
    rows: Vec<assignment::Model>,
) -> Result<()> {
    let Some(Day(last)) = person.employed_until else {
        return Ok(());
    };
    let first_day_gone = last.tomorrow().unwrap_or(last);
    let reason = format!("{} leaves, and is here until {last}.", person.name);
    for row in rows {
        // What was to begin later never does.
        let until = first_day_gone.max(row.from_on.0);
        assignments::close(tx, caller, row, until, &reason).await?;
    }
    Ok(())
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
