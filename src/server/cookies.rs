//! The cookies that browsers are given: what no script can read and what other sites' pages cannot have sent.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderName, HeaderValue, ORIGIN};
use jiff::SignedDuration;

use crate::config::PublicUrl;
use crate::error::{Error, Result};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    /// The secret of a session.
    Session,
    /// The secret of a browser that asked for a link.
    Browser,
}

impl Cookie {
    /// With TLS the name makes browsers refuse it from anybody but this very host.
    fn name(self, url: &PublicUrl) -> &'static str {
        match (self, url.is_https()) {
            (Self::Session, true) => "__Host-meridian_session",
            (Self::Session, false) => "meridian_session",
            (Self::Browser, true) => "__Host-meridian_sign_in",
            (Self::Browser, false) => "meridian_sign_in",
        }
    }

    /// What a request brings of it; none: nothing, or what we never gave away.
    pub(super) fn read<'a>(self, headers: &'a HeaderMap, url: &PublicUrl) -> Option<&'a str> {
        let lines = headers.get_all(COOKIE).into_iter();
        let mut pairs = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == self.name(url))?;
        is_secret(value).then_some(value)
    }

    /// The header that gives it to a browser for so long.
    ///
    /// # Errors
    /// Internal, when the secret could not stand in a header.
    pub(super) fn give(
        self,
        secret: &str,
        lasts: SignedDuration,
        url: &PublicUrl,
    ) -> Result<HeaderValue> {
        let name = self.name(url);
        let secure = if url.is_https() { "; Secure" } else { "" };
        let age = lasts.as_secs().max(0);
        let text =
            format!("{name}={secret}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(text).map_err(|error| Error::Internal(error.into()))
    }

    /// The header that takes it away.
    ///
    /// # Errors
    /// As [`Self::give`].
    pub(super) fn take_away(self, url: &PublicUrl) -> Result<HeaderValue> {
        self.give("", SignedDuration::ZERO, url)
    }
}

/// Whether a browser says that a page of another site has sent this. The cookies are sent along with some of it all the same:
/// a link that is followed, and whatever comes from a neighbour below the same domain.
pub(super) fn is_from_elsewhere(headers: &HeaderMap, url: &PublicUrl) -> bool {
    match headers.get(FETCH_SITE) {
        Some(site) => site != "same-origin" && site != "none",
        // Browsers that do not say that say at least who they are on behalf of.
        None => headers
            .get(ORIGIN)
            .is_some_and(|origin| origin != url.as_str()),
    }
}

/// Whether it has the form of [`crate::random::text`].
fn is_secret(value: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    value.len() == 43 && value.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        PublicUrl::parse(text).unwrap()
    }

    #[test]
    fn a_cookie_is_bound_to_the_host_where_there_is_tls() {
        let day = SignedDuration::from_hours(24);
        let give = |text| Cookie::Session.give("secret", day, &url(text)).unwrap();
        assert_eq!(
            give("https://meridian.example"),
            "__Host-meridian_session=secret; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            give("http://127.0.0.1:8080"),
            "meridian_session=secret; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn only_what_we_give_away_is_read() {
        let secret = "x".repeat(43);
        let mut headers = HeaderMap::new();
        let line = format!("a=b; meridian_session={secret};c=d");
        headers.append(COOKIE, line.parse().unwrap());
        let plain = url("http://127.0.0.1:8080");
        assert_eq!(Cookie::Session.read(&headers, &plain), Some(&*secret));
        assert_eq!(Cookie::Browser.read(&headers, &plain), None);
        let tls = url("https://meridian.example");
        assert_eq!(
            Cookie::Session.read(&headers, &tls),
            None,
            "a neighbour could have set it"
        );
        headers.insert(COOKIE, "meridian_session=short".parse().unwrap());
        assert_eq!(Cookie::Session.read(&headers, &plain), None);
    }

    #[test]
    fn a_browser_says_whose_page_has_sent_it() {
        let ours = url("https://meridian.example");
        let from = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            });
            is_from_elsewhere(&headers.collect(), &ours)
        };
        assert!(!from(&[]));
        assert!(!from(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "null")
        ]));
        assert!(!from(&[("sec-fetch-site", "none")]));
        assert!(from(&[("sec-fetch-site", "same-site")]));
        assert!(from(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://meridian.example")
        ]));
        assert!(!from(&[("origin", "https://meridian.example")]));
        assert!(from(&[("origin", "https://evil.example")]));
        assert!(from(&[("origin", "null")]));
    }
}
