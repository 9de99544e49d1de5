//! What a plan is asked for, as it comes in.

use async_graphql::{Context, ID, InputObject};
use uuid::Uuid;

use super::Guard;
use crate::domain::assignments::Target;
use crate::domain::check::Check;
use crate::domain::planning::Weights;
use crate::domain::plans::{GuardOverride, NewPlan, Pin, PlanInput, Receiver, Subject};
use crate::entity::Day;
use crate::error::Result;
use crate::graphql::client_or_project::ClientOrProjectInput;
use crate::graphql::context::Asked;
use crate::graphql::enums::{PlanKind, Side};
use crate::graphql::id::Kind;

/// What a plan is asked for.
#[derive(Debug, InputObject)]
pub struct PlanCreateInput {
    /// What it is for.
    kind: PlanKind,
    /// What it is called. 1 to 200 characters.
    name: String,
    /// The day whose holders it starts from, and on or after which its first week begins; today by default, or later.
    starts_on: Option<Day>,
    /// Whose book is given away, of a LEAVER plan and only of that.
    leaver_id: Option<ID>,
    /// The two unsplit managers of a SPLIT plan, and only of that: one becomes account manager, one production manager.
    #[graphql(default)]
    split_between: Vec<ID>,
    /// Of a REASSIGNMENT: the clients whose sides may move. None, and no projects either: everything may. At most 500.
    #[graphql(default)]
    client_ids: Vec<ID>,
    /// Of a REASSIGNMENT: the projects whose sides may move. At most 500.
    #[graphql(default)]
    project_ids: Vec<ID>,
    /// Who may be given what, at most 500; by default whoever holds a side and stays, either side. What somebody holds they
    /// may keep in any case.
    #[graphql(default)]
    receivers: Vec<PlanReceiverInput>,
    /// The utilisation that nobody should pass, bp, 1000 to 20000.
    #[graphql(default = 10_000)]
    target_bp: i32,
    /// What each kind of cost weighs.
    weights: Option<PlanWeightsInput>,
    /// Who is to hold what, whatever the plan would gain otherwise. At most 500.
    #[graphql(default)]
    pins: Vec<PlanPinInput>,
    /// At most so many sides of projects and clients change hands, 0 or more; by default as many as pay.
    most_moves: Option<i32>,
    /// How many handovers begin in one week at most, 1 to 100.
    #[graphql(default = 3)]
    handovers_a_week: i32,
    /// ACTIVE projects that each person may hold at most, 0 to 1000; by default any number.
    most_active_projects: Option<i32>,
    /// BACK_BURNER projects that each person may hold at most, 0 to 1000; by default any number.
    most_back_burner_projects: Option<i32>,
    /// Guards that are set aside, at most 500. Owners only.
    #[graphql(default)]
    guard_overrides: Vec<PlanGuardOverrideInput>,
    /// After how many nodes the search ends with what it has, 1 to 100,000; by default as many as fit the size.
    node_limit: Option<i32>,
}

/// Who may be given what.
#[derive(Debug, InputObject)]
pub struct PlanReceiverInput {
    /// Who; works here on the plan's first day.
    person_id: ID,
    /// Whether client sides may be given.
    #[graphql(default = true)]
    client_side: bool,
    /// Whether project sides may be given.
    #[graphql(default = true)]
    project_side: bool,
}

/// A side that one person is to hold.
#[derive(Debug, InputObject)]
pub struct PlanPinInput {
    /// Of what; of a client all projects are meant.
    of: ClientOrProjectInput,
    /// Which side of it.
    side: Side,
    /// Who is to hold it; works here on the plan's first day.
    person_id: ID,
}

/// A guard that is set aside.
#[derive(Debug, InputObject)]
pub struct PlanGuardOverrideInput {
    /// Of what; of a client all projects are meant.
    of: ClientOrProjectInput,
    /// Which guard. PINNED_RELATIONSHIP is one of a client.
    guard: Guard,
    /// Why. 1 to 2,000 characters; kept with the plan and in its history.
    reason: String,
}

/// What each kind of cost weighs, in cost points, 0 to 1000; 0 leaves it out. What is absent has its usual weight.
#[derive(Debug, InputObject)]
pub struct PlanWeightsInput {
    /// Per point of a broken relationship; three times for a strong one, twice for a warm one. 10 by default.
    relationship: Option<i32>,
    /// Per minute a week on the side that a person does not prefer. 1 by default.
    preference: Option<i32>,
    /// Per minute a week on the smaller of the two sides, of a person without a preference. 1 by default.
    role_mix: Option<i32>,
    /// Per skill level that a holder lacks, and begun hour a week. 20 by default.
    skills: Option<i32>,
    /// Per bp of utilisation above the target. 2 by default.
    over: Option<i32>,
    /// Per bp of the highest utilisation. 10 by default.
    peak: Option<i32>,
}

