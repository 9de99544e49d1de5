//! What a page says when what its link is about has changed since.

use axum::http::StatusCode;

use super::page::{Page, shown};
use super::stop;
use crate::domain::prompts::Overtaken;
use crate::email::format;
use crate::email::stop_link::Refused;
use crate::entity::TouchpointKind;

/// The page that says so.
pub(super) fn page(overtaken: Overtaken) -> Page {
    let (title, text) = match overtaken {
        Overtaken::Gone => return stop::refusal(Refused::Invalid),
        Overtaken::Archived(client) => (
            format!("{} is archived", shown(&client)),
            "Nobody is prompted about it any more.".to_owned(),
        ),
        Overtaken::NotDue(client) => (
            format!("Nothing is due to {} any more", shown(&client)),
            "Its projects or its log have changed since the mail.".to_owned(),
        ),
        Overtaken::Answered {
            client,
            kind,
            on,
            by,
        } => {
            let by = by.map_or_else(String::new, |by| format!(" by {}", shown(&by)));
            (
                format!("{} has heard from us already", shown(&client)),
                format!(
                    "The last contact: {} on {}{by}.",
                    called(kind),
                    format::day(on)
                ),
            )
        }
        Overtaken::Elsewhere {
            client,
            by: Some(by),
        } => (
            format!("{} is in other hands", shown(&client)),
            format!("{} sees to it.", shown(&by)),
        ),
        Overtaken::Elsewhere { client, by: None } => (
            format!("{} is in nobody's hands", shown(&client)),
            "Nobody is accountable for it today.".to_owned(),
        ),
    };
    let text = format!("{text} Nothing has changed by this link.");
    Page::saying(StatusCode::CONFLICT, title, text)
}

/// Whose link it is has left.
pub(super) fn left(name: &str) -> Page {
    Page::saying(
        StatusCode::GONE,
        "This link does not work any more",
        format!("{name} does not work here any more."),
    )
}

fn called(kind: TouchpointKind) -> &'static str {
    match kind {
        TouchpointKind::Kickoff => "a kick-off",
        TouchpointKind::Update => "an update",
        TouchpointKind::Call => "a call",
        TouchpointKind::Meeting => "a meeting",
        TouchpointKind::Email => "an email",
        TouchpointKind::ReachOut => "an idea",
    }
}
