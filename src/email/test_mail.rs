//! The test mail (kind TEST): shows that mail gets out, what it looks like, and where its button leads.

use askama::Template;
use jiff::civil::DateTime;
use serde::Serialize;

use super::frame::AskedFrame;
use super::line::Line;
use super::{format, plain, rows};
use crate::error::Result;

/// A mail that somebody asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TestMail {
    /// Greeting and button.
    pub frame: AskedFrame,
    /// Who asked for it; none: not known any more.
    pub asked_by: Option<Line>,
    /// When, in the recipient's zone.
    pub asked_at: DateTime,
    /// The recipient's time zone, e.g. `Europe/Berlin`.
    pub zone: Line,
}

impl TestMail {
    /// At most 60 characters.
    pub fn subject(&self) -> String {
        "Test: mail from Meridian reaches you".to_owned()
    }

    /// The hidden line that mail programs show after the subject.
    pub fn preheader(&self) -> String {
        self.what_to_do()
    }

    /// The HTML part, a whole document.
    ///
    /// # Errors
    /// Internal, should the template fail.
    pub fn html(&self) -> Result<String> {
        rows::rendered(&Html { mail: self })
    }

    /// The text part: the same words and links, at most 78 columns but for links.
    ///
    /// # Errors
    /// Internal, should the template fail.
    pub fn text(&self) -> Result<String> {
        Ok(plain::wrap(&rows::rendered(&Text { mail: self })?))
    }

    fn what_it_shows(&self) -> String {
        let who = self.asked_by.as_deref().unwrap_or("An owner");
        let when = format::weekday_and_time(self.asked_at);
        format!(
            "{who} sent you this test mail on {when} ({}). It has come the same way as every other mail from Meridian.",
            self.zone
        )
    }

    fn what_to_do(&self) -> String {
        "There is nothing to do. If it landed in the spam folder, say that it is not spam."
            .to_owned()
    }

    fn why(&self) -> String {
        "You get this once, because an owner wanted to see whether mail reaches you.".to_owned()
    }
}

#[derive(Template)]
#[template(path = "test_mail.html", whitespace = "minimize")]
struct Html<'a> {
    mail: &'a TestMail,
}

#[derive(Template)]
#[template(path = "test_mail.txt")]
struct Text<'a> {
    mail: &'a TestMail,
}

#[cfg(test)]
impl TestMail {
    /// Olga's to Dana.
    pub(crate) fn sample() -> Self {
        Self {
            frame: AskedFrame {
                recipient: "Dana Lind".into(),
                button_url: "https://meridian.example/".into(),
            },
            asked_by: Some("Olga Berg".into()),
            asked_at: jiff::civil::date(2026, 11, 23).at(8, 5, 0, 0),
            zone: "Europe/Berlin".into(),
        }
    }
}
