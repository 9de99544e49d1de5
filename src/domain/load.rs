//! Coordination load (`domain.md §5`): the minutes a week that a project asks of the two people accountable for it.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Serialize};

use super::availability::WHOLE_BP;
use crate::entity::{LeadMode, ProjectSize, ProjectStatus};

mod explain;

pub use explain::percent;

/// The constants of coordination load; settings with these defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoadConstants {
    /// Client side of an ACTIVE project, minutes a week.
    pub active_client_minutes: i64,
    /// Project side of an ACTIVE project, minutes a week.
    pub active_project_minutes: i64,
    /// Client side of a BACK_BURNER project, minutes a week.
    pub back_burner_client_minutes: i64,
    /// Project side of a BACK_BURNER project, minutes a week.
    pub back_burner_project_minutes: i64,
    /// A client with no active or back-burner project, minutes a week for whoever holds its client side.
    pub idle_client_minutes: i64,
    /// Factor of each size, XS to XL, bp.
    pub size_bp: [i64; 5],
    /// Factor of each level, 1 to 5, bp.
    pub level_bp: [i64; 5],
    /// What the supporting side keeps of its own work when the other leads, bp.
    pub support_share_bp: i64,
}

impl Default for LoadConstants {
    fn default() -> Self {
        Self {
            active_client_minutes: 130,
            active_project_minutes: 120,
            back_burner_client_minutes: 15,
            back_burner_project_minutes: 10,
            idle_client_minutes: 15,
            size_bp: [4_000, 7_000, 10_000, 15_000, 22_000],
            level_bp: [6_000, 8_000, 10_000, 13_000, 17_000],
            support_share_bp: 4_000,
        }
    }
}

impl LoadConstants {
    fn sides(&self, status: ProjectStatus) -> SideLoad {
        let (client_minutes, project_minutes) = match status {
            ProjectStatus::Active => (self.active_client_minutes, self.active_project_minutes),
            ProjectStatus::BackBurner => (
                self.back_burner_client_minutes,
                self.back_burner_project_minutes,
            ),
            ProjectStatus::Proposed | ProjectStatus::Completed | ProjectStatus::Cancelled => (0, 0),
        };
        SideLoad {
            client_minutes,
            project_minutes,
        }
    }

    fn size_bp(&self, size: ProjectSize) -> i64 {
        self.size_bp[size as usize]
    }

    fn level_bp(&self, level: i64) -> i64 {
        self.level_bp[(level.clamp(1, 5) - 1) as usize]
    }
}

/// What of a project, and of its client, makes its coordination load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProjectProfile {
    /// Only ACTIVE and BACK_BURNER projects make load.
    pub status: ProjectStatus,
    /// Multiplies both sides.
    pub size: ProjectSize,
    /// The client's communication level, 1…5 (beyond it the nearest counts); multiplies the client side.
    pub communication: i64,
    /// The project's complexity level, 1…5 (beyond it the nearest counts); multiplies the project side.
    pub complexity: i64,
    /// Who carries what of the two sides.
    pub lead_mode: LeadMode,
}

/// Minutes a week by the side they belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SideLoad {
    /// Client-side work.
    pub client_minutes: i64,
    /// Project-side work.
    pub project_minutes: i64,
}

/// What one project asks of its two accountable people, minutes a week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProjectLoad {
    /// What falls to the account manager.
    pub account_manager: SideLoad,
    /// What falls to the production manager.
    pub production_manager: SideLoad,
}

impl SideLoad {
    /// Both sides together.
    pub fn minutes(self) -> i64 {
        self.client_minutes + self.project_minutes
    }
}

impl ProjectLoad {
    /// The project's work by side, whoever carries it.
    pub fn sides(self) -> SideLoad {
        self.account_manager + self.production_manager
    }
}

/// The coordination load of one project (`domain.md §5`): each side × size × level, floored once,
/// then parted by the lead mode. What the two managers carry always equals the two sides.
pub fn project_load(constants: &LoadConstants, profile: &ProjectProfile) -> ProjectLoad {
    let sides = profile.sides(constants);
    let supported =
        |minutes: i64| minutes * constants.support_share_bp.clamp(0, WHOLE_BP) / WHOLE_BP;
    let production_manager = match profile.lead_mode {
        LeadMode::Joint => SideLoad {
            client_minutes: 0,
            ..sides
        },
        LeadMode::AccountLed => SideLoad {
            client_minutes: 0,
            project_minutes: supported(sides.project_minutes),
        },
        LeadMode::ProductionLed => SideLoad {
            client_minutes: sides.client_minutes - supported(sides.client_minutes),
            project_minutes: sides.project_minutes,
        },
    };
    ProjectLoad {
        account_manager: SideLoad {
            client_minutes: sides.client_minutes - production_manager.client_minutes,
            project_minutes: sides.project_minutes - production_manager.project_minutes,
        },
        production_manager,
    }
}

impl ProjectProfile {
    /// Minutes a week of each side, before the lead mode parts them.
    pub fn sides(&self, constants: &LoadConstants) -> SideLoad {
        let base = constants.sides(self.status);
        let size_bp = constants.size_bp(self.size);
        let times = |minutes: i64, level: i64| {
            minutes * size_bp * constants.level_bp(level) / (WHOLE_BP * WHOLE_BP)
        };
        SideLoad {
            client_minutes: times(base.client_minutes, self.communication),
            project_minutes: times(base.project_minutes, self.complexity),
        }
    }
}

/// What a client costs whoever holds its client side beside the load of its projects, minutes a week: something only
/// when none of the projects, given by their statuses, is active or on the back burner.
pub fn idle_client_minutes(
    constants: &LoadConstants,
    statuses: impl IntoIterator<Item = ProjectStatus>,
) -> i64 {
    let runs = |status| matches!(status, ProjectStatus::Active | ProjectStatus::BackBurner);
    if statuses.into_iter().any(runs) {
        0
    } else {
        constants.idle_client_minutes
    }
}

impl Add for SideLoad {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            client_minutes: self.client_minutes + other.client_minutes,
            project_minutes: self.project_minutes + other.project_minutes,
        }
    }
}

impl AddAssign for SideLoad {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for SideLoad {
    fn sum<I: Iterator<Item = Self>>(each: I) -> Self {
        each.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests;
