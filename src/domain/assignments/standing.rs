//! What is written already, and what may be written over it.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{DAYS_BACK, Target};
use crate::domain::access::Caller;
use crate::domain::check::{Check, shortened};
use crate::entity::{Access, AssignmentSource, Day, assignment, person};
use crate::error::{ProblemCode, Result};

/// What is written about a role of a client or project from a day on.
pub(super) struct Standing {
    /// The row in force on the day.
    pub(super) held: Option<assignment::Model>,
    /// When the next row after it begins.
    next_from_on: Option<Day>,
}

impl Standing {
    pub(super) async fn read(
        conn: &impl ConnectionTrait,
        role_id: Uuid,
        target: Target,
        day: Date,
    ) -> Result<Self> {
        let of_target = match target {
            Target::Client(id) => assignment::Column::ClientId.eq(id),
            Target::Project(id) => assignment::Column::ProjectId.eq(id),
        };
        let until = assignment::Column::UntilOn;
        let mut rows = assignment::Entity::find()
            .filter(of_target)
            .filter(assignment::Column::RoleId.eq(role_id))
            .filter(
                Condition::any()
                    .add(until.is_null())
                    .add(until.gt(Day(day))),
            )
            .order_by_asc(assignment::Column::FromOn)
            .all(conn)
            .await?;
        rows.retain(|row| row.until_on != Some(row.from_on));
        let next_from_on = rows.iter().map(|row| row.from_on).find(|from| **from > day);
        let held = rows.into_iter().find(|row| *row.from_on <= day);
        Ok(Self { held, next_from_on })
    }

    /// The first day on which a row for `person` no longer holds: nobody holds anything after their last day (R7).
    pub(super) fn until(&self, person: Option<&person::Model>) -> Option<Day> {
        let left_on = person
            .and_then(|person| person.employed_until)
            .map(|last| Day(last.saturating_add(1.day())));
        self.next_from_on.into_iter().chain(left_on).min()
    }

    /// Whether a row for `person` until `until_on` would say nothing new.
    pub(super) fn is_so_already(
        &self,
        person: Option<&person::Model>,
        until_on: Option<Day>,
    ) -> bool {
        match (person, &self.held) {
            (Some(person), Some(held)) => held.person_id == person.id && held.until_on == until_on,
            (None, None) => true,
            _ => false,
        }
    }
}

/// Notes a problem when the day is further back than the caller may reach.
pub(super) fn must_be_in_reach(
    check: &mut Check,
    caller: &Caller,
    source: AssignmentSource,
    from_on: Date,
    standing: &Standing,
) {
    let today = caller.today();
    if from_on >= today || source == AssignmentSource::Import {
        return;
    }
    if caller.access != Access::Owner {
        check.add(
            "fromOn",
            ProblemCode::NotAllowedNow,
            format!(
                "Only an owner may date an assignment back; start it today, {today}, or later."
            ),
        );
        return;
    }
    let earliest = today.saturating_sub(Span::new().days(DAYS_BACK));
    if standing.held.is_some() && from_on < earliest {
        check.add(
            "fromOn",
            ProblemCode::NotAllowedNow,
            format!("Somebody held this on {from_on} already. Who held it can be changed back to {earliest} at most."),
        );
    }
}

/// R4: what a person or a handover decided is not overwritten by a spreadsheet or a plan.
pub(super) fn must_not_overrule(
    check: &mut Check,
    source: AssignmentSource,
    person: Option<&person::Model>,
    standing: &Standing,
) {
    let automatic = matches!(source, AssignmentSource::Import | AssignmentSource::Plan);
    let Some(held) = &standing.held else {
        return;
    };
    let agrees = person.is_some_and(|person| person.id == held.person_id);
    let decided = match held.source {
        AssignmentSource::Person => "Somebody decided by hand",
        AssignmentSource::Handover => "A handover decided",
        AssignmentSource::Import | AssignmentSource::Plan | AssignmentSource::Demo => return,
    };
    if automatic && !agrees {
        check.add(
            "personId",
            ProblemCode::NotAllowedNow,
            format!(
                "{decided} who holds this from {}: “{}”. Change it by hand.",
                held.from_on,
                shortened(&held.reason)
            ),
        );
    }
}
