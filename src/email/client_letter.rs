//! The letter that tells a client of a handover (kind CLIENT_LETTER): what a person wrote, and nothing of ours around
//! it.

use askama::Template;

use super::line::{self, Line};
use super::{plain, rows};
use crate::error::Result;

/// A letter as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLetter {
    subject: String,
    paragraphs: Vec<Paragraph>,
}

/// The lines of one paragraph.
type Paragraph = Vec<String>;

impl ClientLetter {
    /// The letter of a subject and a text, whose paragraphs are apart by an empty line. Control characters and marks that
    /// turn the reading direction are left out.
    pub fn new(subject: &str, body: &str) -> Self {
        let mut paragraphs: Vec<Paragraph> = vec![Vec::new()];
        for written in body.lines() {
            let line = clean(written);
            match (line.is_empty(), paragraphs.last_mut()) {
                (false, Some(paragraph)) => paragraph.push(line),
                _ => paragraphs.push(Vec::new()),
            }
        }
        paragraphs.retain(|paragraph| !paragraph.is_empty());
        Self {
            subject: clean(subject),
            paragraphs,
        }
    }

    /// Its subject, on one line.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The HTML part, a whole document.
    ///
    /// # Errors
    /// Internal, should the template fail.
    pub fn html(&self) -> Result<String> {
        rows::rendered(&Html { letter: self })
    }

    /// The text part: the same words, at most 78 columns.
    ///
    /// # Errors
    /// Internal, should the template fail.
    pub fn text(&self) -> Result<String> {
        Ok(plain::wrap(&rows::rendered(&Text { letter: self })?))
    }

    /// What mail programs show after the subject: how the letter begins after its greeting.
    pub(super) fn preheader(&self) -> Line {
        let begins = self.paragraphs.get(1).or(self.paragraphs.first());
        Line::new(&begins.map(|lines| lines.join(" ")).unwrap_or_default())
    }
}

fn clean(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|&c| !line::turns_direction(c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Template)]
#[template(path = "client_letter.html", whitespace = "minimize")]
struct Html<'a> {
    letter: &'a ClientLetter,
}

#[derive(Template)]
#[template(path = "client_letter.txt")]
struct Text<'a> {
    letter: &'a ClientLetter,
}

#[cfg(test)]
impl ClientLetter {
    /// A letter as it is drafted.
    pub(crate) fn sample() -> Self {
        Self::new(
            "Your new account manager: Sam Okafor",
            "Dear Mara Holm,\n\n\
            I am writing to you about a change in how we look after Orchard Foods.\n\n\
            We have grown, and one person can no longer both speak for you and run the work.\n\n\
            You get somebody whose only task is to know your business, and somebody whose only task is that the work is done well.\n\n\
            From Monday, 11 January 2027 on, Sam Okafor (sam@agency.example) will be your account manager and the one to call or write to. This is about all that we do for you: Loyalty app and Orchard shop.\n\n\
            If anything about this worries you, simply reply: your answer comes to me.\n\n\
            Kind regards,\nDana Lind",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_apart_by_any_number_of_empty_lines() {
        let letter = ClientLetter::new("News", "\nDear Mia,\r\n \r\n\nall is well\nhere.\n\n");
        assert_eq!(
            letter.paragraphs,
            [vec!["Dear Mia,"], vec!["all is well", "here."]]
        );
        assert_eq!(letter.text().unwrap(), "Dear Mia,\n\nall is well\nhere.\n");
    }

    #[test]
    fn what_people_type_stays_text() {
        let letter = ClientLetter::new(
            "a\r\nBcc: b@example.com",
            "<b>\u{202e}bold</b>\u{0}\n\n\n& so on",
        );
        assert_eq!(letter.subject(), "a Bcc: b@example.com");
        let html = letter.html().unwrap();
        assert!(
            html.contains("&#60;b&#62;bold&#60;/b&#62;<") && html.contains("&#38; so on"),
            "{html}"
        );
        assert_eq!(letter.text().unwrap(), "<b>bold</b>\n\n& so on\n");
    }
}
