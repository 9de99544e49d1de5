//! What a plan comes to.

use std::sync::Arc;

use async_graphql::{Context, Description, Object, Result, SimpleObject};
use uuid::Uuid;

use super::kept::PlanKept;
use crate::domain::page::{Place, PlaceValue};
use crate::domain::planning;
use crate::domain::plans::Solved;
use crate::entity::{Access, Day, client, person, project};
use crate::graphql::client::Client;
use crate::graphql::connection::{Connection, Paging, in_memory};
use crate::graphql::context::Asked;
use crate::graphql::enums::Side;
use crate::graphql::loaders::the;
use crate::graphql::person::Person;
use crate::graphql::project::Project;

/// What a plan comes to.
#[derive(Clone, Debug, Description)]
pub struct PlanOutcome {
    plan_id: Uuid,
    solved: Arc<Solved>,
}

impl PlanOutcome {
    /// Of the plan with this id.
    pub(super) fn new(plan_id: Uuid, solved: Solved) -> Self {
        let solved = Arc::new(solved);
        Self { plan_id, solved }
    }
}

#[Object(use_type_description)]
impl PlanOutcome {
    /// What more moves would buy, the fewest first; 16 points at most. To have another point as a plan, ask for one with its
    /// `moves` as `mostMoves`.
    async fn frontier(&self) -> Vec<PlanPoint> {
        let points = self.solved.outcome.frontier.iter();
        points
            .map(|point| PlanPoint {
                moves: count(point.moves),
                peak_bp: point.peak_bp,
                broken: broken(&self.solved, &point.broken),
                proven: point.proven,
                gap_bp: point.gap_bp,
            })
            .collect()
    }

    /// What changes hands, in the order of the waves.
    async fn moves(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PlanMove>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let rows: Vec<usize> = (0..self.solved.outcome.moves.len()).collect();
        let wrap = |index| PlanMove {
            solved: Arc::clone(&self.solved),
            index,
        };
        let name = format!("moves of {}", self.plan_id.simple());
        Ok(in_memory(&name, rows, false, &paging, numbered, wrap)?)
    }

    /// What guards keep where it is, in the plan's order: the moves that were not to be had, and why.
    async fn kept(
        &self,
        #[graphql(desc = "The first so many, 1 to 100; 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Only after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only before this cursor.")] before: Option<String>,
    ) -> Result<Connection<PlanKept>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        let name = format!("kept by {}", self.plan_id.simple());
        let rows = self.solved.problem.kept();
        let place = |kept: &planning::Kept| numbered(&kept.unit);
        let wrap = |kept| PlanKept::new(&self.solved, kept);
        Ok(in_memory(&name, rows, false, &paging, place, wrap)?)
    }

    /// Everybody of the plan, by name: what they carry today and would afterwards, in a usual week without holidays and time
    /// off.
    async fn people(&self) -> Vec<PlanPerson> {
        let outcome = &self.solved.outcome;
        let figures = outcome.before.iter().zip(&outcome.after);
        self.solved
            .problem
            .people
            .iter()
            .zip(figures)
            .map(|(person, (before, after))| PlanPerson {
                person_id: person.id,
                before: before.into(),
                after: after.into(),
            })
            .collect()
    }

    /// The relationships that the plan breaks, the strongest first.
    async fn broken(&self) -> Vec<PlanBroken> {
        broken(&self.solved, &self.solved.outcome.broken)
    }

    /// What the plan costs.
    async fn cost(&self) -> PlanCost {
        let cost = self.solved.outcome.cost;
        PlanCost {
            relationship: cost.relationship,
            misfit: cost.misfit,
            over: cost.over,
            peak: cost.peak,
            total: cost.total,
            bound: self.solved.outcome.bound,
        }
    }

    /// Whether no plan costs less: the solver proved it, and an independent check of the plan agrees.
    async fn proven(&self) -> bool {
        self.solved.outcome.proven
    }

    /// How far the cost may lie above the least possible, bp of the cost, rounded up; 0 when proven.
    async fn gap_bp(&self) -> i64 {
        self.solved.outcome.gap_bp
    }

    /// Nodes of the search that it took.
    async fn nodes(&self) -> i64 {
        i64::try_from(self.solved.outcome.nodes).unwrap_or(i64::MAX)
    }
}

/// The best that at most so many moves reach.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanPoint {
    /// Sides of projects and clients that change hands, at most.
    moves: i32,
    /// The lowest reachable utilisation of whoever is loaded most, bp.
    peak_bp: i64,
    /// The relationships it costs, the strongest first.
    broken: Vec<PlanBroken>,
    /// Whether no plan with so few moves has a lower peak, and none with that peak costs less.
    proven: bool,
    /// How far the peak may lie above the lowest possible, or the cost above the least where the peak is certain, bp; 0 when
    /// proven.
    gap_bp: i64,
}

/// A relationship that a plan breaks: the person speaks for the client and would no longer.
#[derive(Clone, Debug, Description)]
pub struct PlanBroken {
    person_id: Uuid,
    client_id: Uuid,
    points: i64,
}

#[Object(use_type_description)]
impl PlanBroken {
    /// Who of us.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.person_id).await?))
    }

    /// Whose client.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.client_id).await?))
    }

    /// How strong the relationship was when the plan was made, 0 to 100.
    async fn points(&self) -> i64 {
        self.points
    }
}

