//! What was asked of a plan.

use async_graphql::{Context, Description, Enum, Object, Result, SimpleObject};
use futures_util::future::try_join_all;

use crate::domain::planning::Weights;
use crate::domain::plans::{self, PlanInput, Subject};
use crate::entity::{client, person, project};
use crate::graphql::client::Client;
use crate::graphql::enums::Side;
use crate::graphql::loaders::the;
use crate::graphql::person::Person;
use crate::graphql::project::Project;

/// Why something should not change hands now. An owner may set a guard aside, with a reason. Nothing guards what a LEAVER
/// holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "plans::Guard")]
pub enum Guard {
    /// The project launches within 28 days of the plan's start.
    LaunchSoon,
    /// The client is in trouble.
    ClientInTrouble,
    /// It changed hands within the 6 months before the plan's start.
    MovedLately,
    /// The relationship of its holder and the client is pinned.
    PinnedRelationship,
}

/// What was asked of a plan.
#[derive(Clone, Debug, Description)]
pub struct PlanTerms(pub(super) PlanInput);

#[Object(use_type_description)]
impl PlanTerms {
    /// The clients whose sides may move. None, and no projects either: all that the plan's kind speaks of.
    async fn clients(&self, ctx: &Context<'_>) -> Result<Vec<Client>> {
        let ids = self.0.client_ids.iter();
        let rows = try_join_all(ids.map(|id| the::<client::Entity>(ctx, *id))).await?;
        Ok(rows.into_iter().map(Client).collect())
    }

    /// The projects whose sides may move.
    async fn projects(&self, ctx: &Context<'_>) -> Result<Vec<Project>> {
        let ids = self.0.project_ids.iter();
        let rows = try_join_all(ids.map(|id| the::<project::Entity>(ctx, *id))).await?;
        Ok(rows.into_iter().map(Project).collect())
    }

    /// Who may be given what. None: whoever holds a side and stays, either side.
    async fn receivers(&self) -> Vec<PlanReceiver> {
        self.0.receivers.iter().copied().map(PlanReceiver).collect()
    }

    /// The two managers of a SPLIT; else none.
    async fn split_between(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let ids = self.0.split_between.iter();
        let rows = try_join_all(ids.map(|id| the::<person::Entity>(ctx, *id))).await?;
        Ok(rows.into_iter().map(Person).collect())
    }

    /// The utilisation that nobody should pass, bp.
    async fn target_bp(&self) -> i64 {
        self.0.target_bp
    }

    /// What each kind of cost weighs.
    async fn weights(&self) -> PlanWeights {
        self.0.weights.into()
    }

    /// Who is to hold what, whatever the plan would gain otherwise.
    async fn pins(&self) -> Vec<PlanPin> {
        self.0.pins.iter().copied().map(PlanPin).collect()
    }

    /// At most so many sides change hands; null: as many as pay.
    async fn most_moves(&self) -> Option<i64> {
        self.0.most_moves
    }

    /// How many handovers begin in one week, at most.
    async fn handovers_a_week(&self) -> i64 {
        self.0.handovers_a_week
    }

    /// ACTIVE projects that each person may hold at most; null: any number.
    async fn most_active_projects(&self) -> Option<i64> {
        self.0.most_active
    }

    /// BACK_BURNER projects that each person may hold at most; null: any number.
    async fn most_back_burner_projects(&self) -> Option<i64> {
        self.0.most_back_burner
    }

    /// The guards that an owner set aside.
    async fn guard_overrides(&self) -> Vec<PlanGuardOverride> {
        let overrides = self.0.guard_overrides.iter().cloned();
        overrides.map(PlanGuardOverride).collect()
    }

    /// After how many nodes the search ends with what it has; null: as many as fit the size of the plan.
    async fn node_limit(&self) -> Option<i64> {
        self.0.node_limit
    }
}

/// Who may be given what.
#[derive(Clone, Debug, Description)]
pub struct PlanReceiver(plans::Receiver);

#[Object(use_type_description)]
impl PlanReceiver {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }

    /// Whether client sides may be given.
    async fn client_side(&self) -> bool {
        self.0.client_side
    }

    /// Whether project sides may be given.
    async fn project_side(&self) -> bool {
        self.0.project_side
    }
}

/// A side that one person is to hold, whatever the plan would gain otherwise.
#[derive(Clone, Debug, Description)]
pub struct PlanPin(plans::Pin);

#[Object(use_type_description)]
impl PlanPin {
    /// The client, of which all of that side is meant; null when it is one project.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        client_of(ctx, self.0.subject).await
    }

    /// The project; null when it is a whole client.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        project_of(ctx, self.0.subject).await
    }

    /// Which side.
    async fn side(&self) -> Side {
        self.0.side.into()
    }

    /// Who is to hold it.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person(the::<person::Entity>(ctx, self.0.person_id).await?))
    }
}

/// A guard that an owner set aside.
#[derive(Clone, Debug, Description)]
pub struct PlanGuardOverride(plans::GuardOverride);

#[Object(use_type_description)]
impl PlanGuardOverride {
    /// The client, of which everything is meant; null when it is one project.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        client_of(ctx, self.0.subject).await
    }

    /// The project; null when it is a whole client.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        project_of(ctx, self.0.subject).await
    }

    /// Which guard.
    async fn guard(&self) -> Guard {
        self.0.guard.into()
    }

    /// Why. At most 2,000 characters.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
}

/// What each kind of cost weighs, in cost points, 0 to 1000; 0 leaves it out.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanWeights {
    /// Per point of a broken relationship; three times for a strong one, twice for a warm one.
    relationship: u32,
    /// Per minute a week on the side that a person does not prefer.
    preference: u32,
    /// Per minute a week on the smaller of the two sides, of a person without a preference.
    role_mix: u32,
    /// Per skill level that a holder lacks, and begun hour a week.
    skills: u32,
    /// Per bp of utilisation above the target.
    over: u32,
    /// Per bp of the highest utilisation.
    peak: u32,
}

impl From<Weights> for PlanWeights {
    fn from(weights: Weights) -> Self {
        Self {
            relationship: weights.relationship,
            preference: weights.preference,
            role_mix: weights.role_mix,
            skills: weights.skills,
            over: weights.over,
            peak: weights.peak,
        }
    }
}

async fn client_of(ctx: &Context<'_>, subject: Subject) -> Result<Option<Client>> {
    Ok(match subject {
        Subject::Client(id) => Some(Client(the::<client::Entity>(ctx, id).await?)),
        Subject::Project(_) => None,
    })
}

async fn project_of(ctx: &Context<'_>, subject: Subject) -> Result<Option<Project>> {
    Ok(match subject {
        Subject::Project(id) => Some(Project(the::<project::Entity>(ctx, id).await?)),
        Subject::Client(_) => None,
    })
}
