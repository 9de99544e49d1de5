//! The client-update prompt (kind CLIENT_UPDATE): one mail a day with every client update that is due, the
//! reach-outs, and the facts a production manager owes. Pure: the lists arrive computed.

mod answers;
mod news;
mod notice;
mod undelivered;

use askama::Template;
use jiff::civil::Date;
use serde::Serialize;

use super::frame::Frame;
use super::line::Line;
use super::rows;
use super::{format, plain, subject};
use crate::entity::TouchpointKind;
use crate::error::Result;

pub use answers::{AnswerLinks, HandedPrompts};
use news::News;
pub use notice::{Matter, Notice};
pub use undelivered::{Overdue, Told, Undelivered};

/// One recipient's day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientUpdate {
    /// Greeting, button, how to change and stop.
    pub frame: Frame,
    /// The local day it is about.
    pub today: Date,
    /// The reader's own clients and projects.
    pub own: Prompts,
    /// Those of absent colleagues that this mail comes to the reader for.
    pub covering: Vec<CoveredPrompts>,
    /// What colleagues handed to the reader.
    pub handed_over: Vec<HandedPrompts>,
    /// Those of colleagues whom the reader works beside before taking over from them.
    pub in_copy: Vec<CopiedPrompts>,
}

/// What one manager is prompted for. Any list may be empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Prompts {
    /// Decisions before kick-offs, handover steps, reviews and milestones.
    pub notices: Vec<Notice>,
    /// Clients whose update is due or overdue, latest first.
    pub updates: Vec<UpdateDue>,
    /// Clients due a proactive reach-out.
    pub reach_outs: Vec<ReachOutDue>,
    /// Facts a production manager owes for the update of a production-led project.
    pub facts: Vec<FactsNeeded>,
    /// Updates past their three working days, told to the owners with the account manager in copy; latest first.
    pub overdue: Vec<Overdue>,
    /// What does not arrive, told to the owners.
    pub undelivered: Vec<Undelivered>,
}

/// A client update that is due.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpdateDue {
    /// The client.
    pub client: Line,
    /// The client's page.
    pub url: Option<String>,
    /// The day it is or was due.
    pub due_on: Date,
    /// Calendar days since then; 0 when due today.
    pub days_late: i64,
    /// Past its three working days: it stands in the owner's summary too.
    pub overdue: bool,
    /// How often an update is due, days.
    pub cadence_days: i64,
    /// The last contact that counts; none when there never was one.
    pub last_contact: Option<Contact>,
    /// What happened since: short lines, latest first.
    pub since: Vec<Line>,
    /// What waits, for us or for the client: short lines.
    pub waiting: Vec<Line>,
    /// Names of its active projects.
    pub projects: Vec<Line>,
    /// What the reader can answer; none: it asks nothing of them.
    pub answers: Option<AnswerLinks>,
}

/// A logged contact with a client.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contact {
    /// What kind of touchpoint it was.
    pub kind: TouchpointKind,
    /// The local day of it.
    pub on: Date,
    /// Who made it.
    pub by: Line,
}

/// A client that is due an idea, an opportunity or a suggestion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReachOutDue {
    /// The client.
    pub client: Line,
    /// The client's page.
    pub url: Option<String>,
    /// The day it is or was due.
    pub due_on: Date,
    /// How often one is due, days: 30 for an active client, 90 on the back burner.
    pub every_days: i64,
    /// The last contact of any kind; none when there never was one.
    pub last_contact: Option<Contact>,
    /// What the reader can answer; none: it asks nothing of them.
    pub answers: Option<AnswerLinks>,
}

/// What the production manager of a production-led project owes the writer of its client's update.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactsNeeded {
    /// The project.
    pub project: Line,
    /// Its client.
    pub client: Line,
    /// The project's page.
    pub url: Option<String>,
    /// Who writes the update: the account manager; none when the client has none.
    pub writer: Option<Line>,
    /// The day the update is or was due.
    pub due_on: Date,
    /// The facts that are needed: short lines.
    pub facts: Vec<Line>,
    /// What the reader can answer; none: it asks nothing of them.
    pub answers: Option<AnswerLinks>,
}

/// The prompts of an absent colleague, sent to the reader instead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoveredPrompts {
    /// Who is away.
    pub colleague: Line,
    /// Last day away.
    pub until: Date,
    /// What they would have been prompted for.
    pub prompts: Prompts,
}

