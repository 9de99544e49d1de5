//! Re-assignment plans (`domain.md §5`), exactly. No database, no clock.

mod outcome;
mod problem;

pub use outcome::{Broken, Cost, Figures, FrontierPoint, Move, Outcome, Unsolved};
pub use problem::{
    Bond, Candidate, FixedCounts, PlanClient, Problem, Receives, Stay, StayReason, Target, Unit,
    UnitStatus, Waves, Weights,
};
