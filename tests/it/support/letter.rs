//! A mail as its reader has it.

use mail_parser::{Message, MessageParser};
use meridian::email::message::Outgoing;

/// A mail taken apart by a parser that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    /// The envelope's recipients, or none where there was no envelope.
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// Every header field unfolded, in order: name and value.
    pub(crate) headers: Vec<(String, String)>,
}

impl Letter {
    pub(crate) fn read(mail: &Outgoing) -> Self {
        let to: Vec<String> = mail.envelope.to().iter().map(ToString::to_string).collect();
        Self::parse(&mail.raw, &to.join(", "))
    }

    pub(crate) fn parse(raw: &[u8], to: &str) -> Self {
        let message = MessageParser::default().parse(raw).unwrap();
        let lines = |text: Option<std::borrow::Cow<'_, str>>| text.unwrap().replace("\r\n", "\n");
        Self {
            to: to.to_owned(),
            subject: message.subject().unwrap().to_owned(),
            text: lines(message.body_text(0)),
            html: lines(message.body_html(0)),
            headers: headers(&message),
        }
    }

    /// The value of a header field that comes once.
    ///
    /// # Panics
    /// When it comes more often, or not.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self
            .headers
            .iter()
            .filter(|(one, _)| one.eq_ignore_ascii_case(name));
        let value = values
            .next()
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        assert_eq!(values.next(), None, "{name} comes twice");
        &value.1
    }

    /// The text without its line breaks: what it says wherever its lines end.
    pub(crate) fn words(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Whether the weekly capacity summary, and not the client-update prompt.
    pub(crate) fn is_summary(&self) -> bool {
        self.header("List-Id").starts_with("<capacity-summary.")
    }
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let unfolded = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
    message
        .headers_raw()
        .map(|(name, value)| (name.to_owned(), unfolded(value)))
        .collect()
}

/// Whom mails went to and which they were, in order of address: `dana@… summary`.
pub(crate) fn told(letters: &[Letter]) -> Vec<String> {
    let kind = |letter: &Letter| match letter.header("List-Id") {
        id if id.starts_with("<capacity-summary.") => "summary",
        id if id.starts_with("<six-month-review.") => "review",
        _ => "prompt",
    };
    let mut told: Vec<String> = letters
        .iter()
        .map(|letter| format!("{} {}", letter.to, kind(letter)))
        .collect();
    told.sort();
    told
}

/// The one mail among `letters` to `to` of which `is_summary` is as asked.
pub(crate) fn the<'a>(letters: &'a [Letter], to: &str, summary: bool) -> &'a Letter {
    let mut found = letters
        .iter()
        .filter(|letter| letter.to.starts_with(to) && letter.is_summary() == summary);
    let letter = found
        .next()
        .unwrap_or_else(|| panic!("no such mail to {to}: {:?}", told(letters)));
    assert_eq!(found.next(), None, "one to {to} only");
    letter
}
