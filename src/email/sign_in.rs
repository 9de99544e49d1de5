//! The sign-in mail (kind SIGN_IN): the link that somebody asked for to sign in, and how to tell that it was them.

use askama::Template;
use jiff::civil::{DateTime, Time};
use serde::Serialize;

use super::frame::AskedFrame;
use super::line::Line;
use super::{format, plain, rows};
use crate::error::Result;

/// A link that signs in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SignInMail {
    /// Greeting and button, which leads to the link's page.
    pub frame: AskedFrame,
    /// When it was asked for, in the recipient's zone.
    pub asked_at: DateTime,
    /// Until when the link works, in the recipient's zone.
    pub until: Time,
    /// The recipient's time zone, e.g. `Europe/Berlin`.
    pub zone: Line,
    /// Which browser asked: `Firefox on Linux`.
    pub browser: Line,
    /// From which network: `203.0.113.x`.
    pub network: Line,
}

impl SignInMail {
    /// At most 60 characters.
    pub fn subject(&self) -> String {
        "Your link to sign in to Meridian".to_owned()
    }

    /// The hidden line that mail programs show after the subject.
    pub fn preheader(&self) -> String {
        format!(
            "It works once, until {} ({}).",
            format::time(self.until),
            self.zone
        )
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

    fn who_asked(&self) -> String {
        let when = format::weekday_and_time(self.asked_at);
        format!(
            "On {when} ({}) somebody asked for this link, with {} from the network {}.",
            self.zone, self.browser, self.network
        )
    }

    fn what_to_do(&self) -> String {
        format!(
            "If that was you, open it in the same browser and confirm there. It works once, until {}.",
            format::time(self.until)
        )
    }

    fn otherwise(&self) -> String {
        "If it was not you, there is nothing to do: without that browser the link signs nobody in."
            .to_owned()
    }

    fn why(&self) -> String {
        "You get this because your address was entered to sign in to Meridian.".to_owned()
    }
}

#[derive(Template)]
#[template(path = "sign_in.html", whitespace = "minimize")]
struct Html<'a> {
    mail: &'a SignInMail,
}

#[derive(Template)]
#[template(path = "sign_in.txt")]
struct Text<'a> {
    mail: &'a SignInMail,
}

#[cfg(test)]
impl SignInMail {
    /// Dana's.
    pub(crate) fn sample() -> Self {
        Self {
            frame: AskedFrame {
                recipient: "Dana Lind".into(),
                button_url: "https://meridian.example/sign-in/token".into(),
            },
            asked_at: jiff::civil::date(2026, 11, 23).at(8, 5, 0, 0),
            until: jiff::civil::time(8, 20, 0, 0),
            zone: "Europe/Berlin".into(),
            browser: "Firefox on Linux".into(),
            network: "203.0.113.x".into(),
        }
    }
}
