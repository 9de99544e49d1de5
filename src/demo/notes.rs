//! What the demo's touchpoints say.

use crate::entity::TouchpointKind;

/// The `number`th note of a kind about a project; they come round again.
pub(super) fn note(kind: TouchpointKind, number: usize, project: &str) -> String {
    let notes = of(kind);
    notes[number % notes.len()].replace("{project}", project)
}

fn of(kind: TouchpointKind) -> &'static [&'static str] {
    match kind {
        TouchpointKind::Kickoff => {
            &["Kicked off {project}: goals agreed, first dates set, who decides what written down."]
        }
        TouchpointKind::Update => &[
            "Walked through where {project} stands; they are happy with the pace.",
            "Sent the progress note on {project} and talked through the open questions.",
            "Showed the latest state of {project}. Two small changes wanted, both in scope.",
            "Budget and dates of {project} looked at together; nothing has moved.",
            "Told them about the delay of a week on {project}, and why. They took it well.",
        ],
        TouchpointKind::Call => &[
            "Short call about {project}: one question on wording, answered.",
            "They rang about {project}; a colleague had missed the last note. Sent it again.",
            "Call to choose between the two drafts for {project}. They prefer the plainer one.",
            "Asked who signs off {project} while their usual contact is away.",
        ],
        TouchpointKind::Meeting => &[
            "Met at theirs; went through {project} page by page.",
            "Quarterly look at what works: visitors up, complaints down. Next: {project}.",
            "Workshop on priorities for {project}; photographs of the wall are in the folder.",
        ],
        TouchpointKind::Email => &[
            "They sent new pictures for {project}.",
            "Confirmed the date of the next demonstration of {project}.",
            "They ask for the invoice of {project} to be split by month.",
            "Sent the list of what is still missing for {project}.",
            "They forwarded a customer's praise for {project}.",
        ],
        TouchpointKind::ReachOut => &[
            "Suggested a small experiment around {project}; they will think about it.",
            "Pointed out a grant they could apply for.",
            "Shared what worked for a similar client, with an idea for {project}.",
            "Offered a half-day on accessibility for their team.",
        ],
    }
}
