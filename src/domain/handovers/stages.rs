//! The stages of a handover (`domain.md §5`, Handover progress).

use crate::entity::HandoverStage;

/// The stages that are reached one after the other; each is a step of every handover.
pub const STEPS: [HandoverStage; 5] = [
    HandoverStage::Announced,
    HandoverStage::Introduced,
    HandoverStage::Shadowing,
    HandoverStage::Transferred,
    HandoverStage::Confirmed,
];

/// The stages in which something is left to do.
pub const OPEN_STAGES: [HandoverStage; 5] = [
    HandoverStage::Planned,
    HandoverStage::Announced,
    HandoverStage::Introduced,
    HandoverStage::Shadowing,
    HandoverStage::Transferred,
];

/// The stages in which the assignments were written.
pub const MOVED_STAGES: [HandoverStage; 2] = [HandoverStage::Transferred, HandoverStage::Confirmed];

impl HandoverStage {
    /// The stage after this one; none at the end.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Planned => Some(Self::Announced),
            Self::Announced => Some(Self::Introduced),
            Self::Introduced => Some(Self::Shadowing),
            Self::Shadowing => Some(Self::Transferred),
            Self::Transferred => Some(Self::Confirmed),
            Self::Confirmed | Self::Cancelled => None,
        }
    }

    /// How much of a handover is done, 0 to 100 points.
    pub fn points(self) -> i64 {
        match self {
            Self::Planned | Self::Cancelled => 0,
            Self::Announced => 30,
            Self::Introduced => 50,
            Self::Shadowing => 75,
            Self::Transferred => 95,
            Self::Confirmed => 100,
        }
    }

    /// Whether something is left to do.
    pub fn is_open(self) -> bool {
        OPEN_STAGES.contains(&self)
    }

    /// Whether the assignments were written.
    pub fn has_moved(self) -> bool {
        MOVED_STAGES.contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_but_the_last_leads_to_one_worth_more() {
        let mut stage = HandoverStage::Planned;
        let mut reached = Vec::new();
        while let Some(next) = stage.next() {
            assert!(next.points() > stage.points(), "{next:?}");
            reached.push(next);
            stage = next;
        }
        assert_eq!(reached, STEPS);
        assert_eq!(stage.points(), 100);
        assert!(!stage.is_open() && stage.has_moved());
    }
}
