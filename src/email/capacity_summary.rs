//! The weekly capacity summary (kind CAPACITY_SUMMARY): what a production manager or an owner must decide this
//! week, and the figures it rests on. Pure: the figures arrive computed.

mod wording;

use askama::Template;
use jiff::civil::Date;
use serde::Serialize;

use super::figures::Figures;
use super::frame::{self, Frame};
use super::line::Line;
use super::rows;
use super::{format, plain, subject};
use crate::entity::Side;
use crate::error::Result;

/// Most decisions a mail opens with.
const MOST_DECISIONS: usize = 5;

/// One recipient's week. A production manager has a `book`, an owner an `agency`; either may have both, and a
/// delegate may have neither and only cover.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CapacitySummary {
    /// Greeting, button, how to change and stop.
    pub frame: Frame,
    /// First day of the week it is about: a Monday.
    pub monday: Date,
    /// What waits for the reader, most urgent first; the mail shows five and says how many more.
    pub decisions: Vec<Decision>,
    /// The reader's own book.
    pub book: Option<Book>,
    /// The whole agency, for an owner.
    pub agency: Option<Agency>,
    /// Books of absent colleagues that this mail comes to the reader for.
    pub covering: Vec<CoveredBook>,
    /// Clients' requests that have waited too long, also those of colleagues covered; the longest waiting first.
    pub requests: Vec<RequestWaiting>,
}

/// Something the reader should decide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// What it is about.
    pub matter: Matter,
    /// Where it is decided.
    pub url: Option<String>,
}

/// What a [`Decision`] is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Matter {
    /// A person's confirmed load is past their availability by so many minutes.
    Over {
        /// Who.
        person: Line,
        /// Minutes past availability.
        over_minutes: i64,
    },
    /// A person on the bench has so many minutes not committed.
    Free {
        /// Who.
        person: Line,
        /// Minutes not committed.
        free_minutes: i64,
    },
    /// An active project lacks the accountable person of a side (rule R2).
    Unstaffed {
        /// The project.
        project: Line,
        /// The side nobody holds.
        side: Side,
    },
    /// So many client updates are past their three working days.
    UpdatesOverdue {
        /// How many clients wait.
        clients: i64,
    },
    /// A manager holds more active projects than the limit.
    PastActiveLimit {
        /// Who.
        manager: Line,
        /// Active projects held.
        active: i64,
        /// The limit.
        limit: i64,
    },
    /// A manager holds more back-burner projects than the limit.
    PastBackBurnerLimit {
        /// Who.
        manager: Line,
        /// Back-burner projects held.
        back_burner: i64,
        /// The limit.
        limit: i64,
    },
}

/// A client's request that has waited too long.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestWaiting {
    /// The client.
    pub client: Line,
    /// What is asked for.
    pub title: Line,
    /// The day it was raised.
    pub raised_on: Date,
    /// What it waits for.
    pub waits: Waits,
    /// The request's page.
    pub url: Option<String>,
}

/// What a request waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Waits {
    /// The answer of this person, who holds the project side.
    Answer(Line),
    /// An answer, and nobody holds the project side.
    Anybody,
    /// An owner's decision, since production objected.
    Decision,
}

/// All that one manager is accountable for, this week and the next four.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Book {
    /// The manager's own week.
    pub figures: Figures,
    /// Projects held against the limits.
    pub counts: Counts,
    /// Coordination minutes of the client side this week.
    pub client_minutes: i64,
    /// Coordination minutes of the project side this week.
    pub project_minutes: i64,
    /// Role mix, bp; none without load.
    pub role_mix_bp: Option<i64>,
    /// The people booked on the book's projects this week, fullest first.
    pub people: Vec<PersonWeek>,
    /// Their time off, and the manager's, in the next four weeks, earliest first.
    pub time_off: Vec<TimeOff>,
    /// The people's summed weeks after this one, earliest first.
    pub ahead: Vec<WeekAhead>,
}

/// Projects a manager holds, and the limits (warnings, not walls).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Active projects.
    pub active: i64,
    /// Their limit.
    pub active_limit: i64,
    /// Back-burner projects.
    pub back_burner: i64,
    /// Their limit.
    pub back_burner_limit: i64,
}

/// A person's week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PersonWeek {
    /// Who.
    pub name: Line,
    /// Their figures.
    pub figures: Figures,
}

/// Days a person is away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimeOff {
    /// Who is away.
    pub person: Line,
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub to: Date,
    /// Who stands in, when somebody was named.
    pub delegate: Option<Line>,
}

/// A later week's summed figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeekAhead {
    /// Its Monday.
    pub monday: Date,
    /// Availability and load, summed over the people before dividing.
    pub figures: Figures,
}

/// The whole agency, as an owner sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agency {
    /// Everybody's minutes summed, then divided.
    pub figures: Figures,
    /// Every manager, fullest first.
    pub managers: Vec<ManagerWeek>,
    /// The people who are over or on the bench, fullest first.
    pub people: Vec<PersonWeek>,
    /// Active projects without an accountable person, one row a side.
    pub unstaffed: Vec<Unstaffed>,
    /// Client updates past their three working days, latest first.
    pub overdue: Vec<OverdueUpdate>,
    /// Addresses that nothing is sent to, the longest first.
    pub unreachable: Vec<Unreachable>,
    /// Time off in the next four weeks, earliest first.
    pub time_off: Vec<TimeOff>,
    /// The four weeks after this one, earliest first.
    pub ahead: Vec<WeekAhead>,
}

