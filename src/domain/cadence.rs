//! When a client is to be told or asked something (`domain.md §5`, Update due).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::availability::WorkingTime;
use super::calendar::plus_days;
use crate::entity::{ProjectStatus, TouchpointKind};

impl TouchpointKind {
    /// Whether the client has been told how things stand, so that the cadence starts anew.
    pub fn counts_as_update(self) -> bool {
        matches!(
            self,
            Self::Kickoff | Self::Update | Self::Call | Self::Meeting
        )
    }
}

/// How often clients are contacted; settings with these defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CadenceConstants {
    /// Days between updates where a client has no cadence of its own.
    pub update_days: i64,
    /// Working days after which a due update is overdue.
    pub overdue_after_working_days: u32,
    /// Days between outreach prompts for a client with an active project.
    pub outreach_active_days: i64,
    /// Days between outreach prompts for a client with back-burner projects only.
    pub outreach_back_burner_days: i64,
}

impl Default for CadenceConstants {
    fn default() -> Self {
        Self {
            update_days: 14,
            overdue_after_working_days: 3,
            outreach_active_days: 30,
            outreach_back_burner_days: 90,
        }
    }
}

/// The days from which a cadence may run, in local days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastContact {
    /// The last touchpoint that counts; `None`: never contacted.
    pub contacted_on: Option<Date>,
    /// The kick-off of the project.
    pub kicked_off_on: Option<Date>,
    /// When the client came.
    pub client_since: Date,
}

impl LastContact {
    /// The day the cadence runs from: the contact, else the kick-off, else the client's start.
    pub fn runs_from(&self) -> Date {
        self.contacted_on
            .or(self.kicked_off_on)
            .unwrap_or(self.client_since)
    }
}

/// When something is due, and from when on it is overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The first day it is due.
    pub due_on: Date,
    /// The first day it is overdue, and goes to the owner too.
    pub overdue_on: Date,
}

/// How a [`Due`] stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DueState {
    /// Not due yet.
    Ahead,
    /// Due.
    Due,
    /// Due for too long.
    Overdue,
}

impl Due {
    /// How it stands on `day`.
    pub fn state(&self, day: Date) -> DueState {
        match day {
            day if day >= self.overdue_on => DueState::Overdue,
            day if day >= self.due_on => DueState::Due,
            _ => DueState::Ahead,
        }
    }
}

/// When a client update is due: last contact + cadence, moved forward to the accountable person's next working day.
/// Nobody accountable, or nobody who ever works: the day itself stands, so that a prompt is never lost.
pub fn update_due(
    constants: &CadenceConstants,
    last: &LastContact,
    cadence_days: i64,
    accountable: Option<&WorkingTime>,
) -> Due {
    let day = plus_days(last.runs_from(), cadence_days.max(1));
    let due_on = accountable
        .and_then(|person| person.next_working_day(day))
        .unwrap_or(day);
    due_from(constants, due_on, accountable)
}

/// Something that is due from `due_on` on, and overdue some working days of the accountable person later.
pub fn due_from(
    constants: &CadenceConstants,
    due_on: Date,
    accountable: Option<&WorkingTime>,
) -> Due {
    let working_days = constants.overdue_after_working_days;
    let overdue_on = accountable
        .and_then(|person| person.add_working_days(due_on, working_days))
        .unwrap_or_else(|| plus_days(due_on, working_days.into()));
    Due { due_on, overdue_on }
}

/// Days between outreach prompts for a client with projects of these statuses; `None` when it is not to be prompted.
pub fn outreach_days(
    constants: &CadenceConstants,
    statuses: impl IntoIterator<Item = ProjectStatus>,
) -> Option<i64> {
    statuses
        .into_iter()
        .filter_map(|status| match status {
            ProjectStatus::Active => Some(constants.outreach_active_days),
            ProjectStatus::BackBurner => Some(constants.outreach_back_burner_days),
            ProjectStatus::Proposed | ProjectStatus::Completed | ProjectStatus::Cancelled => None,
        })
        .min()
}

/// When proactive outreach is due: last REACH_OUT + `every_days` of [`outreach_days`], moved as in [`update_due`].
pub fn outreach_due(
    constants: &CadenceConstants,
    last: &LastContact,
    every_days: i64,
    accountable: Option<&WorkingTime>,
) -> Due {
    update_due(constants, last, every_days, accountable)
}

#[cfg(test)]
mod tests;
