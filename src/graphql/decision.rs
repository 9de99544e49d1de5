//! Which side should lead a project, and what says so.

use async_graphql::{Enum, SimpleObject};

use super::enums::LeadMode;
use crate::domain::decisions;

/// What a need is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "decisions::Factor")]
pub enum Factor {
    /// Of the client: how much communication it needs.
    Communication,
    /// Of the client: how sensitive the relationship is.
    Sensitivity,
    /// Of the client: how much it could grow.
    Growth,
    /// Of the project: how complex production is.
    Complexity,
    /// Of the project: how hard the delivery dates are.
    Delivery,
    /// Of the project: how much its scope moves.
    Volatility,
}

/// Which side should lead a project by the client's and the project's profile. What a decision was recommended on stands
/// until `delta` passes the threshold by the hysteresis.
#[derive(Clone, Debug, SimpleObject)]
pub struct Recommendation {
    /// How much the client side is needed, 0 to 100.
    account_need: i64,
    /// How much the project side is needed, 0 to 100.
    production_need: i64,
    /// `accountNeed − productionNeed`, −100 to 100: from the threshold on ACCOUNT_LED, to its negative PRODUCTION_LED,
    /// between them JOINT.
    delta: i64,
    /// What follows from it.
    lead_mode: LeadMode,
    /// The side that is ahead by this much leads; 1 to 100, 15 unless an owner has set another.
    threshold: i64,
    /// How much further than the threshold what stands holds; 5 unless an owner has set another.
    hysteresis: i64,
    /// What stands; null while nothing was decided for the project itself, and the threshold alone counts.
    standing: Option<LeadMode>,
    /// What each factor adds: three of the client, then three of the project.
    factors: Vec<FactorPoints>,
    /// The smallest change of one factor that would flip it; null when no single one can.
    smallest_flip: Option<Flip>,
}

/// What one factor adds to its need.
#[derive(Clone, Debug, SimpleObject)]
pub struct FactorPoints {
    /// The factor.
    factor: Factor,
    /// Its score, 1 to 5.
    score: i64,
    /// Its weight; the three of a side sum to 100.
    weight: i64,
    /// `weight × (score − 1) × 25`, in hundredths of a point. A need is the sum of its three, floored to whole points.
    hundredths: i64,
}

/// A change of one score that turns a recommendation into another.
#[derive(Clone, Debug, SimpleObject)]
pub struct Flip {
    /// The factor that would change.
    factor: Factor,
    /// Its score now, 1 to 5.
    from_score: i64,
    /// The score that flips it, 1 to 5.
    to_score: i64,
    /// What would be recommended then.
    lead_mode: LeadMode,
}

impl From<decisions::Recommendation> for Recommendation {
    fn from(given: decisions::Recommendation) -> Self {
        Self {
            account_need: given.account_need,
            production_need: given.production_need,
            delta: given.delta,
            lead_mode: given.lead_mode.into(),
            threshold: given.threshold,
            hysteresis: given.hysteresis,
            standing: given.standing.map(Into::into),
            factors: given.points.into_iter().map(FactorPoints::from).collect(),
            smallest_flip: given.smallest_flip.map(Flip::from),
        }
    }
}

impl From<decisions::FactorPoints> for FactorPoints {
    fn from(points: decisions::FactorPoints) -> Self {
        Self {
            factor: points.factor.into(),
            score: points.score,
            weight: points.weight,
            hundredths: points.hundredths,
        }
    }
}

impl From<decisions::Flip> for Flip {
    fn from(flip: decisions::Flip) -> Self {
        Self {
            factor: flip.factor.into(),
            from_score: flip.from,
            to_score: flip.to,
            lead_mode: flip.lead_mode.into(),
        }
    }
}