/// The prompts of a colleague from whom the reader is about to take over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CopiedPrompts {
    /// Who is accountable until then.
    pub colleague: Line,
    /// What they are prompted for.
    pub prompts: Prompts,
}

/// Most lines shown under one client; a client is a paragraph, not a page.
const MOST_LINES: usize = 5;

/// Lines under each client of a mail that shows `rows` clients of a kind. One that has room for a single one has none for them.
fn lines_beside(rows: usize) -> usize {
    if rows == 1 { 0 } else { rows.min(MOST_LINES) }
}

impl ClientUpdate {
    /// At most 60 characters with the news: `3 client updates due: Orchard, Brightwell, +1`.
    pub fn subject(&self) -> String {
        let news = self.news();
        match news.first() {
            None => "Nothing is due today".to_owned(),
            Some(news) => subject::compose(&format!("{}: ", news.lead), &news.names),
        }
    }

    /// The hidden line that mail programs show after the subject: the second fact.
    pub fn preheader(&self) -> String {
        let overdue = self.updates().filter(|update| update.overdue).count();
        let overdue = (overdue > 0).then(|| format!("{overdue} overdue"));
        let beside = self.news().into_iter().skip(1);
        let beside = beside.map(|news| subject::compose(&format!("{}: ", news.lead), &news.names));
        let mut facts: Vec<String> = overdue.into_iter().chain(beside).collect();
        if facts.is_empty() {
            facts.extend(self.updates().next().map(UpdateDue::contact));
        }
        facts.join("; ")
    }

    /// The HTML part, under 30 KB.
    ///
    /// # Errors
    /// Internal, should the template fail.
    pub fn html(&self) -> Result<String> {
        Ok(self.fitted()?.1)
    }

    /// The text part: the same figures and links, at most 78 columns but for links.
    ///
    /// # Errors
    /// Internal, should the template fail.
    pub fn text(&self) -> Result<String> {
        let (rows, _) = self.fitted()?;
        let lines = lines_beside(rows);
        Ok(plain::wrap(&rows::rendered(&Text {
            mail: self,
            rows,
            lines,
        })?))
    }

    fn fitted(&self) -> Result<(usize, String)> {
        rows::fit(|rows| {
            let lines = lines_beside(rows);
            rows::rendered(&Html {
                mail: self,
                rows,
                lines,
            })
        })
    }

    /// `Mon 23 Nov: 3 client updates due, 1 reach-out due`.
    fn headline(&self) -> String {
        let what: Vec<String> = self.news().into_iter().map(|news| news.what).collect();
        format!("{}: {}", format::day(self.today), what.join(", "))
    }

    /// What is due, by what is most pressing, with the names it is due for. Copies ask nothing of the reader and come last.
    fn news(&self) -> Vec<News> {
        let names = |of: &dyn Fn(&Prompts) -> Vec<String>| self.all().flat_map(of).collect();
        let told = |kind: fn(&Matter) -> bool| {
            names(&|prompts| {
                let of_kind = prompts.notices.iter().filter(|one| kind(&one.matter));
                of_kind.map(|one| one.matter.title()).collect()
            })
        };
        let updates: Vec<String> = names(&|prompts| named(&prompts.updates, |one| &one.client));
        let facts = names(&|prompts| named(&prompts.facts, |one| &one.project));
        let reached = names(&|prompts| named(&prompts.reach_outs, |one| &one.client));
        let overdue = names(&|prompts| named(&prompts.overdue, |one| &one.client));
        let undelivered = |kind: fn(&Undelivered) -> bool| {
            names(&|prompts| {
                let of_kind = prompts.undelivered.iter().filter(|one| kind(one));
                of_kind.map(Undelivered::title).collect()
            })
        };
        let copied = self.in_copy.iter();
        let copied = copied.map(|one| one.colleague.to_string()).collect();
        let mut news = vec![
            News::new(
                "kick-off to decide",
                "kick-offs to decide",
                told(|one| matches!(one, Matter::KickOff { .. })),
            )
            .led_by("Decide before kick-off"),
            News::new("client update due", "client updates due", updates),
            News::new("client update overdue", "client updates overdue", overdue),
            News::new(
                "address gets no mail",
                "addresses get no mail",
                undelivered(|one| matches!(one, Undelivered::Address { .. })),
            ),
            News::new(
                "mail went to nobody",
                "mails went to nobody",
                undelivered(|one| matches!(one, Undelivered::Mail { .. })),
            ),
            News::new(
                "handover step due",
                "handover steps due",
                told(|one| matches!(one, Matter::HandoverStep { .. })),
            ),
            News::new(
                "project needs your facts",
                "projects need your facts",
                facts,
            ),
            News::new("reach-out due", "reach-outs due", reached),
            News::new(
                "review waits",
                "reviews wait",
                told(|one| matches!(one, Matter::Review { .. })),
            ),
            News::new(
                "milestone passed",
                "milestones passed",
                told(|one| matches!(one, Matter::Milestone { .. })),
            ),
            News::new("colleague to shadow", "colleagues to shadow", copied)
                .led_by("In copy, shadowing"),
        ];
        news.retain(|news| !news.names.is_empty());
        news
    }

