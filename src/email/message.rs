//! From the words of a mail to the bytes that travel. The same input gives the same bytes, so that a
//! mail sent twice after a crash is the same mail.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// RFC 5322 §2.1.1: the longest line, in bytes without its line break.
const LONGEST_LINE: usize = 998;

/// A mail before it becomes bytes. All texts are Unicode; line breaks in headers become spaces.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Who it is from; also the envelope's sender, who gets the bounces.
    pub from: Mailbox,
    /// Whom it is for; at least one.
    pub to: Vec<Mailbox>,
    /// Who gets a copy.
    pub cc: Vec<Mailbox>,
    /// Who gets the answer, if not the sender.
    pub reply_to: Option<Mailbox>,
    /// One line that carries the news.
    pub subject: String,
    /// The HTML part, a whole document.
    pub html: String,
    /// The text part, with the same figures and links.
    pub text: String,
    /// `local@domain`, without angle brackets, derived from the obligation.
    pub message_id: String,
    /// When it was first rendered; shown in UTC.
    pub date: Timestamp,
    /// Which kind of mail, as `kind.domain` (RFC 2919): `capacity-summary.meridian.example`; none for a letter from
    /// one person to another, which says nothing of a list or of a program either (RFC 3834).
    pub list_id: Option<String>,
    /// How to stop it, for mails that one may stop.
    pub unsubscribe: Option<Unsubscribe>,
    /// `local@domain` of the root that binds all mails of one digest into one thread.
    pub thread_root: Option<String>,
    /// Name of the file it becomes with `file:DIR`, without `.eml`: readable, sortable, one for each mail.
    pub stem: String,
}

/// RFC 2369 and RFC 8058: two ways to stop a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// An https address that a POST of `List-Unsubscribe=One-Click` unsubscribes.
    pub url: String,
    /// A mail address; with or without `?subject=…`.
    pub mailto: String,
}

/// A mail as bytes, and where they go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Sender and recipients as the server is told them.
    pub envelope: Envelope,
    /// The message: ASCII, lines of at most 998 bytes, CRLF.
    pub raw: Vec<u8>,
    /// See [`Mail::stem`].
    pub stem: String,
}

impl Mail {
    /// The bytes of this mail, as multipart/alternative with the text first.
    ///
    /// # Errors
    /// `Invalid` when there is no recipient, an address is not ASCII, or an id or link could not stand in a header.
    pub fn build(&self) -> Result<Outgoing> {
        let envelope = self.envelope()?;
        let builder = self.headers()?.envelope(envelope.clone());
        let message = builder.multipart(self.parts()?);
        let message = message.map_err(|error| Error::Internal(error.into()))?;
        let outgoing = Outgoing {
            envelope,
            raw: message.formatted(),
            stem: self.stem.clone(),
        };
        let mut lines = outgoing.raw.split(|byte| *byte == b'\n');
        if !outgoing.raw.is_ascii() || lines.any(|line| line.len() > LONGEST_LINE) {
            return Err(Error::invalid(
                "mail",
                "A header of the mail is too long: shorten its subject and names.",
            ));
        }
        Ok(outgoing)
    }

    fn envelope(&self) -> Result<Envelope> {
        let mut recipients: Vec<Address> = Vec::new();
        for mailbox in self.to.iter().chain(&self.cc) {
            if !recipients.contains(&mailbox.email) {
                recipients.push(mailbox.email.clone());
            }
        }
        let addresses = recipients.iter().chain([&self.from.email]);
        for address in addresses.chain(self.reply_to.as_ref().map(|mailbox| &mailbox.email)) {
            if !(address.user().is_ascii() && address.domain().is_ascii()) {
                let why = format!("{address} is not ASCII: write its domain in the xn-- form.");
                return Err(Error::invalid("email", why));
            }
        }
        Envelope::new(Some(self.from.email.clone()), recipients)
            .map_err(|_| Error::invalid("to", "A mail needs a recipient."))
    }

    fn headers(&self) -> Result<MessageBuilder> {
        // lettre's date cannot show anything before 1970.
        let date = SystemTime::from(self.date.max(Timestamp::UNIX_EPOCH));
        let message_id = format!("<{}>", checked("messageId", &self.message_id)?);
        let mut builder = Message::builder()
            .from(one_line_mailbox(&self.from))
            .subject(one_line(&self.subject))
            .date(date)
            .message_id(Some(message_id));
        if self.list_id.is_some() {
            builder = builder.raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        }
        for mailbox in &self.to {
            builder = builder.to(one_line_mailbox(mailbox));
        }
        for mailbox in &self.cc {
            builder = builder.cc(one_line_mailbox(mailbox));
        }
        if let Some(mailbox) = &self.reply_to {
            builder = builder.reply_to(one_line_mailbox(mailbox));
        }
        if let Some(root) = &self.thread_root {
            builder = builder.references(format!("<{}>", checked("threadRoot", root)?));
        }
        if let Some(list_id) = &self.list_id {
            let list_id = format!("<{}>", checked("listId", list_id)?);
            builder = builder.raw_header(header("List-Id", list_id));
        }
        match &self.unsubscribe {
            Some(unsubscribe) => unsubscribe.headers(builder),
            None => Ok(builder),
        }
    }

    fn parts(&self) -> Result<MultiPart> {
        let boundary = format!("meridian-{:.32}", hex(&Sha256::digest(&self.message_id)));
        Ok(MultiPart::alternative()
            .boundary(boundary)
            .singlepart(part(ContentType::TEXT_PLAIN, &self.text)?)
            .singlepart(part(ContentType::TEXT_HTML, &self.html)?))
    }
}

impl Unsubscribe {
    fn headers(&self, builder: MessageBuilder) -> Result<MessageBuilder> {
        let url = checked("unsubscribe", &self.url)?;
        let mailto = checked("unsubscribe", &self.mailto)?;
        Ok(builder
            .raw_header(header(
                "List-Unsubscribe",
                format!("<{url}>, <mailto:{mailto}>"),
            ))
            .raw_header(header(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click".to_owned(),
            )))
    }
}

/// One part as 7bit or quoted-printable, whichever it needs: base64 would survive too, but nobody could read it.
fn part(kind: ContentType, text: &str) -> Result<SinglePart> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let body = match Body::new(text.clone()) {
        body if body.encoding() == ContentTransferEncoding::SevenBit => body,
        _ => Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
            .map_err(|_| Error::internal("a text could not be written as quoted-printable"))?,
    };
    Ok(SinglePart::builder().content_type(kind).body(body))
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// Ids and links stand in angle brackets as they are, so only what cannot end them is let through.
fn checked<'a>(field: &str, value: &'a str) -> Result<&'a str> {
    let fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>');
    if value.is_empty() || value.len() > 900 || !value.bytes().all(fits) {
        let why = "An id or link in a mail's header is 1 to 900 visible ASCII characters without < and >.";
        return Err(Error::invalid(field, why));
    }
    Ok(value)
}

fn one_line(text: &str) -> String {
    text.replace(|character: char| character.is_control(), " ")
}

fn one_line_mailbox(mailbox: &Mailbox) -> Mailbox {
    Mailbox::new(mailbox.name.as_deref().map(one_line), mailbox.email.clone())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
