//! A line of the inventory.

use async_graphql::{Context, Description, Enum, Object, Result};

use crate::domain::inventory::{Holder, Line};
use crate::domain::{cadence, inventory};
use crate::entity::{Day, client, person, project};
use crate::graphql::client::Client;
use crate::graphql::enums::{LeadMode, ProjectSize, ProjectStatus};
use crate::graphql::loaders::the;
use crate::graphql::person::Person;
use crate::graphql::project::Project;
use crate::graphql::relationship::Warmth;

/// How a client's update stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "cadence::DueState")]
pub enum UpdateState {
    /// Not due yet.
    Ahead,
    /// Due.
    Due,
    /// Due for three working days or more.
    Overdue,
}

/// A project, or a client without ACTIVE and BACK_BURNER projects, as it stands or stood.
#[derive(Clone, Debug, Description)]
pub struct InventoryLine(pub(super) Line);

/// Who holds a side, and how well they know the client.
#[derive(Clone, Debug, Description)]
pub struct InventoryHolder(Holder);

impl InventoryLine {
    fn of_project<T>(&self, field: impl Fn(&inventory::ProjectPart) -> T) -> Option<T> {
        self.0.project.as_ref().map(field)
    }
}

#[Object(use_type_description)]
impl InventoryLine {
    /// The client, as it is now.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// What the client is called; in a snapshot, what it was called.
    async fn client_name(&self) -> &str {
        &self.0.client
    }

    /// The project, as it is now; null when the line is about the client as a whole.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        Ok(match &self.0.project {
            Some(part) => Some(Project(the::<project::Entity>(ctx, part.id).await?)),
            None => None,
        })
    }

    /// What the project is called; in a snapshot, what it was called. Null on the line of a client.
    async fn project_name(&self) -> Option<&str> {
        self.0.project.as_ref().map(|part| &*part.name)
    }

    /// Where the project stands; null on the line of a client.
    async fn status(&self) -> Option<ProjectStatus> {
        self.of_project(|part| part.status.into())
    }

    /// How large the project is to coordinate; null on the line of a client.
    async fn size(&self) -> Option<ProjectSize> {
        self.of_project(|part| part.size.into())
    }

    /// How much communication the client needs, from 1 (little) to 5 (daily).
    async fn communication(&self) -> i32 {
        self.0.communication
    }

    /// How sensitive the relationship is, from 1 (robust) to 5 (delicate).
    async fn sensitivity(&self) -> i32 {
        self.0.sensitivity
    }

    /// How much the client could grow, from 1 (as it is) to 5 (much).
    async fn growth(&self) -> i32 {
        self.0.growth
    }

    /// How complex production is, from 1 (simple) to 5 (hard); null on the line of a client.
    async fn complexity(&self) -> Option<i32> {
        self.of_project(|part| part.complexity)
    }

    /// How hard the delivery dates are, from 1 (loose) to 5 (fixed); null on the line of a client.
    async fn delivery(&self) -> Option<i32> {
        self.of_project(|part| part.delivery)
    }

    /// How much the scope moves, from 1 (settled) to 5 (daily); null on the line of a client.
    async fn volatility(&self) -> Option<i32> {
        self.of_project(|part| part.volatility)
    }

    /// Which side must be strong on the project; null on the line of a client.
    async fn lead_mode(&self) -> Option<LeadMode> {
        self.of_project(|part| part.lead_mode.into())
    }

    /// Whether that rests on a decision, its own or its client's; null on the line of a client.
    async fn decided(&self) -> Option<bool> {
        self.of_project(|part| part.decided)
    }

    /// Whether that decision is to be made again, because the profile recommends something else by now or because of its
    /// age; why is told by `RoleDecision.reDecide`. Null on the line of a client; false in snapshots from before this was
    /// kept.
    async fn re_decide(&self) -> Option<bool> {
        self.of_project(|part| part.re_decide)
    }

    /// Who holds the client side; null when nobody does.
    async fn client_side(&self) -> Option<InventoryHolder> {
        self.0.client_side.clone().map(InventoryHolder)
    }

    /// Who holds the project side; null when nobody does.
    async fn project_side(&self) -> Option<InventoryHolder> {
        self.0.project_side.clone().map(InventoryHolder)
    }

    /// Client-side work, coordination minutes a week, whoever carries it.
    async fn client_minutes(&self) -> i64 {
        self.0.client_minutes
    }

    /// Project-side work, coordination minutes a week, whoever carries it.
    async fn project_minutes(&self) -> i64 {
        self.0.project_minutes
    }

    /// The day of the client's last contact that counts as an update; null when there was none.
    async fn last_update_on(&self) -> Option<Day> {
        self.0.last_update_on
    }

    /// The day the client's next update is due; null without an ACTIVE project.
    async fn update_due_on(&self) -> Option<Day> {
        self.0.update_due_on
    }

    /// How that update stands; null without an ACTIVE project.
    async fn update_state(&self) -> Option<UpdateState> {
        self.0.update_state.map(UpdateState::from)
    }

    /// Since when the relationship with the client is in trouble; null when it is not.
    async fn in_trouble_since(&self) -> Option<Day> {
        self.0.in_trouble_since
    }
}

#[Object(use_type_description)]
impl InventoryHolder {
    /// Who, as they are now.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        let person = the::<person::Entity>(ctx, self.0.person_id).await?;
        Ok(Person(person))
    }

    /// What they are called; in a snapshot, what they were called.
    async fn person_name(&self) -> &str {
        &self.0.name
    }

    /// The role through which they hold the side.
    async fn role_name(&self) -> &str {
        &self.0.role
    }

    /// Since when without a break, through whichever role.
    async fn since(&self) -> Day {
        self.0.since
    }

    /// Why, as a sentence's end: "Account manager of this client since 2026-03-01: she knows them best".
    async fn why(&self) -> &str {
        &self.0.why
    }

    /// How well they know the client, 0 to 100.
    async fn strength(&self) -> i64 {
        self.0.strength
    }

    /// What that strength is called.
    async fn warmth(&self) -> Warmth {
        self.0.warmth.into()
    }
}
