//! What might happen, as it is asked.

use async_graphql::{ID, InputObject, OneofObject};
use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::check::Check;
use crate::domain::simulation::{
    DraftBooking, DraftClient, Holding, Hours, Joiner, Operation, ProjectDraft, Worker,
};
use crate::entity::{self, Day};
use crate::error::{Error, Result};
use crate::graphql::client_or_project::ClientOrProjectInput;
use crate::graphql::enums::{LeadMode, ProjectSize, ProjectStatus, Side};
use crate::graphql::id::Kind;

/// One thing that might happen.
#[derive(Debug, OneofObject)]
pub enum SimulationOperation {
    /// A project is taken on.
    TakeOnProject(TakeOnProjectInput),
    /// A client goes, with all its projects.
    LoseClient(LoseClientInput),
    /// A person leaves the agency.
    PersonLeaves(PersonLeavesInput),
    /// A person is away for whole days.
    PersonFallsIll(PersonFallsIllInput),
    /// Somebody joins the agency.
    PersonJoins(PersonJoinsInput),
    /// A person works other hours.
    ChangeHours(ChangeHoursInput),
    /// What a re-assignment plan moves.
    ApplyPlan(ApplyPlanInput),
    /// A side of a client or project goes to somebody else.
    Reassign(ReassignInput),
}

/// A project is taken on.
#[derive(Debug, InputObject)]
pub struct TakeOnProjectInput {
    /// What is known of it.
    project: ProjectDraftInput,
    /// Its first day; by default the first of the simulation.
    from_on: Option<Day>,
}

/// What is known of a project that might be taken on.
#[derive(Debug, InputObject)]
pub struct ProjectDraftInput {
    /// For whom.
    client: DraftClientInput,
    /// What it is called; 1 to 200 characters.
    #[graphql(default = "New project")]
    name: String,
    /// ACTIVE or BACK_BURNER.
    #[graphql(default_with = "ProjectStatus::Active")]
    status: ProjectStatus,
    /// How large it is to coordinate.
    #[graphql(default_with = "ProjectSize::M")]
    size: ProjectSize,
    /// How complex production is, 1 to 5.
    #[graphql(default = 3)]
    complexity: i32,
    /// Which side must be strong on it.
    #[graphql(default_with = "LeadMode::Joint")]
    lead_mode: LeadMode,
    /// Who would hold its client side; null: of a client we have its account manager, else nobody, or in `canAccept`
    /// whoever suits best.
    account_manager_id: Option<ID>,
    /// Who would hold its project side; null: of a client we have its production manager, else nobody, or in `canAccept`
    /// whoever suits best.
    production_manager_id: Option<ID>,
    /// What it would take of whom; at most 20.
    #[graphql(default, validator(max_items = 20))]
    bookings: Vec<DraftBookingInput>,
}

/// For whom a project would be.
#[derive(Debug, OneofObject)]
pub enum DraftClientInput {
    /// A client we have, by its global id.
    Id(ID),
    /// A new one.
    New(NewClientInput),
}

/// A client that might come.
#[derive(Debug, InputObject)]
pub struct NewClientInput {
    /// What it is called; 1 to 200 characters.
    name: String,
    /// How much communication it needs, 1 to 5.
    #[graphql(default = 3)]
    communication: i32,
}

/// Minutes that a project would take of somebody each week.
#[derive(Debug, InputObject)]
pub struct DraftBookingInput {
    /// Whose time.
    who: DraftWorkerInput,
    /// Minutes a week, 1 to 10080.
    minutes_a_week: i64,
}

/// Whose time a project would take.
#[derive(Debug, OneofObject)]
pub enum DraftWorkerInput {
    /// This person's.
    PersonId(ID),
    /// That of whoever has this skill and most time free.
    SkillId(ID),
}

/// A client goes, with all its projects. What is booked on them ends the day before.
#[derive(Debug, InputObject)]
pub struct LoseClientInput {
    /// Which client.
    client_id: ID,
    /// The first day without it; by default the first of the simulation.
    from_on: Option<Day>,
}

/// A person leaves: works no more and holds nothing after the last day. Bookings end with that day; a TOTAL keeps the minutes
/// that its days until then had.
#[derive(Debug, InputObject)]
pub struct PersonLeavesInput {
    /// Who.
    person_id: ID,
    /// The last day.
    last_on: Day,
}

