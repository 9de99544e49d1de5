//! Prompts: what somebody is asked to do for a client, and what they chose to do about it instead.
//!
//! A prompt counts from a contact. A choice about it holds until that contact is followed by another one, or until the day
//! it names, whichever comes first.

mod asked;
mod choices;
mod choose;
mod done;

use uuid::Uuid;

use crate::entity::PromptTopic;

pub use asked::{Asked, Overtaken, asked, asked_of};
pub(super) use choices::is_handed_to;
pub use choices::{Choices, Course, course, handed_over};
pub use choose::{
    dismiss, dismiss_in, hand_over, hand_over_in, lock, name_of, next_due, receiver, resume,
    snooze, snooze_in, snoozed_until,
};
pub use done::{log_in, touchpoint_kind};

/// Which prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prompt {
    /// What it asks for.
    pub topic: PromptTopic,
    /// The client it is about; of FACTS, the project.
    pub subject_id: Uuid,
}
