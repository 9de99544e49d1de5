//! A delivery status notification (RFC 3464): what a mail server tells the sender of a mail that it took.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders};

use crate::email::outcome::readable;
use crate::email::status_code::StatusCode;

/// Most recipients looked at: each of our mails has one, and an alias hands it on to a few.
const MOST_RECIPIENTS: usize = 100;

/// The header fields in which mail servers note where they delivered a message, the surest first.
const DELIVERED_TO: [&str; 5] = [
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "To",
];

/// What a message reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The report's own Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The mail server that reports.
    pub reporter: Option<String>,
    /// What became of each recipient.
    pub recipients: Vec<RecipientReport>,
    /// The addresses that it was delivered to, by its header, the surest first.
    pub delivered_to: Vec<String>,
}

/// What became of one recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipientReport {
    /// Whom the mail was sent to, as far as the mail server knows.
    pub original: Option<String>,
    /// Whom it tried to deliver it to: another address where the mail was handed on.
    pub last: Option<String>,
    /// What it did.
    pub action: Option<Action>,
    /// Its status code.
    pub status: Option<StatusCode>,
    /// The reply code of the mail server that refused, such as 550.
    pub reply: Option<u16>,
    /// The words of the mail server that refused, one line without the reply code.
    pub words: Option<String>,
}

/// What a mail server did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Handed it to several others.
    Expanded,
    /// Handed it to a mail server that reports no more.
    Relayed,
    /// Delivered it.
    Delivered,
    /// Could not deliver it yet, and goes on trying.
    Delayed,
    /// Gave it up.
    Failed,
}

impl Action {
    /// The word that RFC 3464 has for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expanded => "expanded",
            Self::Relayed => "relayed",
            Self::Delivered => "delivered",
            Self::Delayed => "delayed",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [
            Self::Expanded,
            Self::Relayed,
            Self::Delivered,
            Self::Delayed,
            Self::Failed,
        ]
        .into_iter()
        .find(|action| action.word().eq_ignore_ascii_case(word))
    }
}

impl Report {
    /// Reads a message; none when it is no delivery status notification.
    pub fn read(message: &[u8]) -> Option<Self> {
        let message = MessageParser::default().parse(message)?;
        let status = message.parts.iter().find(|part| is_delivery_status(part))?;
        let text = String::from_utf8_lossy(status.contents());
        let mut groups = groups(&text).into_iter();
        let of_message = groups.next()?;
        let recipients: Vec<RecipientReport> = groups
            .take(MOST_RECIPIENTS)
            .map(|fields| RecipientReport::read(&fields))
            .filter(|recipient| recipient.action.is_some())
            .collect();
        (!recipients.is_empty()).then(|| Self {
            message_id: message.message_id().map(readable),
            reporter: of_message.typed("Reporting-MTA"),
            recipients,
            delivered_to: delivered_to(&message),
        })
    }

    /// What became of a mail that was sent to `address`: by the recipient of that name, else by the worst of them. The second:
    /// whether it was by name.
    pub fn about(&self, address: &str) -> Option<(&RecipientReport, bool)> {
        let worst = |by_name: bool| {
            self.recipients
                .iter()
                .filter(|recipient| !by_name || recipient.is(address))
                .max_by_key(|recipient| recipient.action)
        };
        let named = worst(true).map(|recipient| (recipient, true));
        named.or_else(|| worst(false).map(|recipient| (recipient, false)))
    }
}

impl RecipientReport {
    fn read(fields: &Fields) -> Self {
        let action = fields.value("Action").unwrap_or_default();
        let action = action.split([' ', '\t', '(']).next().unwrap_or_default();
        let status = fields.value("Status");
        let status = status.and_then(|text| StatusCode::leading(&text));
        let (reply, words) = diagnosis(&fields.typed("Diagnostic-Code").unwrap_or_default());
        let told = words.as_deref().and_then(StatusCode::leading);
        Self {
            original: fields.address("Original-Recipient"),
            last: fields.address("Final-Recipient"),
            action: Action::from_word(action),
            // Some mail servers say 5.0.0 whatever the other side said.
            status: status
                .filter(|status| status.is_telling())
                .or(told)
                .or(status),
            reply,
            words,
        }
    }

    fn is(&self, address: &str) -> bool {
        [&self.original, &self.last]
            .into_iter()
            .flatten()
            .any(|one| one.eq_ignore_ascii_case(address))
    }
}

/// Takes `550 5.1.1 no such user` apart: the reply code, which a reply of several lines repeats, and the words with the
/// status code.
fn diagnosis(text: &str) -> (Option<u16>, Option<String>) {
    let words = |text: &str| Some(readable(text)).filter(|words| !words.is_empty());
    let is_code = |code: &&str| code.bytes().all(|byte| byte.is_ascii_digit());
    let code = text.get(..3).filter(is_code);
    let code = code.and_then(|code| code.parse().ok());
    let code = code.filter(|code| (200..600).contains(code));
    let rest = text.get(3..).unwrap_or_default();
    match code {
        Some(code) if rest.is_empty() || rest.starts_with([' ', '-']) => {
            let rest = rest[rest.len().min(1)..].replace(&format!(" {code}-"), " ");
            (Some(code), words(&rest.replace(&format!(" {code} "), " ")))
        }
        _ => (None, words(text)),
    }
}

fn is_delivery_status(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|kind| {
        let subtype = kind.subtype().unwrap_or_default();
        kind.ctype().eq_ignore_ascii_case("message")
            && ["delivery-status", "global-delivery-status"]
                .iter()
                .any(|known| subtype.eq_ignore_ascii_case(known))
    })
}

fn delivered_to(message: &Message<'_>) -> Vec<String> {
    let values = |name: &'static str| {
        message
            .headers_raw()
            .filter(move |(one, _)| one.eq_ignore_ascii_case(name))
            .flat_map(|(_, value)| value.split([',', ' ', '\t', '\r', '\n', '<', '>', '"']))
            .filter(|word| word.contains('@'))
    };
    let addresses = DELIVERED_TO.into_iter().flat_map(values);
    addresses.map(str::to_owned).collect()
}

/// Header fields: names and unfolded values.
#[derive(Debug, Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn value(&self, name: &str) -> Option<String> {
        let mut fields = self.0.iter();
        let (_, value) = fields.find(|(one, _)| one.eq_ignore_ascii_case(name))?;
        Some(value.clone())
    }

    /// The value after its type: `smtp; 550 …`, `dns; mx.example`.
    fn typed(&self, name: &str) -> Option<String> {
        let value = self.value(name)?;
        let value = value.split_once(';').map_or(&*value, |(_, value)| value);
        Some(readable(value)).filter(|value| !value.is_empty())
    }

    fn address(&self, name: &str) -> Option<String> {
        let value = self.typed(name)?;
        let bare = value.trim_start_matches('<').trim_end_matches('>');
        bare.contains('@').then(|| bare.to_owned())
    }
}

/// The groups of fields in a text, which empty lines part.
fn groups(text: &str) -> Vec<Fields> {
    let mut groups = vec![Fields::default()];
    for line in text.lines() {
        let is_new = groups.last().is_none_or(|group| !group.0.is_empty());
        if line.trim().is_empty() {
            if is_new {
                groups.push(Fields::default());
            }
            continue;
        }
        let Some(group) = groups.last_mut() else {
            continue;
        };
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.0.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group
                .0
                .push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    groups.retain(|group| !group.0.is_empty());
    groups
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