impl PlanCreateInput {
    /// Every id that is none is told at once.
    pub(super) fn read(self, ctx: &Context<'_>) -> Result<NewPlan> {
        let mut check = Check::new();
        let leaver_id = match &self.leaver_id {
            Some(id) => check.also(Kind::Person.parse("leaverId", id))?,
            None => None,
        };
        let input = PlanInput {
            client_ids: ids(&mut check, Kind::Client, "clientIds", &self.client_ids)?,
            project_ids: ids(&mut check, Kind::Project, "projectIds", &self.project_ids)?,
            receivers: receivers(&mut check, &self.receivers)?,
            split_between: ids(
                &mut check,
                Kind::Person,
                "splitBetween",
                &self.split_between,
            )?,
            target_bp: self.target_bp.into(),
            weights: self
                .weights
                .map_or_else(Weights::default, |weights| weights.read(&mut check)),
            pins: pins(&mut check, &self.pins)?,
            most_moves: self.most_moves.map(i64::from),
            handovers_a_week: self.handovers_a_week.into(),
            most_active: self.most_active_projects.map(i64::from),
            most_back_burner: self.most_back_burner_projects.map(i64::from),
            guard_overrides: overrides(&mut check, self.guard_overrides)?,
            node_limit: self.node_limit.map(i64::from),
        };
        check.finish()?;
        Ok(NewPlan {
            kind: self.kind.into(),
            name: self.name,
            leaver_id,
            starts_on: self
                .starts_on
                .map_or_else(|| ctx.caller().today(), |day| day.0),
            input,
        })
    }
}

impl PlanWeightsInput {
    fn read(self, check: &mut Check) -> Weights {
        let usual = Weights::default();
        let mut weight = |name: &str, given: Option<i32>, usual: u32| {
            let Some(given) = given else {
                return usual;
            };
            check.range(&format!("weights.{name}"), given.into(), 0, 1_000);
            given.unsigned_abs()
        };
        Weights {
            relationship: weight("relationship", self.relationship, usual.relationship),
            preference: weight("preference", self.preference, usual.preference),
            role_mix: weight("roleMix", self.role_mix, usual.role_mix),
            skills: weight("skills", self.skills, usual.skills),
            over: weight("over", self.over, usual.over),
            peak: weight("peak", self.peak, usual.peak),
            ..usual
        }
    }
}

fn ids(check: &mut Check, kind: Kind, field: &str, ids: &[ID]) -> Result<Vec<Uuid>> {
    let mut read = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        read.extend(check.also(kind.parse(&format!("{field}.{index}"), id))?);
    }
    Ok(read)
}

fn receivers(check: &mut Check, given: &[PlanReceiverInput]) -> Result<Vec<Receiver>> {
    let mut receivers = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let field = format!("receivers.{index}.personId");
        let person = check.also(Kind::Person.parse(&field, &one.person_id))?;
        receivers.extend(person.map(|person_id| Receiver {
            person_id,
            client_side: one.client_side,
            project_side: one.project_side,
        }));
    }
    Ok(receivers)
}

fn pins(check: &mut Check, given: &[PlanPinInput]) -> Result<Vec<Pin>> {
    let mut pins = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let field = format!("pins.{index}");
        let subject = check.also(subject(&field, &one.of))?;
        let person = Kind::Person.parse(&format!("{field}.personId"), &one.person_id);
        let person = check.also(person)?;
        pins.extend(subject.zip(person).map(|(subject, person_id)| Pin {
            subject,
            side: one.side.into(),
            person_id,
        }));
    }
    Ok(pins)
}

fn overrides(check: &mut Check, given: Vec<PlanGuardOverrideInput>) -> Result<Vec<GuardOverride>> {
    let mut overrides = Vec::with_capacity(given.len());
    for (index, one) in given.into_iter().enumerate() {
        let field = format!("guardOverrides.{index}");
        let subject = check.also(subject(&field, &one.of))?;
        overrides.extend(subject.map(|subject| GuardOverride {
            subject,
            guard: one.guard.into(),
            reason: one.reason,
        }));
    }
    Ok(overrides)
}

fn subject(field: &str, of: &ClientOrProjectInput) -> Result<Subject> {
    Ok(match of.read(&format!("{field}."))? {
        Target::Client(id) => Subject::Client(id),
        Target::Project(id) => Subject::Project(id),
    })
}
