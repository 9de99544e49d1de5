//! What pages about a prompt say.

use jiff::civil::Date;
use sea_orm::ConnectionTrait;

use crate::domain::prompts::{self, Asked};
use crate::email::format;
use crate::entity::{PromptChoiceKind, PromptTopic, prompt_choice};
use crate::error::Result;
use crate::server::actions::page::{capital, shown};
use crate::server::actions::visit::Outcome;

/// `the update to Acme`
pub(super) fn matter(asked: &Asked) -> String {
    let client = shown(&asked.client.name);
    match (asked.prompt.topic, &asked.project) {
        (PromptTopic::Update, _) => format!("the update to {client}"),
        (PromptTopic::ReachOut, _) => format!("the outreach to {client}"),
        (PromptTopic::Facts, Some(project)) => {
            format!(
                "the prompt for the facts of {} ({client})",
                shown(&project.name)
            )
        }
        (PromptTopic::Facts, None) => format!("the prompt for facts ({client})"),
    }
}

/// `It was due on Mon 16 Nov.`
pub(super) fn due_words(asked: &Asked) -> String {
    let on = asked.due.due_on;
    if on == asked.day {
        return "It is due today.".to_owned();
    }
    let was = if on < asked.day { "was" } else { "is" };
    format!("It {was} due on {}.", format::day(on))
}

pub(super) fn log_question(asked: &Asked) -> String {
    match asked.prompt.topic {
        PromptTopic::ReachOut => {
            format!("Log that you reached out to {}?", shown(&asked.client.name))
        }
        _ => format!("Log that {} was sent?", matter(asked)),
    }
}

pub(super) fn log_button(asked: &Asked) -> &'static str {
    match asked.prompt.topic {
        PromptTopic::ReachOut => "Log that you reached out",
        _ => "Log that the update was sent",
    }
}

/// What holds of a choice: `Now: put off until Wed 25 Nov, by Dana Lind.`
pub(super) async fn standing_words(
    conn: &impl ConnectionTrait,
    choice: &prompt_choice::Model,
) -> Result<String> {
    let until = format::day(choice.until_on.0);
    let by = match choice.made_by_id {
        Some(id) => format!(", by {}", shown(&prompts::name_of(conn, Some(id)).await?)),
        None => String::new(),
    };
    let chosen = match choice.kind {
        PromptChoiceKind::Snoozed => format!("put off until {until}"),
        PromptChoiceKind::HandedOver => {
            let to = prompts::name_of(conn, choice.handed_to_id).await?;
            format!("handed to {}", shown(&to))
        }
        PromptChoiceKind::Dismissed => format!("not needed until {until}"),
        PromptChoiceKind::Resumed => "prompted again".to_owned(),
    };
    Ok(format!("As it stands: {chosen}{by}."))
}

pub(super) fn done_words(asked: &Asked) -> Outcome {
    Outcome {
        done: format!("{} was logged", capital(&matter(asked))),
        more: "You are prompted again when the next one is due.".to_owned(),
    }
}

pub(super) fn snoozed(asked: &Asked, until: Date) -> Outcome {
    Outcome {
        done: format!(
            "{} was put off until {}",
            capital(&matter(asked)),
            format::day(until)
        ),
        more: "You are prompted again then, unless it is done before.".to_owned(),
    }
}

pub(super) fn handed_over(asked: &Asked, to: &str, until: Date) -> Outcome {
    Outcome {
        done: format!("{} was handed to {to}", capital(&matter(asked))),
        more: format!(
            "{to} is prompted from the next mail on. You stay accountable: if it is not done by {}, it comes back to you.",
            format::day(until)
        ),
    }
}

pub(super) fn dismissed(asked: &Asked, reason: &str, until: Date) -> Outcome {
    Outcome {
        done: format!(
            "{} was noted as not needed: {}",
            capital(&matter(asked)),
            shown(reason).trim_end_matches('.')
        ),
        more: format!("It is due again on {}.", format::day(until)),
    }
}
