//! Lead decisions (`domain.md §5`, Need scores): how much each side is needed, and so which must lead.

use serde::{Deserialize, Serialize};

use crate::entity::LeadMode;

/// What a need is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Factor {
    /// How much the client wants to hear and be heard.
    Communication,
    /// How easily the relationship takes harm.
    Sensitivity,
    /// How much the client may grow.
    Growth,
    /// How hard the work is.
    Complexity,
    /// How hard the dates are.
    Delivery,
    /// How often the plan changes.
    Volatility,
}

impl Factor {
    /// All of them: three of the account need, then three of the production need.
    pub const ALL: [Self; 6] = [
        Self::Communication,
        Self::Sensitivity,
        Self::Growth,
        Self::Complexity,
        Self::Delivery,
        Self::Volatility,
    ];

    /// Whether it belongs to the client and feeds the account need; else to the project and the production need.
    pub fn is_of_the_client(self) -> bool {
        matches!(self, Self::Communication | Self::Sensitivity | Self::Growth)
    }
}

/// One number for each [`Factor`], in the order of [`Factor::ALL`]: scores 1…5, or weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByFactor {
    /// Of the client.
    pub communication: i64,
    /// Of the client.
    pub sensitivity: i64,
    /// Of the client.
    pub growth: i64,
    /// Of the project.
    pub complexity: i64,
    /// Of the project.
    pub delivery: i64,
    /// Of the project.
    pub volatility: i64,
}

impl ByFactor {
    /// The number of one factor.
    pub fn get(&self, factor: Factor) -> i64 {
        match factor {
            Factor::Communication => self.communication,
            Factor::Sensitivity => self.sensitivity,
            Factor::Growth => self.growth,
            Factor::Complexity => self.complexity,
            Factor::Delivery => self.delivery,
            Factor::Volatility => self.volatility,
        }
    }

    /// The same numbers but for one factor.
    #[must_use]
    pub fn with(mut self, factor: Factor, number: i64) -> Self {
        let place = match factor {
            Factor::Communication => &mut self.communication,
            Factor::Sensitivity => &mut self.sensitivity,
            Factor::Growth => &mut self.growth,
            Factor::Complexity => &mut self.complexity,
            Factor::Delivery => &mut self.delivery,
            Factor::Volatility => &mut self.volatility,
        };
        *place = number;
        self
    }
}

/// The constants of lead decisions; settings with these defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DecisionConstants {
    /// Weight of each factor; the three of a side sum to 100.
    pub weights: ByFactor,
    /// The side that is ahead by this much leads.
    pub threshold: i64,
    /// How much further than the threshold a standing decision holds.
    pub hysteresis: i64,
    /// After how many months a decision is to be made again, whatever the profile says.
    pub redecide_after_months: i64,
}

impl Default for DecisionConstants {
    fn default() -> Self {
        Self {
            weights: ByFactor {
                communication: 40,
                sensitivity: 30,
                growth: 30,
                complexity: 45,
                delivery: 30,
                volatility: 25,
            },
            threshold: 15,
            hysteresis: 5,
            redecide_after_months: 12,
        }
    }
}

/// What one factor adds to its need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorPoints {
    /// The factor.
    pub factor: Factor,
    /// Its score, 1…5.
    pub score: i64,
    /// Its weight.
    pub weight: i64,
    /// `weight × (score − 1) × 25`: hundredths of a point. A need is their sum, floored to whole points.
    pub hundredths: i64,
}

/// The smallest change of one score that turns a recommendation into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The factor that would change.
    pub factor: Factor,
    /// Its score now.
    pub from: i64,
    /// The score that flips it.
    pub to: i64,
    /// What would be recommended then.
    pub lead_mode: LeadMode,
}

/// Which side must lead, and what says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// How much the client side is needed, 0…100.
    pub account_need: i64,
    /// How much the project side is needed, 0…100.
    pub production_need: i64,
    /// `account_need − production_need`.
    pub delta: i64,
    /// What follows from it.
    pub lead_mode: LeadMode,
    /// The side that is ahead by this much leads.
    pub threshold: i64,
    /// How much further than the threshold `standing` holds.
    pub hysteresis: i64,
    /// What stands, and is left only when delta passes the threshold by the hysteresis.
    pub standing: Option<LeadMode>,
    /// Each factor's part, in the order of [`Factor::ALL`].
    pub points: [FactorPoints; 6],
    /// The smallest change of one score that would flip it; `None` when no single score can. Of equally small ones
    /// the first of [`Factor::ALL`], and a lower score before a higher.
    pub smallest_flip: Option<Flip>,
}

/// Recommends a lead mode for `scores` (1…5 each; beyond it the nearest counts). A `standing` decision holds until
/// delta passes a threshold by the hysteresis, whichever way it came.
pub fn recommend(
    constants: &DecisionConstants,
    scores: &ByFactor,
    standing: Option<LeadMode>,
) -> Recommendation {
    let (account_need, production_need) = needs(constants, scores);
    let delta = account_need - production_need;
    Recommendation {
        account_need,
        production_need,
        delta,
        lead_mode: lead_mode(constants, delta, standing),
        threshold: constants.threshold,
        hysteresis: constants.hysteresis,
        standing,
        points: Factor::ALL.map(|factor| points(constants, scores, factor)),
        smallest_flip: smallest_flip(constants, scores, standing),
    }
}

fn points(constants: &DecisionConstants, scores: &ByFactor, factor: Factor) -> FactorPoints {
    let weight = constants.weights.get(factor);
    let score = scores.get(factor).clamp(1, 5);
    FactorPoints {
        factor,
        score,
        weight,
        hundredths: weight * (score - 1) * 25,
    }
}

fn needs(constants: &DecisionConstants, scores: &ByFactor) -> (i64, i64) {
    let (mut account, mut production) = (0, 0);
    for factor in Factor::ALL {
        let need = if factor.is_of_the_client() {
            &mut account
        } else {
            &mut production
        };
        *need += points(constants, scores, factor).hundredths;
    }
    (account / 100, production / 100)
}

/// A standing decision moves both thresholds away from itself: leaving it takes the hysteresis more.
fn lead_mode(constants: &DecisionConstants, delta: i64, standing: Option<LeadMode>) -> LeadMode {
    let threshold_for = |lead| match standing {
        None => constants.threshold,
        Some(decided) if decided == lead => constants.threshold - constants.hysteresis,
        Some(_) => constants.threshold + constants.hysteresis,
    };
    if delta >= threshold_for(LeadMode::AccountLed) {
        LeadMode::AccountLed
    } else if -delta >= threshold_for(LeadMode::ProductionLed) {
        LeadMode::ProductionLed
    } else {
        LeadMode::Joint
    }
}

fn smallest_flip(
    constants: &DecisionConstants,
    scores: &ByFactor,
    standing: Option<LeadMode>,
) -> Option<Flip> {
    let mode_with = |scores: &ByFactor| {
        let (account, production) = needs(constants, scores);
        lead_mode(constants, account - production, standing)
    };
    let today = mode_with(scores);
    let changes = Factor::ALL.into_iter().flat_map(|factor| {
        let from = scores.get(factor).clamp(1, 5);
        (1..=5).map(move |to| (factor, from, to))
    });
    changes
        .map(|(factor, from, to)| Flip {
            factor,
            from,
            to,
            lead_mode: mode_with(&scores.with(factor, to)),
        })
        .filter(|flip| flip.lead_mode != today)
        .min_by_key(|flip| (flip.to - flip.from).abs())
}

#[cfg(test)]
mod tests;