/// One side of a project, or of a client without open projects, that changes hands.
#[derive(Clone, Debug, Description)]
pub struct PlanMove {
    solved: Arc<Solved>,
    index: usize,
}

impl PlanMove {
    fn row(&self) -> &planning::Move {
        &self.solved.outcome.moves[self.index]
    }

    fn unit(&self) -> &planning::Unit {
        &self.solved.problem.units[self.row().unit]
    }
}

#[Object(use_type_description)]
impl PlanMove {
    /// The project; null when it is a client without open projects.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        project_of(ctx, self.unit()).await
    }

    /// The client.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        client_of(ctx, &self.solved, self.unit()).await
    }

    /// Which side.
    async fn side(&self) -> Side {
        self.unit().side.into()
    }

    /// Who gives it away; null when nobody held it.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        Ok(match self.row().from {
            Some(place) => {
                let id = self.solved.problem.people[place].id;
                Some(Person(the::<person::Entity>(ctx, id).await?))
            }
            None => None,
        })
    }

    /// Who takes it over.
    async fn to(&self, ctx: &Context<'_>) -> Result<Person> {
        let id = self.solved.problem.people[self.row().to].id;
        Ok(Person(the::<person::Entity>(ctx, id).await?))
    }

    /// What whoever holds it carries, coordination minutes a week.
    async fn minutes(&self) -> i64 {
        self.unit().minutes.minutes()
    }

    /// In which week of the plan it begins, from 0. A handover transfers four weeks after it begins.
    async fn wave(&self) -> i32 {
        count(self.row().wave)
    }

    /// The Monday of that week.
    async fn on(&self) -> Day {
        Day(self.row().on)
    }

    /// Why, with the figures that justify it. Only owners are told what its people would rather do.
    async fn reason(&self, ctx: &Context<'_>) -> String {
        match ctx.caller().access {
            Access::Owner => self.row().reason(),
            Access::Manager | Access::Member => self.row().public_reason(),
        }
    }
}

/// What a plan does to one person.
#[derive(Clone, Debug, Description)]
pub struct PlanPerson {
    person_id: Uuid,
    before: PlanFigures,
    after: PlanFigures,
}

#[Object(use_type_description)]
impl PlanPerson {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.person_id).await?))
    }

    /// What they carry on the day the plan starts.
    async fn before(&self) -> &PlanFigures {
        &self.before
    }

    /// What they would carry after all moves.
    async fn after(&self) -> &PlanFigures {
        &self.after
    }
}

/// What somebody carries in a usual week: without holidays and time off.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanFigures {
    /// Client-side coordination, minutes.
    client_minutes: i64,
    /// Project-side coordination, minutes.
    project_minutes: i64,
    /// Confirmed bookings, minutes: the average of the four weeks from the plan's start.
    booked_minutes: i64,
    /// Free for client work, minutes.
    availability_minutes: i64,
    /// Coordination and bookings ÷ availability, bp; null without availability.
    utilisation_bp: Option<i64>,
    /// ACTIVE projects, each once.
    active_projects: i64,
    /// BACK_BURNER projects, each once.
    back_burner_projects: i64,
    /// How far two hats are worn, bp: 0 is one clean role, 10000 two in one person; null without coordination.
    role_mix_bp: Option<i64>,
}

impl From<&planning::Figures> for PlanFigures {
    fn from(figures: &planning::Figures) -> Self {
        Self {
            client_minutes: figures.coordination.client_minutes,
            project_minutes: figures.coordination.project_minutes,
            booked_minutes: figures.booked_minutes,
            availability_minutes: figures.availability_minutes,
            utilisation_bp: figures.utilisation_bp,
            active_projects: figures.active,
            back_burner_projects: figures.back_burner,
            role_mix_bp: figures.role_mix_bp,
        }
    }
}

/// What a plan costs, in cost points: the less the better.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanCost {
    /// For broken relationships.
    relationship: i64,
    /// For skills that are missing, and sides and hats that do not suit.
    misfit: i64,
    /// For utilisation above the target.
    over: i64,
    /// For the highest utilisation.
    peak: i64,
    /// All of it.
    total: i64,
    /// No plan costs less than this.
    bound: i64,
}

/// The project of a unit; none: it is of a client without open projects.
pub(super) async fn project_of(
    ctx: &Context<'_>,
    unit: &planning::Unit,
) -> Result<Option<Project>> {
    Ok(match unit.target {
        planning::Target::Project(id) => Some(Project(the::<project::Entity>(ctx, id).await?)),
        planning::Target::IdleClient(_) => None,
    })
}

/// The client of a unit.
pub(super) async fn client_of(
    ctx: &Context<'_>,
    solved: &Solved,
    unit: &planning::Unit,
) -> Result<Client> {
    let id = solved.problem.clients[unit.client].id;
    Ok(Client(the::<client::Entity>(ctx, id).await?))
}

/// Where something stands in the order of the plan.
fn numbered(index: &usize) -> Place {
    let number = i64::try_from(*index).unwrap_or(i64::MAX);
    Place(vec![PlaceValue::Number(number)])
}

fn broken(solved: &Solved, broken: &[planning::Broken]) -> Vec<PlanBroken> {
    broken
        .iter()
        .map(|one| PlanBroken {
            person_id: solved.problem.people[one.person].id,
            client_id: solved.problem.clients[one.client].id,
            points: one.points,
        })
        .collect()
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
