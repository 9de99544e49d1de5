//! Where a project stands, and how it gets from there to elsewhere.
//!
//! | from | to |
//! | --- | --- |
//! | PROPOSED | ACTIVE, BACK_BURNER, CANCELLED |
//! | ACTIVE | BACK_BURNER, COMPLETED, CANCELLED |
//! | BACK_BURNER | ACTIVE, COMPLETED, CANCELLED |
//! | COMPLETED, CANCELLED | ACTIVE, BACK_BURNER: it is opened again |

use jiff::civil::Date;
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Set};
use uuid::Uuid;

use crate::db::Db;
use crate::domain::access::Caller;
use crate::domain::check::Check;
use crate::domain::projects::{DECIDE_FIRST, check_past_day, to_change};
use crate::domain::responsibilities::OPEN;
use crate::domain::{clients, history, touchpoints};
use crate::entity::{Day, LeadMode, Moment, ProjectStatus, project};
use crate::error::{ProblemCode, Result};

/// Where a project is to stand, and why.
#[derive(Clone, Debug)]
pub struct StatusMove {
    /// Where it is to stand.
    pub status: ProjectStatus,
    /// The role decision, made or re-confirmed; a move to ACTIVE needs one (R3). None elsewhere: it stays.
    pub lead_mode: Option<LeadMode>,
    /// Why, up to 2,000 characters; kept in the history.
    pub reason: Option<String>,
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
    if OPEN.contains(&to.status) {
        clients::open_client(tx, "id", before.client_id).await?;
    }
    let on = to.on.unwrap_or_else(|| caller.today());
    let mut check = Check::new();
    check.version(expected_version, before.version);
    let reason = check.text("reason", to.reason.as_deref().unwrap_or_default(), 2_000);
    check_past_day(&mut check, caller, "on", on);
    check_move(&mut check, before.status, &to);
    check.finish()?;

    let kicks_off = to.status == ProjectStatus::Active;
    let mut row = before.clone().into_active_model();
    row.status = Set(to.status);
    row.lead_mode = Set(to.lead_mode.unwrap_or(before.lead_mode));
    if kicks_off {
        row.kicked_off_on = Set(Some(Day(on)));
    }
    row.version = Set(before.version + 1);
    row.updated_at = Set(Moment(caller.now));
    let after = row.update(tx).await?;
    let why = explanation(&before, &after, on, &reason);
    history::explained(tx, caller, id, &before, &after, &why).await?;
    if kicks_off {
        touchpoints::log_kick_off(tx, caller, &after, on).await?;
    }
    Ok(after)
}

fn check_move(check: &mut Check, from: ProjectStatus, to: &StatusMove) {
    if !next(from).contains(&to.status) {
        let message = format!(
            "It is {}, from which it can become {}; not {}.",
            from.word(),
            any_of(next(from)),
            to.status.word()
        );
        check.add("status", ProblemCode::NotAllowedNow, message);
    }
    check.require(
        to.status != ProjectStatus::Active || to.lead_mode.is_some(),
        "leadMode",
        DECIDE_FIRST,
    );
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
                    let to = StatusMove {
                        status: *to,
                        lead_mode: Some(LeadMode::Joint),
                        reason: None,
                        on: None,
                    };
                    check_move(&mut check, from, &to);
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
