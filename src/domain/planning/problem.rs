//! What a plan starts from: people, clients, units of work and the rules they must keep.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::load::SideLoad;
use crate::entity::Side;

/// Everything that a plan depends on. People and clients are named by their places in [`Problem::people`] and
/// [`Problem::clients`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Who holds or may receive units.
    pub people: Vec<Candidate>,
    /// Whose units are handed out.
    pub clients: Vec<PlanClient>,
    /// What is handed out: each to exactly one person.
    pub units: Vec<Unit>,
    /// How well people know clients. Who has no bond with a client knows it 0 points well.
    pub bonds: Vec<Bond>,
    /// What each kind of cost is worth.
    pub weights: Weights,
    /// The utilisation that nobody should pass, bp.
    pub target_bp: i64,
    /// At most so many units change hands; `None`: as many as it takes.
    pub most_moves: Option<usize>,
    /// How many branch-and-bound nodes may be spent on the plan itself; [`Problem::usual_node_limit`] fits the size.
    pub node_limit: u64,
    /// When the moves happen.
    pub waves: Waves,
}

impl Problem {
    /// A node limit that grows as the problem shrinks, so that a plan of any size takes seconds.
    pub fn usual_node_limit(units: usize, people: usize) -> u64 {
        let choices = (units * people).max(1) as u64;
        (10_000_000 / choices).clamp(100, 20_000)
    }
}

/// Somebody who holds units, or may receive some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The person's key.
    pub id: Uuid,
    /// What sentences call the person.
    pub name: String,
    /// Minutes of a usual week that are free for client work.
    pub availability_minutes: i64,
    /// Coordination that is no part of the plan, minutes a week.
    pub fixed: SideLoad,
    /// Confirmed bookings, minutes a week.
    pub booked_minutes: i64,
    /// Projects held that are no part of the plan.
    pub fixed_counts: FixedCounts,
    /// What may be given to the person. What they hold already they may keep in any case.
    pub receives: Receives,
    /// The side the person would rather work on.
    pub preference: Option<Side>,
    /// Level 1 to 5 of each skill, by the skill's key.
    pub skills: BTreeMap<Uuid, i32>,
    /// ACTIVE projects the person may hold at most; `None`: any number.
    pub most_active: Option<i64>,
    /// BACK_BURNER projects the person may hold at most; `None`: any number.
    pub most_back_burner: Option<i64>,
    /// The person leaves and may hold nothing afterwards.
    pub leaves: bool,
}

/// Projects somebody holds outside the plan, each once even with both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedCounts {
    /// ACTIVE ones.
    pub active: i64,
    /// BACK_BURNER ones.
    pub back_burner: i64,
}

/// The sides that may be given to somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receives {
    /// Client sides.
    pub client: bool,
    /// Project sides.
    pub project: bool,
}

impl Receives {
    /// Whether units of `side` may be given.
    pub fn side(self, side: Side) -> bool {
        match side {
            Side::Client => self.client,
            Side::Project => self.project,
        }
    }
}

/// A client of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanClient {
    /// The client's key.
    pub id: Uuid,
    /// What sentences call it.
    pub name: String,
}

/// What is handed out as one: one side of a project, or the client side of a client without open projects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Which project or client it is.
    pub target: Target,
    /// What sentences call the project, or the client.
    pub name: String,
    /// The client, a place in [`Problem::clients`].
    pub client: usize,
    /// The side.
    pub side: Side,
    /// What whoever holds it carries, minutes a week.
    pub minutes: SideLoad,
    /// The client-side work of the project, whoever carries it, minutes a week: the weight of a handover.
    pub client_side_minutes: i64,
    /// What it counts as.
    pub status: UnitStatus,
    /// Who holds it today, a place in [`Problem::people`]; `None`: nobody, or somebody outside the plan.
    pub holder: Option<usize>,
    /// The skills it asks for, with the level of each.
    pub skills: Vec<(Uuid, i32)>,
    /// It may not stay where it is.
    pub must_move: bool,
    /// Guards that keep it where it is.
    pub stays: Vec<Stay>,
    /// A pin: who must hold it afterwards, a place in [`Problem::people`].
    pub held_by: Option<usize>,
}

/// Which project, or which client without open projects, a unit is a side of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Target {
    /// The project's key.
    Project(Uuid),
    /// The client's key.
    IdleClient(Uuid),
}

/// What a unit counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum UnitStatus {
    /// An ACTIVE project.
    Active,
    /// A BACK_BURNER project.
    BackBurner,
    /// A client without open projects: no project.
    Idle,
}

/// A guard: why a unit should not move now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// Which guard.
    pub why: StayReason,
    /// What it says, a whole sentence with names and days.
    pub sentence: String,
}

/// The guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum StayReason {
    /// The project launches soon.
    LaunchSoon,
    /// The client is in trouble.
    ClientInTrouble,
    /// It changed hands not long ago.
    MovedLately,
    /// Somebody wants it so.
    Kept,
}

/// How well somebody knows a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bond {
    /// A place in [`Problem::people`].
    pub person: usize,
    /// A place in [`Problem::clients`].
    pub client: usize,
    /// Strength, 0 to 100 points.
    pub points: i64,
    /// It never moves: every client-side unit of the client that the person holds stays.
    pub pinned: bool,
    /// The person speaks for the client outside the plan too, so that no plan breaks it.
    pub elsewhere: bool,
}

/// What each kind of cost is worth, in cost points. Each 0 to 1000; 0 leaves the cost out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// Per point of a broken relationship, times the factor of its tier.
    pub relationship: u32,
    /// Factor of a strong relationship.
    pub strong: u32,
    /// Factor of a warm relationship.
    pub warm: u32,
    /// Factor of a cool relationship.
    pub cool: u32,
    /// Strong begins here, points.
    pub strong_from: u32,
    /// Warm begins here, points.
    pub warm_from: u32,
    /// Per minute a week on the side that the person does not prefer.
    pub preference: u32,
    /// Per minute a week on the smaller of the two sides, of a person without a preference.
    pub role_mix: u32,
    /// Per skill level that a unit's holder lacks, and hour a week (begun ones count) of the unit.
    pub skills: u32,
    /// Per bp that a person's utilisation lies above the target.
    pub over: u32,
    /// Per bp of the highest utilisation.
    pub peak: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            relationship: 10,
            strong: 3,
            warm: 2,
            cool: 1,
            strong_from: 60,
            warm_from: 30,
            preference: 1,
            role_mix: 1,
            skills: 20,
            over: 2,
            peak: 10,
        }
    }
}

/// When moves happen: in waves, one a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waves {
    /// The first wave is on the first Monday on or after this day.
    pub starts_on: Date,
    /// How many handovers start in one week, 1 or more.
    pub per_week: usize,
}
