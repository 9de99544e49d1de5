//! What an owner is told of what was chosen about a prompt.

use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::prompts::{Course, course};
use crate::email::format;
use crate::email::line::Line;
use crate::entity::{PromptChoiceKind, prompt_choice};

/// Whether an update is not needed on `day`.
pub(super) fn is_dismissed(choice: Option<&prompt_choice::Model>, day: Date) -> bool {
    choice
        .is_some_and(|choice| choice.kind == PromptChoiceKind::Dismissed && day < choice.until_on.0)
}

/// What holds on `day` of a choice, as a sentence's end; none when nothing does.
pub(super) fn chosen(
    choice: &prompt_choice::Model,
    accountable_id: Uuid,
    day: Date,
    name: impl Fn(Uuid) -> Line,
) -> Option<Line> {
    match course(Some(choice), accountable_id, day) {
        Course::With {
            to, since: Some(_), ..
        } => return Some(format!("handed to {}", &*name(to)).into()),
        Course::With { .. } | Course::Waits => {}
        Course::AsDue | Course::Again(_) => return None,
    }
    let by = choice
        .made_by_id
        .map_or_else(|| Line::from("somebody"), &name);
    let until = format::day(choice.until_on.0);
    let chosen = match choice.kind {
        PromptChoiceKind::Snoozed => format!("put off until {until} by {by}"),
        PromptChoiceKind::HandedOver => {
            let to = choice.handed_to_id.map(&name)?;
            format!("handed to {to} by {by}")
        }
        PromptChoiceKind::Dismissed => {
            let reason = choice.reason.as_deref().unwrap_or_default();
            format!("not needed, says {by}: {}", reason.trim_end_matches('.'))
        }
        PromptChoiceKind::Resumed => return None,
    };
    Some(chosen.into())
}
