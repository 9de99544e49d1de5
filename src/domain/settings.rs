//! What an owner may tune (`domain.md §5`): every constant of the arithmetic, with its default.

use serde::{Deserialize, Serialize};

use super::cadence::CadenceConstants;
use super::counts::CountLimits;
use super::decisions::DecisionConstants;
use super::load::LoadConstants;
use super::relationships::StrengthLimits;
use super::utilisation::BandLimits;

/// All settings. Read from JSON, what is absent keeps its default and an unknown name is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Coordination load.
    pub load: LoadConstants,
    /// Projects a manager should hold at most.
    pub counts: CountLimits,
    /// Utilisation bands.
    pub bands: BandLimits,
    /// Lead decisions.
    pub decisions: DecisionConstants,
    /// Updates and outreach.
    pub cadence: CadenceConstants,
    /// Relationship strength.
    pub relationships: StrengthLimits,
}
