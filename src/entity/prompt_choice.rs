//! What somebody chose about a prompt: append-only, the latest one holds.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use super::{Day, Door, Moment, PromptChoiceKind, PromptTopic};

/// A row of `prompt_choice`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeriveEntityModel)]
#[sea_orm(table_name = "prompt_choice")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What the prompt asks for.
    pub topic: PromptTopic,
    /// About which client.
    pub client_id: Uuid,
    /// About which project; FACTS only.
    pub project_id: Option<Uuid>,
    /// The day of the contact that the prompt counts from; none: there was none. A new contact makes a new prompt.
    pub since: Option<Day>,
    /// What was chosen.
    pub kind: PromptChoiceKind,
    /// Who was accountable then.
    pub accountable_id: Uuid,
    /// Who is prompted instead; of HANDED_OVER, and of SNOOZED where it had been handed over before.
    pub handed_to_id: Option<Uuid>,
    /// The first day on which the accountable person is prompted again.
    pub until_on: Day,
    /// Why it is not needed; DISMISSED only.
    pub reason: Option<String>,
    /// Who chose; none: somebody at the command line.
    pub made_by_id: Option<Uuid>,
    /// Through which door.
    pub made_through: Door,
    /// When.
    pub made_at: Moment,
}

/// No relations: every edge of the API goes through a DataLoader.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
