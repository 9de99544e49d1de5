//! What was chosen about prompts instead of doing what they ask for.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use uuid::Uuid;

use super::client::Client;
use super::connection::{Connection, Paging, in_memory};
use super::context::Asked;
use super::enums::{Door, PromptChoiceKind, PromptTopic};
use super::id::Kind;
use super::loaders::{by_id, by_parent, the};
use super::payload::{UserError, split};
use super::person::Person;
use super::project::Project;
use crate::domain::page::{Place, PlaceValue};
use crate::domain::prompts::{self, Prompt};
use crate::entity::{self, Day, Moment, client, person, project, prompt_choice};
use crate::error::Error;

/// What somebody chose about a prompt: to put it off, to hand it over, that it is not needed, or none of these after all.
/// It holds until its day, or until the contact that the prompt asks for.
#[derive(Clone, Debug, Description)]
pub struct PromptChoice(pub prompt_choice::Model);

#[Object(use_type_description)]
impl PromptChoice {
    /// The choice's global id: `pch_…`.
    pub async fn id(&self) -> ID {
        Kind::PromptChoice.id(self.0.id)
    }

    /// What the prompt asks for.
    async fn topic(&self) -> PromptTopic {
        self.0.topic.into()
    }

    /// What was chosen.
    async fn kind(&self) -> PromptChoiceKind {
        self.0.kind.into()
    }

    /// The client the prompt is about.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        Ok(Client(the::<client::Entity>(ctx, self.0.client_id).await?))
    }

    /// The project the prompt is about; null but for FACTS.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<Project>> {
        let Some(id) = self.0.project_id else {
            return Ok(None);
        };
        Ok(by_id::<project::Entity>(ctx, id).await?.map(Project))
    }

    /// The day of the contact that the prompt counts from; null when there was none.
    async fn since_on(&self) -> Option<Day> {
        self.0.since
    }

    /// Who was accountable then.
    async fn accountable(&self, ctx: &Context<'_>) -> Result<Person> {
        let id = self.0.accountable_id;
        Ok(Person(the::<person::Entity>(ctx, id).await?))
    }

    /// Who is prompted instead; null unless it was handed over.
    async fn handed_to(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        named(ctx, self.0.handed_to_id).await
    }

    /// The first day on which the accountable person is prompted again.
    async fn until_on(&self) -> Day {
        self.0.until_on
    }

    /// Why it is not needed; null unless that was chosen.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Who chose; null when it was somebody at the command line.
    async fn made_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        named(ctx, self.0.made_by_id).await
    }

    /// Through which door.
    async fn made_through(&self) -> Door {
        self.0.made_through.into()
    }

    /// When.
    async fn made_at(&self) -> Moment {
        self.0.made_at
    }
}

async fn named(ctx: &Context<'_>, id: Option<Uuid>) -> Result<Option<Person>> {
    let Some(id) = id else {
        return Ok(None);
    };
    Ok(by_id::<person::Entity>(ctx, id).await?.map(Person))
}

/// What was chosen about the prompts of a client, the newest first. For owners and managers.
pub async fn of_client(
    ctx: &Context<'_>,
    client_id: Uuid,
    paging: &Paging,
) -> Result<Connection<PromptChoice>> {
    ctx.caller()
        .must_read_all("read what was chosen about prompts")?;
    let column = prompt_choice::Column::ClientId;
    let rows = by_parent::<prompt_choice::Entity>(ctx, column, client_id).await?;
    let place = |row: &prompt_choice::Model| {
        let moment = PlaceValue::Moment(row.made_at);
        Place(vec![moment, PlaceValue::Id(row.id)])
    };
    let name = format!("choices about {}", client_id.simple());
    Ok(in_memory(&name, rows, true, paging, place, PromptChoice)?)
}

/// Which prompt: the client's, or for FACTS the project's.
#[derive(Debug, InputObject)]
pub struct UpdatePromptSnoozeInput {
    /// What the prompt asks for.
    #[graphql(default_with = "PromptTopic::Update")]
    topic: PromptTopic,
    /// The client; for UPDATE and REACH_OUT.
    client_id: Option<ID>,
    /// The project; for FACTS.
    project_id: Option<ID>,
}

/// Which prompt is handed over: the client's, or for FACTS the project's.
#[derive(Debug, InputObject)]
pub struct UpdatePromptHandOverInput {
    /// What the prompt asks for.
    #[graphql(default_with = "PromptTopic::Update")]
    topic: PromptTopic,
    /// The client; for UPDATE and REACH_OUT.
    client_id: Option<ID>,
    /// The project; for FACTS.
    project_id: Option<ID>,
}

