//! Counts against limits (`domain.md §5`): they stand beside minutes and never replace them.

use serde::{Deserialize, Serialize};

use crate::entity::ProjectStatus;

/// How many projects one manager should hold; settings with these defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CountLimits {
    /// ACTIVE projects, at most.
    pub active: i64,
    /// BACK_BURNER projects, at most.
    pub back_burner: i64,
}

impl Default for CountLimits {
    fn default() -> Self {
        Self {
            active: 6,
            back_burner: 15,
        }
    }
}

/// How many projects one manager is accountable for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// ACTIVE projects.
    pub active: i64,
    /// BACK_BURNER projects.
    pub back_burner: i64,
}

/// A limit that is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassedLimit {
    /// ACTIVE or BACK_BURNER.
    pub status: ProjectStatus,
    /// Projects held.
    pub count: i64,
    /// Projects that should be the most.
    pub limit: i64,
}

impl Counts {
    /// Counts projects by status. Give each project once, even when the person holds both its sides.
    pub fn of(statuses: impl IntoIterator<Item = ProjectStatus>) -> Self {
        let mut counts = Self::default();
        for status in statuses {
            match status {
                ProjectStatus::Active => counts.active += 1,
                ProjectStatus::BackBurner => counts.back_burner += 1,
                ProjectStatus::Proposed | ProjectStatus::Completed | ProjectStatus::Cancelled => {}
            }
        }
        counts
    }

    /// The limits that are passed, each worth a warning. Reaching a limit does not pass it.
    pub fn passed(self, limits: &CountLimits) -> Vec<PassedLimit> {
        let active = PassedLimit {
            status: ProjectStatus::Active,
            count: self.active,
            limit: limits.active,
        };
        let back_burner = PassedLimit {
            status: ProjectStatus::BackBurner,
            count: self.back_burner,
            limit: limits.back_burner,
        };
        [active, back_burner]
            .into_iter()
            .filter(|limit| limit.count > limit.limit)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_past_a_limit_warns() {
        let at_the_limit = Counts {
            active: 6,
            back_burner: 15,
        };
        assert_eq!(at_the_limit.passed(&CountLimits::default()), []);
        let past = Counts {
            active: 7,
            back_burner: 16,
        };
        let passed = past.passed(&CountLimits::default());
        assert_eq!(
            passed,
            [
                PassedLimit {
                    status: ProjectStatus::Active,
                    count: 7,
                    limit: 6
                },
                PassedLimit {
                    status: ProjectStatus::BackBurner,
                    count: 16,
                    limit: 15
                },
            ]
        );
    }

    #[test]
    fn only_active_and_back_burner_projects_count() {
        use ProjectStatus::*;
        let counts = Counts::of([Active, BackBurner, Proposed, Active, Completed, Cancelled]);
        assert_eq!(
            counts,
            Counts {
                active: 2,
                back_burner: 1
            }
        );
    }
}
