//! Addresses: of the socket, of the site, of the sender, of other sites.

use std::fmt;
use std::net::SocketAddr;

use axum::http::HeaderValue;
use lettre::Address;
use lettre::message::Mailbox;
use url::Url;

/// Characters before the @ of the bounce address: with a `+` and a token no more than SMTP's 64.
pub const LONGEST_LOCAL_PART: usize = 21;

/// Parses the address to listen on.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    text.trim()
        .parse()
        .map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080".into())
}

/// Parses the sender of mails.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.trim().parse().map_err(|_| {
        "must be a mail address, with or without a name, such as Meridian <meridian@example.com>"
            .into()
    })
}

/// Parses the address that bounces go to, to whose local part a `+` and a token are added.
pub(super) fn bounces(text: &str) -> Result<Address, String> {
    let address = text.trim().parse::<Address>().ok();
    let fits = |address: &Address| {
        address.user().len() <= LONGEST_LOCAL_PART
            && !address.user().starts_with('"')
            && address.user().is_ascii()
            && address.domain().is_ascii()
    };
    address.filter(fits).ok_or_else(|| {
        format!(
            "must be a mail address without a name, of at most {LONGEST_LOCAL_PART} characters before the @, such as \
             bounce@mail.example.com"
        )
    })
}

/// The address by which people reach the server: scheme, host and port only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Accepts `http` and `https` without user, path, query or fragment.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        origin(text)
            .map(Self)
            .ok_or_else(|| "must be an http or https address without a path, such as https://meridian.example.com".into())
    }

    /// Without a slash at its end: `https://meridian.example.com`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of a page; `path` starts with a slash.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Whether browsers reach the server by TLS, so that cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The origins whose pages may call the API from a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Accepts addresses as [`PublicUrl`] does, separated by commas, or nothing.
    ///
    /// # Errors
    /// What is accepted, for a sentence that starts with the variable's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| HeaderValue::try_from(origin(part)?).ok())
            .collect::<Option<_>>()
            .map(Self)
            .ok_or_else(|| {
                "must be http or https origins separated by commas, such as https://app.example.com,https://example.org"
                    .into()
            })
    }

    /// The values that an `Origin` header may have.
    pub fn as_slice(&self) -> &[HeaderValue] {
        &self.0
    }
}

fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let is_origin = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    is_origin.then(|| url.origin().ascii_serialization())
}
