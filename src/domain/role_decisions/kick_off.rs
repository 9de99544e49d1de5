//! The gate to ACTIVE (R3): a project is kicked off with a decision of its own, made or re-confirmed for this kick-off.

use jiff::civil::Date;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};

use super::{Draft, Wish, led_by, must_not_overrule, recommendation};
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::decisions::DecisionConstants;
use crate::domain::history;
use crate::entity::{Day, LeadMode, ProjectStatus, client, project, role_decision};
use crate::error::{ProblemCode, Result};

/// What is asked of whoever makes a project ACTIVE (R3).
pub(in crate::domain) const DECIDE_FIRST: &str = "A project becomes ACTIVE with a role decision made for this kick-off: say which side leads, ACCOUNT_LED, JOINT or \
     PRODUCTION_LED, even if it is what stands.";

/// A move of a project to another status, as far as decisions are concerned.
#[derive(Debug)]
pub(in crate::domain) struct Move<'a> {
    /// Whose project it is.
    pub(in crate::domain) client: &'a client::Model,
    /// The project as it was.
    pub(in crate::domain) before: &'a project::Model,
    /// The project as it is to be.
    pub(in crate::domain) after: &'a project::Model,
    /// The decision it rests on.
    pub(in crate::domain) standing: Option<role_decision::Model>,
}

/// What a move means for the decision that a project rests on.
#[derive(Debug)]
pub(in crate::domain) enum Decided {
    /// It stays.
    Stands,
    /// It was made for the kick-off that this move is.
    Serves(role_decision::Model),
    /// Another is made in the same breath.
    Anew(Box<Draft>),
}

impl Move<'_> {
    /// What becomes of the decision; a move to ACTIVE without one is a problem. `wish` is what whoever moves it says.
    pub(in crate::domain) fn decided(
        self,
        check: &mut Check,
        caller: &Caller,
        constants: &DecisionConstants,
        wish: Option<&Wish>,
    ) -> Decided {
        let kicks_off = self.after.status == ProjectStatus::Active;
        let own = self
            .standing
            .as_ref()
            .filter(|row| row.project_id.is_some());
        let ready = own.filter(|row| row.kicked_off_on.is_none());
        let recommended =
            recommendation(constants, self.client, self.before, self.standing.as_ref()).lead_mode;
        let Some(wish) = wish else {
            return match ready {
                Some(decision) if kicks_off && !is_outdated(decision, recommended) => {
                    Decided::Serves(decision.clone())
                }
                Some(decision) if kicks_off => {
                    check.require(false, "leadMode", outdated(recommended, decision));
                    Decided::Stands
                }
                None if kicks_off => {
                    check.require(false, "leadMode", refusal(recommended, own));
                    Decided::Stands
                }
                _ => Decided::Stands,
            };
        };
        let agrees = |row: &&role_decision::Model| row.lead_mode == wish.lead_mode;
        match (ready.filter(agrees), own.filter(agrees)) {
            (Some(decision), _) if kicks_off => Decided::Serves(decision.clone()),
            (_, Some(_)) if !kicks_off => Decided::Stands,
            _ => {
                must_not_overrule(check, wish, self.standing.as_ref());
                let draft =
                    Draft::of_project(check, caller, self.client, self.after, recommended, wish);
                Decided::Anew(Box::new(draft))
            }
        }
    }
}

impl Decided {
    /// Writes what is to be written of it, and answers the project as it then is to be.
    pub(in crate::domain) async fn write(
        self,
        tx: &impl ConnectionTrait,
        caller: &Caller,
        project: project::Model,
    ) -> Result<project::Model> {
        match self {
            Self::Stands => Ok(project),
            Self::Serves(before) => {
                let mut row = before.clone().into_active_model();
                row.kicked_off_on = Set(project.kicked_off_on);
                let after = row.update(tx).await?;
                history::updated(tx, caller, after.id, &before, &after).await?;
                Ok(project)
            }
            Self::Anew(draft) => {
                let decision = draft.insert(tx, caller).await?;
                Ok(led_by(project, &decision))
            }
        }
    }
}

/// The profile recommends neither what it did then nor what was decided.
fn is_outdated(decision: &role_decision::Model, recommended: LeadMode) -> bool {
    ![decision.recommended, decision.lead_mode].contains(&recommended)
}

fn outdated(recommended: LeadMode, decision: &role_decision::Model) -> String {
    format!(
        "The profile has changed since {} was decided on {}: it recommends {} now. Say which side leads, even if it stays.",
        decision.lead_mode.word(),
        decision.decided_on,
        recommended.word()
    )
}

fn refusal(recommended: LeadMode, own: Option<&role_decision::Model>) -> String {
    let served = own.and_then(|row| {
        let kick_off = row.kicked_off_on?;
        Some(format!(
            " {} was decided for the kick-off of {kick_off}.",
            row.lead_mode.word()
        ))
    });
    format!(
        "{DECIDE_FIRST} Its profile recommends {}.{}",
        recommended.word(),
        served.unwrap_or_default()
    )
}

/// Whether a project of this status may still be kicked off.
pub(in crate::domain) fn awaits_kick_off(status: ProjectStatus) -> bool {
    matches!(status, ProjectStatus::Proposed | ProjectStatus::BackBurner)
}

/// A kick-off is planned for today or later, and for what is not running.
pub(in crate::domain) fn check_planned(
    check: &mut Check,
    caller: &Caller,
    status: ProjectStatus,
    day: Option<Date>,
) {
    const FIELD: &str = "kickOffPlannedOn";
    let Some(day) = day else {
        return;
    };
    check.day(FIELD, day);
    let today = caller.today();
    check.require(
        day >= today,
        FIELD,
        format!("{day} has passed: today is {today}. Plan the kick-off for today or later."),
    );
    if !awaits_kick_off(status) {
        let message = format!(
            "It is {}; only what is PROPOSED or BACK_BURNER is to be kicked off.",
            status.word()
        );
        check.add(FIELD, ProblemCode::NotAllowedNow, message);
    }
}

/// The projects whose kick-off is planned from `from` to `to`, and not decided yet; by that day. One statement.
pub async fn undecided_kick_offs(
    conn: &impl ConnectionTrait,
    from: Date,
    to: Date,
) -> Result<Vec<project::Model>> {
    let rows = project::Entity::find()
        .filter(undecided(to))
        .filter(project::Column::KickOffPlannedOn.gte(Day(from)))
        .order_by_asc(project::Column::KickOffPlannedOn)
        .order_by_asc(project::Column::Name)
        .order_by_asc(project::Column::Id)
        .all(conn)
        .await?;
    Ok(rows)
}

/// Holds for projects on the lists whose kick-off is planned for `to` or earlier, and not decided yet.
pub fn undecided(to: Date) -> Condition {
    use project::Column;
    Condition::all()
        .add(Column::ArchivedAt.is_null())
        .add(Column::Status.is_in([ProjectStatus::Proposed, ProjectStatus::BackBurner]))
        .add(Column::KickOffPlannedOn.lte(Day(to)))
        .add(
            Condition::any()
                .add(Column::DecisionId.is_null())
                .add(rests_on_no_ready_decision()),
        )
}

/// A client's default does not open the gate, nor does a decision that served a kick-off already.
fn rests_on_no_ready_decision() -> SimpleExpr {
    let ready = role_decision::Entity::find()
        .select_only()
        .column(role_decision::Column::Id)
        .filter(role_decision::Column::ProjectId.is_not_null())
        .filter(role_decision::Column::KickedOffOn.is_null())
        .into_query();
    project::Column::DecisionId.not_in_subquery(ready)
}