/// A manager's line in the owner's mail.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ManagerWeek {
    /// Who.
    pub name: Line,
    /// Their week.
    pub figures: Figures,
    /// Projects held against the limits.
    pub counts: Counts,
    /// Role mix, bp; none without load.
    pub role_mix_bp: Option<i64>,
}

/// An active project that lacks the accountable person of one side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unstaffed {
    /// The project.
    pub project: Line,
    /// Its client.
    pub client: Line,
    /// The side nobody holds.
    pub side: Side,
}

/// An address that nothing is sent to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unreachable {
    /// Whose it is.
    pub whose: Line,
    /// The address.
    pub address: Line,
    /// Since when.
    pub since: Date,
}

/// A client update past its three working days.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverdueUpdate {
    /// The client that waits.
    pub client: Line,
    /// The accountable account manager, when there is one.
    pub account_manager: Option<Line>,
    /// The day it was due.
    pub due_on: Date,
    /// Calendar days since then.
    pub days_late: i64,
    /// What somebody chose about it, as a sentence's end: `put off until Wed 25 Nov by Dana Lind`.
    pub choice: Option<Line>,
}

/// The book of an absent colleague, sent to the reader instead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CoveredBook {
    /// Who is away.
    pub colleague: Line,
    /// Last day away.
    pub until: Date,
    /// Their book.
    pub book: Book,
}

impl CapacitySummary {
    /// At most 60 characters with the news: `Week 48: Priya 3 h over, Tom has 14 h free`.
    pub fn subject(&self) -> String {
        let news = self.news();
        let prefix = match self.covering.first() {
            Some(covered) if self.book.is_none() && self.agency.is_none() => {
                format!("{} for {}: ", self.week(), covered.colleague.given_name())
            }
            _ if news.is_empty() => self.week(),
            _ => format!("{}: ", self.week()),
        };
        subject::compose(&prefix, &news)
    }

    /// The hidden line that mail programs show after the subject: the first decision that the subject
    /// had no room for, and how the figures stand.
    pub fn preheader(&self) -> String {
        let (subject, news) = (self.subject(), self.news());
        let left_out = self
            .decisions
            .iter()
            .zip(&news)
            .find(|(_, news)| !subject.contains(*news));
        let second = left_out.map(|(decision, _)| decision.matter.sentence());
        let figures = self
            .standing()
            .map(|(whose, standing)| format!("{whose}: {standing}."));
        [second, figures]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
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
        let text = Text {
            mail: self,
            rows,
            most_decisions: MOST_DECISIONS,
        };
        Ok(plain::wrap(&rows::rendered(&text)?))
    }

    fn fitted(&self) -> Result<(usize, String)> {
        rows::fit(|rows| {
            rows::rendered(&Html {
                mail: self,
                rows,
                most_decisions: MOST_DECISIONS,
            })
        })
    }

    /// Decisions first, in their order; the preheader counts on it.
    fn news(&self) -> Vec<String> {
        let waiting = format::count_of(&self.requests, "request waits", "requests wait");
        let waiting = (!self.requests.is_empty()).then_some(waiting);
        if self.decisions.is_empty() {
            let standing = self.standing().map(|(_, standing)| standing);
            return waiting.into_iter().chain(standing).collect();
        }
        let matters = self.decisions.iter().map(|decision| &decision.matter);
        let decisions = matters.clone().map(|matter| matter.news(matters.clone()));
        decisions.chain(waiting).collect()
    }

    /// Whose figures lead the mail, and how they stand.
    fn standing(&self) -> Option<(&str, String)> {
        let agency = self
            .agency
            .as_ref()
            .map(|agency| ("The agency", &agency.figures));
        let own = self.book.as_ref().map(|book| ("You", &book.figures));
        let covered = self
            .covering
            .first()
            .map(|covered| (&*covered.colleague, &covered.book.figures));
        let (whose, figures) = agency.or(own).or(covered)?;
        Some((whose, format!("{}, {}", figures.state(), figures.balance())))
    }

    fn week(&self) -> String {
        format::week(self.monday)
    }

    fn days(&self) -> String {
        format::days(self.monday, format::sunday(self.monday))
    }

    fn why(&self) -> String {
        let own = match (&self.agency, &self.book) {
            (Some(_), _) => Some("you look after the whole agency"),
            (None, Some(_)) => Some("you hold the project side of these projects"),
            (None, None) if !self.requests.is_empty() => Some("a client's request waits"),
            (None, None) => None,
        };
        let colleagues = self.covering.iter().map(|covered| &covered.colleague);
        frame::why(own, colleagues)
    }
}

#[derive(Template)]
#[template(path = "capacity_summary.html", whitespace = "minimize")]
struct Html<'a> {
    mail: &'a CapacitySummary,
    rows: usize,
    most_decisions: usize,
}

#[derive(Template)]
#[template(path = "capacity_summary.txt")]
struct Text<'a> {
    mail: &'a CapacitySummary,
    rows: usize,
    most_decisions: usize,
}
