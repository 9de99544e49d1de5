//! What is asked of a plan, as it is kept with it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::guards::Guard;
use crate::domain::planning::Weights;
use crate::entity::{PlanKind, Side};

/// The most people, pins or overrides that one plan names.
pub const MOST_NAMED: usize = 500;

/// A client as a whole, or one project of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Every project of the client; a client without open projects itself.
    Client(Uuid),
    /// One project.
    Project(Uuid),
}

/// Who may be given what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// Who.
    pub person_id: Uuid,
    /// Whether client sides.
    pub client_side: bool,
    /// Whether project sides.
    pub project_side: bool,
}

/// A side that one person is to hold, whatever the plan would gain otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Of what.
    pub subject: Subject,
    /// Which side of it.
    pub side: Side,
    /// By whom.
    pub person_id: Uuid,
}

/// A guard that an owner sets aside, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardOverride {
    /// For what.
    pub subject: Subject,
    /// Which guard.
    pub guard: Guard,
    /// Why, 1–2,000 characters.
    pub reason: String,
}

/// What is asked of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanInput {
    /// The clients whose sides may move. Empty, as the projects: everything may.
    pub client_ids: Vec<Uuid>,
    /// The projects whose sides may move.
    pub project_ids: Vec<Uuid>,
    /// Who may be given what. Empty: whoever holds a side, either side.
    pub receivers: Vec<Receiver>,
    /// The two managers of a SPLIT.
    pub split_between: Vec<Uuid>,
    /// The load above which a person is over capacity, bp of the availability.
    pub target_bp: i64,
    /// What weighs how much.
    pub weights: Weights,
    /// Who is to hold what.
    pub pins: Vec<Pin>,
    /// At most so many moves; none: as many as pay.
    pub most_moves: Option<i64>,
    /// How many handovers begin in one week.
    pub handovers_a_week: i64,
    /// ACTIVE projects that each person may hold at most.
    pub most_active: Option<i64>,
    /// BACK_BURNER projects that each person may hold at most.
    pub most_back_burner: Option<i64>,
    /// Guards that an owner sets aside.
    pub guard_overrides: Vec<GuardOverride>,
    /// After how many nodes the search ends with what it has; none: the solver's own.
    pub node_limit: Option<i64>,
}

/// A plan that is asked for.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// What it is for.
    pub kind: PlanKind,
    /// What it is called, 1–200 characters.
    pub name: String,
    /// Whose book is given away: of a LEAVER plan, and only of that.
    pub leaver_id: Option<Uuid>,
    /// The day whose holders it starts from, and on which its first week begins; today or later.
    pub starts_on: Date,
    /// The rest.
    pub input: PlanInput,
}

/// The input field that names the subject of a pin or an override.
pub(super) fn subject_field(field: &str, subject: Subject) -> String {
    match subject {
        Subject::Client(_) => format!("{field}.clientId"),
        Subject::Project(_) => format!("{field}.projectId"),
    }
}
