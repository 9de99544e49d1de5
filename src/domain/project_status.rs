//! Where a project stands, and how it gets from there to elsewhere.
//!
//! | from | to |
//! | --- | --- |
//! | PROPOSED | ACTIVE, BACK_BURNER, CANCELLED |
//! | ACTIVE | BACK_BURNER, COMPLETED, CANCELLED |
//! | BACK_BURNER | ACTIVE, COMPLETED, CANCELLED |
//! | COMPLETED, CANCELLED | ACTIVE, BACK_BURNER: it is opened again |

use jiff::civil::Date;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::projects::{check_past_day, to_change};
use crate::domain::responsibilities::OPEN;
use crate::domain::role_decisions::{self, Move, Wish};
use crate::domain::settings::Settings;
use crate::domain::{clients, history, touchpoints};
use crate::entity::{AssignmentSource, Day, LeadMode, Moment, ProjectStatus, project};
use crate::error::{ProblemCode, Result};

/// Where a project is to stand, and why.
#[derive(Clone, Debug)]
pub struct StatusMove {
    /// Where it is to stand.
    pub status: ProjectStatus,
    /// The role decision, made or re-confirmed in the same breath. None: a move to ACTIVE needs one that was made for it
    /// (R3), elsewhere what is in force stays.
    pub lead_mode: Option<LeadMode>,
    /// Why, up to 2,000 characters; kept in the history, and with the decision.
    pub reason: Option<String>,
    /// What moves it: a person or a spreadsheet.
    pub source: AssignmentSource,
    /// The day it happened, at most today, which it is by default. Of a move to ACTIVE: the kick-off.
    pub on: Option<Date>,
}

/// Where a project may go from `status`.
pub fn next(status: ProjectStatus) -> &'static [ProjectStatus] {
    use ProjectStatus::{Active, BackBurner, Cancelled, Completed, Proposed};
    match status {
        Proposed => &[Active, BackBurner, Cancelled],
        Active => &[BackBurner, Completed, Cancelled],
        BackBurner => &[Active, Completed, Cancelled],
        Completed | Cancelled => &[Active, BackBurner],
    }
}

/// Moves a project. Owners, and managers accountable for it. What becomes ACTIVE is kicked off: its day is kept, and a
/// KICKOFF touchpoint logged.
pub async fn set(
    db: &Db,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    to: StatusMove,
) -> Result<project::Model> {
    let tx = db.begin().await?;
    let after = set_in(&tx, caller, id, expected_version, to).await?;
    tx.commit().await?;
    Ok(after)
}

/// As [`set`], within the caller's transaction.
pub async fn set_in(
    tx: &impl ConnectionTrait,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i64>,
    to: StatusMove,
) -> Result<project::Model> {
    let before = to_change(tx, caller, id).await?;
    let client = if OPEN.contains(&to.status) {
        clients::open_client(tx, "id", before.client_id).await?
    } else {
        clients::of_project(tx, &before).await?
    };
    let standing = role_decisions::in_force(tx, &before).await?;
    let constants = Settings::load(tx).await?.decisions;
    let on = to.on.unwrap_or_else(|| caller.today());
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let reason = check.text("reason", to.reason.as_deref().unwrap_or_default(), 2_000);
    check_past_day(&mut check, caller, "on", on);
    check_move(&mut check, before.status, to.status);
    let wish = to.lead_mode.map(|lead_mode| Wish {
        lead_mode,
        reason: reason.clone(),
        source: to.source,
    });
    let row = moved(caller, &before, to.status, on);
    let decided = Move {
        client: &client,
        before: &before,
        after: &row,
        standing,
    }
    .decided(&mut check, caller, &constants, wish.as_ref());
    check.finish()?;

    let row = decided.write(tx, caller, row).await?;
    let after = row.into_active_model().reset_all().update(tx).await?;
    let why = explanation(&before, &after, on, &reason);
    history::explained(tx, caller, id, &before, &after, &why).await?;
    if after.status == ProjectStatus::Active {
        touchpoints::log_kick_off(tx, caller, &after, on).await?;
    }
    Ok(after)
}

/// The project as it stands after the move; its kick-off is planned no more when it happened, or will not.
fn moved(
    caller: &Caller,
    before: &project::Model,
    status: ProjectStatus,
    on: Date,
) -> project::Model {
    let kicks_off = status == ProjectStatus::Active;
    let planned = before.kick_off_planned_on;
    project::Model {
        status,
        kicked_off_on: kicks_off.then_some(Day(on)).or(before.kicked_off_on),
        kick_off_planned_on: planned.filter(|_| role_decisions::awaits_kick_off(status)),
        version: before.version + 1,
        updated_at: Moment(caller.now),
        ..before.clone()
    }
}

fn check_move(check: &mut Check, from: ProjectStatus, to: ProjectStatus) {
    if !next(from).contains(&to) {
        let message = format!(
            "It is {}, from which it can become {}; not {}.",
            from.word(),
            any_of(next(from)),
            to.word()
        );
        check.add("status", ProblemCode::NotAllowedNow, message);
    }
}

/// "ACTIVE, BACK_BURNER or CANCELLED".
fn any_of(statuses: &[ProjectStatus]) -> String {
    let words: Vec<&str> = statuses.iter().map(|status| status.word()).collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What the history says beside the two rows: "ACTIVE since 2026-11-23; JOINT confirmed. The contract is signed."
fn explanation(before: &project::Model, after: &project::Model, on: Date, reason: &str) -> String {
    let decided = match after.lead_mode {
        lead_mode if after.status != ProjectStatus::Active && lead_mode == before.lead_mode => {
            String::new()
        }
        lead_mode if lead_mode == before.lead_mode => format!("; {} confirmed", lead_mode.word()),
        lead_mode => format!("; {} decided", lead_mode.word()),
    };
    let sentence = format!("{} since {on}{decided}. {reason}", after.status.word());
    sentence.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_that_is_not_in_the_table_is_refused() {
        use ProjectStatus::{Active, BackBurner, Cancelled, Completed, Proposed};
        let all = [Proposed, Active, BackBurner, Completed, Cancelled];
        let allowed = |from: ProjectStatus| {
            all.into_iter()
                .filter(|to| {
                    let mut check = Check::new();
                    check_move(&mut check, from, *to);
                    check.finish().is_ok()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(allowed(Proposed), [Active, BackBurner, Cancelled]);
        assert_eq!(allowed(Active), [BackBurner, Completed, Cancelled]);
        assert_eq!(allowed(BackBurner), [Active, Completed, Cancelled]);
        assert_eq!(allowed(Completed), [Active, BackBurner]);
        assert_eq!(allowed(Cancelled), [Active, BackBurner]);
    }
}