/// A person is away for whole days. They go on holding what they hold, and a TOTAL booking moves to their other days.
#[derive(Debug, InputObject)]
pub struct PersonFallsIllInput {
    /// Who.
    person_id: ID,
    /// The first day away; by default the first of the simulation.
    from_on: Option<Day>,
    /// The last day away, included.
    until_on: Day,
}

/// Somebody joins.
#[derive(Debug, InputObject)]
pub struct PersonJoinsInput {
    /// What they are called; 1 to 200 characters.
    name: String,
    /// Their first day; by default the first of the simulation.
    from_on: Option<Day>,
    /// When they would work.
    hours: HoursInput,
    /// The share of it free for client work, 0 to 10000 basis points.
    #[graphql(default = 8000)]
    factor_bp: i32,
    /// What they would take over on their first day; at most 100 sides.
    #[graphql(default, validator(max_items = 100))]
    holds: Vec<JoinerHoldingInput>,
}

/// A side that somebody who joins takes over.
#[derive(Debug, InputObject)]
pub struct JoinerHoldingInput {
    /// Of what: a client with all its ACTIVE and BACK_BURNER projects, or one such project.
    of: ClientOrProjectInput,
    /// Which side.
    side: Side,
}

/// When somebody would work.
#[derive(Debug, OneofObject)]
pub enum HoursInput {
    /// Minutes a week, 0 to 7200, on Monday to Friday alike.
    MinutesAWeek(i32),
    /// Minutes of each weekday, Monday first: seven numbers of 0 to 1440.
    MinutesADay(Vec<i32>),
}

/// A person works other hours from a day on, for good.
#[derive(Debug, InputObject)]
pub struct ChangeHoursInput {
    /// Who.
    person_id: ID,
    /// The first day of the new hours; by default the first of the simulation.
    from_on: Option<Day>,
    /// The new hours.
    hours: HoursInput,
    /// The share of them free for client work, 0 to 10000 basis points; null: as it is on that day.
    factor_bp: Option<i32>,
}

/// What a re-assignment plan moves, whether it is approved or not.
#[derive(Debug, InputObject)]
pub struct ApplyPlanInput {
    /// Which plan; it must have been worked out.
    plan_id: ID,
    /// The day of all its moves; by default each moves on the Monday of its wave.
    on: Option<Day>,
}

/// A side goes to somebody else from a day on, for good.
#[derive(Debug, InputObject)]
pub struct ReassignInput {
    /// Of what: a client with all its ACTIVE and BACK_BURNER projects, or one such project.
    of: ClientOrProjectInput,
    /// Which side.
    side: Side,
    /// Who takes it.
    person_id: ID,
    /// Their first day with it; by default the first of the simulation.
    from_on: Option<Day>,
}

/// Takes the ids apart. `first` is the day of what names none.
pub(super) fn operations(asked: Vec<SimulationOperation>, first: Date) -> Result<Vec<Operation>> {
    let mut check = Check::new();
    let mut operations = Vec::with_capacity(asked.len());
    for (index, one) in asked.into_iter().enumerate() {
        let path = format!("operations.{index}.");
        operations.extend(check.also(operation(one, &path, first))?);
    }
    check.finish()?;
    Ok(operations)
}