/// Which prompt is not needed, and why: the client's, or for FACTS the project's.
#[derive(Debug, InputObject)]
pub struct UpdatePromptDismissInput {
    /// What the prompt asks for.
    #[graphql(default_with = "PromptTopic::Update")]
    topic: PromptTopic,
    /// The client; for UPDATE and REACH_OUT.
    client_id: Option<ID>,
    /// The project; for FACTS.
    project_id: Option<ID>,
    /// Why it is not needed; 1 to 2,000 characters. The owners see it.
    reason: String,
}

/// Which prompt is to come again: the client's, or for FACTS the project's.
#[derive(Debug, InputObject)]
pub struct UpdatePromptResumeInput {
    /// What the prompt asks for.
    #[graphql(default_with = "PromptTopic::Update")]
    topic: PromptTopic,
    /// The client; for UPDATE and REACH_OUT.
    client_id: Option<ID>,
    /// The project; for FACTS.
    project_id: Option<ID>,
}

/// What came of a choice about a prompt.
#[derive(Debug, SimpleObject)]
pub struct UpdatePromptPayload {
    /// The choice; null when nothing was changed.
    choice: Option<PromptChoice>,
    /// What the user can mend; empty when it was done.
    user_errors: Vec<UserError>,
}

/// Changes of prompts.
#[derive(Default)]
pub struct UpdatePromptMutations;

#[Object]
impl UpdatePromptMutations {
    /// Puts a prompt off for two working days of yours. Owners, whoever is accountable or was handed it, and whoever stands
    /// in today for either.
    async fn update_prompt_snooze(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which prompt.")] input: UpdatePromptSnoozeInput,
    ) -> Result<UpdatePromptPayload> {
        let made = async {
            let prompt = prompt(input.topic, input.client_id, input.project_id)?;
            prompts::snooze(ctx.db(), ctx.caller(), prompt).await
        };
        payload(made.await)
    }

    /// Hands a prompt to whoever stands in for you, or, of an owner whom it does not ask, for whoever is accountable; for
    /// four weeks at most. Allowed as `updatePromptSnooze` is.
    async fn update_prompt_hand_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which prompt.")] input: UpdatePromptHandOverInput,
    ) -> Result<UpdatePromptPayload> {
        let made = async {
            let prompt = prompt(input.topic, input.client_id, input.project_id)?;
            prompts::hand_over(ctx.db(), ctx.caller(), prompt).await
        };
        payload(made.await)
    }

    /// Notes that what a prompt asks for is not needed this time: it is due again as if it were done today. Allowed as
    /// `updatePromptSnooze` is.
    async fn update_prompt_dismiss(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which prompt, and why.")] input: UpdatePromptDismissInput,
    ) -> Result<UpdatePromptPayload> {
        let made = async {
            let prompt = prompt(input.topic, input.client_id, input.project_id)?;
            prompts::dismiss(ctx.db(), ctx.caller(), prompt, &input.reason).await
        };
        payload(made.await)
    }

    /// Takes back what was chosen about a prompt: it comes again with the next mail. Allowed as `updatePromptSnooze` is.
    async fn update_prompt_resume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which prompt.")] input: UpdatePromptResumeInput,
    ) -> Result<UpdatePromptPayload> {
        let made = async {
            let prompt = prompt(input.topic, input.client_id, input.project_id)?;
            prompts::resume(ctx.db(), ctx.caller(), prompt).await
        };
        payload(made.await)
    }
}

/// The prompt that an input names: by its client, but facts by their project.
fn prompt(
    topic: PromptTopic,
    client_id: Option<ID>,
    project_id: Option<ID>,
) -> crate::error::Result<Prompt> {
    let topic = entity::PromptTopic::from(topic);
    let (kind, field, id, other, other_id) = match topic {
        entity::PromptTopic::Facts => (
            Kind::Project,
            "projectId",
            project_id,
            "clientId",
            client_id,
        ),
        entity::PromptTopic::Update | entity::PromptTopic::ReachOut => {
            (Kind::Client, "clientId", client_id, "projectId", project_id)
        }
    };
    if other_id.is_some() {
        let message = format!("Leave it out: {} is about the {field}.", topic.word());
        return Err(Error::invalid(other, message));
    }
    let id = id.ok_or_else(|| Error::invalid(field, "Say which."))?;
    let subject_id = kind.parse(field, &id)?;
    Ok(Prompt { topic, subject_id })
}

fn payload(made: crate::error::Result<prompt_choice::Model>) -> Result<UpdatePromptPayload> {
    let (row, user_errors) = split(made)?;
    Ok(UpdatePromptPayload {
        choice: row.map(PromptChoice),
        user_errors,
    })
}