    fn updates(&self) -> impl Iterator<Item = &UpdateDue> {
        self.all().flat_map(|prompts| &prompts.updates)
    }

    fn all(&self) -> impl Iterator<Item = &Prompts> {
        let covered = self.covering.iter().map(|covered| &covered.prompts);
        let handed_over = self.handed_over.iter().map(|handed| &handed.prompts);
        std::iter::once(&self.own).chain(covered).chain(handed_over)
    }
}

fn named<T>(items: &[T], name: impl Fn(&T) -> &Line) -> Vec<String> {
    items.iter().map(|item| name(item).to_string()).collect()
}

impl CopiedPrompts {
    fn heading(&self) -> String {
        format!("In copy: shadowing {}", self.colleague)
    }
}

impl UpdateDue {
    /// `Due Mon 16 Nov, 7 days late: overdue. An update every 14 days.`
    fn due(&self) -> String {
        let overdue = if self.overdue { ": overdue" } else { "" };
        let due = format::due(self.due_on, self.days_late);
        let cadence = format::count(self.cadence_days, "day", "days");
        format!("{due}{overdue}. An update every {cadence}.")
    }

    fn contact(&self) -> String {
        last_contact(self.last_contact.as_ref())
    }

    fn tone(&self) -> (&'static str, &'static str) {
        if self.overdue {
            ("critical", "#b3261e")
        } else {
            ("quiet", "#4f5b67")
        }
    }
}

impl ReachOutDue {
    fn due(&self) -> String {
        let every = format::count(self.every_days, "day", "days");
        format!("Due {}. One every {every}.", format::day(self.due_on))
    }

    fn contact(&self) -> String {
        last_contact(self.last_contact.as_ref())
    }
}

impl FactsNeeded {
    fn due(&self) -> String {
        let due = format::day(self.due_on);
        match &self.writer {
            Some(writer) => format!("{writer} writes the update to {}, due {due}.", self.client),
            None => format!(
                "The update to {} is due {due}; it has no account manager.",
                self.client
            ),
        }
    }
}

fn last_contact(contact: Option<&Contact>) -> String {
    match contact {
        Some(Contact { kind, on, by }) => format!(
            "Last contact: {} on {} by {by}.",
            called(*kind),
            format::day(*on)
        ),
        None => "No contact yet.".to_owned(),
    }
}

fn called(kind: TouchpointKind) -> &'static str {
    match kind {
        TouchpointKind::Kickoff => "kick-off",
        TouchpointKind::Update => "update",
        TouchpointKind::Call => "call",
        TouchpointKind::Meeting => "meeting",
        TouchpointKind::Email => "email",
        TouchpointKind::ReachOut => "reach-out",
    }
}

impl CoveredPrompts {
    fn heading(&self) -> String {
        format!(
            "Covering for {} (until {})",
            self.colleague,
            format::day(self.until)
        )
    }
}

#[derive(Template)]
#[template(path = "client_update.html", whitespace = "minimize")]
struct Html<'a> {
    mail: &'a ClientUpdate,
    rows: usize,
    lines: usize,
}

#[derive(Template)]
#[template(path = "client_update.txt")]
struct Text<'a> {
    mail: &'a ClientUpdate,
    rows: usize,
    lines: usize,
}
