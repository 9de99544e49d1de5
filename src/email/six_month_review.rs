//! The six-month review (kind SIX_MONTH_REVIEW): asks an owner whether the split is better than one person doing both, with
//! the figures of the programme's start and of today side by side. Pure: the figures arrive computed.

use askama::Template;
use jiff::civil::Date;
use serde::Serialize;

use super::line::Line;
use super::rows;
use super::{format, plain, subject};
use crate::error::Result;

/// One programme half a year on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SixMonthReview {
    /// Greeting and button.
    pub frame: ReviewFrame,
    /// The programme.
    pub programme: Line,
    /// Its first day.
    pub starts_on: Date,
    /// The owner who is asked; none when that is the reader.
    pub stands_in_for: Option<Line>,
    /// Before and after.
    pub figures: Vec<Comparison>,
    /// The managers by name: what each carries, before and after.
    pub managers: Vec<ManagerComparison>,
    /// Strong relationships of the beginning that ended or have cooled: `Orchard Foods and Dana Lind`.
    pub lost: Vec<Line>,
}

/// What stands around a review's news. It has no schedule, and nothing in it stops it: it comes once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewFrame {
    /// Whom the mail greets: the recipient's full name.
    pub recipient: Line,
    /// Where the verdict is given.
    pub button_url: String,
    /// The day the review is or was due.
    pub due_on: Date,
    /// The local day it leaves.
    pub today: Date,
}

/// A figure before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What it is.
    pub figure: Figure,
    /// When the programme started; none: not known.
    pub before: Option<i64>,
    /// Today; none: not known.
    pub after: Option<i64>,
}

/// The figures of a review (domain.md §5, Six-month review).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Figure {
    /// The highest utilisation of a manager, bp.
    PeakUtilisation,
    /// How evenly the work is shared, bp.
    Evenness,
    /// How far two hats are worn by one person, bp.
    RoleMix,
    /// The share of clients whose update is not overdue, bp.
    UpdatesOnTime,
    /// How many strong relationships hold.
    StrongRelationships,
}

/// A manager before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ManagerComparison {
    /// Who.
    pub name: Line,
    /// Utilisation and role mix at the start, bp; none: accountable for nothing then.
    pub before: Option<(Option<i64>, Option<i64>)>,
    /// The same today.
    pub after: Option<(Option<i64>, Option<i64>)>,
}

impl SixMonthReview {
    /// At most 60 characters: the question and what it is about.
    pub fn subject(&self) -> String {
        subject::compose("Keep, adjust or revert: ", &[self.programme.to_string()])
    }

    /// The hidden line that mail programs show after the subject: the first figures.
    pub fn preheader(&self) -> String {
        let told = self
            .figures
            .iter()
            .map(|one| format!("{} {} → {}", one.figure.label(), one.before(), one.after()));
        told.take(3).collect::<Vec<_>>().join("; ")
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
        Ok(plain::wrap(&rows::rendered(&Text { mail: self, rows })?))
    }

    fn fitted(&self) -> Result<(usize, String)> {
        rows::fit(|rows| rows::rendered(&Html { mail: self, rows }))
    }

    fn question(&self) -> String {
        format!(
            "{} began on {}. Is the split better than one person doing both? Keep it, adjust it, or take it back.",
            self.programme,
            self.starts_on.strftime("%-d %B %Y")
        )
    }

    fn why(&self) -> String {
        match &self.stands_in_for {
            Some(owner) => format!("You get this because you stand in for {owner}. It comes once."),
            None => "You get this because you own the agency. It comes once.".to_owned(),
        }
    }
}

impl ReviewFrame {
    /// `This review was due on Mon 24 May.`
    pub fn late(&self) -> Option<String> {
        let is_late = self.today > self.due_on;
        is_late.then(|| format!("This review was due on {}.", format::day(self.due_on)))
    }
}

impl Comparison {
    fn before(&self) -> String {
        self.figure.shown(self.before)
    }

    fn after(&self) -> String {
        self.figure.shown(self.after)
    }
}

impl Figure {
    fn label(self) -> &'static str {
        match self {
            Self::PeakUtilisation => "Peak utilisation",
            Self::Evenness => "Evenness",
            Self::RoleMix => "Role mix",
            Self::UpdatesOnTime => "Updates on time",
            Self::StrongRelationships => "Strong relationships",
        }
    }

    /// Which way is better, for whoever does not live with these figures.
    fn meaning(self) -> &'static str {
        match self {
            Self::PeakUtilisation => "the fullest manager; lower is better",
            Self::Evenness => "how equally full the managers are; higher is better",
            Self::RoleMix => "two hats on one head; lower is better",
            Self::UpdatesOnTime => "clients whose update is not overdue; higher is better",
            Self::StrongRelationships => "between clients and who speaks for them",
        }
    }

    fn shown(self, value: Option<i64>) -> String {
        match (self, value) {
            (_, None) => "–".to_owned(),
            (Self::StrongRelationships, Some(number)) => number.to_string(),
            (_, Some(bp)) => format::percent(bp),
        }
    }
}

impl ManagerComparison {
    fn before(&self) -> String {
        shown(self.before)
    }

    fn after(&self) -> String {
        shown(self.after)
    }
}

/// `100 % full, role mix 93 %`.
fn shown(figures: Option<(Option<i64>, Option<i64>)>) -> String {
    match figures {
        None => "nothing held".to_owned(),
        Some((utilisation, mix)) => {
            let percent = |bp: Option<i64>| bp.map_or("–".to_owned(), format::percent);
            format!("{} full, role mix {}", percent(utilisation), percent(mix))
        }
    }
}

#[derive(Template)]
#[template(path = "six_month_review.html", whitespace = "minimize")]
struct Html<'a> {
    mail: &'a SixMonthReview,
    rows: usize,
}

#[derive(Template)]
#[template(path = "six_month_review.txt")]
struct Text<'a> {
    mail: &'a SixMonthReview,
    rows: usize,
}
