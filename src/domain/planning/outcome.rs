//! What a plan comes to: who takes over what, what it costs, and how sure that is.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::reasons::{About, Reason};
use crate::domain::load::SideLoad;

/// A plan that keeps every rule. People, clients and units are named by their places in the problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What more moves would buy, fewest moves first.
    pub frontier: Vec<FrontierPoint>,
    /// What changes hands, in the order of the waves.
    pub moves: Vec<Move>,
    /// The relationships that the moves break, strongest first.
    pub broken: Vec<Broken>,
    /// What the plan costs.
    pub cost: Cost,
    /// No plan costs less: the solver proved it, and the independent evaluation of the plan agrees.
    pub proven: bool,
    /// How far the cost may lie above the least possible, bp of the cost, rounded up; 0 when proven.
    pub gap_bp: i64,
    /// No plan costs less than this, thousandths of a cost point.
    pub bound: i64,
    /// Branch-and-bound nodes spent on plan and frontier together.
    pub nodes: u64,
    /// Everybody's figures today, a figure a person, in the order of the problem.
    pub before: Vec<Figures>,
    /// Everybody's figures afterwards.
    pub after: Vec<Figures>,
}

/// The best that at most so many moves reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontierPoint {
    /// Units that change hands, at most.
    pub moves: usize,
    /// The lowest reachable peak utilisation, bp.
    pub peak_bp: i64,
    /// The relationships it costs, strongest first.
    pub broken: Vec<Broken>,
    /// No plan with so few moves has a lower peak, and none with that peak costs less.
    pub proven: bool,
    /// How far the peak may lie above the lowest possible, bp of the peak, rounded up. Where the peak is certain and
    /// the cost is not, the same of the cost; 0 when proven.
    pub gap_bp: i64,
}

/// A relationship that a plan breaks: the person spoke for the client and does no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// Who, a place in the problem's people.
    pub person: usize,
    /// With which client, a place in the problem's clients.
    pub client: usize,
    /// How strong it was, 0 to 100 points.
    pub points: i64,
}

/// One unit changes hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// A place in the problem's units.
    pub unit: usize,
    /// Who gives it away; `None`: nobody held it.
    pub from: Option<usize>,
    /// Who takes it over.
    pub to: usize,
    /// In which wave, from 0. The moves of one client and side from one person to another share a wave.
    pub wave: usize,
    /// That wave's Monday.
    pub on: Date,
    /// The figures that justify it, at least one.
    pub reasons: Vec<Reason>,
}

impl Move {
    /// Why, in a sentence.
    pub fn reason(&self) -> String {
        let parts: Vec<&str> = self.reasons.iter().map(|one| one.words.as_str()).collect();
        format!("{}.", parts.join("; "))
    }

    /// Why, without what its people would rather do, which is private to them and the owners.
    pub fn public_reason(&self) -> String {
        let public = |one: &&Reason| one.about != About::Preference;
        let reasons: Vec<Reason> = self.reasons.iter().filter(public).cloned().collect();
        if reasons.is_empty() {
            return "It costs the plan least.".to_owned();
        }
        let public = Self {
            reasons,
            ..self.clone()
        };
        public.reason()
    }
}

/// What a plan costs, thousandths of a cost point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Broken relationships.
    pub relationship: i64,
    /// Preference, role mix and skills.
    pub misfit: i64,
    /// Utilisation above the target.
    pub over: i64,
    /// The highest utilisation.
    pub peak: i64,
    /// All of it.
    pub total: i64,
}

/// What one person carries, a usual week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Coordination minutes by side, in the plan and outside it.
    pub coordination: SideLoad,
    /// Confirmed bookings, minutes.
    pub booked_minutes: i64,
    /// Minutes free for client work.
    pub availability_minutes: i64,
    /// Coordination and bookings ÷ availability, bp, floored; `None` without availability.
    pub utilisation_bp: Option<i64>,
    /// ACTIVE projects, each once.
    pub active: i64,
    /// BACK_BURNER projects, each once.
    pub back_burner: i64,
    /// Role mix of the coordination, bp; `None` without any.
    pub role_mix_bp: Option<i64>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsolved {
    /// No plan keeps every rule.
    Infeasible {
        /// Rules that cannot all be kept, a sentence each: without any one of them the others could be.
        clashes: Vec<String>,
    },
    /// The node limit was reached before any plan was found, nor was it proven that there is none.
    Undecided,
    /// `stop` was set.
    Cancelled,
}