fn operation(asked: SimulationOperation, path: &str, first: Date) -> Result<Operation> {
    let from = |day: Option<Day>| day.map_or(first, |day| day.0);
    let person = |name: &str, id: &ID| Kind::Person.parse(&format!("{path}{name}.personId"), id);
    Ok(match asked {
        SimulationOperation::TakeOnProject(one) => Operation::TakeOnProject {
            draft: draft(one.project, &format!("{path}takeOnProject.project."))?,
            from_on: from(one.from_on),
        },
        SimulationOperation::LoseClient(one) => Operation::LoseClient {
            client_id: Kind::Client.parse(&format!("{path}loseClient.clientId"), &one.client_id)?,
            from_on: from(one.from_on),
        },
        SimulationOperation::PersonLeaves(one) => Operation::PersonLeaves {
            person_id: person("personLeaves", &one.person_id)?,
            last_on: one.last_on.0,
        },
        SimulationOperation::PersonFallsIll(one) => Operation::PersonFallsIll {
            person_id: person("personFallsIll", &one.person_id)?,
            from_on: from(one.from_on),
            until_on: one.until_on.0,
        },
        SimulationOperation::PersonJoins(one) => {
            Operation::PersonJoins(joiner(one, &format!("{path}personJoins."), first)?)
        }
        SimulationOperation::ChangeHours(one) => Operation::ChangeHours {
            person_id: person("changeHours", &one.person_id)?,
            from_on: from(one.from_on),
            hours: hours(&one.hours, &format!("{path}changeHours.hours"))?,
            factor_bp: one.factor_bp.map(i64::from),
        },
        SimulationOperation::ApplyPlan(one) => Operation::ApplyPlan {
            plan_id: Kind::Plan.parse(&format!("{path}applyPlan.planId"), &one.plan_id)?,
            on: one.on.map(|day| day.0),
        },
        SimulationOperation::Reassign(one) => Operation::Reassign {
            target: one.of.read(&format!("{path}reassign.of."))?,
            side: one.side.into(),
            person_id: person("reassign", &one.person_id)?,
            from_on: from(one.from_on),
        },
    })
}

fn joiner(asked: PersonJoinsInput, path: &str, first: Date) -> Result<Joiner> {
    let holding = |(index, one): (usize, &JoinerHoldingInput)| {
        Ok(Holding {
            target: one.of.read(&format!("{path}holds.{index}.of."))?,
            side: one.side.into(),
        })
    };
    Ok(Joiner {
        hours: hours(&asked.hours, &format!("{path}hours"))?,
        holds: asked
            .holds
            .iter()
            .enumerate()
            .map(holding)
            .collect::<Result<_>>()?,
        name: asked.name,
        from_on: asked.from_on.map_or(first, |day| day.0),
        factor_bp: asked.factor_bp.into(),
    })
}

/// Takes a draft apart. `path` ends with a dot.
pub(super) fn draft(asked: ProjectDraftInput, path: &str) -> Result<ProjectDraft> {
    let manager = |name: &str, id: &Option<ID>| -> Result<Option<Uuid>> {
        let id = id.as_ref();
        id.map(|id| Kind::Person.parse(&format!("{path}{name}"), id))
            .transpose()
    };
    let booking = |(index, one): (usize, DraftBookingInput)| {
        let path = format!("{path}bookings.{index}.who.");
        Ok(DraftBooking {
            worker: match &one.who {
                DraftWorkerInput::PersonId(id) => {
                    Worker::Person(Kind::Person.parse(&format!("{path}personId"), id)?)
                }
                DraftWorkerInput::SkillId(id) => {
                    Worker::Skilled(Kind::Skill.parse(&format!("{path}skillId"), id)?)
                }
            },
            minutes_a_week: one.minutes_a_week,
        })
    };
    Ok(ProjectDraft {
        client: match asked.client {
            DraftClientInput::Id(id) => {
                DraftClient::Known(Kind::Client.parse(&format!("{path}client.id"), &id)?)
            }
            DraftClientInput::New(new) => DraftClient::New {
                name: new.name,
                communication: new.communication,
            },
        },
        account_manager_id: manager("accountManagerId", &asked.account_manager_id)?,
        production_manager_id: manager("productionManagerId", &asked.production_manager_id)?,
        bookings: asked
            .bookings
            .into_iter()
            .enumerate()
            .map(booking)
            .collect::<Result<_>>()?,
        name: asked.name,
        status: entity::ProjectStatus::from(asked.status),
        size: asked.size.into(),
        complexity: asked.complexity,
        lead_mode: asked.lead_mode.into(),
    })
}

fn hours(asked: &HoursInput, path: &str) -> Result<Hours> {
    match asked {
        HoursInput::MinutesAWeek(minutes) => Ok(Hours::a_week(i64::from(*minutes))),
        HoursInput::MinutesADay(days) => {
            let days: Vec<i64> = days.iter().copied().map(i64::from).collect();
            let days = <[i64; 7]>::try_from(days).map_err(|days| {
                let message = format!(
                    "There are {} numbers; give seven, Monday's first.",
                    days.len()
                );
                Error::invalid(&format!("{path}.minutesADay"), message)
            })?;
            Ok(Hours(days))
        }
    }
}
