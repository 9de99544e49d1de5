//! The capacity summary in words: one wording for HTML, text and subject.

use super::{
    Book, Counts, CoveredBook, ManagerWeek, Matter, OverdueUpdate, RequestWaiting, TimeOff,
    Unreachable, Unstaffed, Waits, WeekAhead,
};
use crate::email::format;
use crate::email::line::Line;
use crate::entity::Side;

impl Matter {
    /// What there is to decide, as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Over {
                person,
                over_minutes,
            } => {
                format!(
                    "{person} is {} over: move or decline.",
                    format::minutes(*over_minutes)
                )
            }
            Self::Free {
                person,
                free_minutes,
            } => {
                format!("{person} has {} free.", format::minutes(*free_minutes))
            }
            Self::Unstaffed { project, side } => format!("{project} has no {}.", manager(*side)),
            Self::UpdatesOverdue { clients: 1 } => "1 client update is overdue.".to_owned(),
            Self::UpdatesOverdue { clients } => format!("{clients} client updates are overdue."),
            Self::PastActiveLimit {
                manager,
                active,
                limit,
            } => {
                format!("{manager} holds {active} active projects; the limit is {limit}.")
            }
            Self::PastBackBurnerLimit {
                manager,
                back_burner,
                limit,
            } => {
                format!("{manager} holds {back_burner} back-burner projects; the limit is {limit}.")
            }
        }
    }

    /// The same in a subject's few words. People go by their given names unless two `others` share one.
    pub(super) fn news<'a>(&self, others: impl Iterator<Item = &'a Self>) -> String {
        let name = self.person().map_or("", |person| called(person, others));
        match self {
            Self::Over { over_minutes, .. } => {
                format!("{name} {} over", format::minutes(*over_minutes))
            }
            Self::Free { free_minutes, .. } => {
                format!("{name} has {} free", format::minutes(*free_minutes))
            }
            Self::Unstaffed { project, .. } => format!("{project} unstaffed"),
            Self::UpdatesOverdue { clients } => {
                format!("{} overdue", format::count(*clients, "update", "updates"))
            }
            Self::PastActiveLimit { active, .. } => format!("{name} has {active} active"),
            Self::PastBackBurnerLimit { back_burner, .. } => {
                format!("{name} has {back_burner} back burner")
            }
        }
    }

    fn person(&self) -> Option<&Line> {
        match self {
            Self::Over { person, .. } | Self::Free { person, .. } => Some(person),
            Self::PastActiveLimit { manager, .. } | Self::PastBackBurnerLimit { manager, .. } => {
                Some(manager)
            }
            Self::Unstaffed { .. } | Self::UpdatesOverdue { .. } => None,
        }
    }
}

fn called<'n, 'a>(person: &'n Line, mut others: impl Iterator<Item = &'a Matter>) -> &'n str {
    let shared = others
        .by_ref()
        .filter_map(Matter::person)
        .any(|other| other != person && other.given_name() == person.given_name());
    if shared { person } else { person.given_name() }
}

/// Who holds a side.
fn manager(side: Side) -> &'static str {
    match side {
        Side::Client => "account manager",
        Side::Project => "production manager",
    }
}

impl RequestWaiting {
    /// `Orchard Foods, “Faster checkout”: raised on Mon 16 Nov, waits for Sam Okafor's answer.`
    pub(super) fn sentence(&self) -> String {
        let waits = match &self.waits {
            Waits::Answer(person) => format!("waits for {person}'s answer"),
            Waits::Anybody => "waits for an answer, and nobody holds the project side".to_owned(),
            Waits::Decision => "production objected, waits for an owner's decision".to_owned(),
        };
        format!(
            "{}, “{}”: raised on {}, {waits}.",
            self.client,
            self.title,
            format::day(self.raised_on)
        )
    }
}

impl Book {
    /// The figures beside the load, each with its label.
    pub(super) fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            (
                "Active projects",
                against(self.counts.active, self.counts.active_limit),
            ),
            (
                "Back burner",
                against(self.counts.back_burner, self.counts.back_burner_limit),
            ),
            (
                "Coordination, client side",
                format::minutes(self.client_minutes),
            ),
            (
                "Coordination, project side",
                format::minutes(self.project_minutes),
            ),
        ];
        rows.extend(self.role_mix_bp.map(|bp| ("Role mix", format::percent(bp))));
        rows
    }
}

impl ManagerWeek {
    /// `6 of 6 active, 12 of 15 back burner, role mix 93 %`
    pub(super) fn note(&self) -> String {
        let Counts {
            active,
            active_limit,
            back_burner,
            back_burner_limit,
        } = self.counts;
        let role_mix = self.role_mix_bp.map_or_else(String::new, |bp| {
            format!(", role mix {}", format::percent(bp))
        });
        format!(
            "{active} of {active_limit} active, {back_burner} of {back_burner_limit} back burner{role_mix}"
        )
    }
}

fn against(held: i64, limit: i64) -> String {
    let warning = if held > limit { ", past the limit" } else { "" };
    format!("{held} of {limit}{warning}")
}

impl TimeOff {
    pub(super) fn days(&self) -> String {
        format::days(self.from, self.to)
    }

    pub(super) fn stand_in(&self) -> &str {
        self.delegate.as_deref().unwrap_or("nobody named")
    }
}

impl WeekAhead {
    pub(super) fn label(&self) -> String {
        format!(
            "{}, from {}",
            format::week(self.monday),
            format::day(self.monday)
        )
    }
}

impl Unstaffed {
    pub(super) fn sentence(&self) -> String {
        format!(
            "{} ({}) has no {}.",
            self.project,
            self.client,
            manager(self.side)
        )
    }
}

impl OverdueUpdate {
    pub(super) fn sentence(&self) -> String {
        let writer = self
            .account_manager
            .as_deref()
            .unwrap_or("no account manager");
        let due = format::due(self.due_on, self.days_late);
        let choice = self.choice.as_ref();
        let choice = choice.map_or_else(String::new, |choice| format!(": {choice}"));
        format!("{} ({writer}). {due}{choice}.", self.client)
    }
}

impl Unreachable {
    pub(super) fn sentence(&self) -> String {
        let since = format::day(self.since);
        format!(
            "{}: nothing is sent to {} since {since}.",
            self.whose, self.address
        )
    }
}

impl CoveredBook {
    pub(super) fn heading(&self) -> String {
        format!(
            "Covering for {} (until {})",
            self.colleague,
            format::day(self.until)
        )
    }
}
